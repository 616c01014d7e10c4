"""The status of every visit and of the forms expected at it, with reasons, at an instant."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from triptych.course.entries import Entries, Entry, local_day
from triptych.course.facts import holds_in_form
from triptych.course.schedule import (
    HELD,
    FormState,
    FormStatus,
    Planned,
    Slot,
    Timeline,
    VisitStatus,
    Window,
    held_entries,
    slot_key,
    slots,
    slots_by_key,
)
from triptych.course.sight import Sight
from triptych.course.standing import Change, Standing
from triptych.course.whereabouts import Whereabouts, own_visits
from triptych.rules import Context
from triptych.study import Placement, Study, parse_duration


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which a site-local day begins."""
    return datetime.combine(day, time(), zone)


class Visits:
    """Every visit of one participant.

    Of visits whose records are hidden only released facts are known: the day each was held, none if it was not.
    """

    def __init__(
        self,
        study: Study,
        entries: Entries,
        standing: Standing,
        sight: Sight,
        released: Mapping[str, date | None],
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._study, self._standing, self._sight, self._zone, self._now = study, standing, sight, zone, now
        self._released = frozenset(released)
        self._own, self._where = own_visits(study), Whereabouts(entries, zone)
        self._filed = held_entries(study, entries, standing.attempt_position)
        self._skips = {
            slot_key(e.current.visit, e.current.cycle): e
            for e in entries.of("visit_skipped")
            if e.current.visit is not None and e.root.position >= standing.attempt_position
        }
        held = {key: self._holding(key, found) for key, found in self._filed.items()}
        actual = {key: self._first_day(key, found) for key, found in held.items() if found}
        actual |= {key: day for key, day in released.items() if day is not None}
        self._stopped = {slot.key: self._stopping(slot) for slot in slots(study)}
        skipped = {key for key, change in self._stopped.items() if change} | set(self._skips)
        skipped |= {slot.key for slot in slots(study) if self._missing_basis(slot, skipped - actual.keys()) is not None}
        skipped -= actual.keys()
        self.timeline = Timeline(study, actual, skipped)
        grace = study.document.site_defaults.form_grace if study.document.site_defaults else "0 days"
        self._grace = parse_duration(grace).span

    def _holding(self, key: str, found: list[Entry]) -> list[Entry]:
        """Of the entries filed at a slot, those that say that it was held."""
        visit = slots_by_key(self._study)[key].visit
        if visit.held_by is None:
            return found
        context, path = Context(self._zone), f"visits.{visit.id}.held_when"
        by_form = (entry for entry in found if entry.current.form == visit.held_by)
        return [e for e in by_form if not visit.held_when or holds_in_form(self._study, e, path, context) is True]

    def _first_day(self, key: str, found: list[Entry]) -> date:
        return min(self._day(key, entry.current.occurred_at) for entry in found)

    def _day(self, key: str, instant: datetime) -> date:
        """The day of an instant: the site's, or for what participants answer by themselves their own."""
        return self._where.day(instant) if self._is_own(key) else local_day(instant, self._zone)

    def begins(self, key: str, day: date) -> datetime:
        """The instant at which a day of a visit begins."""
        return self._where.midnight(day) if self._is_own(key) else midnight(day, self._zone)

    def _is_own(self, key: str) -> bool:
        return slots_by_key(self._study)[key].visit.id in self._own

    def _stopping(self, slot: Slot) -> Change | None:
        """The earliest change that took away standing which the visit requires."""
        changes = (self._standing.since(axis) for axis in self._unmet(slot))
        return min((change for change in changes if change), key=lambda change: change.at, default=None)

    def _unmet(self, slot: Slot) -> Iterator[str]:
        """The axes on which the participant does not stand as the visit requires."""
        requires = {**self._study.document.requires, **slot.visit.requires}
        return (axis for axis, value in requires.items() if self._standing.axes.get(axis, value) != value)

    def _missing_basis(self, slot: Slot, skipped: Collection[str]) -> str | None:
        """The visit that this one depends on, directly or through others, where that is not going to be held."""
        basis = slot.visit.depends_on
        while basis is not None:
            visit = self._study.visits[basis]
            key = slot_key(basis, slot.cycle if visit.cycle is not None else None)
            if key in skipped:
                return key
            basis = visit.depends_on
        return None

    def planned(self) -> tuple[Planned, ...]:
        """Every slot of the schedule as it stands, in protocol order."""
        return tuple(self._planned(slot) for slot in slots(self._study))

    def _planned(self, slot: Slot) -> Planned:
        window = self.timeline.window(slot.key)
        actual = self.timeline.actual.get(slot.key)
        status, reason, since = self._status(slot, window, actual)
        return Planned(
            key=slot.key,
            visit=slot.visit.id,
            cycle=slot.cycle,
            title=slot.visit.title,
            label=slot.label,
            phase=slot.visit.phase,
            panel=slot.panel,
            series=slot.visit.id.rpartition("_")[0] if slot.visit.series else None,
            status=status,
            window=window,
            actual=actual,
            since=since,
            reasons=(reason,) if reason else (),
            forms=tuple(self._form_states(slot, status, actual)),
        )

    def _status(
        self, slot: Slot, window: Window | None, actual: date | None
    ) -> tuple[VisitStatus, str, datetime | None]:
        if actual is not None:
            return self._held(slot.key, window, actual)
        seen = slot.key in self._released or any(self._sight.sees_form(part.form) for part in slot.visit.forms)
        if not seen:
            return "hidden", "", None
        skip = self._skips.get(slot.key)
        if skip is not None:
            return "skipped", str(skip.current.values.get("why", "")), skip.current.occurred_at
        change = self._stopped[slot.key]
        closed = self.begins(slot.key, window.closes + timedelta(days=1)) if window and window.firm else None
        if change is not None and not (closed and closed <= change.at):
            return "skipped", self._stopped_because(change), change.at
        fallen = self._fallen(slot)
        return fallen or self._waiting(slot, window, closed)

    def _fallen(self, slot: Slot) -> tuple[VisitStatus, str, datetime | None] | None:
        """A visit whose basis is not held is not held either; one whose standing has not come about waits for it."""
        basis = slot.visit.depends_on
        while basis is not None:
            visit = self._study.visits[basis]
            found = slots_by_key(self._study)[slot_key(basis, slot.cycle if visit.cycle is not None else None)]
            status, _, since = self._status(found, self.timeline.window(found.key), self.timeline.actual.get(found.key))
            if status in ("skipped", "missed"):
                return "skipped", f"{visit.title} was not held", since
            basis = visit.depends_on
        unmet = next((axis for axis in self._study.document.axes if axis.id in set(self._unmet(slot))), None)
        if unmet is None or self._stopped[slot.key] is not None:
            return None
        return "planned", f"waits for: {unmet.title}", None

    def _held(self, key: str, window: Window | None, actual: date) -> tuple[VisitStatus, str, datetime | None]:
        since = self.begins(key, actual)
        if window is None or window.opens <= actual <= window.closes:
            return "done", "", since
        if actual < window.opens:
            return "out_of_window", f"held {_days(window.opens - actual)} before its window opened", since
        return "out_of_window", f"held {_days(actual - window.closes)} after its window closed", since

    def _waiting(
        self, slot: Slot, window: Window | None, closed: datetime | None
    ) -> tuple[VisitStatus, str, datetime | None]:
        if window is None:
            return ("planned", "", None) if slot.visit.timing else ("open", "", None)
        if not window.firm or self._now < self.begins(slot.key, window.opens):
            return "planned", "", None
        if closed is None or self._now < closed:
            return "open", "", self.begins(slot.key, window.opens)
        if slot.visit.optional:
            return "skipped", "optional, and not held within its window", closed
        return "missed", "not held within its window", closed

    def _stopped_because(self, change: Change) -> str:
        axis = next(axis for axis in self._study.document.axes if axis.id == change.axis)
        day = local_day(change.at, self._zone).isoformat()
        return f"{axis.title}: {change.to.replace('_', ' ')} since {day} ({self._study.forms[change.form].title})"

    def _form_states(self, slot: Slot, status: VisitStatus, actual: date | None) -> Iterator[FormState]:
        filed = {entry.current.form for entry in self._filed.get(slot.key, ())}
        for placement in slot.visit.forms:
            if self._sight.sees_form(placement.form):
                form = self._study.forms[placement.form]
                state = self._form_state(slot, placement, filed, status, actual)
                yield FormState(form=form.id, title=form.title, required=placement.required, status=state)

    def _form_state(
        self, slot: Slot, placement: Placement, filed: set[str], status: VisitStatus, actual: date | None
    ) -> FormStatus:
        if placement.form in filed:
            return "filed"
        if status in ("skipped", "missed"):
            return "not needed"
        if status not in HELD or actual is None:
            return "not yet"
        if self._now < self.forms_close(slot.key, actual):
            return "due"
        return "missing" if placement.required else "not needed"

    def forms_close(self, key: str, actual: date) -> datetime:
        """When the forms of a visit held on a day are no longer merely due."""
        return self.begins(key, actual + timedelta(days=1)) + self._grace

    def boundaries(self, planned: tuple[Planned, ...]) -> Iterator[datetime]:
        """The instants at which a visit or a form would stand differently with no new record."""
        for visit in planned:
            if visit.window is not None and visit.actual is None and visit.window.firm:
                yield self.begins(visit.key, visit.window.opens)
                yield self.begins(visit.key, visit.window.closes + timedelta(days=1))
            if visit.actual is not None:
                yield self.forms_close(visit.key, visit.actual)


def _days(span: timedelta) -> str:
    return "1 day" if span.days == 1 else f"{span.days} days"
