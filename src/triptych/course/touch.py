"""The touch agreement of a participant: what stands for each person, and which touch was outside it (CON-04, CON-05).

It narrows at any time and never widens from the minute after a dose until 24 hours after the discharge: whatever is
filed then, corrected or set aside, can only take away. With no discharge on record it stays so. An agreement counts
from when the system had it signed, a narrowing from when it was said. The stop word ends all touch until a new
agreement, and a no to touch as support in the consent ends all but care until it is asked again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.consenting import ELEMENT
from triptych.course.doses import GIVEN
from triptych.course.entries import VOID_FORM, Entries
from triptych.course.told import Version
from triptych.rules import Missing

AGREEMENT, NARROWING, STOP, TOUCH = "touch_agreement", "touch_narrowing", "touch_stop", "session_touch"
SIGNATURE, SUPPORT = "touch_signature", "touch_support"
"""The participant's own signature, and the part of the consent that is about touch as support."""
DOSE, TEAM = "dose_administration", "session_team"
RELEASES = ("discharge", "discharge_override", "session_end", "session_exit")
NARROWED = (AGREEMENT, SIGNATURE, NARROWING, STOP, ELEMENT)
"""What counts in every version, since nothing that was taken away comes back by a correction."""
RELATED = (*NARROWED, DOSE, VOID_FORM, *RELEASES)
OWN, SIGNED = "own", ("paper", "witness")
"""How an agreement is signed: by the participant on their own page, which is a record of its own, or on paper."""
CARE = "care_"
LOCKED = timedelta(hours=24)
"""For so long after a discharge nothing can be agreed anew."""


class Told(Version, Protocol):
    """A version of a record, whether it counts now or not."""

    @property
    def role(self) -> str:
        """The role that it was filed in."""

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
    """What is agreed with one person: kinds of touch (none: no touch), the stop word, care touch, and since when.

    `record` is the version that says so, `signed` how it is signed; while it `waits` for that nothing is agreed.
    """

    record: str
    person: str
    signed: str
    waits: bool
    kinds: frozenset[str]
    stop_word: str
    is_care_agreed: bool
    since: datetime


class Agreement(Struct, frozen=True, kw_only=True):
    """The agreement as it stands at an instant; `declined_at` is the no to touch as support in the consent."""

    people: Mapping[str, Agreed]
    stopped_at: datetime | None
    declined_at: datetime | None
    is_locked: bool

    def outside(self, person: object, kind: object) -> str | None:
        """Why a touch is outside the agreement, in words; none where it is within, or is care."""
        if isinstance(kind, str) and kind.startswith(CARE):
            return None
        if self.stopped_at is not None:
            return "after the stop word"
        if self.declined_at is not None:
            return "although touch as support is declined in the consent"
        agreed = self.people.get(person) if isinstance(person, str) else None
        if agreed is None:
            return "by a person with whom nothing is agreed"
        return (
            None if isinstance(kind, str) and kind in agreed.kinds else "of a kind that is not agreed with this person"
        )


def is_related(one: Told) -> bool:
    """Whether an agreement rests on a record: of the consent the part about touch as support alone."""
    return one.form in RELATED and (one.form != ELEMENT or one.values.get("element") == SUPPORT)


def digest(values: Mapping[str, Any]) -> str:
    """The SHA-256 of what an agreement says, which the participant's signature is bound to."""
    kinds = values.get("kinds")
    said = {name: values.get(name) for name in ("person", "stop_word", "care_agreed")}
    said["kinds"] = sorted(kinds) if isinstance(kinds, list | tuple) else []
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def agreement(records: Iterable[Told], at: datetime) -> Agreement:
    """What stands at an instant, from every version of the records about touch, doses, releases and the consent."""
    known = [one for one in records if is_related(one)]
    stands = Agreement(people={}, stopped_at=None, declined_at=None, is_locked=False)
    for when, one in sorted(_events(known, at), key=_order):
        stands = _after(known, stands, one, when)
    return replace(stands, is_locked=locked(known, at))


def _order(found: tuple[datetime, Told]) -> tuple[datetime, datetime, int, str]:
    """By time; of what came at once, what was agreed comes before what takes away."""
    when, one = found
    return when, one.recorded_at, RELATED.index(one.form), one.id


