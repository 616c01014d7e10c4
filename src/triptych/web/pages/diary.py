"""The diary of the days after a session: open where a clinician answers day and night, and always followed by help."""

from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from triptych.course import Planned, local_day
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.pages.entry import hidden
from triptych.web.pages.helping import site_help
from triptych.web.people import Asker, found, page

FORM: Final = "days_after"
DAYS = (*range(1, 8), 14)
"""The days after a session on which it is asked for: a week, so that a low in its middle is seen, and day 14."""


def days_after(visits: tuple[Planned, ...], sessions: frozenset[str], today: date) -> int | None:
    """Whole days since the last session that the person may know of; none before the first."""
    held = [visit.actual for visit in visits if visit.visit in sessions and visit.actual and visit.actual <= today]
    return (today - max(held)).days if held else None


def is_asked(asker: Asker, visits: tuple[Planned, ...], today: date) -> bool:
    """Whether the diary is asked for today and has not been answered on this day."""
    sessions = frozenset(visit.id for visit in asker.study.document.visits if visit.held_by == "dose_administration")
    zone = asker.view.zone(asker.grant.participant)
    answered = {
        local_day(seen.occurred_at, zone)
        for seen in asker.view.records(asker.grant.participant or "")
        if seen.form == FORM and seen.current
    }
    return days_after(visits, sessions, today) in DAYS and today not in answered


def is_open(request: HttpRequest) -> bool:
    """Whether somebody is there whom an answer can reach: the site has a clinician who answers day and night."""
    clinician = site_help(request).clinician
    return clinician is not None and clinician.values.get("any_hour") is True


@page
def diary(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the diary, or file it and lead to what follows. It may be kept on any day; on some it is asked for."""
    found(asker.view.course(asker.grant.participant or ""))
    if not is_open(request):
        return render(request, "own/diary_closed.html", {"asker": asker}, status=403)
    zone, form = asker.view.zone(asker.grant.participant), asker.study.forms[FORM]
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        posted.visit = posted.cycle = posted.corrects = posted.reason = ""
        if file_posted(request, asker, posted, asker.grant.participant):
            return redirect("diary_sent")
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
    status = 422 if posted.problems or posted.asked else 200
    parts = {"asker": asker, "posted": posted, "hidden": hidden(asker, posted), "zone": zone}
    return render(request, "own/answer.html", parts, status=status)


@page
def sent(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Say what is known after a diary was sent, with the numbers first. It never says that somebody has read it."""
    return render(request, "own/diary_sent.html", {"asker": asker, "help": site_help(request)})
