"""What gates read of a medicine session: the supplemental dose and the discharge, each fact true, false or unknown.

Unknown is never met: a reading that is missing, a question that was not asked and a dose that nobody is sure of leave a
fact unknown, and the gate that reads it is not open. The figures are those of the document.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import wraps
from typing import TypeVar
from zoneinfo import ZoneInfo

from triptych.course.entries import Entries, Entry, local_day, occurred
from triptych.course.episodes import Episode, episodes_of
from triptych.course.record import Record
from triptych.course.screening_case import AT_REST
from triptych.course.session_records import SessionRecords, every
from triptych.rules import Missing
from triptych.safety import Alarm, Asking, Closing, Stated, extra_readings, level_of, session_alarms, stated_in
from triptych.study import Study, Watch, parse_duration
from triptych.study.limits import SIGNAL

Fact = bool | Missing | None
Found = TypeVar("Found")
STATING = ("session_signs", "session_drink", SIGNAL)
READ = (
    "vitals",
    *STATING,
    "session_sodium",
    "session_distress",
    "dose_administration",
    "session_alarm",
    "session_arrival",
    "supplement_choice",
    "supplement_decision",
    "supplement_withheld",
    "discharge_check",
    "escort_briefing",
    "effect",
    "effect_change",
    "effect_continuing",
)
"""The forms that the facts of a session rest on: a role that may not see all of them is told none."""
UNKNOWN_DOSE = Missing(("dose_administration.taken_at",))
BRIEFED = ("adult", "expect", "warning_signs", "when_to_call", "stays")


def span(text: str) -> timedelta:
    """A duration of the document as a span of time."""
    return parse_duration(text).span


def session_facts(session: SessionRecords) -> Mapping[str, Callable[[], Fact | datetime]]:
    """Every fact of a session that rules may read, each found when it is asked for; none of one that is long over."""
    if not session.is_live:
        return {}
    return {
        "last_dose_at": lambda: None if session.is_dose_held else session.last_dose,
        "supplement_in_window": lambda: in_window(session),
        "supplement_agreed": lambda: agreed(session),
        "supplement_decided": lambda: decided(session),
        "supplement_vitals_in_limits": lambda: vitals_in_limits(session),
        "alarm_open": lambda: any(alarm.is_open for alarm in alarms(session)),
        "red_alarm_open": lambda: any(alarm.is_open and alarm.is_red for alarm in alarms(session)),
        "stayed_long_enough": lambda: stayed(session),
        "discharge_vitals_settled": lambda: vitals_settled(session),
        "discharge_checked": lambda: True if fresh_check(session) else Missing(("discharge_check",)),
        "distress_settled": lambda: distress_settled(session),
        "impairing_effect_open": lambda: bool(impairing(session)),
        "other_effects_marked": lambda: all(one.continuing for one in others(session)),
        "escort_briefed_before": lambda: briefed_before(session),
        "escort_takes_over": lambda: takes_over(session),
    }


# The first dose


def value_holds(study: Study, entries: Entries, today: date, zone: ZoneInfo) -> bool:
    """Whether the newest measurement today of a value that the session watches is at a limit that holds a first dose.

    Pressure, heart rate and temperature have lines of their own in the gate. What was not measured holds nothing here.
    """
    rules = study.document.session
    for watch in (*rules.limits, *rules.beside) if rules else ():
        if watch.id in AT_REST:
            continue
        values = (
            stated_in(study, watch.form, one.current.values).get(watch.id)
            for one in sorted(entries.of(watch.form), key=occurred, reverse=True)
            if local_day(one.current.occurred_at, zone) == today
        )
        value = next((one for one in values if one is not None), None)
        if value is not None and level_of(watch.at, float(value), before_dose=True) is not None:
            return True
    return False


# The supplemental dose


def window(session: SessionRecords) -> tuple[datetime, datetime] | None:
    """When the window of the supplemental dose opens and closes, counted from the actual first dose."""
    rules, first = session.rules.supplement, session.first_dose
    return None if rules is None or first is None else (first + span(rules.opens), first + span(rules.closes))


def in_window(session: SessionRecords) -> Fact:
    """Whether now lies in the window of the supplemental dose."""
    found = window(session)
    if found is None or session.is_dose_held:
        return UNKNOWN_DOSE
    return found[0] <= session.now <= found[1]


def agreed(session: SessionRecords) -> Fact:
    """Whether the participant wants a supplemental dose (CON-05).

    A yes counts only if it was said and recorded before the first dose. From then on they can only decline: whatever
    else than a yes was said since, corrected or set aside or not, is a no, and so is hesitation.
    """
    first = session.first_dose
    known = first.replace(second=59, microsecond=999999) if first else session.now  # actual times are to the minute
    mine = [one for one in session.whole.ever.get("supplement_choice", ()) if session.is_for(one)]
    if first is not None and any(_declines(version, known) for one in mine for version in one.versions):
        return False
    before = [one for one in mine if one.current.recorded_at <= known and one.id not in session.whole.voided]
    latest = max(before, key=occurred, default=None)
    return Missing(("supplement_choice.choice",)) if latest is None else latest.current.values.get("choice") == "yes"


def _declines(said: Record, known: datetime) -> bool:
    """Whether something else than a yes was said after the dose."""
    return max(said.recorded_at, said.occurred_at) > known and said.values.get("choice") != "yes"


def decided(session: SessionRecords) -> Fact:
    """Whether the last word on the supplemental dose is a clinician's decision to give it."""
    decision, withheld = session.since_dose("supplement_decision"), session.since_dose("supplement_withheld")
    if decision is None:
        return False if withheld is not None else Missing(("supplement_decision",))
    return withheld is None or occurred(withheld) < occurred(decision)


