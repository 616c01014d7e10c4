"""Looking at a recording: by name and purpose, on record before anything is shown; together, on a device there."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from triptych.ledger import Draft, Filed, Seen
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.pages.recordings import agreed, all_of, file, may, one_of, shelf
from triptych.web.people import Asker, found, page
from triptych.web.recording.kept import LASTS, VIEW, Recording
from triptych.web.recording.place import FORM, device_of, devices, give, new_key
from triptych.web.recording.playing import played
from triptych.web.show import show

TOGETHER = "recall"
"""The purpose for which a copy is looked at on a device that stands at the site, and on no other."""


@page
def look(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Record that somebody looks, and for which purpose; then show it, where its agreement stands."""
    recording, purpose = one_of(asker, participant, record), request.POST.get("purpose", "")
    if request.method != "POST" or not (may(asker, VIEW) and may_show(recording, purpose)):
        raise Http404
    values: dict[str, object] = {"about": recording.id, "purpose": purpose}
    if purpose == TOGETHER:
        values["device"] = _device(request, recording)
    outcome = file(request, asker, participant, VIEW, values)
    if not isinstance(outcome, Filed):
        raise Http404
    return redirect("recording_view", participant=participant, record=outcome.record.id)


def _device(request: HttpRequest, recording: Recording) -> str:
    """The registered device of the recording's site that asks; from any other, nothing is there."""
    return found(device_of(request, house().trial.system_view(), recording.site))


def may_show(recording: Recording, purpose: str) -> bool:
    """Whether a recording may be looked at for a purpose now."""
    is_for = recording.state != "destroyed" and purpose in recording.purposes
    return is_for and purpose in agreed(recording.participant)


def _looked(request: HttpRequest, asker: Asker, participant: str, record: str) -> tuple[Recording, Seen]:
    """What the asker said to look at, not long ago; gone at once where the agreement is."""
    for recording in all_of(asker, participant):
        for seen in recording.views:
            is_own = seen.id == str(record) and seen.actor == asker.actor.person
            is_new = asker.view.now - seen.recorded_at < LASTS
            if is_own and is_new and may_show(recording, str(seen.values.get("purpose"))):
                if seen.values.get("purpose") == TOGETHER:
                    _device(request, recording)
                return recording, seen
    raise Http404


@page
def view(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """The player of a recording, on this site and in no other place."""
    recording, seen = _looked(request, asker, participant, record)
    source = reverse("recording_content", kwargs={"participant": participant, "record": record})
    return show(
        request,
        asker,
        "recording.html",
        participant=participant,
        sources=[(recording, source)],
        recording=recording,
        seen=seen,
        zone=asker.view.zone(),
    )


@page
def content(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponseBase:
    """The sound and pictures, whole or by ranges. What follows is not sent once the agreement is withdrawn."""
    recording, seen = _looked(request, asker, participant, record)
    purpose = str(seen.values["purpose"])
    return played(request, shelf(), recording, lambda: may_show(recording, purpose))


@page
def device(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Register the browser that asks for looking back at its site, or take one off."""
    records = asker.view.records(participant) if asker.view.reaches(participant) else ()
    site = next((one.site for one in reversed(records) if one.site), None)
    if request.method != "POST" or site is None or not may(asker, FORM):
        raise Http404
    name, taken_off = request.POST.get("name", "").strip(), request.POST.get("remove", "")
    known = devices(house().trial.system_view(), site)
    answer = redirect("recordings", participant=participant)
    if taken_off in known:
        _said(asker, site, {"name": known[taken_off].values["name"], "key": taken_off, "state": "removed"})
    elif name:
        key, digest = new_key()
        if _said(asker, site, {"name": name[:120], "key": digest, "state": "in_use"}):
            give(request, answer, key)
    return answer


def _said(asker: Asker, site: str, values: dict[str, object]) -> bool:
    """File what is said of a device; whether it was filed."""
    now = asker.view.now
    draft = Draft(id=new_id(now), form=FORM, values=values, occurred_at=now, site=site)
    return isinstance(house().trial.file(draft, asker.actor), Filed)
