"""Who else is in view or hearing of a recording, and for what each of them has agreed to be recorded (PRV-07).

Who is there follows from what was recorded in the room. Somebody on the team agrees under their own log-in and nobody
else does it for them; what others say of them can only take away. Whoever has said nothing has not agreed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from triptych.course.entries import VOID_FORM, Entries
from triptych.course.record import Record
from triptych.course.setting import Setting
from triptych.course.told import Version
from triptych.rules import Missing

CONSENT, COMPANY, PRESENCE = "recording_consent", "session_company", "session_presence"
NAMED: Mapping[str, tuple[str, ...]] = {
    "session_team": ("first", "second"),
    "overnight_stay": ("attendant",),
    PRESENCE: ("person",),
    COMPANY: ("person",),
}
"""The forms by which somebody comes or leaves, and the items that name who."""
READ = (*NAMED, CONSENT, VOID_FORM)
LASTS = timedelta(hours=36)
"""For so long somebody who came and is not recorded as having left is there, as a medicine session can go on."""
IsTeam = Callable[[str], bool]
"""Whether somebody has a role in the trial, and so a log-in of their own."""


class Told(Version, Protocol):
    """A version of a record."""

    @property
    def actor(self) -> str:
        """Who filed it."""

    @property
    def recorded_at(self) -> datetime:
        """When the system had it."""


class Room(Struct, frozen=True, kw_only=True):
    """What was recorded of who is there (`moves`: what counts now) and who agreed (`said`: every version, in order)."""

    moves: Sequence[Told]
    said: Sequence[Told]
    is_team: IsTeam


class Present(Struct, frozen=True, kw_only=True):
    """Somebody who is there, and the purposes they agreed to; none where they were not asked."""

    person: str
    is_team: bool
    purposes: frozenset[str] | None


def room_of(entries: Entries, setting: Setting) -> Room:
    """What a participant's records say of the room."""
    said: list[Record] = [version for entry in entries.ever.get(CONSENT, ()) for version in entry.versions]
    said += [entry.current for entry in entries.of(VOID_FORM)]
    said.sort(key=lambda one: one.position)
    return Room(
        moves=[entry.current for form in NAMED for entry in entries.of(form)],
        said=said,
        is_team=lambda person: any(grant.role != "participant" for grant in setting.grants.of(person)),
    )


def agreed_to(room: Room, at: datetime) -> Mapping[str, frozenset[str] | None]:
    """By person, the purposes for which they agreed to be recorded, as known at an instant. A void asks them anew."""
    found: dict[str, frozenset[str] | None] = {}
    known: dict[str, str] = {}
    for one in room.said:
        if one.recorded_at > at:
            continue
        if one.form == VOID_FORM:
            if (person := known.get(str(one.values.get("about")))) is not None:
                found[person] = None
            continue
        person, purposes = str(one.values.get("person")), frozenset(one.values.get("purposes") or ())
        known[one.id] = person
        is_own = one.actor == person or not room.is_team(person)
        found[person] = purposes if is_own else purposes & (found.get(person) or frozenset())
    return found


def present(room: Room, at: datetime) -> tuple[Present, ...] | None:
    """Who is there at an instant and what they agreed to, by name; none where nobody has recorded who is there."""
    moves = sorted((move for one in room.moves for move in _moves(one)), key=lambda move: (move[0], not move[2]))
    recent = [move for move in moves if at - LASTS < move[0] <= at]
    there = {person: came for _, person, came in recent}
    agreed = agreed_to(room, at)
    people = sorted(person for person, came in there.items() if came)
    found = (Present(person=one, is_team=room.is_team(one), purposes=agreed.get(one)) for one in people)
    return tuple(found) if recent else None


def _moves(one: Told) -> Iterator[tuple[datetime, str, bool]]:
    for item in NAMED.get(one.form, ()):
        person = one.values.get(item)
        if isinstance(person, str):
            yield one.occurred_at, person, one.values.get("change", "came") == "came"


def all_agree(people: tuple[Present, ...] | None, purpose: str) -> bool | Missing:
    """Whether everybody who is there agrees to a purpose; not known where nobody is on record, or one was not asked."""
    if not people:
        return Missing((f"{PRESENCE}.person",))
    if any(one.purposes is not None and purpose not in one.purposes for one in people):
        return False
    return Missing((f"{CONSENT}.purposes",)) if any(one.purposes is None for one in people) else True


def hindered_at(room: Room, purposes: Iterable[str], begun: datetime, now: datetime) -> datetime | None:
    """The first instant since a recording was begun at which somebody was there who does not agree; none if never."""
    wanted = frozenset(purposes)
    instants = {one.occurred_at for one in room.moves} | {one.recorded_at for one in room.said}
    for at in sorted(at for at in instants if begun <= at <= now):
        if any(one.purposes is None or not wanted <= one.purposes for one in present(room, at) or ()):
            return at
    return None
