"""From a participant's records to the case that `triptych screen --case` reads, so that page, command and gate agree.

The study document says with `fact` which item answers which fact. The newest record of a fact decides: where it has no
answer the fact is absent, whatever an earlier one said. Nothing is filled in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from triptych.course.doses import actual_time, given_doses
from triptych.course.entries import Entries, Entry, local_day
from triptych.course.facts import form_facts
from triptych.course.medicines import affirmed_complete, medicine_of
from triptych.rules import Context
from triptych.study import Arm, ScreeningFact, Study

MONTH, HALF_YEAR = timedelta(days=31), timedelta(days=183)
AT_REST = ("systolic", "diastolic", "heart_rate", "temperature")
LABORATORY: Mapping[ScreeningFact, str] = {
    "sodium": "sodium_mmol_l",
    "potassium": "potassium_mmol_l",
    "alt": "alt_u_l",
    "ast": "ast_u_l",
    "creatinine": "creatinine_umol_l",
    "tsh": "tsh_miu_l",
}


class Answer(Struct, frozen=True, kw_only=True):
    """What one record says of one fact; the value is none where it was asked and has no answer."""

    fact: ScreeningFact
    value: Any
    on: date
    entry: Entry


class Days(Struct, frozen=True, kw_only=True):
    """The day on which this is known, the planned day of the session, and the days a blood pressure counts."""

    evaluated: date
    planned: date
    pressures_count: int


def screening_case(study: Study, entries: Entries, context: Context, days: Days, cycle: int | None) -> dict[str, Any]:
    """The case of a participant, in the format of the screening cases.

    Args:
        study: The document in force for the participant.
        entries: What counts for the present screening attempt.
        context: The site's zone.
        days: The day of evaluation and the planned day.
        cycle: The cycle of the session, which says the dose.
    """
    said = _answers(study, entries, context)
    return {
        "evaluation_date": days.evaluated.isoformat(),
        "planned_session_date": days.planned.isoformat(),
        "medication_list_affirmed_complete": affirmed_complete(entries),
        "planned_dose_mg": _doses(study.document.arms, cycle),
        "participant": _participant(said, days.evaluated),
        "vitals": {
            "bp_readings_mmHg": _pressures(said, days),
            "heart_rate_bpm": said.newest("heart_rate"),
            "temperature_c": said.newest("temperature"),
        },
        "labs_and_ecg": {**_laboratory(said), "ecg": _ecgs(said)},
        "medications": [dict(medicine_of(entry)) for entry in entries.of("medicine")],
    }


class _Said:
    """The answers to each fact, oldest first."""

    def __init__(self, found: Iterable[Answer]) -> None:
        self._found: dict[str, list[Answer]] = {}
        for answer in sorted(found, key=lambda one: (one.entry.current.occurred_at, one.entry.root.position)):
            self._found.setdefault(answer.fact, []).append(answer)

    def all(self, fact: ScreeningFact) -> list[Answer]:
        return self._found.get(fact, [])

    def last(self, fact: ScreeningFact) -> Answer | None:
        found = self.all(fact)
        return found[-1] if found else None

    def newest(self, fact: ScreeningFact) -> object:
        last = self.last(fact)
        return last.value if last else None

    def beside(self, answer: Answer, fact: ScreeningFact) -> object:
        """What the same record says of another fact."""
        return next((one.value for one in self.all(fact) if one.entry.id == answer.entry.id), None)


def _answers(study: Study, entries: Entries, context: Context) -> _Said:
    rested = _rested(entries, context)
    return _Said(
        answer
        for form in study.document.forms
        if form.about == "participant" and any(item.fact for item in form.items)
        for entry in entries.of(form.id)
        for answer in _of(study, entry, context)
        if answer.fact not in AT_REST or rested(entry)
    )


def _of(study: Study, entry: Entry, context: Context) -> Iterator[Answer]:
    facts = form_facts(study, entry, context)
    on = local_day(entry.current.occurred_at, context.zone)
    form = study.at(entry.current.document).forms[entry.current.form]
    for item in form.items:
        if item.fact is not None:
            value = facts.get(item.id)
            yield Answer(
                fact=item.fact, value=value.isoformat() if isinstance(value, date) else value, on=on, entry=entry
            )


def _rested(entries: Entries, context: Context) -> Callable[[Entry], bool]:
    """Whether a measurement was at rest: what is measured on a day after a dose says how the drug acts."""
    doses = [actual_time(dose) for dose in given_doses(entries)]

    def rested(entry: Entry) -> bool:
        at = entry.current.occurred_at
        return not any(d <= at and local_day(d, context.zone) == local_day(at, context.zone) for d in doses)

    return rested


def _doses(arms: tuple[Arm, ...], cycle: int | None) -> dict[str, float | None]:
    """The largest dose that any arm has in this session, so that nothing is told of the arm."""
    doses = [dose for arm in arms for dose in arm.doses if dose.cycle == (cycle or 1)]
    if not doses:
        return {"initial": None, "supplemental": None}
    return {
        "initial": max(dose.initial if dose.maximum is None else dose.maximum for dose in doses),
        "supplemental": max(dose.supplemental or 0 for dose in doses),
    }


def _participant(said: _Said, evaluated: date) -> dict[str, Any]:
    test = said.last("pregnancy_test")
    return {
        "age": _age(said.newest("birth_date"), evaluated),
        "sex_at_birth": said.newest("sex"),
        "childbearing_potential": said.newest("childbearing_potential"),
        "pregnancy_test": {"result": test.value, "date": test.on.isoformat()} if test else None,
        "contraception": said.newest("contraception"),
        "nursing": said.newest("nursing"),
        "weight_kg": said.newest("weight"),
        "height_cm": said.newest("height"),
        "diagnoses": _lines(said.newest("diagnoses")),
        "medical_history": _history(said),
        "family_history_psychosis_or_bipolar": said.newest("family_history"),
        "suicide_risk": {
            "cssrs_ideation_max_past_month": _ideation(said, evaluated),
            "behaviour_past_6_months": _behavior(said, evaluated),
        },
    }


def _age(born: object, on: date) -> int | None:
    """Completed years on a day.

    >>> _age("2008-03-02", date(2026, 3, 1))
    17
    """
    if not isinstance(born, str):
        return None
    birth = date.fromisoformat(born)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _lines(text: object) -> list[str] | None:
    if not isinstance(text, str):
        return None
    return [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]


def _history(said: _Said) -> list[str] | None:
    """Every condition on record; nothing where nobody said that the history is complete."""
    if said.newest("history_complete") is not True:
        return None
    found = [answer for answer in said.all("condition") if isinstance(answer.value, str)]
    return [_past(answer) for answer in found]


def _past(answer: Answer) -> str:
    is_over = answer.entry.current.values.get("ongoing") is False
    return f"history of {answer.value}" if is_over else str(answer.value)


def _ideation(said: _Said, evaluated: date) -> int | None:
    """The highest ideation of the past month; none where the newest answer is missing or older than that."""
    recent = [one for one in said.all("ideation") if evaluated - one.on <= MONTH]
    if not recent or recent[-1].value is None:
        return None
    highest: int = max(one.value for one in recent if one.value is not None)
    return highest


def _behavior(said: _Said, evaluated: date) -> bool | None:
    """Whether there was suicidal behavior in six months; a no counts only from the past month."""
    if any(one.value is True for one in said.all("behavior") if evaluated - one.on <= HALF_YEAR):
        return True
    last = said.last("behavior")
    recent: bool | None = last.value if last and evaluated - last.on <= MONTH else None
    return recent


def _pressures(said: _Said, days: Days) -> list[dict[str, Any]] | None:
    """Readings at rest that are not too old for the planned day."""
    oldest = days.planned - timedelta(days=days.pressures_count)
    recent = [one for one in said.all("systolic") if one.on >= oldest]
    pairs = [{"date": one.on.isoformat(), "sbp": one.value, "dbp": said.beside(one, "diastolic")} for one in recent]
    return pairs or None


def _ecgs(said: _Said) -> list[dict[str, Any]] | None:
    found = [
        {"date": one.on.isoformat(), "qtcf_ms": one.value, "rhythm": said.beside(one, "rhythm")}
        for one in said.all("qtcf")
    ]
    return found or None


def _laboratory(said: _Said) -> dict[str, Any]:
    """The newest value of each test; the day is that of the oldest of them, the urine screen among them."""
    tests = {name: said.last(fact) for fact, name in LABORATORY.items()}
    urine = said.last("drug_screen")
    days = [one.on for one in (*tests.values(), urine) if one is not None]
    return {
        **{name: one.value if one else None for name, one in tests.items()},
        "labs_date": min(days).isoformat() if days else None,
        "urine_drug_screen": _urine(said, urine),
    }


def _urine(said: _Said, screen: Answer | None) -> str | None:
    if screen is None or screen.value is None:
        return None
    found = said.beside(screen, "drugs_found")
    return f"{screen.value} for {found}" if screen.value == "positive" and found else str(screen.value)
