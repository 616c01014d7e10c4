"""Visits of one participant: windows counted in site-local days from anchors that move with actual dates."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct

from triptych.course.entries import Entries, Entry
from triptych.study import Panel, Study, Timing, Visit, parse_days

VisitStatus = Literal["planned", "open", "done", "out_of_window", "missed", "skipped", "hidden"]
FormStatus = Literal["filed", "due", "missing", "not yet", "not needed"]
HELD = ("done", "out_of_window")
PENDING = ("planned", "open")


class Slot(NamedTuple):
    """A place in the schedule: a visit of the document in one of its cycles."""

    visit: Visit
    cycle: int | None
    label: str
    panel: Panel
    is_first: bool = True

    @property
    def key(self) -> str:
        """The slot's name: the visit's id, with the cycle behind a dot where it repeats."""
        return slot_key(self.visit.id, self.cycle)


def slot_key(visit: str, cycle: int | None) -> str:
    """The name of a visit in a cycle: `screening`, `dosing.2`."""
    return visit if cycle is None else f"{visit}.{cycle}"


class Window(Struct, frozen=True):
    """Site-local days, inclusive; `target` is the ideal day where the document names one.

    A window is firm once what it counts from has happened or was passed over; before, it is a projection.
    """

    opens: date
    closes: date
    target: date | None = None
    firm: bool = True


class FormState(Struct, frozen=True, kw_only=True):
    """A form expected at a visit: filed, due while the visit is open or within the grace, or missing after it."""

    form: str
    title: str
    required: bool
    status: FormStatus


class Planned(Struct, frozen=True, kw_only=True):
    """One visit of the course: where it stands and why. `series` is what the visits of one series share."""

    key: str
    visit: str
    cycle: int | None
    title: str
    label: str
    phase: str
    panel: Panel
    series: str | None
    status: VisitStatus
    window: Window | None
    actual: date | None
    since: datetime | None = None
    reasons: tuple[str, ...] = ()
    forms: tuple[FormState, ...] = ()

    def wants(self, form: str) -> bool:
        """Whether the visit is open or held and still waits for a form."""
        waits = any(state.form == form and state.status in ("not yet", "due", "missing") for state in self.forms)
        return waits and self.status in ("open", *HELD)


@lru_cache(maxsize=64)
def slots(study: Study) -> tuple[Slot, ...]:
    """Every visit in protocol order, a cycle's visits repeated as one block."""
    numbers = {cycle.id: cycle.numbers for cycle in study.document.cycles}
    panels = {phase.id: phase.panel for phase in study.document.phases}
    found: list[Slot] = []
    placed: set[str] = set()
    for visit in study.document.visits:
        if visit.cycle is None:
            found.append(Slot(visit, None, visit.labels[0] if visit.labels else "", visit.panel or panels[visit.phase]))
        elif visit.cycle not in placed:
            placed.add(visit.cycle)
            block = [v for v in study.document.visits if v.cycle == visit.cycle]
            for turn, number in enumerate(numbers[visit.cycle]):
                for member in block:
                    if number in (member.turns or numbers[visit.cycle]):
                        place = (member.turns or numbers[visit.cycle]).index(number)
                        label = member.labels[place] if len(member.labels) > place else ""
                        found.append(Slot(member, number, label, member.panel or panels[member.phase], turn == 0))
    return tuple(found)


@lru_cache(maxsize=64)
def slots_by_key(study: Study) -> Mapping[str, Slot]:
    """Every slot by its key."""
    return {slot.key: slot for slot in slots(study)}


@lru_cache(maxsize=64)
def visits_of_form(study: Study) -> Mapping[str, frozenset[str]]:
    """For each form, the visits it is placed at."""
    found: dict[str, set[str]] = {}
    for visit in study.document.visits:
        for placement in visit.forms:
            found.setdefault(placement.form, set()).add(visit.id)
    return {form: frozenset(visits) for form, visits in found.items()}


