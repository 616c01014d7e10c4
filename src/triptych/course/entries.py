"""Records as they stand now: corrections applied, voided and held records set aside, in order of occurrence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from datetime import date, datetime, tzinfo
from functools import cached_property

from triptych.course.record import Record

VOID_FORM = "entered_in_error"


class Entry:
    """One thing that was recorded: its first record, its current version, and every version in filing order."""

    __slots__ = ("current", "root", "versions")

    def __init__(self, root: Record) -> None:
        self.root = root
        self.current = root
        self.versions: tuple[Record, ...] = (root,)

    @property
    def id(self) -> str:
        """The identifier of the first record; corrections never change it."""
        return self.root.id

    def corrected(self, record: Record) -> None:
        """Take in a correction as the new current version."""
        self.current = record
        self.versions = (*self.versions, record)

    def then(self, position: int) -> "Entry | None":
        """The entry as it stood at a position of its stream; none before its first record."""
        versions = tuple(version for version in self.versions if version.position <= position)
        if not versions:
            return None
        stood = Entry(self.root)
        stood.current, stood.versions = versions[-1], versions
        return stood


def occurred(entry: Entry) -> tuple[datetime, int]:
    """What entries are ordered by: when it happened, then when it was first filed."""
    return entry.current.occurred_at, entry.root.position


class Entries:
    """The current entries of the streams one course depends on, and what was set aside.

    `entries` are in order of occurrence, ties in order of filing. `held` are records that count nowhere.
    `roots` maps the id of every version to the id of its first record.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.held: list[Record] = []
        self.roots: dict[str, str] = {}
        self.voided: dict[str, Record] = {}
        by_root: dict[str, Entry] = {}
        for record in records:
            if record.status == "held":
                self.held.append(record)
            else:
                self._take(record, by_root)
        self._by_root = by_root
        voided = self._voided(by_root)
        self.entries = [entry for entry in by_root.values() if entry.id not in voided]
        self.entries.sort(key=occurred)

    def _take(self, record: Record, by_root: dict[str, Entry]) -> None:
        root = self.roots.get(record.corrects) if record.corrects else None
        if root is None:
            by_root[record.id] = Entry(record)
            self.roots[record.id] = record.id
        else:
            by_root[root].corrected(record)
            self.roots[record.id] = root

    def _voided(self, by_root: Mapping[str, Entry]) -> dict[str, Record]:
        for entry in by_root.values():
            if entry.current.form == VOID_FORM:
                target = self.roots.get(str(entry.current.values.get("about")))
                if target is not None:
                    self.voided[target] = entry.current
        return self.voided

    @cached_property
    def by_form(self) -> dict[str, list[Entry]]:
        """Entries grouped by form, in order of occurrence."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(entry.current.form, []).append(entry)
        return groups

    @cached_property
    def ever(self) -> dict[str, list[Entry]]:
        """Entries grouped by form as `by_form`, with those that were set aside."""
        groups: dict[str, list[Entry]] = {}
        for entry in self._by_root.values():
            groups.setdefault(entry.current.form, []).append(entry)
        return groups

    @cached_property
    def about(self) -> dict[tuple[str, str], list[Entry]]:
        """Entries that name another record in `about`, by (form, id of the first version of that record)."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            target = entry.current.values.get("about")
            if isinstance(target, str):
                found.setdefault((entry.current.form, self.roots.get(target, target)), []).append(entry)
        return found

    def kept(self, keep: Callable[[Entry], bool]) -> "Entries":
        """The same entries without those that do not count for a purpose."""
        fewer = copy(self)
        for grouped in ("by_form", "about"):
            fewer.__dict__.pop(grouped, None)
        fewer.entries = [entry for entry in self.entries if keep(entry)]
        return fewer

    def of(self, form: str) -> Sequence[Entry]:
        """Entries of one form, oldest first."""
        return self.by_form.get(form, ())

    def latest(self, form: str) -> Entry | None:
        """The newest entry of one form."""
        found = self.of(form)
        return found[-1] if found else None

    def entry(self, record_id: str) -> Entry | None:
        """The entry that a version belongs to, voided ones included."""
        root = self.roots.get(record_id)
        return self._by_root.get(root) if root else None


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The calendar day of an instant in a site's zone."""
    return instant.astimezone(zone).date()
