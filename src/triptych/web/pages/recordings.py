"""Recordings of a session: begun by leave of everybody, stopped at once by anybody, looked at by name and purpose."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from triptych.course import may_file
from triptych.ledger import Draft, Filed, Outcome, Seen
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.pages.session import is_secure
from triptych.web.people import Asker, found, page
from triptych.web.recording.kept import (
    EVERY,
    START,
    STOP,
    VIEW,
    Recording,
    agreed_purposes,
    enter_hashes,
    goes_on,
    recordings_of,
)
from triptych.web.recording.shelf import MOST, NotReadable, Shelf
from triptych.web.show import show
from triptych.web.templating import asset

LASTS = timedelta(hours=12)
"""How long a viewing that was recorded may go on."""
TYPES = ((b"\x1a\x45\xdf\xa3", 0, "webm"), (b"ftyp", 4, "mp4"), (b"OggS", 0, "ogg"), (b"RIFF", 0, "wav"))
"""How files that are taken begin, at which byte, and what they are."""


def shelf() -> Shelf:
    """Where this installation keeps its recordings."""
    return Shelf(Path(settings.FOLDER) / "recordings", settings.RECORDING_KEY)


def all_of(asker: Asker, participant: str) -> list[Recording]:
    """The recordings of a participant whom the asker reaches; hashes are read by the system alone."""
    if not (asker.view.sight.sees_form(START) and asker.view.reaches(participant)):
        raise Http404
    return recordings_of(house().trial.system_view().records(participant))


def one_of(asker: Asker, participant: str, record: str) -> Recording:
    """One recording of a participant."""
    return found(next((one for one in all_of(asker, participant) if one.id == str(record)), None))


def may(asker: Asker, form: str) -> bool:
    """Whether the asker's role may file a form."""
    return may_file(asker.study.roles[asker.grant.role], asker.study.forms[form])


def agreed(participant: str) -> frozenset[str]:
    """The purposes for which the participant's agreement stands now, whatever the asker may see of it."""
    return agreed_purposes(house().trial.system_view(), participant)


