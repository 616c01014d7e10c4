"""The touch agreement of a participant: what stands for each person, and which touch was outside it (CON-04, CON-05).

It narrows at any time and never widens from the minute after a dose until 24 hours after the discharge: whatever is
filed then, corrected or set aside, can only take away. With no discharge on record it stays so. An agreement counts
from when the system had it, a narrowing from when it was said. The stop word ends all touch until a new agreement.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.deviations import Shown
from triptych.course.doses import GIVEN
from triptych.course.entries import VOID_FORM, Entries
from triptych.course.obligations import Task
from triptych.course.setting import Setting
from triptych.rules import Missing

AGREEMENT, NARROWING, STOP, TOUCH = "touch_agreement", "touch_narrowing", "touch_stop", "session_touch"
DOSE, TEAM, REVIEW = "dose_administration", "session_team", "safety_review"
RELEASES = ("discharge", "discharge_override", "session_end", "session_exit")
NARROWED = (AGREEMENT, NARROWING, STOP)
"""What counts in every version, since nothing that was taken away comes back by a correction."""
RELATED = (*NARROWED, DOSE, VOID_FORM, *RELEASES)
SIGNED = ("tablet", "paper")
CARE, RULE = "care_", "touch_outside_agreement"
LOCKED = timedelta(hours=24)
"""For so long after a discharge nothing can be agreed anew."""
TOLD, ELSE = ("principal_investigator", "physician"), ("monitor", "coordinator")
"""Who is told of a touch outside the agreement, and who where nobody of those is left. No role of the person named."""


class Told(Protocol):
    """A version of a record, whether it counts now or not."""

    @property
    def id(self) -> str:
        """Its identifier."""

    @property
    def form(self) -> str:
        """Its form."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Its answers."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""

    @property
    def recorded_at(self) -> datetime:
        """When the system had it."""

    @property
    def corrects(self) -> str | None:
        """The version that it corrects."""

    @property
    def status(self) -> str:
        """Whether it is filed, or held."""


class Agreed(Struct, frozen=True, kw_only=True):
    """What is agreed with one person: kinds of touch (none: no touch), the stop word, care touch, and since when."""

    person: str
    kinds: frozenset[str]
    stop_word: str
    is_care_agreed: bool
    since: datetime


class Agreement(Struct, frozen=True, kw_only=True):
    """The agreement as it stands at an instant."""

    people: Mapping[str, Agreed]
    stopped_at: datetime | None
    is_locked: bool

    def outside(self, person: object, kind: object) -> str | None:
        """Why a touch is outside the agreement, in words; none where it is within, or is care."""
        if isinstance(kind, str) and kind.startswith(CARE):
            return None
        if self.stopped_at is not None:
            return "after the stop word"
        agreed = self.people.get(person) if isinstance(person, str) else None
        if agreed is None:
            return "by a person with whom nothing is agreed"
        return (
            None if isinstance(kind, str) and kind in agreed.kinds else "of a kind that is not agreed with this person"
        )


def agreement(records: Iterable[Told], at: datetime) -> Agreement:
    """What stands at an instant, from every version of the records about touch, doses and releases."""
    known = [one for one in records if one.form in RELATED]
    people: dict[str, Agreed] = {}
    stopped: datetime | None = None
    for when, one in sorted(_events(known, at), key=lambda found: (found[0], found[1].recorded_at, found[1].id)):
        is_locked = locked(known, when)
        if one.form == AGREEMENT:
            made = _made(one, when)
            people = {name: _other(known, agreed, one) for name, agreed in people.items()}
            people[made.person] = _narrowed(people.get(made.person), made) if is_locked else made
            stopped = stopped if is_locked else None
        elif one.form == STOP:
            stopped = when
        else:
            people = {name: _less(known, agreed, one) for name, agreed in people.items()}
    return Agreement(people=people, stopped_at=stopped, is_locked=locked(known, at))


def _events(known: Sequence[Told], at: datetime) -> Iterator[tuple[datetime, Told]]:
    """What changes the agreement up to an instant, each at the time from which it counts."""
    for one in known:
        is_late = one.form in (AGREEMENT, VOID_FORM)
        when = max(one.occurred_at, one.recorded_at) if is_late else one.occurred_at
        if one.status == "filed" and when <= at and one.form in (*NARROWED, VOID_FORM):
            yield when, one


def _made(one: Told, when: datetime) -> Agreed:
    kinds = one.values.get("kinds") if one.values.get("signed") in SIGNED else ()
    return Agreed(
        person=str(one.values.get("person")),
        kinds=frozenset(kinds if isinstance(kinds, list | tuple) else ()),
        stop_word=str(one.values.get("stop_word") or ""),
        is_care_agreed=one.values.get("care_agreed") is True and one.values.get("signed") in SIGNED,
        since=when,
    )


def _other(known: Sequence[Told], agreed: Agreed, one: Told) -> Agreed:
    """An agreement whose record turns out to be about somebody else is none."""
    return _without(known, agreed, one.corrects) if one.values.get("person") != agreed.person else agreed


