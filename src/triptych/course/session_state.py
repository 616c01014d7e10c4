"""Where a medicine session stands, derived from its records alone: phase, clocks, supplemental dose, exits, presence.

Exits are there from every phase and wait for no criteria. Nothing here says, or may ever be used to say, that somebody
may not leave.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from triptych.course.doses import actual_time
from triptych.course.entries import Entry, occurred
from triptych.course.session_facts import agreed, decided, span, stay_ends, window
from triptych.course.session_presence import Attendance, HoldsRole, attendance
from triptych.course.session_records import LASTS, SessionRecords

Phase = Literal[
    "expected",
    "arrival",
    "readiness",
    "dose",
    "session",
    "supplement",
    "closing",
    "overnight",
    "handed_over",
    "discharged",
    "transferred",
    "left",
    "stopped",
    "dead",
]
TITLES: dict[Phase, str] = {
    "expected": "Not begun",
    "arrival": "Arrived",
    "readiness": "Getting ready",
    "dose": "Dose authorized",
    "session": "Session",
    "supplement": "Supplemental decision",
    "closing": "Closing",
    "overnight": "Overnight stay",
    "handed_over": "Handed over in the morning",
    "discharged": "Discharged",
    "transferred": "Transferred to emergency care",
    "left": "Left",
    "stopped": "Stopped before a dose",
    "dead": "Died",
}
ENDED: tuple[Phase, ...] = ("discharged", "transferred", "left", "stopped", "dead")
TICK = timedelta(microseconds=1)
MOVES = ("session_presence", "session_team", "overnight_stay")
"""The forms by which somebody comes or leaves."""
KINDS: dict[object, Phase] = {
    "transfer": "transferred",
    "left": "left",
    "stopped_before": "stopped",
    "death": "dead",
}
"""The phase that each kind of exit leads to; after a session stopped after a dose, observation goes on."""
SupplementState = Literal["none", "before", "open", "decided", "given", "withheld", "declined", "not_asked", "closed"]


class Supplement(Struct, frozen=True, kw_only=True):
    """How the supplemental dose stands, and its window; `not_asked` is never offered, and `closed` was withheld."""

    state: SupplementState
    opens: datetime | None = None
    closes: datetime | None = None


class SessionState(Struct, frozen=True, kw_only=True):
    """A medicine session as it stands. `anchor` is the actual time of the last dose: the clock counts from it anew.

    `stay_ends` is the earliest instant of a discharge. `record` is the record that ended it, where one did.
    """

    cycle: int | None
    phase: Phase
    title: str
    first_dose: datetime | None
    anchor: datetime | None
    supplement: Supplement
    stay_ends: datetime | None
    is_stopped: bool
    ended_at: datetime | None
    record: str | None
    presence: Attendance

    @property
    def is_ended(self) -> bool:
        """Whether the session is over."""
        return self.phase in ENDED


def session_state(session: SessionRecords, holds_role: HoldsRole) -> SessionState:
    """Derive where a session stands at its `now`."""
    end = ending(session)
    supplement = supplement_state(session)
    phase = end[1] if end else _phase(session, supplement)
    exits = session.of("session_exit")
    ended_at = end[0].current.occurred_at if end else None
    return SessionState(
        cycle=session.cycle,
        phase=phase,
        title=TITLES[phase],
        first_dose=session.first_dose,
        anchor=session.last_dose,
        supplement=supplement,
        stay_ends=stay_ends(session),
        is_stopped=any(one.current.values.get("kind") == "stopped_after" for one in exits),
        ended_at=ended_at,
        record=end[0].id if end else None,
        presence=attendance(session, ended_at, holds_role),
    )


def ending(session: SessionRecords) -> tuple[Entry, Phase] | None:
    """What ended the session: death before all, else the last ending, unless the participant arrived again since."""
    found = sorted(_ends(session), key=lambda end: (end[1] == "dead", occurred(end[0])))
    if not found:
        return None
    last, arrival = found[-1], session.latest("session_arrival")
    again = arrival is not None and occurred(arrival) > occurred(last[0])
    return None if again and last[1] != "dead" else last


def _ends(session: SessionRecords) -> Iterator[tuple[Entry, Phase]]:
    for form in ("discharge", "discharge_override"):
        for entry in session.of(form):
            yield entry, "discharged"
    for entry in session.of("session_exit"):
        phase = KINDS.get(entry.current.values.get("kind"))
        if phase is not None:
            yield entry, phase
    for entry in session.of("death"):
        yield entry, "dead"


def _phase(session: SessionRecords, supplement: Supplement) -> Phase:
    if session.first_dose is None:
        return _before_dose(session)
    night = session.since_dose("overnight_stay")
    if night is not None:
        morning = session.latest("morning_handover")
        return "handed_over" if morning and occurred(morning) > occurred(night) else "overnight"
    if session.since_dose("session_closing") is not None:
        return "closing"
    return "supplement" if supplement.state in ("open", "decided") else "session"


def _before_dose(session: SessionRecords) -> Phase:
    steps: tuple[tuple[Phase, tuple[str, ...]], ...] = (
        ("dose", ("dose_authorization",)),
        ("readiness", ("readiness", "session_team", "physician_cover")),
        ("arrival", ("session_arrival",)),
    )
    return next((phase for phase, forms in steps if any(session.of(form) for form in forms)), "expected")


def supplement_state(session: SessionRecords) -> Supplement:
    """How the supplemental dose stands. Without a decision in its window it was withheld: that is the default."""
    at = window(session)
    if at is None or not _has_supplement(session):
        return Supplement(state="none")
    return Supplement(state=_supplement(session, *at), opens=at[0], closes=at[1])


def _supplement(session: SessionRecords, opens: datetime, closes: datetime) -> SupplementState:
    wanted, given = agreed(session), decided(session)
    if session.is_given("supplemental"):
        return "given"
    if given is False:
        return "withheld"
    if wanted is not True:
        return "declined" if wanted is False else "not_asked"
    if session.now > closes:
        return "closed"
    if session.now < opens:
        return "before"
    return "decided" if given is True else "open"


def _has_supplement(session: SessionRecords) -> bool:
    """Whether any arm has a supplemental dose in this session: which arm it is tells nobody anything here."""
    arms = session.study.document.arms
    return any(
        dose.supplemental is not None for arm in arms for dose in arm.doses if dose.cycle == (session.cycle or 1)
    )


def session_instants(session: SessionRecords) -> Iterator[datetime]:
    """The instants at which a session differs with no new record: windows, freshness, the stay, gaps."""
    if not session.is_live:
        return
    rules = session.rules
    yield from (at for at in (*(window(session) or ()), stay_ends(session)) if at is not None)
    fresh = [span(one.fresh) for one in (rules.supplement, rules.discharge) if one is not None]
    fresh_forms = dict.fromkeys(("vitals", "discharge_check", *(watch.form for watch in rules.limits)))
    measured = [one.current.occurred_at for form in fresh_forms for one in session.of(form)]
    last = [at + after for at in measured for after in fresh]
    if session.anchor is not None:
        last.append(session.anchor + LASTS)
    closes = window(session)
    yield from (at + TICK for at in (*last, *(closes or ())[1:]))  # each still holds at its last instant
    if rules.presence is not None:
        tolerance = span(rules.presence.tolerance)
        yield from (one.current.occurred_at + tolerance for form in MOVES for one in session.of(form))
        yield from (actual_time(dose) + tolerance for dose in session.doses)
