"""What rules may read of a course: each fact is found when a rule asks for it, and an unknown one is absent."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from triptych.course.doses import half_of_given, is_given
from triptych.course.entries import local_day
from triptych.course.facts import Facts
from triptych.course.readiness import IN_PERSON, READY, participant_ready
from triptych.course.recording import PURPOSES
from triptych.course.recording_people import READ as SEEN_IN_THE_ROOM
from triptych.course.recording_people import all_agree, present, room_of
from triptych.course.results import JUDGMENT, result_forms, values_accepted
from triptych.course.session_facts import READ, session_facts, value_holds
from triptych.course.standing import failed_attempts
from triptych.course.touch import TEAM, touch_agreed
from triptych.rules import Missing

if TYPE_CHECKING:
    from triptych.course.course import Fold


def course_facts(fold: "Fold", cycle: int | None) -> Mapping[str, object]:
    """What rules may read of the course itself, each found when it is asked for; an unknown answer is absent."""
    known: dict[str, object] = {**fold.standing.axes, "attempt": fold.standing.attempt}
    makers: dict[str, Callable[[], object]] = {
        "failed_attempts": lambda: failed_attempts(fold.entries),
        "phase": lambda: fold.phase,
        "medicine_conflict": lambda: _conflict(fold),
        "abnormal_values_accepted": lambda: _accepted(fold),
        "screening_confirmed": lambda: fold.screening_confirmed(cycle),
        "participant_ready": lambda: _ready(fold, cycle),
        "touch_agreed": lambda: _touch(fold, cycle),
        "consent_in_force": lambda: fold.consented.in_force if fold.sees_consent else None,
        "consent_given": lambda: fold.consented.given if fold.sees_consent else None,
        "ended_by_consent": lambda: _ended(fold) if fold.sees_consent else None,
    }
    makers |= {f"recording_{purpose}": partial(_recordable, fold, purpose) for purpose in PURPOSES}
    makers |= {f"present_agree_{purpose}": partial(_present_agree, fold, purpose) for purpose in PURPOSES}
    if cycle is not None and fold.sight.sees_form("dose_administration"):
        makers["dose_initial_given"] = partial(is_given, fold.entries, "initial", cycle)
        makers["dose_supplemental_given"] = partial(is_given, fold.entries, "supplemental", cycle)
        if all(fold.sight.sees_form(form) for form in READ if form in fold.study.forms):
            makers |= session_facts(fold.session(cycle))
            makers["value_holds"] = lambda: value_holds(fold.study, fold.entries, fold.today, fold.setting.zone)
    amounts = dict(_amounts(fold, cycle))
    if "dose_supplemental" in amounts:
        makers["dose_supplemental"] = partial(_supplemental, fold, cycle, amounts["dose_supplemental"])
    return Facts(makers, {**known, **amounts})


def _ended(fold: "Fold") -> bool:
    """Whether treatment was ended by a part of the consent that was taken back, and by nothing else."""
    sets = (pair for one in fold.ended.standing for pair in one.consequence.sets)
    return bool(fold.ended.standing) and all(fold.standing.own.get(axis) != to for axis, to in sets)


def _recordable(fold: "Fold", purpose: str) -> bool | Missing | None:
    """Whether recordings for a purpose are agreed to; none where consent is hidden."""
    return fold.recordings[purpose] if fold.sees_consent else None


def _present_agree(fold: "Fold", purpose: str) -> bool | Missing | None:
    """Whether everybody who is there agrees to be recorded for a purpose; none where what it rests on is hidden."""
    if not all(fold.sight.sees_form(form) for form in SEEN_IN_THE_ROOM if form in fold.study.forms):
        return None
    return all_agree(present(room_of(fold.entries, fold.setting), fold.now), purpose)


def _ready(fold: "Fold", cycle: int | None) -> bool | Missing | None:
    """Whether the participant says that they are ready; none where what was said is hidden."""
    seen = all(fold.sight.sees_form(form) for form in (READY, IN_PERSON) if form in fold.study.forms)
    return participant_ready(fold.entries, cycle) if seen else None


def _touch(fold: "Fold", cycle: int | None) -> bool | Missing | None:
    """Whether touch is agreed with everybody named for today's session; none where what it rests on is hidden."""
    if not (fold.sees_touch and fold.sight.sees_form(TEAM)):
        return None
    teams = (entry.current for entry in fold.entries.of(TEAM))
    zone = fold.setting.zone
    mine = [one.values for one in teams if one.cycle == cycle and local_day(one.occurred_at, zone) == fold.today]
    return touch_agreed(fold.entries, mine[-1] if mine else None, fold.now)


def _conflict(fold: "Fold") -> bool | Missing | None:
    """Whether a medicine stands in the way of a dose; none where medicines are hidden."""
    found = fold.conflict
    if found is None:
        return None
    return Missing(frozenset(found.missing)) if found.conflict is None else found.conflict


def _accepted(fold: "Fold") -> bool | Missing | None:
    """Whether every abnormal value was judged as not significant; none where some are hidden."""
    seen = all(fold.sight.sees_form(form) for form in (JUDGMENT, *(one.id for one in result_forms(fold.study))))
    return values_accepted(fold.study, fold.counting) if seen else None


def _supplemental(fold: "Fold", cycle: int | None, planned: float) -> float | Missing:
    """The most that a supplemental dose may be: what the document has, and at most half of what was given."""
    half = half_of_given(fold.entries, cycle)
    if half is None:
        return planned
    return half if isinstance(half, Missing) else min(planned, half)


def _amounts(fold: "Fold", cycle: int | None) -> Iterator[tuple[str, Any]]:
    """The arm and what it has for a cycle, as far as they are known."""
    if fold.arm is None:
        return
    yield "arm", fold.arm.id
    for dose in fold.arm.doses:
        if dose.cycle == cycle:
            yield "dose_initial", dose.initial
            yield "dose_maximum", dose.maximum if dose.maximum is not None else dose.initial
            if dose.supplemental is not None:
                yield "dose_supplemental", dose.supplemental