def _without(known: Sequence[Told], agreed: Agreed, record: object) -> Agreed:
    """What is left of an agreement when a record falls: nothing, if it was one with this person."""
    fallen = next((other for other in known if record is not None and other.id == record), None)
    is_mine = fallen is not None and fallen.form == AGREEMENT and fallen.values.get("person") == agreed.person
    return replace(agreed, kinds=frozenset(), is_care_agreed=False) if is_mine else agreed


def _narrowed(before: Agreed | None, made: Agreed) -> Agreed:
    """An agreement made while nothing can be agreed anew: only what was agreed before and still is."""
    if before is None:
        return replace(made, kinds=frozenset(), is_care_agreed=False)
    is_care_agreed = made.is_care_agreed and before.is_care_agreed
    return replace(made, kinds=made.kinds & before.kinds, is_care_agreed=is_care_agreed)


def _less(known: Sequence[Told], agreed: Agreed, one: Told) -> Agreed:
    """What is left of an agreement after a narrowing, or after it was set aside."""
    if one.form == VOID_FORM:
        return _without(known, agreed, one.values.get("about"))
    if one.values.get("person") not in (None, agreed.person):
        return agreed
    kinds = one.values.get("kinds")
    taken = frozenset(kinds) if isinstance(kinds, list | tuple) and kinds else agreed.kinds
    return replace(agreed, kinds=agreed.kinds - taken)


def locked(records: Iterable[Told], at: datetime) -> bool:
    """Whether nothing can be agreed anew: after a dose, until 24 hours after a release that followed it.

    Actual times are to the minute, so what is recorded within the minute of a dose counts as before it. A dose that is
    held counts: nobody knows that it was not given.
    """
    known = list(records)
    released = [
        max(one.occurred_at, one.recorded_at) for one in known if one.form in RELEASES and one.status == "filed"
    ]
    for dose in known:
        if dose.form == DOSE and (dose.status == "held" or dose.values.get("outcome") in GIVEN):
            given = _taken_at(dose)
            begins = given.replace(second=59, microsecond=999999)
            if begins < at and not any(given < one and one + LOCKED <= at for one in released):
                return True
    return False


def _taken_at(dose: Told) -> datetime:
    actual = dose.values.get("taken_at")
    return datetime.fromisoformat(actual) if isinstance(actual, str) else dose.occurred_at


# From entries, where a gate or the course asks


def versions(entries: Entries) -> list[Told]:
    """Every version of what the agreement rests on; a dose that was set aside was none, and a held one may be."""
    said = (entry for form in NARROWED for entry in entries.ever.get(form, ()))
    found: list[Told] = [version for entry in said for version in entry.versions]
    found += [entry.current for form in (DOSE, *RELEASES) for entry in entries.of(form)]
    found += [entry.current for entry in entries.of(VOID_FORM)]
    return [*found, *(one for one in entries.held if one.form == DOSE)]


def touch_agreed(entries: Entries, team: Mapping[str, Any] | None, now: datetime) -> bool | Missing:
    """Whether a signed agreement stands for everybody who is named for today's session, with care touch agreed."""
    if team is None:
        return Missing((f"{TEAM}.first",))
    people = [person for person in (team.get("first"), team.get("second")) if isinstance(person, str)]
    stands = agreement(versions(entries), now).people
    if any(person not in stands for person in people):
        return Missing((f"{AGREEMENT}.person",))
    return all(stands[person].is_care_agreed for person in people)


def touches_outside(entries: Entries) -> Iterator[tuple[Shown, object]]:
    """Every touch outside the agreement as it stood at that moment, and the person named.

    It stands whatever becomes of its record: nobody takes it back by a correction or by setting it aside.
    """
    touches = entries.ever.get(TOUCH, ())
    known = versions(entries) if touches else []
    for entry in touches:
        for version in entry.versions:
            person, at = version.values.get("person"), version.occurred_at
            why = agreement(known, at).outside(person, version.values.get("kind"))
            if why is not None:
                what = f"A touch {why}"
                yield Shown(key=f"{RULE}:{entry.id}", rule=RULE, what=what, since=at, about=entry.id), person
                break


def _holds(setting: Setting, person: object, role: str, now: datetime) -> bool:
    return isinstance(person, str) and setting.holds_role(person, role, now)


def touch_tasks(entries: Entries, setting: Setting, roles: Iterable[str], now: datetime) -> Iterator[Task]:
    """An alert for each touch outside the agreement, until somebody else than the person named has reviewed it."""
    known = set(roles)
    for shown, person in touches_outside(entries):
        reviews = entries.about.get((REVIEW, shown.about or ""), ())
        if any(review.root.actor != person for review in reviews):
            continue
        free = [role for role in (*TOLD, *ELSE) if role in known and not _holds(setting, person, role, now)]
        told = [role for role in free if role in TOLD] or free
        yield Task(
            id=RULE,
            title="Touch outside the agreement: see to the participant and separate who is named, now",
            roles=tuple(told),
            since=shown.since,
            level="alert",
            due=shown.since,
            overdue=True,
            about=shown.about,
            form=TOUCH,
        )
