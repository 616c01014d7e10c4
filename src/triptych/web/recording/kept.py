"""What the ledger says of recordings: what each is for, whether it runs, its hashes, and what damages it shows."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from triptych.course.entries import VOID_FORM
from triptych.course.recording_people import CONSENT, NAMED, Room, hindered_at
from triptych.ledger import Draft, Filed, Seen, Trial, View
from triptych.ledger.drafts import System
from triptych.web.recording.shelf import Shelf

START, STOP, PIECES, VIEW, END = (f"recording_{name}" for name in ("start", "stop", "pieces", "view", "end"))
RULE = "recording_rule"
SYSTEM = System(person="system", role="system")
LASTS = timedelta(hours=12)
"""How long a viewing that was recorded may go on."""
BATCH = 60
"""Hashes in one record."""
EVERY = 15
"""Pieces after which their hashes go into the ledger: about a minute."""
SILENT = timedelta(minutes=15)
"""After so long without a piece a recording that nobody has ended reads as interrupted. It may still go on."""
ASKED = ("participant", "person", "withdrawn")
"""Ends by somebody's wish: what a tablet recorded after one is not kept."""
State = Literal["running", "stopped", "destroyed"]


class Recording(Struct, frozen=True, kw_only=True):
    """One recording as the ledger has it. `hashes` are those of its encrypted pieces; `pieces` how many were told."""

    id: str
    participant: str
    site: str | None
    kind: str
    how: str
    purposes: tuple[str, ...]
    continues: str | None
    gap: str
    people: str
    begun_at: datetime
    begun_by: str
    state: State
    stopped_at: datetime | None
    why: str
    pieces: int | None
    hashes: tuple[str, ...]
    views: tuple[Seen, ...]


def recordings_of(records: Sequence[Seen]) -> list[Recording]:
    """The recordings of a participant, oldest first, from all that stands in the ledger of them."""
    current = [one for one in records if one.current]
    return [_recording(one, current) for one in current if one.form == START]


def _recording(start: Seen, current: Sequence[Seen]) -> Recording:
    about = [one for one in current if one.values.get("about") == start.id]
    stops = [one for one in about if one.form == STOP]
    told = [one.values["pieces"] for one in stops if isinstance(one.values.get("pieces"), int)]
    batches = sorted((one for one in about if one.form == PIECES), key=lambda one: int(one.values["first"]))
    return Recording(
        id=start.id,
        participant=str(start.participant),
        site=start.site,
        kind=str(start.values.get("kind")),
        how=str(start.values.get("how")),
        continues=start.values.get("continues"),
        gap=str(start.values.get("gap", "")),
        purposes=tuple(start.values.get("purposes") or ()),
        people=str(start.values.get("people", "")),
        begun_at=start.occurred_at,
        begun_by=start.actor,
        state="destroyed" if any(one.form == END for one in about) else "stopped" if stops else "running",
        stopped_at=min((one.occurred_at for one in stops), default=None),
        why=str(stops[0].values.get("why")) if stops else "",
        pieces=max(told, default=None),
        hashes=tuple(line for one in batches for line in str(one.values["hashes"]).split()),
        views=tuple(one for one in about if one.form == VIEW),
    )


def parts_of(listed: Sequence[Recording], last: Recording) -> list[Recording]:
    """The parts of one recording in their order, up to and with a part."""
    by_id, parts = {one.id: one for one in listed}, [last]
    while (before := by_id.get(parts[0].continues or "")) is not None and before not in parts:
        parts.insert(0, before)
    return parts


def interrupted_at(recording: Recording, shelf: Shelf, now: datetime) -> datetime | None:
    """When the newest piece came, or it was begun, of a recording that is silent too long; none of any other."""
    if recording.state != "running":
        return None
    written = shelf.last_at(recording.id)
    heard = datetime.fromtimestamp(written, UTC) if written else recording.begun_at
    return heard if now - heard > SILENT else None


def agreed_purposes(view: View, participant: str) -> frozenset[str]:
    """The purposes for which the participant's agreement stands now, read from a window that hides nothing."""
    course = view.course(participant)
    if course is None or course.standing.get("recordings") != "allowed":
        return frozenset()
    return course.recordings


def room(view: View, participant: str) -> Room:
    """Who was recorded as there and what each of them agreed to, read from a window that hides nothing."""
    seen = [one for one in view.records(participant) if one.status == "filed"]
    team = {grant.person for grant in view.grants() if grant.role != "participant"}
    return Room(
        moves=[one for one in seen if one.current and one.form in NAMED],
        said=[one for one in seen if one.form == CONSENT or (one.current and one.form == VOID_FORM)],
        is_team=team.__contains__,
    )


class Hindrance(Struct, frozen=True):
    """Why a recording may not go on, and from which instant. What was recorded before it is taken, unless withdrawn."""

    why: str
    since: datetime
    told: str


def hindrance(view: View, recording: Recording) -> Hindrance | None:
    """Why a recording may take nothing more: the participant withdrew, or somebody was there who has not agreed."""
    course = view.course(recording.participant)
    collects = course is not None and course.standing.get("data") == "active"
    if not (collects and agreed_purposes(view, recording.participant) & set(recording.purposes)):
        return Hindrance("withdrawn", recording.begun_at, "Nobody agrees to this recording any more.")
    if recording.stopped_at and recording.why in ASKED:
        return Hindrance(recording.why, recording.stopped_at, "Somebody stopped the recording.")
    if recording.how != "room" or recording.state != "running":
        return None
    since = hindered_at(room(view, recording.participant), recording.purposes, recording.begun_at, view.now)
    told = "Somebody is in the room who has not agreed to be recorded. The recording has stopped."
    return Hindrance("arrived", since, told) if since else None


def enter_hashes(trial: Trial, shelf: Shelf, recording: Recording, now: datetime) -> None:
    """Put the hashes of pieces that the ledger does not have yet into it. Sent twice they stand once."""
    known = len(recording.hashes)
    new = shelf.hashes(recording.id, known)
    for at in range(0, len(new), BATCH):
        first = known + at
        draft = Draft(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:triptych:recording:{recording.id}:{first}")),
            form=PIECES,
            values={"about": recording.id, "first": first, "hashes": "\n".join(new[at : at + BATCH])},
            occurred_at=now,
            participant=recording.participant,
            site=recording.site,
            origin="system",
        )
        if not isinstance(trial.file(draft, SYSTEM), Filed):
            return  # another request entered them at the same time; what is missing is entered with the next


def damages(recording: Recording, shelf: Shelf) -> Iterator[str]:
    """What a recording lacks or has too much of, against its hashes in the ledger."""
    if recording.state == "destroyed":
        if shelf.count(recording.id):
            yield "is destroyed by the ledger, and pieces of it are there"
        return
    found = shelf.hashes(recording.id)
    for number, wanted in enumerate(recording.hashes):
        if number >= len(found):
            yield f"piece {number} is missing"
            return
        if found[number] != wanted:
            yield f"piece {number} is not the one that was recorded"
    if len(found) > len(recording.hashes) and recording.state == "stopped":
        yield f"{len(found) - len(recording.hashes)} pieces stand in no record"
    if recording.pieces is not None and len(found) < recording.pieces:
        yield f"{recording.pieces} pieces were told, and {len(found)} are there"
