"""Recordings of a session: begun by leave of everybody who is there, one by one, and stopped at once by anybody."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from triptych.course import may_file
from triptych.course.recording_people import CONSENT, agreed_to, present
from triptych.ledger import Draft, Filed, Outcome, Seen
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.live import crew
from triptych.web.pages.session import is_secure
from triptych.web.people import Asker, found, page
from triptych.web.recording.kept import (
    ASKED,
    EVERY,
    RULE,
    START,
    STOP,
    VIEW,
    Hindrance,
    Recording,
    agreed_purposes,
    enter_hashes,
    hindrance,
    interrupted_at,
    parts_of,
    recordings_of,
    room,
)
from triptych.web.recording.place import FORM as DEVICE
from triptych.web.recording.place import device_of, devices
from triptych.web.recording.playing import kind_of
from triptych.web.recording.shelf import MOST, NotReadable, Shelf
from triptych.web.show import show
from triptych.web.templating import asset, clock

UPLOADED = "uploaded"


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
        return _begin(request, asker, participant, listed)
    form, whole = asker.study.forms[START], house().trial.system_view()
    names = {item.id: {choice.code: choice.label for choice in item.choices} for item in form.items}
    names["why"] = {one.code: one.label for item in asker.study.forms[STOP].items for one in item.choices}
    running = next((one for one in reversed(listed) if one.state == "running"), None)
    site = next((one.site for one in reversed(asker.view.records(participant)) if one.site), None)
    registered = devices(whole, site) if may(asker, DEVICE) else {}
    return show(
        request,
        asker,
        "recordings.html",
        participant=participant,
        recordings=listed,
        parts={one.id: len(parts_of(listed, one)) for one in listed},
        running=running,
        silent=_silent(asker, listed),
        agreed=agreed(participant),
        names=names,
        inside=inside(request, asker, participant),
        rule=_rule(asker, site),
        sees_rule=asker.view.sight.sees_form(RULE),
        site=site,
        device=device_of(request, whole, site),
        devices=[one for one in registered.values() if one.values["state"] == "in_use"],
        may_register=may(asker, DEVICE) and site is not None,
        may_record=may(asker, START),
        may_stop=may(asker, STOP),
        may_view=may(asker, VIEW),
        secure=is_secure(request),
        zone=asker.view.zone(),
        given=given(asker, participant),
    )


def _silent(asker: Asker, listed: list[Recording]) -> dict[str, dict[str, Any]]:
    """Of recordings that read as interrupted: when the newest piece came, and the same for a form that closes it."""
    place, now = shelf(), asker.view.now
    found = {one.id: interrupted_at(one, place, now) for one in listed}
    return {record: {"at": at, "ms": _ms(at), "pieces": place.count(record)} for record, at in found.items() if at}


def given(asker: Asker, participant: str) -> str:
    """What the scripts of recording are given, as JSON."""
    urls = {name: reverse(name, kwargs={"participant": participant}) for name in ("recordings", "session_events")}
    modules = {"outbox": asset("outbox.js"), "pieces": asset("recording-pieces.js")}
    told = {"urls": urls, "participant": participant, "modules": modules, "zone": asker.view.zone(participant).key}
    return json.dumps(told).replace("<", "\\u003c")


def inside(request: HttpRequest, asker: Asker, participant: str) -> Mapping[str, Any]:
    """Who is there by what was recorded, what each agreed to, and for whom this tablet may speak."""
    in_room = room(house().trial.system_view(), participant)
    people, said = present(in_room, asker.view.now), agreed_to(in_room, asker.view.now)
    lacking = {
        purpose: [one.person for one in people or () if one.purposes is None or purpose not in one.purposes]
        for purpose in ("fidelity", "recall", "training")
    }
    own = crew.crew_of(request, asker) if may(asker, CONSENT) else {}
    return {
        "people": people,
        "lacking": lacking,
        "own": {name: {"pin": crew.has_pin(request, name), "said": said.get(name)} for name in own},
    }


def _rule(asker: Asker, site: str | None) -> Seen | None:
    """The newest rule on recordings of a site, as far as the asker sees it."""
    said = [one for one in (asker.view.site_records(site) if site else ()) if one.form == RULE and one.current]
    return max(said, key=lambda one: one.occurred_at, default=None)


def _begin(request: HttpRequest, asker: Asker, participant: str, listed: list[Recording]) -> HttpResponse:
    """File the beginning of a recording, or of a part of one, through its gate, and make room for it."""
    how = request.POST.get("how", "")
    values: dict[str, object] = {"kind": request.POST.get("kind", ""), "how": how}
    values |= {"purposes": request.POST.getlist("purposes"), "everyone_agreed": request.POST.get("everyone") == "yes"}
    values["people"] = request.POST.get("people", "") if how == UPLOADED else _present(asker, participant)
    if before := request.POST.get("continues"):
        part = next((one for one in listed if one.id == before), None)
        if part is None or part.stopped_at is None:
            return _no("The part before this one was not found, or has not ended.")
        values |= {"continues": part.id, "gap": _gap(asker, part.stopped_at)}
    lacking = _who_lacks(asker, participant, values)
    told = f"Not on record as agreeing to be recorded for this: {', '.join(lacking)}." if lacking else ""
    if told and how == UPLOADED:
        return _no(told)
    outcome = file(request, asker, participant, START, values)
    if not isinstance(outcome, Filed):
        return _no(" ".join([*(reason.text for reason in outcome.reasons), told]).strip())
    place, name = shelf(), outcome.record.id
    place.begin(name)
    key = {"key": b64encode(place.waiting_key(name)).decode()} if how != UPLOADED else {}
    answer = JsonResponse({"id": name, "now": _ms(asker.view.now), **key})
    answer["Cache-Control"] = "no-store"
    return answer


def _no(problem: str) -> JsonResponse:
    return JsonResponse({"problem": problem}, status=422)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _present(asker: Asker, participant: str) -> str:
    """Everybody who is there, by name; empty where nobody is on record, so that nothing begins."""
    people = present(room(house().trial.system_view(), participant), asker.view.now)
    return ", ".join(one.person for one in people or ())


def _who_lacks(asker: Asker, participant: str, values: Mapping[str, Any]) -> list[str]:
    """Of those who are there, or whom somebody names as in a file, who is not on record as agreeing to each purpose."""
    now, in_room = asker.view.now, room(house().trial.system_view(), participant)
    if values["how"] != UPLOADED:
        said = {one.person: one.purposes for one in present(in_room, now) or ()}
    else:
        named = (name.strip() for name in str(values["people"]).split(","))
        said = {name: agreed_to(in_room, now).get(name) for name in named if name}
    return [name for name, purposes in said.items() if not set(values["purposes"]) <= (purposes or frozenset())]


def _gap(asker: Asker, stopped: datetime) -> str:
    zone, now = asker.view.zone(), asker.view.now
    minutes = round((now - stopped).total_seconds() / 60)
    lasted = f"{minutes} min" if minutes >= 1 else "under a minute"
    return f"Not recorded from {clock(stopped, zone)} to {clock(now, zone)} ({lasted})"


def file(
    request: HttpRequest,
    asker: Asker,
    participant: str,
    form: str,
    values: dict[str, object],
    at: datetime | None = None,
) -> Outcome:
    """File a record about a recording or the room in the asker's name, now or as of an earlier instant."""
    draft = Draft(
        id=request.POST.get("id") or new_id(asker.view.now),
        form=form,
        values=values,
        occurred_at=at or asker.view.now,
        participant=participant,
        site=asker.grant.site,
    )
    return house().trial.file(draft, asker.actor)


