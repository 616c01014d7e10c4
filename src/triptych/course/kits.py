"""Kits of a site as a balance: received, released, dispensed, given, returned, sent back, destroyed, and what differs.

A kit is where its last record puts it. Nothing is added up that cannot be named: each number is a number of kits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import Struct

from triptych.course.entries import VOID_FORM
from triptych.course.told import Shown

RELEASE, MOVEMENT, COUNT = "kit_release", "kit_movement", "kit_count"
AUTHORIZED, DOSE = "dose_authorization", "dose_administration"
NOT_GIVEN = "not_taken"
SETTLED = timedelta(hours=36)
"""After so long a kit that was authorized and neither given nor returned is a difference."""
Place = Literal["not received", "shelf", "dispensed", "given", "sent back", "destroyed", "lost"]
MOVES: Mapping[str, Place] = {
    "received": "shelf",
    "returned": "shelf",
    "sent_back": "sent back",
    "destroyed": "destroyed",
    "lost": "lost",
}


class Told(Shown, Protocol):
    """A record as it is seen by whoever asks."""

    @property
    def actor(self) -> str:
        """Who filed it."""

    @property
    def participant(self) -> str | None:
        """Whom it is about."""

    @property
    def cycle(self) -> int | None:
        """The session that it was filed for."""


class Balance(Struct, frozen=True, kw_only=True):
    """How many kits of a site went which way, how many should be on the shelf, and every difference in words.

    `counted` is the last count and `expected` what it should have found; none where nobody has counted.
    """

    received: int
    released: int
    dispensed: int
    given: int
    returned: int
    sent_back: int
    destroyed: int
    lost: int
    shelf: int
    counted: int | None
    expected: int | None
    counted_at: datetime | None
    differences: tuple[str, ...]


class Step(Struct, frozen=True):
    """What a record says of a kit: which way it went, for whom, and who filed it."""

    kit: str
    at: datetime
    what: str
    session: tuple[str, int | None] | None
    record: Told


def balance(records: Iterable[Told], now: datetime) -> Balance:
    """The balance of a site, from its own records and those of its participants."""
    counting = _counting(records)
    steps = sorted(_steps(counting), key=lambda step: step.at)
    kits = dict.fromkeys(step.kit for step in steps)
    went = {what: len({step.kit for step in steps if step.what == what}) for what in (*MOVES, *WAYS.values())}
    last = max((one for one in counting if one.form == COUNT), key=lambda one: one.occurred_at, default=None)
    expected = None if last is None else _on_shelf(kits, [step for step in steps if step.at <= last.occurred_at])
    counted = last.values.get("counted") if last else None
    differences = [*_differences(kits, steps, now), *_unnamed(counting)]
    if isinstance(counted, int) and counted != expected:
        differences.append(f"{counted} kits were counted on the shelf, and {expected} should have been there")
    return Balance(
        **went,
        shelf=_on_shelf(kits, steps),
        counted=counted if isinstance(counted, int) else None,
        expected=expected,
        counted_at=last.occurred_at if last else None,
        differences=tuple(differences),
    )


WAYS = {RELEASE: "released", AUTHORIZED: "dispensed", DOSE: "given"}


def _counting(records: Iterable[Told]) -> list[Told]:
    known = list(records)
    filed = [one for one in known if one.current and one.status == "filed"]
    voided = {str(one.values.get("about")) for one in filed if one.form == VOID_FORM}
    gone = {one.root for one in known if one.id in voided}
    return [one for one in filed if one.root not in gone]


def _steps(records: Iterable[Told]) -> Iterator[Step]:
    for one in records:
        if one.form == MOVEMENT:
            for kit in dict.fromkeys(str(one.values.get("kits", "")).split()):
                yield Step(kit, one.occurred_at, str(one.values.get("what")), None, one)
        elif one.form in WAYS and isinstance(one.values.get("kit"), str) and one.values.get("outcome") != NOT_GIVEN:
            session = None if one.form == RELEASE else (str(one.participant), one.cycle)
            yield Step(one.values["kit"], one.occurred_at, WAYS[one.form], session, one)


def place_of(steps: Sequence[Step]) -> Place:
    """Where the last record puts a kit; a release moves nothing."""
    place: Place = "not received"
    for step in steps:
        if step.what in MOVES:
            place = MOVES[step.what]
        elif step.what == "dispensed" and place in ("shelf", "not received"):
            place = "dispensed"
        elif step.what == "given":
            place = "given"
    return place


def _on_shelf(kits: Iterable[str], steps: Sequence[Step]) -> int:
    return sum(place_of([step for step in steps if step.kit == kit]) == "shelf" for kit in kits)


def _differences(kits: Iterable[str], steps: Sequence[Step], now: datetime) -> Iterator[str]:
    for kit in sorted(kits):
        mine = [step for step in steps if step.kit == kit]
        if all(step.what != "received" for step in mine):
            yield f"{kit}: no receipt is on record"
        yield from (f"{kit}: {text}" for text in _of_use(mine, now))
        for step in mine:
            witness = step.record.values.get("witness")
            if step.what == "destroyed" and (not isinstance(witness, str) or witness == step.record.actor):
                yield f"{kit}: destroyed, and nobody else witnessed it"


def _of_use(mine: Sequence[Step], now: datetime) -> Iterator[str]:
    given = {step.session for step in mine if step.what == "given"}
    dispensed = {step.session for step in mine if step.what == "dispensed"}
    if len(given) > 1:
        yield "given to more than one participant, or in more than one session"
    if given - dispensed:
        yield "given without an authorization for this participant and session"
    last = mine[-1]
    if place_of(mine) == "dispensed" and now - last.at > SETTLED:
        yield "authorized, and neither given nor returned"
    gone = next((step.at for step in mine if step.what in ("sent_back", "destroyed", "lost")), None)
    if gone is not None and any(step.what in ("dispensed", "given") and step.at > gone for step in mine):
        yield "authorized or given after it had left the shelf"


def _unnamed(records: Iterable[Told]) -> Iterator[str]:
    for one in records:
        if one.form == DOSE and one.values.get("outcome") != NOT_GIVEN and not isinstance(one.values.get("kit"), str):
            yield f"{one.participant}, session {one.cycle or 1}: a dose was given and the kit is not recorded"