def _after(known: Sequence[Told], stands: Agreement, one: Told, when: datetime) -> Agreement:
    """What stands after one more record."""
    people, is_locked = stands.people, locked(known, when)
    if one.form == AGREEMENT:
        made = _made(one, when)
        people = {name: _other(known, agreed, one) for name, agreed in people.items()}
        people[made.person] = _narrowed(people.get(made.person), made) if is_locked else made
        return replace(stands, people=people, stopped_at=stands.stopped_at if is_locked else None)
    if one.form == SIGNATURE:
        return replace(stands, people={name: _signed(known, agreed, one, when) for name, agreed in people.items()})
    if one.form == STOP:
        return replace(stands, stopped_at=when)
    if one.form == ELEMENT:
        return replace(stands, declined_at=_declined(known, stands.declined_at, one, when))
    people = {name: _less(known, agreed, one) for name, agreed in people.items()}
    return replace(stands, people=people, declined_at=when if _is_doubt(known, one) else stands.declined_at)


def _events(known: Sequence[Told], at: datetime) -> Iterator[tuple[datetime, Told]]:
    """What changes the agreement up to an instant, each at the time from which it counts."""
    for one in known:
        is_late = one.form in (AGREEMENT, VOID_FORM) or one.values.get("agreed") is True
        when = max(one.occurred_at, one.recorded_at) if is_late else one.occurred_at
        if one.status == "filed" and when <= at and one.form in (*NARROWED, VOID_FORM):
            yield when, one


def _declined(known: Sequence[Told], since: datetime | None, one: Told, when: datetime) -> datetime | None:
    """Since when touch as support is declined: a no counts at once, and only a new yes after every no takes it back."""
    if one.values.get("agreed") is not True:
        return since or when
    if since is None or one.corrects is not None or locked(known, when):
        return since
    noes = (other for other in known if other.form == ELEMENT and other.values.get("agreed") is not True)
    is_after = all(no.occurred_at > when or max(no.occurred_at, no.recorded_at) < one.recorded_at for no in noes)
    return None if is_after and one.occurred_at > since else since


def _signed(known: Sequence[Told], agreed: Agreed, one: Told, when: datetime) -> Agreed:
    """An agreement after the participant has answered: signed as it was shown, or not agreed to."""
    if one.values.get("about") != agreed.record:
        return agreed
    if one.values.get("agreed") is not True:
        return replace(agreed, kinds=frozenset(), is_care_agreed=False, waits=False)
    version = next(other for other in known if other.id == agreed.record)
    is_whole = one.role == "participant" and one.values.get("shown") == digest(version.values) and one.corrects is None
    if not (agreed.waits and is_whole) or locked(known, when):
        return agreed
    return replace(_said(version, when), waits=False)


def _made(one: Told, when: datetime) -> Agreed:
    said = _said(one, when)
    return said if said.signed in SIGNED else replace(said, kinds=frozenset(), is_care_agreed=False)


def _said(one: Told, when: datetime) -> Agreed:
    """An agreement as it is written, whoever has signed it."""
    kinds = one.values.get("kinds")
    return Agreed(
        record=one.id,
        person=str(one.values.get("person")),
        signed=str(one.values.get("signed")),
        waits=one.values.get("signed") == OWN,
        kinds=frozenset(kinds if isinstance(kinds, list | tuple) else ()),
        stop_word=str(one.values.get("stop_word") or ""),
        is_care_agreed=one.values.get("care_agreed") is True,
        since=when,
    )


def _other(known: Sequence[Told], agreed: Agreed, one: Told) -> Agreed:
    """An agreement whose record turns out to be about somebody else is none."""
    return _without(known, agreed, one.corrects) if one.values.get("person") != agreed.person else agreed


def _without(known: Sequence[Told], agreed: Agreed, record: object) -> Agreed:
    """What is left of an agreement when a record falls: nothing, if it was one with this person or its signature."""
    fallen = next((other for other in known if record is not None and other.id == record), None)
    is_mine = fallen is not None and fallen.form == AGREEMENT and fallen.values.get("person") == agreed.person
    is_signature = fallen is not None and fallen.form == SIGNATURE and fallen.values.get("about") == agreed.record
    return replace(agreed, kinds=frozenset(), is_care_agreed=False) if is_mine or is_signature else agreed


def _is_doubt(known: Sequence[Told], one: Told) -> bool:
    """Whether an answer on touch as support was set aside: that is in doubt, and no yes."""
    about = one.values.get("about") if one.form == VOID_FORM else None
    return any(other.id == about and other.form == ELEMENT for other in known)


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
    found: list[Told] = [version for entry in said for version in entry.versions if is_related(version)]
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
    if any(stands[person].waits for person in people):
        return Missing((f"{SIGNATURE}.agreed",))
    return all(stands[person].is_care_agreed for person in people)
