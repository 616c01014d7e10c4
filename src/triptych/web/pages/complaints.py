"""Complaints, for those who hold the compliance role and no other: what is owed by when, and what settles it."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course.complaints import (
    ANSWER,
    BOARD,
    BOARD_TEST,
    CHANNEL,
    COMPLAINT,
    OBSERVATION,
    OUTCOME,
    REMOVAL,
    TEST,
    Standing,
    complaints,
    observed,
    open_channel,
    tested_board,
)
from triptych.ledger import Seen
from triptych.ledger.complaining import settle
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.people import Asker, found, page
from triptych.web.show import show

STEPS = (ANSWER, REMOVAL, OUTCOME)


def allowed(asker: Asker) -> None:
    """Whoever does not see complaints finds no page."""
    if not asker.view.sight.sees_form(COMPLAINT):
        raise Http404


@page
def listing(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show every complaint with its clock, and whether the way in is open; file a test of it."""
    allowed(asker)
    records, site = asker.view.study_records(), request.GET.get("site", "")
    if site:
        return _board_test(request, asker, site)
    channel = next((one for one in reversed(records) if one.form == CHANNEL and one.current), None)
    posted = _posted(request, asker, TEST, {"about": channel.root}) if channel else None
    if request.method == "POST" and posted is not None and file_posted(request, asker, posted, None):
        return redirect("complaints")
    return show(
        request,
        asker,
        "complaints.html",
        here="complaints",
        status=422 if posted and posted.problems else 200,
        standing=_standing(asker),
        touches=_touches(records),
        channel=channel,
        is_open=open_channel(records) is not None,
        boards=[
            (site, _board(asker, site), tested_board(asker.view.site_records(site))) for site in asker.view.sites()
        ],
        posted=posted,
        now=asker.view.now,
        zone=asker.view.zone(),
    )


def _standing(asker: Asker) -> list[Standing]:
    """Every complaint, and everything that raters of recordings saw of boundaries crossed, oldest first."""
    records = asker.view.study_records()
    return sorted((*complaints(records), *observed(records)), key=lambda one: one.at)


def _touches(records: Sequence[Seen]) -> list[Seen]:
    """What the system observed by itself and no complaint told of: touch outside an agreement, newest first."""
    told = {one.code for one in complaints(records)}
    return [one for one in reversed(records) if _is_touch(one, told)]


def _is_touch(one: Seen, told: set[str]) -> bool:
    """Whether it is neither of a complaint nor of a rating, which have a page of their own."""
    return one.form == OBSERVATION and "seen_in" not in one.values and one.values.get("code") not in told


def _board(asker: Asker, site: str) -> Seen | None:
    """The ethics committee that was recorded last for a site, tested or not."""
    found = [one for one in asker.view.site_records(site) if one.form == BOARD and one.current]
    return found[-1] if found else None


def _board_test(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the form for a test of the way to a site's ethics committee, or file it."""
    board = found(_board(asker, site) if site in asker.view.sites() else None)
    posted = _posted(request, asker, BOARD_TEST, {"about": board.root})
    if request.method == "POST" and file_posted(request, asker, posted, None, site):
        return redirect("complaints")
    status = 422 if posted.problems else 200
    return show(
        request, asker, "complaint_board.html", here="complaints", status=status, posted=posted, board=board, site=site
    )


@page
def complaint(request: HttpRequest, asker: Asker, record: str) -> HttpResponse:
    """Show one complaint, and file an answer, a removal or an outcome."""
    allowed(asker)
    one = found(next((s for s in _standing(asker) if s.id == str(record)), None))
    steps = STEPS[1:] if one.is_rating else STEPS
    wanted = request.GET.get("form", "")
    posted = _posted(request, asker, wanted, {"about": one.id}) if wanted in steps else None
    if request.method == "POST":
        if posted is None:
            raise Http404
        if file_posted(request, asker, posted, None):
            settle(house().trial)
            return redirect("complaint", record=one.id)
    return show(
        request,
        asker,
        "complaint.html",
        here="complaints",
        status=422 if posted and posted.problems else 200,
        one=one,
        form=asker.study.forms[COMPLAINT],
        steps=[asker.study.forms[name] for name in steps],
        posted=posted,
        now=asker.view.now,
        zone=asker.view.zone(),
    )


def _posted(request: HttpRequest, asker: Asker, form: str, fixed: dict[str, str]) -> Posted:
    zone = asker.view.zone()
    if request.method == "POST":
        posted = Posted.read(asker.study.forms[form], request.POST, zone)
    else:
        posted = Posted.fresh(asker.study.forms[form], zone, asker.view.now)
    posted.fix(fixed)
    return posted
