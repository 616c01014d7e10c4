"""The criteria on what was measured: blood pressure, heart rate, temperature, ECG, laboratory, urine screen."""

import re

from triptych.safety.case import BloodPressure, Case, Ecg
from triptych.safety.criteria import Criterion, Fact, criterion, dated, day_problem, missing, number, ok
from triptych.safety.outcomes import Finding
from triptych.safety.profile import Profile

NEGATIVE = re.compile(
    r"(?:all )?(?:neg(?:ative)?|none detected|not detected|nil|(?:no drugs?|nothing) detected)"
    r"(?: ?x ?\d+| (?:for|on) all(?: (?:substances|drugs|panels|analytes|tests))?"
    r"|,? \(?(?:all|\d+)(?:[- ](?:panel|panels|drug|drugs|substances))?(?: (?:screen|test|cup))?\)?)?\.?",
    re.IGNORECASE,
)
"""A whole text that says no more than that nothing was found; *negative but* and *negative, dilute* say more."""
POSITIVE = re.compile(
    r"\bpos(itive)?\b|(?<!none )(?<!not )\bdetected\b|\+|\bexcept(ion)?\b|\bbut\b|\bapart from\b|\bother than\b",
    re.IGNORECASE,
)
COCAINE = re.compile(r"cocain|crack|benzoylecgonin", re.IGNORECASE)


def blood_pressure(profile: Profile, case: Case) -> Criterion:
    """Three occasions; above the limits on three of them is uncontrolled, on fewer a physician decides."""
    code = "SCR-BP"
    if case.bp_readings is None:
        return criterion(profile, code, [missing(code, "three bp readings", case, "vitals.bp_readings_mmHg")])
    findings: list[Finding] = []
    facts: list[Fact] = []
    above, days = set(), set()
    for place, reading in enumerate(case.bp_readings, 1):
        problem = _reading_problem(profile, case, reading, place)
        findings.extend(problem)
        if problem or reading.sbp is None or reading.dbp is None or reading.date is None:
            continue
        facts.append(dated(case, "blood pressure", f"{reading.sbp:g}/{reading.dbp:g} mmHg", reading.date))
        days.add(reading.date)
        if reading.sbp > profile.systolic or reading.dbp > profile.diastolic:
            above.add(reading.date)
    limit = f"{profile.systolic:g}/{profile.diastolic:g}"
    if len(days) < 3:
        what = f"three bp readings on separate occasions ({len(days)} usable)"
        findings.append(Finding("cannot_decide", f"{what} ({code})", missing=("three bp readings",)))
    if len(above) >= 3:
        why = f"blood pressure above {limit} mmHg on {len(above)} separate occasions: uncontrolled ({code})"
        findings.append(Finding("excluded", why, never=True))
    elif above:
        why = f"blood pressure above {limit} mmHg on {len(above)} of {len(days)} occasions ({code})"
        findings.append(Finding("needs_physician_review", why, actions=("repeat blood pressure on separate days",)))
    return criterion(profile, code, findings or [ok(f"blood pressure within {limit} mmHg ({code})")], facts)


def _reading_problem(profile: Profile, case: Case, reading: BloodPressure, place: int) -> tuple[Finding, ...]:
    code = "SCR-BP"
    if reading.sbp is None or reading.dbp is None:
        at = next((one.path for one in case.unreadable if one.path.startswith(f"vitals.bp_readings_mmHg[{place}]")), "")
        return (missing(code, f"blood pressure reading {place}", case, at),)
    if reading.sbp <= reading.dbp:
        why = f"blood pressure reading {place} is not possible: systolic is not above diastolic ({code})"
        return (Finding("cannot_decide", why, missing=(f"blood pressure reading {place}",)),)
    return day_problem(case, code, f"blood pressure reading {place}", reading.date, profile.blood_pressure_days)


def ranged(
    profile: Profile, case: Case, code: str, what: str, at: tuple[str, float | None, float, float, str]
) -> Criterion:
    """A value that a physician reads outside its range."""
    path, value, low, high, unit = at
    if value is None:
        return criterion(profile, code, [missing(code, what, case, path)])
    fact = Fact(name=what, value=f"{value:g} {unit}")
    if low <= value <= high:
        limits = f"within {low:g} to {high:g}" if low else f"not above {high:g}"
        return criterion(profile, code, [ok(f"{what} {value:g} {unit} {limits} ({code})")], [fact])
    why = f"{what} {value:g} {unit} is outside {low:g} to {high:g} {unit} ({code})"
    return criterion(profile, code, [Finding("needs_physician_review", why)], [fact])


