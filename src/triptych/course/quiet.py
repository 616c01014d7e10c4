"""Who has gone quiet: how long ago somebody answered or was reached, against what the document allows (CRL-05).

The day of an answer is told to whoever plans the follow-up, and never what was answered.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from triptych.course.entries import local_day
from triptych.course.schedule import Planned
from triptych.course.told import Shown
from triptych.study import Study, parse_duration

DEFAULT = timedelta(days=14)
FOLLOWED: Mapping[str, str] = {"enrollment": "enrolled", "follow_up": "active", "reach": "reachable", "life": "alive"}
"""Whose contact counts: who is enrolled and followed. Whoever left or was lost has gone and is not quiet."""


class Contact(Struct, frozen=True, kw_only=True):
    """How one participant is in touch. `days` are whole days since they last answered or were reached; none: never."""

    participant: str
    answered: datetime | None
    met: datetime | None
    tried: int
    missed: tuple[str, ...]
    days: int | None
    quiet: bool | None

    @property
    def order(self) -> tuple[bool, int]:
        """The longest silence first; one of unknown length before all."""
        return (self.days is not None, -(self.days or 0))


def quiet_after(study: Study) -> timedelta:
    """After how long without an answer or a contact somebody counts as quiet."""
    defaults = study.document.site_defaults
    return parse_duration(defaults.quiet_after).span if defaults else DEFAULT


def is_followed(standing: Mapping[str, str]) -> bool:
    """Whether a participant is one whose contact counts."""
    return all(standing.get(axis) == value for axis, value in FOLLOWED.items())


def contact_of(
    study: Study,
    participant: str,
    records: Iterable[Shown],
    visits: Iterable[Planned],
    answered: datetime | None,
    now: datetime,
    zone: tzinfo,
) -> Contact:
    """How a participant is in touch, by the contacts and visits that a viewer sees, and when they last answered."""
    tried = sorted((one for one in records if one.current and "reached" in one.values), key=lambda one: one.occurred_at)
    visits = list(visits)
    met = [one.occurred_at for one in tried if one.values["reached"] is True]
    met += [one.since for one in visits if one.actual is not None and one.since is not None]
    last = max((one for one in (answered, *met) if one is not None), default=None)
    days = (local_day(now, zone) - local_day(last, zone)).days if last is not None else None
    return Contact(
        participant=participant,
        answered=answered,
        met=max(met, default=None),
        tried=sum(one.values["reached"] is False and (last is None or one.occurred_at > last) for one in tried),
        missed=tuple(visit.title for visit in visits if visit.status == "missed"),
        days=days,
        quiet=None if days is None else days > quiet_after(study).days,
    )