def timing_of(slot: Slot) -> Timing | None:
    """The timing that applies to a slot: of entries limited to first or later cycles, the fitting one."""
    where = "first" if slot.is_first else "later"
    for timing in slot.visit.timing:
        if timing.cycle in (None, where):
            return timing
    return None


def anchor_key(study: Study, slot: Slot, timing: Timing) -> str:
    """The key of the slot that a timing counts from."""
    anchor = study.visits[timing.anchor]
    if anchor.cycle is None:
        return anchor.id
    if anchor.cycle == slot.visit.cycle and slot.cycle is not None:
        return slot_key(anchor.id, slot.cycle - 1 if timing.previous else slot.cycle)
    numbers = next(cycle.numbers for cycle in study.document.cycles if cycle.id == anchor.cycle)
    return slot_key(anchor.id, (anchor.turns or numbers)[-1])


def window_from(anchor: date, timing: Timing, *, firm: bool) -> Window:
    """The window that a timing opens around an anchor's day."""
    if timing.target is None:
        assert timing.between is not None
        opens, closes = (anchor + timedelta(days=parse_days(text)) for text in timing.between)
        return Window(opens, closes, firm=firm)
    target = anchor + timedelta(days=parse_days(timing.target))
    earlier, later = (timedelta(days=parse_days(text)) for text in timing.window)
    return Window(target + earlier, target + later, target, firm)


def held_entries(study: Study, entries: Entries, since: int) -> dict[str, list[Entry]]:
    """For each slot that was held, the entries filed at it with a form placed there, from a screening attempt on."""
    placed = visits_of_form(study)
    known = slots_by_key(study)
    found: dict[str, list[Entry]] = {}
    for entry in entries.entries:
        record = entry.current
        if record.visit is None or entry.root.position < since:
            continue
        key = slot_key(record.visit, record.cycle)
        if key in known and record.visit in placed.get(record.form, ()):
            found.setdefault(key, []).append(entry)
    return found


class Timeline:
    """Windows of every slot, from the actual days of the slots that were held.

    An anchor that was skipped or passed over (a later slot was held) counts from its own target day; one
    that is still to come gives a projection only.
    """

    def __init__(self, study: Study, actual: Mapping[str, date], skipped: Collection[str]) -> None:
        self._study = study
        self._slots = slots_by_key(study)
        self.actual = actual
        order = [slot.key for slot in slots(study)]
        last = max((order.index(key) for key in actual), default=-1)
        self._settled = {*skipped, *order[:last]}
        self._windows: dict[str, Window | None] = {}

    def window(self, key: str) -> Window | None:
        """The window of a slot, or none where nothing it counts from has a day yet."""
        if key not in self._windows:
            self._windows[key] = self._find(self._slots[key])
        return self._windows[key]

    def _find(self, slot: Slot) -> Window | None:
        timing = timing_of(slot)
        if timing is None:
            return None
        anchor = self._last_held(timing) if timing.or_last else anchor_key(self._study, slot, timing)
        if anchor in self.actual:
            return window_from(self.actual[anchor], timing, firm=self._is_last(timing))
        around = self.window(anchor)
        if around is None:
            return None
        firm = around.firm and anchor in self._settled
        return window_from(around.target or around.opens, timing, firm=firm)

    def _slots_of(self, timing: Timing) -> list[str]:
        visits = (timing.anchor, *timing.or_last)
        return [key for key, slot in self._slots.items() if slot.visit.id in visits]

    def _last_held(self, timing: Timing) -> str:
        """Of the visits that a timing may count from, the one held last; before any was, the first of them."""
        keys = self._slots_of(timing)
        return max((key for key in keys if key in self.actual), key=lambda key: self.actual[key], default=keys[0])

    def _is_last(self, timing: Timing) -> bool:
        """Whether no other visit that the timing may count from is still to come."""
        return not timing.or_last or all(key in self.actual or key in self._settled for key in self._slots_of(timing))
