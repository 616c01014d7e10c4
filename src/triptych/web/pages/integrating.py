"""The participant's own pages on preparation and integration: goals, being ready, practices, looking back at a session.

Each page holds small forms that also work without a network (see `answers.js`). Nothing here counts or scores anybody.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from triptych.course import Planned, local_day
from triptych.course.readiness import READY
from triptych.ledger import Draft, Filed, Seen
from triptych.web import integrating as kept
from triptych.web.attachments import IMAGES, Kept, NotTaken, keep
from triptych.web.entry import Posted, new_id
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.pages.attachment import given
from triptych.web.pages.diary import own_zone, sessions_of
from triptych.web.pages.helping import site_help
from triptych.web.people import Asker, found, page
from triptych.web.words import all_words, words_for


def records_of(asker: Asker) -> list[Seen]:
    """The records that count of the participant whose own access this is."""
    return kept.standing(asker.view.records(asker.grant.participant or ""))


def sessions(asker: Asker, participant: str) -> list[Planned]:
    """The medicine sessions of a participant, as far as the asker may know of them, in order."""
    course = found(asker.view.course(participant))
    return [visit for visit in course.visits if visit.visit in sessions_of(asker)]


def next_session(visits: list[Planned]) -> Planned | None:
    """The session that comes next: the first that was neither held, skipped nor missed."""
    return next((one for one in visits if one.actual is None and one.status not in ("skipped", "missed")), None)


def waits_for_word(asker: Asker, visits: Iterable[Planned]) -> bool:
    """Whether a session is open for which the participant has not said that they are ready, or not."""
    coming = next_session([visit for visit in visits if visit.visit in sessions_of(asker)])
    if coming is None or coming.status != "open":
        return False
    return kept.ready(records_of(asker), coming.cycle)["participant"] is None


@page
def goals(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the participant's goals and worries; keep a new one, share one, keep one back, or take one away."""
    mine = kept.goals(records_of(asker))
    if request.method == "POST" and "retract" in request.POST:
        wanted = found(next((one for one in mine if one.record == request.POST["retract"]), None))
        _say(request, words_for(request).say["goal_gone" if _retracted(asker, wanted) else "not_kept"])
        return redirect("goals")
    posted = _posted(request, asker, (kept.GOAL, kept.SHARING), {one.record for one in mine})
    return _answer(request, asker, "goals", posted, goals=mine)


def _retracted(asker: Asker, goal: kept.Goal) -> bool:
    """Take a goal away: no longer shared, and corrected to one that holds none of its words; whether that was filed.

    What therapists read while it was shared they have read. The earlier version stays in the ledger, and is shown to
    nobody who works here.
    """
    now, participant = asker.view.now, asker.grant.participant
    common: dict[str, Any] = {"occurred_at": now, "participant": participant, "site": asker.grant.site}
    unshared = Draft(id=new_id(now), form=kept.SHARING, values={"about": goal.record, "shared": False}, **common)
    values = {"kind": goal.kind, "words": "–", "retracted": True}
    newest = next(one.id for one in records_of(asker) if one.root == goal.record)
    correction: dict[str, Any] = {"corrects": newest, "reason": "Taken away by the participant"}
    gone = Draft(id=new_id(now), form=kept.GOAL, values=values, **{**common, "occurred_at": goal.at}, **correction)
    return all(isinstance(house().trial.file(draft, asker.actor), Filed) for draft in (unshared, gone))


