"""The diary of the days after a session: open where a clinician answers day and night, and always followed by help."""

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from triptych.course import Planned, local_day
from triptych.course.duty import Acknowledged
from triptych.course.whereabouts import FORM as WISHES
from triptych.web.days_after import DAYS, FORM
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.integrating import FORMS as OWN_FORMS
from triptych.web.pages.entry import hidden
from triptych.web.pages.helping import site_help
from triptych.web.pages.outbox import EDITS, file_edits
from triptych.web.people import PARTICIPANT, Asker, found, page
from triptych.web.words import form_for, language_of, words_for

EXPERIENCE: Final = "experience"
FORTNIGHT = 14
CHOICES: Final = ("follow_up_wish", "tracing_consent")
"""What a participant may say at any time, whatever is asked."""
UNREAD: Final = (EDITS, WISHES, *OWN_FORMS)
"""What goes along with answers or is kept beside them, and is nothing that a clinician is called for."""


def days_after(visits: tuple[Planned, ...], sessions: frozenset[str], today: date) -> int | None:
    """Whole days since the last session that the person may know of; none before the first."""
    held = [visit.actual for visit in visits if visit.visit in sessions and visit.actual and visit.actual <= today]
    return (today - max(held)).days if held else None


def sessions_of(asker: Asker) -> frozenset[str]:
    """The visits on which something is given."""
    return frozenset(visit.id for visit in asker.study.document.visits if visit.held_by == "dose_administration")


def is_asked(asker: Asker, visits: tuple[Planned, ...], today: date) -> bool:
    """Whether the diary is asked for today and has not been answered on this day."""
    return days_after(visits, sessions_of(asker), today) in DAYS and today not in _days_kept(asker)


def missed_days(asker: Asker, visits: tuple[Planned, ...], today: date) -> list[date]:
    """The days since the last session on which the diary was asked for and not kept."""
    since = days_after(visits, sessions_of(asker), today)
    if since is None or since > max(DAYS):
        return []
    kept = _days_kept(asker)
    asked = (today - timedelta(days=since - day) for day in DAYS if day < since)
    return [day for day in asked if day not in kept]


def _days_kept(asker: Asker) -> set[date]:
    where = asker.view.whereabouts(asker.grant.participant or "")
    seen = asker.view.records(asker.grant.participant or "")
    return {where.day(one.occurred_at) for one in seen if one.form == FORM and one.current}


def own_zone(asker: Asker) -> ZoneInfo:
    """The time zone where the participant who asks is now."""
    return asker.view.whereabouts(asker.grant.participant or "").at(asker.view.now)


def own_today(asker: Asker) -> date:
    """The day that it is for the participant who asks."""
    return local_day(asker.view.now, own_zone(asker))


def is_open(asker: Asker) -> bool:
    """Whether somebody is there whom an answer can reach: a clinician at any hour, and a rota without a gap."""
    return asker.view.is_watched(asker.grant.participant or "")


@page
def diary(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the diary, or file it and lead to what follows. It may be kept on any day; on some it is asked for."""
    found(asker.view.course(asker.grant.participant or ""))
    if not is_open(asker):
        return render(request, "own/diary_closed.html", {"asker": asker}, status=403)
    return _kept(request, asker, FORM)


def _kept(request: HttpRequest, asker: Asker, name: str) -> HttpResponse:
    zone, form = own_zone(asker), form_for(request, asker.study, asker.study.forms[name])
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        posted.visit = posted.cycle = posted.corrects = posted.reason = ""
        if file_posted(request, asker, posted, asker.grant.participant):
            file_edits(asker, posted.record, request.POST.get("edits", ""))
            return redirect("sent")
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
    return asked_page(request, asker, posted)


def asked_page(request: HttpRequest, asker: Asker, posted: Posted) -> HttpResponse:
    """Show a form to its participant, with what they typed, in the language in which it is asked."""
    parts = {"asker": asker, "posted": posted, "hidden": hidden(asker, posted), "zone": posted.zone}
    asked_in = language_of(asker.study, posted.form, words_for(request).language)
    parts |= {"help": site_help(request), "asked_in": asked_in}
    return render(request, "own/answer.html", parts, status=posted.status)


@page
def experience(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the ratings of how a session was, which no therapist reads, or file them."""
    found(asker.view.course(asker.grant.participant or ""))
    return _kept(request, asker, EXPERIENCE)


@page
def choose(request: HttpRequest, asker: Asker, form: str) -> HttpResponse:
    """Show one of the choices that a participant may make at any time, or file it."""
    found(asker.view.course(asker.grant.participant or ""))
    if form not in CHOICES or form not in asker.study.own_forms:
        raise Http404
    return _kept(request, asker, form)


def is_experience_asked(asker: Asker, visits: tuple[Planned, ...], today: date) -> bool:
    """Whether the ratings are asked for: in the two weeks after a session, until they are given."""
    since = days_after(visits, sessions_of(asker), today)
    given = [seen for seen in asker.view.records(asker.grant.participant or "") if seen.form == EXPERIENCE]
    where = asker.view.whereabouts(asker.grant.participant or "")
    last = max((where.day(seen.occurred_at) for seen in given if seen.current), default=None)
    return since is not None and since < FORTNIGHT and (last is None or (today - last).days > since)


@page
def sent(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Say what is known after answers were sent, with the numbers first; who has read it only once they say so."""
    parts = {"asker": asker, "help": site_help(request), "read_by": last_read(asker)}
    return render(request, "own/sent.html", {**parts, "zone": own_zone(asker)})


def last_read(asker: Asker) -> Acknowledged | None:
    """Who has acknowledged what the participant sent last."""
    participant = asker.grant.participant or ""
    seen = (one for one in asker.view.records(participant) if one.id == one.root and one.role == PARTICIPANT)
    sent = [one.root for one in seen if one.form not in UNREAD]
    return asker.view.acknowledged(participant, sent[-1]) if sent else None
