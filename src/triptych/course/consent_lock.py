"""When nothing may be signed or widened: from a dose until a day after discharge (CON-05).

Narrowing and withdrawing are never locked.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from triptych.course.doses import actual_time, given_doses
from triptych.course.entries import Entries
from triptych.course.obligations import is_resolved

DISCHARGES = ("discharge", "discharge_override", "session_exit")
"""The records that say that a participant was discharged after a dose, or went without."""
WENT = (None, "transfer", "left")
"""The exits by which a participant went; after the others they are still there."""
AFTER = timedelta(hours=24)
DOSE = "dose_administration"


class Lock(NamedTuple):
    """Since when nothing may be signed, and until when; no end while no discharge is recorded."""

    since: datetime
    until: datetime | None


def lock_at(entries: Entries, at: datetime) -> Lock | None:
    """The lock in which an instant lies, by everything that is recorded now; none where there is none."""
    since = max((dose for dose in _doses(entries) if dose <= at), default=None)
    if since is None:
        return None
    discharged = discharged_after(entries, since)
    until = None if discharged is None else discharged + AFTER
    return Lock(since, until) if until is None or at < until else None


def discharged_after(entries: Entries, dose: datetime) -> datetime | None:
    """When the participant was discharged after a dose; none while that is not recorded."""
    ended = (entry.current for form in DISCHARGES for entry in entries.of(form))
    found = (one.occurred_at for one in ended if one.values.get("kind") in WENT)
    return min((at for at in found if at >= dose), default=None)


def _doses(entries: Entries) -> Iterator[datetime]:
    """When doses were given; a record of one that is held may be of a dose as well."""
    yield from map(actual_time, given_doses(entries))
    held = (record for record in entries.held if record.form == DOSE and not is_resolved(entries, record))
    yield from (record.occurred_at for record in held)
