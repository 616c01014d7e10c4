"""What therapists see of one participant's preparation and integration, and the recall page that they fill with them.

What a participant did not share is not there: the view has taken it out before anything here is drawn.
"""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from triptych.course import Planned, local_day, may_file
from triptych.course.readiness import IN_PERSON, READY
from triptych.ledger import Seen
from triptych.web import days_after as days
from triptych.web import integrating as kept
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.pages.entry import acted, form_of
from triptych.web.pages.integrating import held_session, next_session, sessions
from triptych.web.pages.recordings import agreed
from triptych.web.people import Asker, found, page
from triptych.web.recording.kept import START
from triptych.web.show import show
from triptych.web.words import all_words

SESSION, PROCESS, PURPOSE = "therapy_session", "process_note", "recall"


def opened(asker: Asker, participant: str) -> list[Seen]:
    """The records that count, for somebody who treats the participant; for anybody else the page is not there."""
    found(asker.view.course(participant))
    if not asker.view.sight.sees_form(kept.PAGE):
        raise Http404
    return kept.standing(asker.view.records(participant))


def may(asker: Asker, form: str) -> bool:
    """Whether the asker may file a form that the study has."""
    wanted = asker.study.forms.get(form)
    return wanted is not None and may_file(asker.study.roles[asker.grant.role], wanted)


@page
def integration(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show who is ready, what was shared, the practices, the sessions of therapy and the process notes."""
    records, zone = opened(asker, participant), asker.view.zone(participant)
    visits = sessions(asker, participant)
    coming = next_session(visits)
    practices = kept.practices(records, zone)
    if request.method == "POST":
        _practice_answered(request, asker, participant, {one.record for one in practices})
        return redirect("integration", participant=participant)
    return show(
        request,
        asker,
        "integration.html",
        participant=participant,
        coming=coming,
        said=kept.ready(records, coming.cycle) if coming else {},
        held=[one for one in visits if one.actual is not None],
        goals=kept.goals(records),
        practices=practices,
        therapy=[one for one in reversed(records) if one.form == SESSION],
        notes=[one for one in reversed(records) if one.form == PROCESS],
        forms=asker.study.forms,
        diary=asker.study.forms.get(days.FORM),
        days_after=_days_after(asker, participant, records, visits),
        may={form: may(asker, form) for form in (READY, IN_PERSON, kept.PRACTICE, kept.AGREEMENT, PROCESS, SESSION)},
        new=lambda: Posted.fresh(asker.study.forms[kept.AGREEMENT], zone, asker.view.now),
        zone=zone,
    )


def _days_after(
    asker: Asker, participant: str, records: list[Seen], visits: list[Planned]
) -> list[tuple[date, list[days.Day]]]:
    where = asker.view.whereabouts(participant)
    held = [visit.actual for visit in visits if visit.actual is not None]
    return days.days_of(records, held, where, where.day(asker.view.now))


def _practice_answered(request: HttpRequest, asker: Asker, participant: str, known: set[str]) -> None:
    """File a therapist's answer on a practice of this participant."""
    about = request.POST.get("about", "")
    if about not in known:
        raise Http404
    fixed = {"about": about, "agreed": "yes" if request.POST.get("agreed") == "yes" else "no"}
    posted = acted(request, asker, form_of(asker, kept.AGREEMENT), asker.view.zone(participant), fixed)
    file_posted(request, asker, posted, participant)


@page
def recall(request: HttpRequest, asker: Asker, participant: str, cycle: int) -> HttpResponse:
    """Show the recall page of a session as the participant has it; what a therapist puts on it is filed from here."""
    records, zone = opened(asker, participant), asker.view.zone(participant)
    session = held_session(asker, participant, cycle)
    form = form_of(asker, kept.PAGE) if may(asker, kept.PAGE) else None
    posted = _page_posted(request, asker, records, session, participant) if form else None
    if request.method == "POST":
        if posted is None:
            raise Http404
        if file_posted(request, asker, posted, participant):
            return redirect("recall", participant=participant, cycle=cycle)
    return show(
        request,
        asker,
        "recall.html",
        status=posted.status if posted else 200,
        participant=participant,
        session=session,
        kept=kept.recall(records, session.cycle),
        w=all_words()["en"].say,
        recorded=_is_recorded(asker, records, session, participant),
        picture_of=lambda one: reverse("attachment", kwargs={"participant": participant, "record": one.id}),
        posted=posted,
        zone=zone,
    )


def _is_recorded(asker: Asker, records: list[Seen], session: Planned, participant: str) -> bool:
    """Whether there is a recording of the session to look back at, and the participant's agreement to that stands."""
    zone = asker.view.zone(participant)
    starts = [one for one in records if one.form == START and PURPOSE in one.values.get("purposes", ())]
    of_day = any(local_day(one.occurred_at, zone) == session.actual for one in starts)
    return of_day and PURPOSE in agreed(participant)


def _page_posted(request: HttpRequest, asker: Asker, records: list[Seen], session: Planned, participant: str) -> Posted:
    """The therapist's form: as it came back, or with what stands, or with the music that was entered in the room."""
    form, zone = asker.study.forms[kept.PAGE], asker.view.zone(participant)
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        posted.corrects = posted.reason = ""
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
        stands = kept.recall(records, session.cycle)
        music = "\n".join(stands.music) or kept.music_heard(records, session.actual, zone)
        posted.typed = {name: [text] for name, text in (("said", stands.said), ("music", music)) if text}
    posted.visit, posted.cycle = "", str(session.cycle or "")
    return posted