def temperature(profile: Profile, case: Case) -> Criterion:
    """Above the limit is not the day for a session; below it a physician looks."""
    code, value = "SCR-TEMPERATURE", case.temperature_c
    if value is not None and value > profile.temperature_maximum:
        why = f"temperature {value:g} °C is above {profile.temperature_maximum:g} °C ({code})"
        fact = Fact(name="temperature", value=f"{value:g} °C")
        action = ("look for an infection and repeat the temperature; any date is conditional on it",)
        return criterion(profile, code, [Finding("not_eligible_on_date", why, actions=action)], [fact])
    low, high = profile.temperature_minimum, profile.temperature_maximum
    return ranged(profile, case, code, "temperature", ("vitals.temperature_c", value, low, high, "°C"))


def ecg(profile: Profile, case: Case) -> Criterion:
    """QTcF by sex: excluded when repeatedly above the limit, undecided after a single high value."""
    code, sex = "SCR-QTCF", case.participant.sex_at_birth
    if not case.labs.ecg:
        return criterion(profile, code, [missing(code, "qtcf (no ECG)", case, "labs_and_ecg.ecg")])
    limit = profile.qtcf_female if sex == "female" else profile.qtcf_male
    findings: list[Finding] = []
    usable: list[Ecg] = []
    for place, one in enumerate(case.labs.ecg, 1):
        problem = _ecg_problem(profile, case, one, place)
        findings.extend(problem)
        if not problem:
            usable.append(one)
    facts = [dated(case, "QTcF", f"{number(one.qtcf_ms or 0)} ms", one.date) for one in usable]
    findings.extend(_qtcf(case, usable, limit))
    findings.extend(_rhythm(case, code))
    return criterion(profile, code, findings, facts)


def _ecg_problem(profile: Profile, case: Case, one: Ecg, place: int) -> tuple[Finding, ...]:
    code, what = "SCR-QTCF", f"ECG {place}"
    if one.qtcf_ms is None:
        return (missing(code, f"qtcf of {what}", case, f"labs_and_ecg.ecg[{place}].qtcf_ms"),)
    # An old ECG still counts when it was too long; only for a pass does its age matter.
    newest = max((ecg.date for ecg in case.labs.ecg or () if ecg.date), default=None)
    limit = profile.ecg_days if one.date == newest else 10_000
    return day_problem(case, code, what, one.date, limit)


def _qtcf(case: Case, usable: list[Ecg], limit: float) -> list[Finding]:
    code = "SCR-QTCF"
    values = {(one.date, one.qtcf_ms) for one in usable if one.qtcf_ms is not None and one.date is not None}
    if not values:
        return []
    high = {value for value in values if value[1] > limit}
    people = {"female": "women", "male": "men"}.get(case.participant.sex_at_birth or "", "either sex")
    shown = f"{limit:g} ms for {people}"
    if len(high) >= 2:
        return [Finding("excluded", f"QTcF above {shown} on {len(high)} ECGs: repeated ({code})", never=True)]
    if high and len(values) == 1:
        why = f"single QTcF {next(iter(high))[1]:g} ms above {shown}; a repeat decides ({code})"
        return [Finding("cannot_decide", why, missing=("repeat ECG (QTcF)",), actions=("repeat ECG",))]
    if high:
        why = f"one QTcF of {len(values)} is above {shown} ({code})"
        actions = ("repeat ECG; cardiology reads all of them",)
        latest = max(values)
        if latest in high:
            return [Finding("cannot_decide", why, missing=("repeat ECG (QTcF)",), actions=actions)]
        return [Finding("needs_physician_review", why, actions=actions)]
    largest = max(value for _, value in values)
    close = ("repeat ECG before dosing recommended (close to limit)",) if limit - largest <= 10 else ()
    return [ok(f"QTcF {largest:g} ms is within {shown} ({code})", close)]


def _rhythm(case: Case, code: str) -> list[Finding]:
    found: list[Finding] = []
    for place, one in enumerate(case.labs.ecg or (), 1):
        rhythm = (one.rhythm or "").casefold()
        if not rhythm:
            found.append(missing(code, f"rhythm of ECG {place}", case, f"labs_and_ecg.ecg[{place}].rhythm"))
        elif re.search(r"ventricular (tachy|fibrill|flutter)|torsade|\bvt\b|\bvf\b", rhythm) and "supra" not in rhythm:
            found.append(Finding("excluded", f"rhythm '{one.rhythm}': ventricular arrhythmia ({code})", never=True))
        elif rhythm not in {"sinus", "sinus rhythm", "normal sinus rhythm", "normal sinus", "nsr"}:
            found.append(Finding("needs_physician_review", f"rhythm '{one.rhythm}' is read by a physician ({code})"))
    return found


