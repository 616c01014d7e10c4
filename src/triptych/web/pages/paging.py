"""The test page before a dose: sent from the room, acknowledged by the physician on the page that will show alarms."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from triptych.course import local_day, may_file
from triptych.ledger import Draft, Filed, Seen
from triptych.web.entry import new_id
from triptych.web.hand import WRONG, confirmed
from triptych.web.house import house
from triptych.web.live.stream import board_for
from triptych.web.people import Asker, found, page

SENT, ANSWERED = "alarm_test", "alarm_test_seen"


def waiting(asker: Asker, participant: str) -> Seen | None:
    """The test page of today that nobody has acknowledged yet, if there is one."""
    seen = [one for one in asker.view.records(participant) if one.current and one.status == "filed"]
    return _waiting(asker, participant, seen)


def _waiting(asker: Asker, participant: str, seen: Sequence[Seen]) -> Seen | None:
    zone = asker.view.zone(participant)
    today = local_day(asker.view.now, zone)
    answered = {str(one.values.get("about")) for one in seen if one.form == ANSWERED}
    sent = [one for one in seen if one.form == SENT and local_day(one.occurred_at, zone) == today]
    return next((one for one in reversed(sent) if one.root not in answered), None)


@require_POST
@page
def page_test(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Send a test page from the room, or acknowledge the one that waits by one's own hand, as an alarm."""
    drawn = found(board_for(asker.view, participant))
    what = {"send": SENT, "seen": ANSWERED}.get(request.POST.get("what", ""))
    form = asker.study.forms.get(what or "")
    if form is None or not may_file(asker.study.roles[asker.grant.role], form):
        raise Http404
    about = found(waiting(asker, participant)).root if what == ANSWERED else None
    if about and not confirmed(request, asker, asker.actor.person, request.POST.get("pin", "")):
        return JsonResponse({"problem": WRONG}, status=422)
    now = house().clock()
    draft = Draft(
        id=new_id(now),
        form=form.id,
        values={"about": about} if about else {},
        occurred_at=now,
        participant=participant,
        site=asker.grant.site or drawn.board.site,
    )
    outcome = house().trial.file(draft, asker.actor)
    if not about:
        return redirect("session", participant=participant)
    if isinstance(outcome, Filed):
        return JsonResponse({"filed": outcome.record.id})
    return JsonResponse({"problem": " ".join(reason.text for reason in outcome.reasons)}, status=422)
