"""Observations in a FHIR R4 record as the measurements and answers of a screening case.

Only a final result about this patient, with its day and an exact amount in a known unit, is a fact. Everything else
that was meant as one is a question.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from triptych.exchange.fhir_bundle import Body, Held, Line, Opened, Outcome, dicts
from triptych.exchange.fhir_values import LOINC, OWN, amount, codes_of, day, names_of, words


class Measure(Struct, frozen=True):
    """A measured item: where it stands in a case, its unit there, and between what it can be a reading at all."""

    item: str
    unit: str
    low: float
    high: float


SYSTOLIC, DIASTOLIC = Measure("sbp", "mm[Hg]", 40, 300), Measure("dbp", "mm[Hg]", 20, 200)
MEASURES: Mapping[str, Measure] = {
    "8867-4": Measure("vitals.heart_rate_bpm", "/min", 20, 300),
    "8310-5": Measure("vitals.temperature_c", "Cel", 30, 45),
    "29463-7": Measure("participant.weight_kg", "kg", 20, 400),
    "8302-2": Measure("participant.height_cm", "cm", 80, 260),
    "2951-2": Measure("labs_and_ecg.sodium_mmol_l", "mmol/L", 80, 200),
    "2823-3": Measure("labs_and_ecg.potassium_mmol_l", "mmol/L", 1, 12),
    "1742-6": Measure("labs_and_ecg.alt_u_l", "U/L", 0, 50_000),
    "1920-8": Measure("labs_and_ecg.ast_u_l", "U/L", 0, 50_000),
    "2160-0": Measure("labs_and_ecg.creatinine_umol_l", "umol/L", 5, 3000),
    "14682-9": Measure("labs_and_ecg.creatinine_umol_l", "umol/L", 5, 3000),
    "3016-3": Measure("labs_and_ecg.tsh_miu_l", "m[IU]/L", 0, 500),
    "11580-8": Measure("labs_and_ecg.tsh_miu_l", "m[IU]/L", 0, 500),
    "qtcf_ms": Measure("qtcf_ms", "ms", 200, 800),
    "planned_initial_mg": Measure("planned_dose_mg.initial", "mg", 0, 250),
    "planned_supplemental_mg": Measure("planned_dose_mg.supplemental", "mg", 0, 125),
}
"""By LOINC code, or by the code of a screening item. The limits tell a reading from a slip; none is a criterion."""
PRESSURE, PREGNANCY = "85354-9", ("2106-3", "2118-8")
DRUGS = {"19343-3": "amphetamine", "19295-5": "opiates", "19359-9": "cocaine", "18282-4": "cannabinoids"}
ANSWERS: Mapping[str, str] = {
    "medication_list_affirmed_complete": "medication_list_affirmed_complete",
    "childbearing_potential": "participant.childbearing_potential",
    "nursing": "participant.nursing",
    "family_history_psychosis_or_bipolar": "participant.family_history_psychosis_or_bipolar",
    "behaviour_past_6_months": "participant.suicide_risk.behaviour_past_6_months",
}
NUMBERS: Mapping[str, str] = {
    "cssrs_ideation_max_past_month": "participant.suicide_risk.cssrs_ideation_max_past_month",
}
TEXTS: Mapping[str, str] = {"contraception": "participant.contraception"}
UNDATED_DAYS = 28
LASTING = ("8302-2", "family_history_psychosis_or_bipolar", "planned_initial_mg", "planned_supplemental_mg")
DATED = ("qtcf_ms", "urine_drug_screen", PRESSURE, *PREGNANCY, *DRUGS)
"""A case gives no day for most vital signs and answers. Where one is older than so many days, it is asked again: a
choice of this project, confirmed by no source. It does not hold for what lasts, nor for what a case dates itself."""
NEGATIVE, POSITIVE = ("260385009", "LA6577-6", "NEG"), ("10828004", "LA6576-8", "POS")


class Fact(Struct, frozen=True, kw_only=True):
    """One fact for a case: the item by its path, what it is, its day, and the resource it comes from."""

    item: str
    value: Any
    on: date
    resource: str


def findings(opened: Opened, on: date) -> Iterator[Fact | Line]:
    """Every fact in the observations of a record known on a day, and what became of each observation."""
    for held in opened.of("Observation"):
        yield from _finding(opened, held, on)


def _finding(opened: Opened, held: Held, on: date) -> Iterator[Fact | Line]:
    known = [code for system, code in codes_of(held.body.get("code")) if system in (LOINC, OWN) and _is_read(code)]
    named = (names_of(held.body.get("code")) or ("an observation",))[0]
    if not known:
        yield _unknown(held, named)
        return
    if held.body.get("status") in ("entered-in-error", "cancelled"):
        yield Line(resource=held.name, outcome="set_aside", text=f"{named}: {held.body['status']}.")
        return
    taken = day(held.body.get("effectiveDateTime")) or day(held.body.get("effectiveInstant"))
    doubt = _doubt(opened, held.body, taken, on) or ("It has two meanings." if len(known) > 1 else "")
    doubt = doubt or _old(known[0], taken, on)
    facts = {} if doubt or taken is None else _read(held.body, known[0])
    if not facts or taken is None:
        text = f"{named}: {doubt or 'Its value cannot be read exactly.'}"
        yield Line(resource=held.name, outcome="question", text=text)
        return
    for item, value in facts.items():
        yield Fact(item=item, value=value, on=taken, resource=held.name)
    yield Line(resource=held.name, outcome="read", text=f"{named} of {taken}")


def _unknown(held: Held, named: str) -> Line:
    """An observation that is no item of a screening; one that may be, by a code without a system, is a question."""
    codes = codes_of(held.body.get("code"))
    is_likely = any(_is_read(code) for _, code in codes) or not (codes or names_of(held.body.get("code")))
    outcome: Outcome = "question" if is_likely else "not_read"
    text = "the system of its code is not one that is known." if codes and is_likely else "no item of a screening."
    return Line(resource=held.name, outcome=outcome, text=f"{named}: {text}")


def _is_read(code: str) -> bool:
    return code in {*MEASURES, *ANSWERS, *NUMBERS, *TEXTS, *PREGNANCY, *DRUGS, PRESSURE, "urine_drug_screen"}


def _old(code: str, taken: date | None, on: date) -> str:
    """Whether something that a case gives no day for is too old to stand there without one."""
    measure = MEASURES.get(code)
    is_dated = code in (*DATED, *LASTING) or (measure is not None and measure.item.startswith("labs_and_ecg."))
    days = (on - taken).days if taken is not None else 0
    return "" if is_dated or days <= UNDATED_DAYS else f"It is {days} days old: measure or ask again."


def _doubt(opened: Opened, body: Body, taken: date | None, on: date) -> str:
    if body.get("status") not in ("final", "amended", "corrected"):
        return f"It is not final ({words(body.get('status')) or 'no status'})."
    if not opened.is_about_patient(body.get("subject")):
        return "It is not said to be about this patient."
    if body.get("modifierExtension") or body.get("dataAbsentReason"):
        return "It says itself that there is no value, or has a modifier that is not known here."
    if taken is None:
        return "The day is not told."
    return "Its day has not come yet." if taken > on else ""


def _read(body: Body, code: str) -> dict[str, Any]:
    """The facts in an observation that is in order; none where the value is not exact."""
    if code == PRESSURE:
        pair = {
            measure.item: _part(body, loinc, measure)
            for loinc, measure in (("8480-6", SYSTOLIC), ("8462-4", DIASTOLIC))
        }
        return {"bp": pair} if None not in pair.values() else {}
    if measure := MEASURES.get(code):
        value = _measured(body, measure)
        whole = {"qtcf_ms": value, "rhythm": _rhythm(body)} if code == "qtcf_ms" else value
        return {} if value is None else {measure.item: whole}
    if item := TEXTS.get(code):
        text = words(body.get("valueString"))
        return {item: text} if text else {}
    if item := ANSWERS.get(code):
        answer = body.get("valueBoolean")
        return {item: answer} if isinstance(answer, bool) else {}
    if item := NUMBERS.get(code):
        number = body.get("valueInteger")
        return {item: number} if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= 5 else {}
    return _presence(body, code)


def _part(body: Body, loinc: str, measure: Measure) -> float | None:
    """The only component with a code, as an amount."""
    parts = [one for one in dicts(body.get("component")) if (LOINC, loinc) in codes_of(one.get("code"))]
    if len(parts) != 1 or parts[0].get("dataAbsentReason") or parts[0].get("modifierExtension"):
        return None
    return _measured(parts[0], measure)


def _rhythm(body: Body) -> str | None:
    """The rhythm in words, from the only component that tells it."""
    parts = [one for one in dicts(body.get("component")) if (OWN, "rhythm") in codes_of(one.get("code"))]
    one = parts[0] if len(parts) == 1 else {}
    return (
        None if one.get("dataAbsentReason") or one.get("modifierExtension") else words(one.get("valueString")) or None
    )


def _measured(body: Body, measure: Measure) -> float | None:
    value = amount(body.get("valueQuantity"), measure.unit)
    return value if value is not None and measure.low <= value <= measure.high else None


def _presence(body: Body, code: str) -> dict[str, Any]:
    """A test that is negative or positive. One drug that was not found does not make a whole screen negative."""
    result = _result(body)
    if result is None:
        return {}
    if code in PREGNANCY:
        return {"pregnancy": result}
    if code == "urine_drug_screen":
        return {"drugs": result}
    return {"drug" if result == "positive" else "no_drug": DRUGS[code]}


def _result(body: Body) -> str | None:
    concept = body.get("valueCodeableConcept")
    said = {code for _, code in codes_of(concept)} | {name.lower() for name in names_of(concept)}
    text = words(body.get("valueString")).lower()
    said |= {text} if text else set()
    negative, positive = {*NEGATIVE, "negative"}, {*POSITIVE, "positive"}
    if said and said <= negative:
        return "negative"
    return "positive" if said and said <= positive else None