@page
def recordings(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the recordings of a participant and what may be recorded now; begin one that everybody agreed to."""
    listed = all_of(asker, participant)
    if request.method == "POST":
        return _begin(request, asker, participant)
    form = asker.study.forms[START]
    names = {item.id: {choice.code: choice.label for choice in item.choices} for item in form.items}
    names["why"] = {one.code: one.label for item in asker.study.forms[STOP].items for one in item.choices}
    running = next((one for one in reversed(listed) if one.state == "running"), None)
    urls = {name: reverse(name, kwargs={"participant": participant}) for name in ("recordings", "session_events")}
    given = {"urls": urls, "participant": participant, "modules": {"outbox": asset("outbox.js")}}
    return show(
        request,
        asker,
        "recordings.html",
        participant=participant,
        recordings=listed,
        running=running,
        agreed=agreed(participant),
        names=names,
        may_record=may(asker, START),
        may_stop=may(asker, STOP),
        may_view=may(asker, VIEW),
        secure=is_secure(request),
        zone=asker.view.zone(),
        given=json.dumps(given).replace("<", "\\u003c"),
    )


def _begin(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """File the beginning of a recording through its gate, and make room for it."""
    values: dict[str, object] = {name: request.POST.get(name, "") for name in ("kind", "how", "people")}
    values |= {"purposes": request.POST.getlist("purposes"), "everyone_agreed": request.POST.get("everyone") == "yes"}
    outcome = _file(request, asker, participant, START, values)
    if not isinstance(outcome, Filed):
        return JsonResponse({"problem": " ".join(reason.text for reason in outcome.reasons)}, status=422)
    shelf().begin(outcome.record.id)
    return JsonResponse({"id": outcome.record.id})


def _file(request: HttpRequest, asker: Asker, participant: str, form: str, values: dict[str, object]) -> Outcome:
    draft = Draft(
        id=request.POST.get("id") or new_id(asker.view.now),
        form=form,
        values=values,
        occurred_at=asker.view.now,
        participant=participant,
        site=asker.grant.site,
    )
    return house().trial.file(draft, asker.actor)


@require_GET
@page
def state(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:  # noqa: ARG001
    """Say whether a recording runs, and whether any agreement still carries it."""
    running = next((one for one in reversed(all_of(asker, participant)) if one.state == "running"), None)
    if running is None:
        return JsonResponse({"running": None})
    stands = goes_on(house().trial.system_view(), running)
    return JsonResponse(
        {
            "running": running.id,
            "kind": running.kind,
            "since": running.begun_at.isoformat(),
            "agreed": stands,
            "next": shelf().count(running.id),
        }
    )


@page
def piece(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Take the next piece of a recording; a piece that is there already is answered with the next that is wanted."""
    recording = one_of(asker, participant, record)
    if request.method != "POST" or not may(asker, START):
        raise Http404
    at, place = request.GET.get("number", ""), shelf()
    if not (at.isascii() and at.isdecimal() and len(at) <= 6) or len(request.body) > MOST:
        return JsonResponse({"problem": f"Send a numbered piece of at most {MOST:,} bytes."}, status=422)
    if recording.state == "destroyed" or not goes_on(house().trial.system_view(), recording):
        return JsonResponse({"stop": True, "problem": "Nobody agrees to this recording any more."}, status=409)
    number, wanted = int(at), place.count(recording.id)
    if number == 0 and _kind_of(request.body) is None:
        return JsonResponse({"stop": True, "problem": "This is no recording of a kind that is taken."}, status=415)
    is_beyond = recording.pieces is not None and number >= recording.pieces
    if number == wanted and not is_beyond:
        try:
            place.keep(recording.id, number, request.body)
        except NotReadable as error:
            return JsonResponse({"problem": str(error)}, status=409)
        if number % EVERY == EVERY - 1 or recording.state == "stopped":
            enter_hashes(house().trial, place, recording, asker.view.now)
    status = 409 if number > wanted or is_beyond else 200
    told = {"next": place.count(recording.id), "stop": recording.state != "running"}
    return JsonResponse(told, status=status)


def _kind_of(content: bytes) -> str | None:
    return next((kind for begins, at, kind in TYPES if content[at : at + len(begins)] == begins), None)


@page
def stop(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """End a recording at once. Nothing is asked and nothing is waited for."""
    recording = one_of(asker, participant, record)
    if request.method != "POST":
        raise Http404
    told = request.POST.get("pieces", "")
    pieces: object = int(told) if told.isascii() and told.isdecimal() and len(told) <= 6 else {"missing": "unknown"}
    values = {"about": recording.id, "why": request.POST.get("why", "person"), "pieces": pieces}
    outcome = _file(request, asker, participant, STOP, values)
    if not isinstance(outcome, Filed):
        return JsonResponse({"problem": " ".join(reason.text for reason in outcome.reasons)}, status=422)
    enter_hashes(house().trial, shelf(), recording, asker.view.now)
    if "back" in request.POST:
        return redirect("recordings", participant=participant)
    return JsonResponse({"stopped": True})


@page
def look(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Record that somebody looks, and for which purpose; then show it, where its agreement stands."""
    recording, purpose = one_of(asker, participant, record), request.POST.get("purpose", "")
    if request.method != "POST" or not (may(asker, VIEW) and _may_show(recording, purpose)):
        raise Http404
    outcome = _file(request, asker, participant, VIEW, {"about": recording.id, "purpose": purpose})
    if not isinstance(outcome, Filed):
        raise Http404
    return redirect("recording_view", participant=participant, record=outcome.record.id)


def _may_show(recording: Recording, purpose: str) -> bool:
    """Whether a recording may be looked at for a purpose now."""
    is_for = recording.state != "destroyed" and purpose in recording.purposes
    return is_for and purpose in agreed(recording.participant)


def _looked(asker: Asker, participant: str, record: str) -> tuple[Recording, Seen]:
    """What the asker said to look at, not long ago; gone at once where the agreement is."""
    for recording in all_of(asker, participant):
        for seen in recording.views:
            is_own = seen.id == str(record) and seen.actor == asker.actor.person
            is_new = asker.view.now - seen.recorded_at < LASTS
            if is_own and is_new and _may_show(recording, str(seen.values.get("purpose"))):
                return recording, seen
    raise Http404


@page
def view(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """The player of a recording, on this site and in no other place."""
    recording, seen = _looked(asker, participant, record)
    return show(
        request,
        asker,
        "recording.html",
        participant=participant,
        recording=recording,
        purpose=seen.values["purpose"],
        record=record,
        zone=asker.view.zone(),
    )


@page
def content(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponseBase:
    """The sound and pictures, piece by piece. What follows is not sent once the agreement is withdrawn."""
    recording, seen = _looked(asker, participant, record)
    place, purpose = shelf(), str(seen.values["purpose"])
    try:
        kind = _kind_of(place.read(recording.id, 0))
    except NotReadable:
        raise Http404 from None

    def part(number: int) -> bytes | None:
        """The piece of a number; none at the end, and once it may not be shown any more."""
        if number >= place.count(recording.id) or not _may_show(recording, purpose):
            return None
        try:
            return place.read(recording.id, number)
        except NotReadable:
            return None

    parts = _later(part) if isinstance(request, ASGIRequest) else _now(part)
    medium = "video" if recording.kind == "video" else "audio"
    answer = StreamingHttpResponse(parts, content_type=f"{medium}/{kind or 'webm'}")
    answer["Cache-Control"] = "no-store"
    answer["Content-Disposition"] = "inline"
    return answer


def _now(part: Callable[[int], bytes | None]) -> Iterator[bytes]:
    number = 0
    while (found_part := part(number)) is not None:
        yield found_part
        number += 1


async def _later(part: Callable[[int], bytes | None]) -> AsyncIterator[bytes]:
    number, read = 0, sync_to_async(part)
    while (found_part := await read(number)) is not None:
        yield found_part
        number += 1