@page
def ready(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show who has said that they are ready for the next session, and take the participant's own word on it."""
    coming = next_session(sessions(asker, asker.grant.participant or ""))
    posted = _posted(request, asker, (READY,) if coming else (), (), coming)
    said = kept.ready(records_of(asker), coming.cycle) if coming else {}
    return _answer(request, asker, "ready", posted, coming=coming, said=said)


@page
def practices(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the practices with their light diary; note a day, answer a proposal, or make one."""
    zone = own_zone(asker)
    mine = kept.practices(records_of(asker), zone)
    wanted = (kept.DAY, kept.AGREEMENT, kept.PRACTICE)
    posted = _posted(request, asker, wanted, {one.record for one in mine})
    kinds = next(item.choices for item in asker.study.forms[kept.PRACTICE].items if item.id == "kind")
    return _answer(
        request,
        asker,
        "practices",
        posted,
        agreed=[one for one in mine if one.agreed],
        asked=[one for one in mine if one.participant is None and not one.ended],
        waiting=[one for one in mine if one.therapist is None and not one.ended],
        diary=sorted(((day.on, one, day) for one in mine for day in one.days), key=lambda row: row[0], reverse=True),
        kinds=[choice.code for choice in kinds],
        today=local_day(asker.view.now, zone),
    )


@page
def looking_back(request: HttpRequest, asker: Asker) -> HttpResponse:
    """List the sessions that there is a page for."""
    held = [one for one in sessions(asker, asker.grant.participant or "") if one.actual is not None]
    return _answer(request, asker, "recalls", None, held=held)


@page
def recall(request: HttpRequest, asker: Asker, cycle: int) -> HttpResponse:
    """Show the page of one session, and keep words for it."""
    session = held_session(asker, asker.grant.participant or "", cycle)
    posted = _posted(request, asker, (kept.WORDS,), (), session)
    shown = kept.recall(records_of(asker), session.cycle)
    return _answer(request, asker, "recall", posted, session=session, kept=shown, picture_of=_picture_of)


def _picture_of(one: Seen) -> str:
    return reverse("picture", kwargs={"record": one.id})


def held_session(asker: Asker, participant: str, cycle: int) -> Planned:
    """The session of a cycle that was held; without one there is nothing to look back at."""
    held = (one for one in sessions(asker, participant) if one.actual is not None)
    return found(next((one for one in held if (one.cycle or 0) == cycle), None))


@require_POST
@page
def draw(request: HttpRequest, asker: Asker, cycle: int) -> HttpResponse:
    """Keep a picture for the page of a session: a record of the participant, and the file attached to it."""
    session = held_session(asker, asker.grant.participant or "", cycle)
    upload = request.FILES.get("file")
    try:
        taken = upload is None or _is_drawn(asker, keep(upload, IMAGES), session)
        said = "write_something" if upload is None else "kept" if taken else "problem"
    except NotTaken as error:
        said = error.said
    _say(request, words_for(request).say[said])
    return redirect("own_recall", cycle=cycle)


def _is_drawn(asker: Asker, file: Kept, session: Planned) -> bool:
    """File the participant's record of a picture, and the picture as attached to it; whether both were taken."""
    record = new_id(asker.view.now)
    common: dict[str, Any] = {"occurred_at": asker.view.now, "site": asker.grant.site}
    common["participant"] = asker.grant.participant
    attached: dict[str, Any] = {"about": record, "name": "picture", "copy": "uncertified"}
    attached |= {"sha256": file.sha256, "size": file.size, "media_type": file.media_type}
    drafts = [
        Draft(id=record, form=kept.WORDS, values={"drawing": True}, cycle=session.cycle, **common),
        Draft(id=new_id(asker.view.now), form=kept.PICTURE, values=attached, **common),
    ]
    return all(isinstance(house().trial.file(draft, asker.actor), Filed) for draft in drafts)


@page
def picture(request: HttpRequest, asker: Asker, record: str) -> HttpResponse:
    """Give a participant a picture that is on one of their own pages."""
    records = records_of(asker)
    words = {one.root for one in records if one.form == kept.WORDS}
    mine = (one for one in records if one.form == kept.PICTURE and one.values.get("about") in words)
    return given(next((one for one in mine if one.id == str(record)), None))


def _posted(
    request: HttpRequest, asker: Asker, forms: Collection[str], about: Collection[str], place: Planned | None = None
) -> Posted | None:
    """The small form that came back, filed unless something is wrong with it; none where nothing was sent.

    What it is about has to be one of the participant's own records, and the page sets the session by itself.
    """
    if request.method != "POST":
        return None
    name = request.POST.get("form", "")
    if name not in forms:
        raise Http404
    participant = asker.grant.participant
    posted = Posted.read(asker.study.forms[name], request.POST, own_zone(asker))
    posted.visit, posted.cycle = ("", str(place.cycle or "")) if place else ("", "")
    posted.corrects = posted.reason = ""
    if kept.counts_from_now(name, posted.answers()):
        posted.occurred_at = Posted.fresh(posted.form, posted.zone, asker.view.now).occurred_at
    named = posted.typed.get("about", [])
    if any(one not in about for one in named):
        raise Http404
    if file_posted(request, asker, posted, participant):
        _say(request, words_for(request).say["kept"])
    return posted


def _say(request: HttpRequest, text: str) -> None:
    """Say one thing in the participant's language in place of what the door said."""
    list(get_messages(request))
    messages.info(request, text)


def _answer(request: HttpRequest, asker: Asker, name: str, posted: Posted | None, **parts: Any) -> HttpResponse:
    """The page; after something was filed, the page asked for anew, so that nothing is sent twice."""
    if posted is not None and not (posted.problems or posted.asked):
        return redirect(request.path)
    zone = own_zone(asker)
    fresh = Posted.fresh(asker.study.forms[kept.GOAL], zone, asker.view.now)
    common: dict[str, Any] = {"asker": asker, "text": words_for(request), "languages": all_words(), "posted": posted}
    common |= {"help": site_help(request), "zone": zone, "occurred_at": fresh.occurred_at}
    common["new_id"] = lambda: new_id(asker.view.now)
    return render(request, f"own/{name}.html", {**common, **parts}, status=422 if posted else 200)
