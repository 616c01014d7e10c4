"""A medicine session in minutes from the first dose, in the Norway study: its records, its state and its gates."""

from datetime import UTC, datetime, timedelta
from typing import Any

from triptych.course import Fold, GateState, Record, SessionState, Setting
from triptych.ledger.library import find_study, knowledge

NORWAY = find_study("mdma-mdd-norway")
MEDICINES = knowledge()
DOSED = datetime(2026, 3, 18, 8, 30, tzinfo=UTC)
"""The actual time of the first dose: 09:30 at the site."""
TEAM = {"therapist-1": "therapist", "co_therapist-1": "co_therapist", "physician-1": "physician"}
TEAM |= {"attendant-1": "night_attendant"}
CALM = {"systolic": 124, "diastolic": 80, "heart_rate": 76, "temperature": 36.8, "spo2": 97}
CHECK = {"oriented": True, "walked": True, "distress": 2, "effects_asked": True, "told_not_to_drive": True}
CHECK |= {"no_clonus": True, "voided": True, "contact_card": True}
BRIEFED = {"name": "Kari Hansen", "phone": "555", "adult": True, "expect": True, "warning_signs": True}
BRIEFED |= {"when_to_call": True, "stays": True}
HANDED = {"moment": "handover", **BRIEFED, "sober": True, "confirms": True}
NOT_DONE = {"missing": "not-performed"}


def _record(form: str, values: dict[str, Any], at: datetime, **more: Any) -> Record:
    given = {"stream": "participant:NO-01", "previous": "", "actor": "therapist-1", "role": "therapist", **more}
    given |= {"recorded_at": more.get("recorded_at", at), "document": NORWAY.digest, "site": "site-1"}
    return Record(form=form, values=values, occurred_at=at, **given)


def _granted(number: int, person: str, role: str) -> Record:
    values = {"person": person, "role": role, "blinding": "unblinded"}
    at = DOSED - timedelta(days=90)
    return _record("grant", values, at, stream="study", position=number, id=f"grant-{number}", actor="administrator-1")


SETTING = Setting(NORWAY, tuple(_granted(n, *one) for n, one in enumerate(TEAM.items())), (), "site-1")


class Day:
    """The records of one session, each at so many minutes from the first dose."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._count = 0

    def file(self, minutes: float, form: str, /, **values: Any) -> str:
        """Record something that happened then, and was known then; `known` and `cycle` say otherwise."""
        known, cycle = values.pop("known", minutes), values.pop("cycle", 1)
        more = {name: values.pop(name) for name in ("corrects", "status") if name in values}
        more |= {"id": f"r{self._count}", "position": self._count, "cycle": cycle}
        self._count += 1
        at, recorded = (DOSED + timedelta(minutes=one) for one in (minutes, known))
        self.records.append(_record(form, values, at, recorded_at=recorded, **more))
        return str(more["id"])

    def dose(self, minutes: float = 0, part: str = "initial", outcome: str = "taken") -> str:
        """Record a dose at its actual time."""
        taken = (DOSED + timedelta(minutes=minutes)).isoformat()
        return self.file(minutes, "dose_administration", part=part, outcome=outcome, taken_at=taken)

    def fold(self, minutes: float) -> Fold:
        """The participant's course so many minutes after the first dose."""
        now = DOSED + timedelta(minutes=minutes)
        known = tuple(one for one in self.records if one.recorded_at <= now)
        return Fold(NORWAY, "NO-01", known, SETTING, MEDICINES, now)

    def state(self, minutes: float) -> SessionState:
        """Where the session stands then."""
        return self.fold(minutes).session_state(1)

    def gate(self, name: str, minutes: float, actor: str = "physician-1") -> GateState:
        """A gate then, for whoever files."""
        return self.fold(minutes).gate(name, 1, {"actor": actor})

    def unmet(self, name: str, minutes: float, actor: str = "physician-1") -> dict[str, str]:
        """The conditions of a gate that are not met then, with how they stand."""
        found = self.gate(name, minutes, actor)
        assert (found.decision == "open") is all(one.state == "met" for one in found.conditions)
        return {one.id: one.state for one in found.conditions if one.state != "met"}


def begun(choice: str | None = "yes") -> Day:
    """A session from arrival to the first dose."""
    day = Day()
    day.file(-2 * 24 * 60, "escort_briefing", moment="before", **BRIEFED)
    day.file(-70, "session_arrival", distress=3)
    if choice is not None:
        day.file(-65, "supplement_choice", choice=choice)
    day.file(-60, "session_team", first="therapist-1", second="co_therapist-1")
    day.file(-20, "vitals", **CALM)
    day.dose()
    return day


def supplemented() -> Day:
    """A session up to the minute before the decision on a supplemental dose: 100 minutes after the first."""
    day = begun()
    day.file(95, "vitals", **{**CALM, "systolic": 146})
    return day


def closing() -> Day:
    """A session in which everything that a discharge asks for was recorded by 495 minutes after the first dose."""
    day = supplemented()
    day.dose(105, "supplemental")
    day.file(480, "session_closing")
    day.file(482, "vitals", **CALM)
    day.file(484, "cssrs", ideation=0, behavior=False)
    day.file(486, "discharge_check", **CHECK)
    day.file(488, "escort_briefing", **HANDED)
    return day