def vitals_in_limits(session: SessionRecords) -> Fact:
    """Whether every watched vital sign was measured freshly and none is past a limit; a missing one is unknown."""
    rules = session.rules.supplement
    if rules is None or not session.rules.limits:
        return Missing(("vitals",))
    answers: list[bool | Missing] = []
    for watch in session.rules.limits:
        value = fresh_reading(session, watch, span(rules.fresh))
        answers.append(value if isinstance(value, Missing) else level_of(watch.at, value) is None)
    return every(answers)


def fresh_reading(session: SessionRecords, watch: Watch, fresh: timedelta) -> float | Missing:
    """The newest reading of a watched value that is not older than `fresh`; one coded as missing is no reading."""
    path = Missing((f"{watch.form}.{watch.held_in}",))
    for entry in reversed(session.of(watch.form)):
        values = entry.current.values
        if entry.current.occurred_at < session.now - fresh:
            return path
        if watch.held_in in values:
            value = stated_in(session.study, watch.form, values).get(watch.id)
            return path if value is None else float(value)
    return path


# Alarms


def _once(derive: Callable[[SessionRecords], Found]) -> Callable[[SessionRecords], Found]:
    """What is derived from a session's entries is derived once for each state of them: gates and tasks ask often."""

    @wraps(derive)
    def found(session: SessionRecords) -> Found:
        if derive.__name__ not in session.found:
            session.found[derive.__name__] = derive(session)
        kept: Found = session.found[derive.__name__]
        return kept

    return found


@_once
def alarms(session: SessionRecords) -> list[Alarm]:
    """Every alarm that the session's readings and signs raised, those that are over included."""
    return session_alarms(session.study, stated(session), closings(session), session.first_dose)


@_once
def extras(session: SessionRecords) -> dict[str, Asking]:
    """The extra readings that values past a limit ask for, by the value's id."""
    return extra_readings(session.study, stated(session), closings(session))


@_once
def stated(session: SessionRecords) -> list[Stated]:
    """What the records of a session state for its alarms, oldest first."""
    found = []
    for form in stated_forms(session):
        for entry in session.of(form):
            facts = stated_in(session.study, form, entry.current.values)
            if facts:
                found.append(Stated(entry.current.occurred_at, entry.id, facts, form == SIGNAL))
    return sorted(found, key=lambda one: one.at)


def stated_forms(session: SessionRecords) -> tuple[str, ...]:
    """The forms whose records state what alarms are decided from."""
    return tuple(dict.fromkeys((*(watch.form for watch in session.rules.watches), *STATING)))


@_once
def closings(session: SessionRecords) -> dict[str, list[Closing]]:
    """People's words that an alarm is over, by the value or rule that it is about."""
    found: dict[str, list[Closing]] = {}
    for entry in session.of("session_alarm"):
        values = entry.current.values
        if values.get("answer") == "closed":
            about = str(values.get("about"))
            one = Closing(entry.current.occurred_at, session.whole.roots.get(about, about))
            found.setdefault(str(values.get("value")), []).append(one)
    return found


# The discharge


def stay_ends(session: SessionRecords) -> datetime | None:
    """The earliest instant of a discharge: the document's times after the first dose and after the last one."""
    rules = session.rules.discharge
    if rules is None or session.first_dose is None or session.last_dose is None:
        return None
    return max(session.first_dose + span(rules.after_first), session.last_dose + span(rules.after_last))


