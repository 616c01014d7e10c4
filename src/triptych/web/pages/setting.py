"""Set and setting: the rooms of a site, and the thirty items of ReSPCT 2025 for one session, with what is empty."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import local_day, may_file
from triptych.course.respct import Said, respct
from triptych.ledger import Seen
from triptych.web.filing import form_of_site
from triptych.web.live.stream import board_for
from triptych.web.people import Asker, found, page
from triptych.web.show import show

ROOM, SETTING = "room_profile", "session_setting"


@page
def rooms(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the rooms of a site as they are described now, and take a new description."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(ROOM):
        raise Http404
    form, zone = asker.study.forms[ROOM], asker.view.zone()
    may = may_file(asker.study.roles[asker.grant.role], form)
    is_wanted = may and (request.method == "POST" or "add" in request.GET)
    posted, is_filed = form_of_site(request, asker, site, form if is_wanted else None)
    if is_filed:
        return redirect("rooms", site=site)
    described = {
        str(one.values["room"]): one for one in asker.view.site_records(site) if one.form == ROOM and one.current
    }
    return show(
        request,
        asker,
        "rooms.html",
        status=posted.status if posted else 200,
        site=site,
        form=form,
        may=may,
        posted=posted,
        rooms=described,
        zone=zone,
    )


@page
def setting(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the thirty items for the session that the session's screen shows."""
    drawn = found(board_for(asker.view, participant))
    board, zone = drawn.board, drawn.board.zone
    day = local_day(board.dosed_at or board.now, zone)
    sees = asker.view.sight.sees_form
    own = _said((one for one in asker.view.records(participant) if sees(one.form)), asker, participant)
    site = asker.view.site_records(board.site) if board.site in asker.view.sites() else ()
    items = respct(asker.study, _said(site, asker, None), own, day, sees_ratings=sees("experience"))
    form = asker.study.forms[SETTING]
    may = may_file(asker.study.roles[asker.grant.role], form)
    return show(
        request, asker, "setting.html", participant=participant, site=board.site, day=day, items=items,
        missing=[one for one in items if one.answer is None], may=may, form=form, sees_rooms=sees(ROOM),
    )  # fmt: skip


def _said(seen: Iterable[Seen], asker: Asker, participant: str | None) -> list[Said]:
    zone = asker.view.zone(participant) if participant else asker.view.zone()
    return [
        Said(
            form=one.form,
            values=one.values,
            day=local_day(one.occurred_at, zone),
            visit=one.visit,
            cycle=one.cycle,
        )
        for one in seen
        if one.current and one.status == "filed"
    ]
