"""The second person's check of a dose: under their own log-in, or at a shared tablet by their PIN, never by a tap."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import may_file
from triptych.ledger import Actor, Draft, Filed
from triptych.web.entry import Posted, new_id
from triptych.web.hand import WRONG, confirmed
from triptych.web.house import house
from triptych.web.live import crew
from triptych.web.live.stream import board_for
from triptych.web.people import Asker, found, page
from triptych.web.proposing import propose
from triptych.web.show import show

FORM = "dose_check"


@page
def dose_check(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Ask for the check, and file it for whoever gives it with their own hand."""
    board = found(board_for(asker.view, participant)).board
    form = found(asker.study.forms.get(FORM))
    people = {
        name: actor
        for name, actor in crew.crew_of(request, asker).items()
        if may_file(asker.study.roles[actor.role], form)
    }
    if not people:
        raise Http404
    posted = Posted.fresh(form, board.zone, asker.view.now)
    propose(asker, posted, participant, board.place.cycle if board.place else None)
    person = request.POST.get("person", "")
    if request.method == "POST":
        posted = Posted.read(form, request.POST, board.zone)
        actor = people.get(person)
        if actor is None or not confirmed(request, asker, person, request.POST.get("pin", "")):
            posted.problems.append(("", WRONG))
        elif _is_filed(posted, participant, actor, board.place.cycle if board.place else None):
            return redirect("session", participant=participant)
    return show(
        request,
        asker,
        "live/dose_check.html",
        status=422 if posted.problems else 200,
        participant=participant,
        posted=posted,
        form=form,
        person=person,
        people={name: crew.has_pin(request, name) for name in people},
        zone=board.zone,
    )


def _is_filed(posted: Posted, participant: str, actor: Actor, cycle: int | None) -> bool:
    now = house().clock()
    draft = Draft(
        id=posted.record or new_id(now),
        form=FORM,
        values=posted.answers(),
        occurred_at=now,
        participant=participant,
        site=actor.site,
        cycle=cycle,
    )
    outcome = house().trial.file(draft, actor)
    if isinstance(outcome, Filed):
        return True
    posted.problems.extend((reason.item or "", reason.text) for reason in outcome.reasons)
    return False
