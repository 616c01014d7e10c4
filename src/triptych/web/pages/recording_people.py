"""Who is in the room of a recording: each says for themselves whether they agree to be recorded, and for what."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course.recording_people import COMPANY, CONSENT, PRESENCE
from triptych.ledger import Draft, Filed
from triptych.web.entry import new_id
from triptych.web.hand import WRONG, confirmed
from triptych.web.house import house
from triptych.web.live import crew
from triptych.web.pages.recordings import all_of, may
from triptych.web.people import Asker, page
from triptych.web.recording.kept import START


@page
def people(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """File that somebody came or left, or what they agree to. Somebody on the team speaks for themselves alone."""
    all_of(asker, participant)
    person = request.POST.get("person", "").strip()[:120]
    if request.method != "POST" or not may(asker, START):
        raise Http404
    own = crew.crew_of(request, asker)
    match request.POST.get("what") if person else None:
        case "came" | "left" as change:
            form = PRESENCE if person in own else COMPANY
            _file(request, asker, participant, form, {"person": person, "change": change})
        case "agreed" if person not in own:
            _file(request, asker, participant, CONSENT, _said(request, person, request.POST.get("how", "")))
        case "agreed" if not confirmed(request, asker, person, request.POST.get("pin", ""), alone=True):
            messages.warning(request, WRONG)
        case "agreed":
            _file(request, asker, participant, CONSENT, _said(request, person, "own"))
    return redirect("recordings", participant=participant)


def _said(request: HttpRequest, person: str, how: str) -> dict[str, object]:
    return {"person": person, "purposes": request.POST.getlist("purposes"), "how": how}


def _file(request: HttpRequest, asker: Asker, participant: str, form: str, values: dict[str, object]) -> None:
    """File in the name of whoever speaks, at their own tablet or at one they have joined."""
    now = asker.view.now
    actor = crew.crew_of(request, asker).get(str(values["person"]), asker.actor)
    draft = Draft(id=new_id(now), form=form, values=values, occurred_at=now, participant=participant, site=actor.site)
    outcome = house().trial.file(draft, actor)
    if not isinstance(outcome, Filed):
        messages.warning(request, " ".join(reason.text for reason in outcome.reasons))
