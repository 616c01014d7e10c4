"""Who is with a participant in a medicine session, and where fewer were there than the document asks for (CON-01).

A gap ends when somebody qualified is there again: a hand-over or relief closes it. Where nobody has recorded who is
there, no gap is known either, and that is said as *not recorded*, never as *somebody is there*.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from triptych.course.deviations import Shown
from triptych.course.session_facts import span
from triptych.course.session_records import LASTS, SessionRecords

HoldsRole = Callable[[str, str, datetime], bool]
"""Whether a person holds a role at an instant."""


class Need(Struct, frozen=True):
    """So many people of these roles have to be there from an instant on, until another one (none: still)."""

    since: datetime
    until: datetime | None
    people: int
    roles: tuple[str, ...]


class Gap(Struct, frozen=True, kw_only=True):
    """A time in which fewer qualified people were there than the document asks for; open without `until`."""

    since: datetime
    until: datetime | None
    people: int
    needed: int
    long: bool
    record: str


class Attendance(Struct, frozen=True, kw_only=True):
    """Who is there now by what was recorded; `known` is false where nobody has recorded it.

    `nobody` is a red alarm at once: by the record, a participant under the effect of a dose is alone.
    """

    known: bool
    people: tuple[str, ...]
    qualified: int
    needed: int
    gaps: tuple[Gap, ...]

    @property
    def nobody(self) -> bool:
        """Whether somebody has to be there and by the record nobody is."""
        return self.known and self.needed > 0 and not self.people


class Move(Struct, frozen=True):
    """Somebody came or left, by a record."""

    at: datetime
    position: int
    person: str
    came: bool
    record: str


def attendance(session: SessionRecords, ends: datetime | None, holds_role: HoldsRole) -> Attendance:
    """Who is and was there until the session `ends` (none: it goes on): the team, and every coming and going."""
    moves = sorted(_moves(session), key=lambda move: (move.at, move.position))
    needs = list(needed(session, ends))
    now = next(
        (need for need in reversed(needs) if need.since <= session.now and not _is_over(need, session.now)), None
    )
    there = _after(moves, session.now)
    roles = now.roles if now else ()
    return Attendance(
        known=bool(moves),
        people=there,
        qualified=_qualified(there, roles, session.now, holds_role),
        needed=now.people if now else 0,
        # Where nobody has recorded who is there, no gap is known either.
        gaps=tuple(gap for need in needs for gap in _gaps(session, need, moves, holds_role)) if moves else (),
    )


def _is_over(need: Need, now: datetime) -> bool:
    return need.until is not None and need.until <= now


def _moves(session: SessionRecords) -> Iterator[Move]:
    for entry in session.of("session_team"):
        for item in ("first", "second"):
            person = entry.current.values.get(item)
            if isinstance(person, str):
                yield Move(entry.current.occurred_at, entry.root.position, person, True, entry.id)
    for entry in session.of("overnight_stay"):
        person = entry.current.values.get("attendant")
        if isinstance(person, str):
            yield Move(entry.current.occurred_at, entry.root.position, person, True, entry.id)
    for entry in session.of("session_presence"):
        person, change = entry.current.values.get("person"), entry.current.values.get("change")
        if isinstance(person, str):
            yield Move(entry.current.occurred_at, entry.root.position, person, change == "came", entry.id)


def needed(session: SessionRecords, ends: datetime | None) -> Iterator[Need]:
    """How many people have to be there from when until when: from the first dose to the end, fewer at night.

    A session that nobody has ended is not counted on for longer than one can last.
    """
    rules, first = session.rules.presence, session.first_dose
    if ends is None and not session.is_live and first is not None:
        ends = first + LASTS
    if rules is None or first is None or (ends is not None and ends <= first):
        return
    night = session.since_dose("overnight_stay")
    at = night.current.occurred_at if night else None
    turns = at if at is not None and (ends is None or at < ends) else None
    yield Need(first, turns or ends, rules.people, rules.roles)
    if turns is not None:
        yield Need(turns, ends, rules.overnight, rules.overnight_roles)


def _gaps(session: SessionRecords, need: Need, moves: Sequence[Move], holds_role: HoldsRole) -> Iterator[Gap]:
    """The gaps within one need, those that follow each other without a break as one."""
    changes = [need.since, *(move.at for move in moves if need.since < move.at and not _is_over(need, move.at))]
    begun: tuple[datetime, int, str] | None = None
    for at in dict.fromkeys(one for one in changes if one <= session.now):
        people = _qualified(_after(moves, at), need.roles, at, holds_role)
        if people >= need.people:
            if begun is not None:
                yield _gap(session, need, begun, at)
            begun = None
        elif begun is None:
            begun = (at, people, _cause(session, moves, at))
        else:
            begun = (begun[0], min(begun[1], people), begun[2])
    if begun is not None:
        yield _gap(session, need, begun, need.until)


def _gap(session: SessionRecords, need: Need, begun: tuple[datetime, int, str], until: datetime | None) -> Gap:
    assert session.rules.presence is not None  # else there is no need
    lasted = min(until or session.now, session.now) - begun[0]
    is_long = lasted >= span(session.rules.presence.tolerance)
    return Gap(since=begun[0], until=until, people=begun[1], needed=need.people, long=is_long, record=begun[2])


def _cause(session: SessionRecords, moves: Sequence[Move], at: datetime) -> str:
    """The record by which a gap began: the last coming or going, else the dose."""
    upto = [move.record for move in moves if move.at <= at]
    return upto[-1] if upto else session.doses[0].id


def _after(moves: Sequence[Move], at: datetime) -> tuple[str, ...]:
    """Who is there after everything up to an instant."""
    there: dict[str, bool] = {}
    for move in moves:
        if move.at <= at:
            there[move.person] = move.came
    return tuple(sorted(person for person, came in there.items() if came))


def _qualified(people: Sequence[str], roles: Sequence[str], at: datetime, holds_role: HoldsRole) -> int:
    return sum(any(holds_role(person, role, at) for role in roles) for person in people)


def presence_deviations(found: Attendance) -> Iterator[Shown]:
    """The gaps that lasted as long as the document tolerates, or longer; shorter ones stand on the timeline alone."""
    for gap in found.gaps:
        if gap.long:
            how = "and it goes on"  # no minutes: what stands here changes with a record alone
            if gap.until is not None:
                how = f"for {(gap.until - gap.since).total_seconds() // 60:.0f} minutes"
            yield Shown(
                key=f"presence_gap:{gap.record}:{gap.needed}",
                rule="presence_gap",
                what=f"{gap.people} of {gap.needed} qualified people with the participant, {how}",
                since=gap.since,
                about=gap.record,
            )