def laboratory(profile: Profile, case: Case) -> tuple[Criterion, ...]:
    """Sodium, potassium, liver enzymes, creatinine, TSH, all of the day of the laboratory."""
    labs = case.labs
    age = criterion(profile, "SCR-LABS", day_problem(case, "SCR-LABS", "laboratory", labs.date, profile.labs_days))
    low_k, high_k = profile.potassium_minimum, profile.potassium_maximum
    return (
        age,
        _electrolyte(profile, case, "SCR-SODIUM", "sodium", (labs.sodium_mmol_l, profile.sodium_minimum, 10_000)),
        ranged(
            profile,
            case,
            "SCR-SODIUM-HIGH",
            "sodium",
            ("labs_and_ecg.sodium_mmol_l", labs.sodium_mmol_l, 0, profile.sodium_maximum, "mmol/L"),
        ),
        _electrolyte(profile, case, "SCR-POTASSIUM", "potassium", (labs.potassium_mmol_l, low_k, high_k)),
        ranged(
            profile,
            case,
            "SCR-LIVER",
            "ALT",
            ("labs_and_ecg.alt_u_l", labs.alt_u_l, 0, profile.transaminase_review, "U/L"),
        ),
        ranged(
            profile,
            case,
            "SCR-LIVER-AST",
            "AST",
            ("labs_and_ecg.ast_u_l", labs.ast_u_l, 0, profile.transaminase_review, "U/L"),
        ),
        ranged(
            profile,
            case,
            "SCR-CREATININE",
            "creatinine",
            ("labs_and_ecg.creatinine_umol_l", labs.creatinine_umol_l, 20, profile.creatinine_review, "µmol/L"),
        ),
        ranged(
            profile,
            case,
            "SCR-TSH",
            "TSH",
            ("labs_and_ecg.tsh_miu_l", labs.tsh_miu_l, profile.tsh_minimum, profile.tsh_maximum, "mIU/L"),
        ),
    )


def _electrolyte(
    profile: Profile, case: Case, code: str, what: str, at: tuple[float | None, float, float]
) -> Criterion:
    value, low, high = at
    if value is None:
        return criterion(profile, code, [missing(code, what, case, f"labs_and_ecg.{what}_mmol_l")])
    fact = dated(case, what, f"{value:g} mmol/L", case.labs.date)
    if low <= value <= high:
        close = (f"repeat {what} on the day (at the limit)",) if value == low else ()
        return criterion(profile, code, [ok(f"{what} {value:g} mmol/L is within limits ({code})", close)], [fact])
    side = f"below {low:g}" if value < low else f"above {high:g}"
    why = f"{what} {value:g} mmol/L is {side} mmol/L: find the cause, correct and repeat ({code})"
    actions = (f"repeat {what} after correction; any date is conditional on it",)
    return criterion(profile, code, [Finding("not_eligible_on_date", why, actions=actions)], [fact])


def urine_screen(profile: Profile, case: Case) -> Criterion:
    """Negative, or a presumptive positive that a physician decides, or not readable."""
    code, result = "SCR-URINE", case.labs.urine_drug_screen
    if result is None:
        return criterion(profile, code, [missing(code, "urine drug screen", case, "labs_and_ecg.urine_drug_screen")])
    fact = dated(case, "urine drug screen", result, case.labs.date)
    if NEGATIVE.fullmatch(" ".join(result.split())):
        return criterion(profile, code, [ok(f"urine drug screen negative ({code})")], [fact])
    if POSITIVE.search(result):
        why = f"urine drug screen '{result}': a presumptive positive is decided by the physician ({code})"
        actions = ("confirmatory test of the urine; ask about use and about medicines that cross-react",)
        if any(COCAINE.search(part) and "neg" not in part.casefold() for part in re.split("[,;.]", result)):
            why = f"urine drug screen '{result}': cocaine cancels dosing (DDI-058, {code}); confirmation pending"
            return criterion(profile, code, [Finding("not_eligible_on_date", why, actions=actions, never=True)], [fact])
        return criterion(profile, code, [Finding("needs_physician_review", why, actions=actions)], [fact])
    why = f"urine drug screen '{result}' is not plainly negative or positive ({code})"
    return criterion(profile, code, [Finding("cannot_decide", why, missing=("urine drug screen",))], [fact])
