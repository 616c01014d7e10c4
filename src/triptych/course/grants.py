"""Who may act and see: grants of roles are records of the study's stream, and nothing else decides."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import Literal

from msgspec import Struct

from triptych.course.entries import Entries
from triptych.course.record import Record


class Grant(Struct, frozen=True, kw_only=True):
    """A role held by a person, at one site or in the whole study (`site` is none), from an instant until another.

    A grant that names a participant reaches that participant's records and nobody else's: it is the participant's own.
    """

    id: str
    person: str
    role: str
    site: str | None
    blinding: Literal["blinded", "unblinded"]
    since: datetime
    until: datetime | None = None
    participant: str | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether the role is held at an instant."""
        return self.since <= at and (self.until is None or at < self.until)

    def covers(self, site: str | None) -> bool:
        """Whether the grant reaches a site; a grant in the whole study reaches all."""
        return self.site is None or self.site == site

    def reaches(self, participant: str | None) -> bool:
        """Whether the grant reaches a participant (none: the site or the study)."""
        return self.participant is None or self.participant == participant


class Grants:
    """All grants of a trial, past ones included, so that who held which rights on a day is one reading (QA-04)."""

    def __init__(self, study_records: Iterable[Record], apart: Collection[str] = ()) -> None:
        """Read the grants. Roles that stand `apart` are held by nobody who holds another one."""
        self._apart = frozenset(apart)
        entries = Entries(study_records)
        removed = {
            entries.roots.get(str(e.current.values["about"]), ""): e.root.recorded_at
            for e in entries.of("grant_removal")
        }
        self.all = tuple(
            Grant(
                id=entry.id,
                person=str(entry.current.values["person"]),
                role=str(entry.current.values["role"]),
                site=entry.current.values.get("site") or None,
                blinding=entry.current.values["blinding"],
                since=entry.root.recorded_at,
                until=removed.get(entry.id),
                participant=entry.current.values.get("participant") or None,
            )
            for entry in entries.of("grant")
        )

    def of(self, person: str) -> tuple[Grant, ...]:
        """Every grant that a person was given, oldest first."""
        return self._by_person.get(person, ())

    @cached_property
    def _by_person(self) -> dict[str, tuple[Grant, ...]]:
        found: dict[str, list[Grant]] = {}
        for grant in self.all:
            found.setdefault(grant.person, []).append(grant)
        return {person: tuple(grants) for person, grants in found.items()}

    def held(self, person: str, role: str, site: str | None, at: datetime) -> Grant | None:
        """The grant by which a person holds a role that reaches a site at an instant."""
        if role in self._apart and any(grant.role != role and grant.in_force(at) for grant in self.of(person)):
            return None
        for grant in reversed(self.of(person)):
            if grant.role == role and grant.covers(site) and grant.in_force(at):
                return grant
        return None

    def ever_held(self, person: str, role: str) -> bool:
        """Whether a person has held a role at any time."""
        return any(grant.role == role for grant in self.of(person))
