"""The records of one medicine session: what was filed about it, and the instants that its clock is counted from.

A session is that of one cycle. Before a dose it is the newest day on which somebody arrived or was made ready for it;
from the actual time of the first dose it reaches from that day's begin into the next day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from triptych.course.doses import actual_time, given_doses
from triptych.course.entries import Entries, Entry
from triptych.course.obligations import is_resolved
from triptych.rules import Missing
from triptych.study import SessionRules, Study

DOSE, VITALS = "dose_administration", "vitals"
OPENINGS = ("session_arrival", "session_team", "readiness")
EXITS = ("session_exit", "death")
SESSION_DECISIONS = ("supplement_decision", "discharge", "discharge_override")
"""The decisions that are made within a session, from its first dose on, or not at all."""
LASTS = timedelta(hours=36)
"""For so long from its begin, or from the first dose, a session can still be going on."""


class SessionRecords:
    """The entries of the session of one cycle as they stand at `now`, and what the document sets for it."""

    def __init__(self, study: Study, entries: Entries, cycle: int | None, now: datetime, zone: tzinfo) -> None:
        self.study, self.cycle, self.now, self.whole = study, cycle, now, entries
        self.rules = study.document.session or SessionRules()
        self.doses = [dose for dose in given_doses(entries) if dose.current.cycle == cycle]
        self.first_dose = actual_time(self.doses[0]) if self.doses else None
        self.last_dose = actual_time(self.doses[-1]) if self.doses else None
        self.anchor = self.first_dose or self._opened()
        local = self.anchor.astimezone(zone) if self.anchor else None
        self.begins = local.replace(hour=0, minute=0, second=0, microsecond=0) if local else None
        self.found: dict[str, Any] = {}
        """What was derived from these entries already, by what derives it."""

    def _opened(self) -> datetime | None:
        """When a session without a dose was opened last; one that ended before anybody arrived counts too."""
        for forms in (OPENINGS, EXITS[:1]):
            mine = [entry for form in forms for entry in self.whole.of(form) if self.is_for(entry)]
            if mine:
                return max(entry.current.occurred_at for entry in mine)
        return None

    def is_for(self, entry: Entry) -> bool:
        """Whether what came ahead of a session is meant for this one: no dose of another one came in between."""
        at, first = entry.current.occurred_at, self.first_dose or self.now
        others = (dose for dose in given_doses(self.whole) if dose.current.cycle != self.cycle)
        between = any(at < actual_time(dose) < first for dose in others)
        return entry.current.cycle in (None, self.cycle) and not between

    @cached_property
    def entries(self) -> Entries:
        """Everything that was filed about the participant within the session, but for other cycles."""
        return self.whole.kept(self._belongs)

    def _belongs(self, entry: Entry) -> bool:
        if self.anchor is None or self.begins is None:
            return False
        record = entry.current
        return record.cycle in (None, self.cycle) and self.begins <= record.occurred_at <= self.anchor + LASTS

    @property
    def is_live(self) -> bool:
        """Whether the session may be going on now."""
        return self.anchor is not None and self.now <= self.anchor + LASTS

    @cached_property
    def is_dose_held(self) -> bool:
        """Whether a record of a dose is held and nobody has settled it: then nobody knows what was given, or when."""
        return any(one.form == DOSE and not is_resolved(self.whole, one) for one in self.whole.held)

    def of(self, form: str) -> Sequence[Entry]:
        """The session's entries of one form, oldest first."""
        return self.entries.of(form)

    def latest(self, form: str) -> Entry | None:
        """The newest entry of a form in the session."""
        return self.entries.latest(form)

    def since_dose(self, form: str) -> Entry | None:
        """The newest entry of a form since the first dose; what came before says nothing of how somebody is now."""
        found = self.latest(form)
        return found if found and self.first_dose and found.current.occurred_at >= self.first_dose else None

    def is_given(self, part: str) -> bool:
        """Whether a part of the dose is on record as given."""
        return any(dose.current.values.get("part") == part for dose in self.doses)

    def fresh_value(self, item: str, fresh: timedelta) -> float | Missing:
        """The newest value of a vital sign that is not older than `fresh`; one coded as missing is no reading."""
        path = Missing((f"{VITALS}.{item}",))
        for entry in reversed(self.of(VITALS)):
            if entry.current.occurred_at < self.now - fresh:
                return path
            if item in entry.current.values:
                value = measured(entry.current.values[item])
                return path if value is None else value
        return path

    def baseline(self, item: str) -> float | None:
        """The last value of a vital sign before the first dose."""
        if self.first_dose is None:
            return None
        before = (e.current for e in reversed(self.of(VITALS)) if e.current.occurred_at <= self.first_dose)
        return next((value for value in (measured(one.values.get(item)) for one in before) if value is not None), None)


def measured(answer: object) -> float | None:
    """An answer as a measured value. A missing one is no reading, and neither is zero: nothing alive has it."""
    if not isinstance(answer, int | float) or isinstance(answer, bool) or answer <= 0:
        return None
    return float(answer)


def every(answers: Sequence[bool | Missing]) -> bool | Missing:
    """Whether all hold, in Kleene's logic: false as soon as one is, and unknown, naming all, while one is unknown."""
    if any(answer is False for answer in answers):
        return False
    missing = [path for answer in answers if isinstance(answer, Missing) for path in answer.paths]
    return Missing(missing) if missing else True