def stayed(session: SessionRecords) -> Fact:
    """Whether the participant has stayed long enough after the first and after the last dose."""
    ends = stay_ends(session)
    return UNKNOWN_DOSE if ends is None or session.is_dose_held else session.now >= ends


def vitals_settled(session: SessionRecords) -> Fact:
    """Whether every vital sign that the document names was measured freshly and is settled."""
    rules = session.rules.discharge
    if rules is None or not rules.settled:
        return Missing(("vitals",))
    answers: list[bool | Missing] = []
    for one in rules.settled:
        value = session.fresh_value(one.id, span(rules.fresh))
        if isinstance(value, Missing) or one.is_normal(value):
            answers.append(value if isinstance(value, Missing) else True)
            continue
        before = session.baseline(one.id)
        known = before is not None or one.of_baseline is None
        answers.append(one.is_near(value, before or 0) if known else Missing((f"vitals.{one.id}",)))
    return every(answers)


def fresh_check(session: SessionRecords) -> Entry | None:
    """The newest check before discharge, if it was made within the document's time and after the last dose."""
    rules, found = session.rules.discharge, session.latest("discharge_check")
    if rules is None or found is None or session.last_dose is None:
        return None
    at = found.current.occurred_at
    return found if at >= session.last_dose and at >= session.now - span(rules.fresh) else None


def distress_settled(session: SessionRecords) -> Fact:
    """Whether distress is at most that of the arrival, or within the document's limit with the clinician's reason."""
    rules, check = session.rules.discharge, fresh_check(session)
    now = _score(check)
    if rules is None or check is None or now is None:
        return Missing(("discharge_check.distress",))
    before = _score(_arrival(session))
    if before is not None and now <= before:
        return True
    if now <= rules.distress and str(check.current.values.get("distress_reason") or "").strip():
        return True
    return Missing(("session_arrival.distress",)) if before is None else False


def _arrival(session: SessionRecords) -> Entry | None:
    """The arrival from before the first dose."""
    first = session.first_dose
    before = [one for one in session.of("session_arrival") if first is None or one.current.occurred_at <= first]
    return before[-1] if before else None


def _score(entry: Entry | None) -> int | None:
    found = entry.current.values.get("distress") if entry else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def open_effects(session: SessionRecords) -> list[Episode]:
    """The effects of the session of which nothing says that they have ended."""
    return [one for one in episodes_of(session.entries) if one.is_open]


def impairing(session: SessionRecords) -> list[Episode]:
    """The open effects in whose way a discharge stands; one of which nobody knows the kind is among them."""
    kinds = session.rules.discharge.impairing if session.rules.discharge else ()
    return [one for one in open_effects(session) if one.impairing is True or one.kind is None or one.kind in kinds]


def others(session: SessionRecords) -> list[Episode]:
    """The other open effects, which are marked as continuing and carried to the contact of the next day."""
    blocking = impairing(session)
    return [one for one in open_effects(session) if one not in blocking]


def briefed_before(session: SessionRecords) -> Fact:
    """Whether the escort who takes over was briefed, all of it, on a day before that of the dose."""
    first, over = session.first_dose, handover(session)
    if first is None:
        return UNKNOWN_DOSE
    begins = session.begins or first
    before = [
        one
        for one in session.whole.of("escort_briefing")
        if one.current.values.get("moment") == "before"
        and max(one.current.occurred_at, one.current.recorded_at) < begins
        and session.is_for(one)
    ]
    if not before or over is None:
        return Missing(("escort_briefing",))
    mine = [one for one in before if _name(one) == _name(over)]
    return _all_yes(mine[-1], BRIEFED) if mine else False


def handover(session: SessionRecords) -> Entry | None:
    """The newest briefing of an escort at hand-over, made after the last dose."""
    found = [one for one in session.of("escort_briefing") if one.current.values.get("moment") == "handover"]
    last = session.last_dose
    return found[-1] if found and last is not None and found[-1].current.occurred_at >= last else None


def takes_over(session: SessionRecords) -> Fact:
    """Whether a sober adult escort is here, was briefed at hand-over, stays overnight and confirms it."""
    found = handover(session)
    return Missing(("escort_briefing",)) if found is None else _all_yes(found, (*BRIEFED, "sober", "confirms"))


def _name(briefing: Entry) -> str:
    return " ".join(str(briefing.current.values.get("name") or "").casefold().split())


def _all_yes(entry: Entry, items: tuple[str, ...]) -> Fact:
    form, values = entry.current.form, entry.current.values
    found = {item: values.get(item) for item in items}
    return every([said if isinstance(said, bool) else Missing((f"{form}.{item}",)) for item, said in found.items()])