@require_GET
@page
def state(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Say whether a recording runs, whether everybody's agreement still carries it, and when it was heard of last.

    A page that records names its own (`mine`), and is told from when on somebody wanted no more of it.
    """
    listed = all_of(asker, participant)
    mine = next((one for one in listed if one.id == request.GET.get("mine")), None)
    ended = {"ended": _ms(mine.stopped_at), "why": mine.why} if mine and mine.stopped_at and mine.why in ASKED else {}
    running = next((one for one in reversed(listed) if one.state == "running"), None)
    if running is None:
        return JsonResponse({"running": None, "now": _ms(asker.view.now), **ended})
    against = hindrance(house().trial.system_view(), running)
    told = {
        **ended,
        "running": running.id,
        "kind": running.kind,
        "since": running.begun_at.isoformat(),
        "agreed": against is None,
        "next": shelf().count(running.id),
        "heard": shelf().last_at(running.id),
        "interrupted": interrupted_at(running, shelf(), asker.view.now) is not None,
        "now": _ms(asker.view.now),
    }
    return JsonResponse(told | (_against(against) if against else {}))


def _against(one: Hindrance) -> dict[str, object]:
    return {"stop": True, "why": one.why, "until": _ms(one.since), "problem": one.told}


@page
def piece(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Take the next piece of a recording; a piece that is there already is answered with the next that is wanted."""
    recording = one_of(asker, participant, record)
    if request.method != "POST" or not may(asker, START):
        raise Http404
    at, place = request.GET.get("number", ""), shelf()
    if not (at.isascii() and at.isdecimal() and len(at) <= 6) or len(request.body) > MOST:
        return _no(f"Send a numbered piece of at most {MOST:,} bytes.")
    if recording.state == "destroyed":
        return JsonResponse({"stop": True, "problem": "This recording was destroyed."}, status=409)
    against = hindrance(house().trial.system_view(), recording)
    ended = _time(request.GET.get("at", ""))
    if against and not _is_before(against, ended):
        return JsonResponse(_against(against), status=409)
    try:
        content = request.body if "sealed" not in request.GET else place.unsealed(recording.id, int(at), request.body)
        return _taken(asker, recording, int(at), content)
    except NotReadable as error:
        return JsonResponse({"problem": str(error)}, status=409)


def _is_before(against: Hindrance, ended: datetime | None) -> bool:
    """Whether a piece says that it was whole before what ended its recording. After a withdrawal none is taken."""
    return ended is not None and against.why != "withdrawn" and ended <= against.since


def _taken(asker: Asker, recording: Recording, number: int, content: bytes) -> HttpResponse:
    """Keep a piece where it is the next one. Raises `NotReadable` where the recording's key is gone."""
    place = shelf()
    wanted = place.count(recording.id)
    if number == 0 and kind_of(content) is None:
        return JsonResponse({"stop": True, "problem": "This is no recording of a kind that is taken."}, status=415)
    is_beyond = recording.pieces is not None and number >= recording.pieces
    if number == wanted and not is_beyond:
        place.keep(recording.id, number, content)
        if number % EVERY == EVERY - 1 or recording.state == "stopped":
            enter_hashes(house().trial, place, recording, asker.view.now)
    status = 409 if number > wanted or is_beyond else 200
    told = {"next": place.count(recording.id), "stop": recording.state != "running"}
    return JsonResponse(told, status=status)


def _time(text: str) -> datetime | None:
    """An instant in milliseconds of the Unix clock; none where it cannot be read."""
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


@page
def stop(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """End a recording at once, or as of when a tablet lost it. Nothing is asked and nothing is waited for."""
    recording = one_of(asker, participant, record)
    if request.method != "POST":
        raise Http404
    told = request.POST.get("pieces", "")
    pieces: object = int(told) if told.isascii() and told.isdecimal() and len(told) <= 6 else {"missing": "unknown"}
    values = {"about": recording.id, "why": request.POST.get("why", "person"), "pieces": pieces}
    at = _time(request.POST.get("at", "")) or asker.view.now
    at = min(max(at, recording.begun_at), asker.view.now)
    outcome = file(request, asker, participant, STOP, values, at)
    if not isinstance(outcome, Filed):
        return _no(" ".join(reason.text for reason in outcome.reasons))
    enter_hashes(house().trial, shelf(), recording, asker.view.now)
    if "back" in request.POST:
        return redirect("recordings", participant=participant)
    return JsonResponse({"stopped": True})
