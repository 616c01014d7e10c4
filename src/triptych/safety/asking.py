"""The criteria on the person: age, sex, weight, pregnancy, nursing, diagnoses, family, suicide risk, the list."""

from triptych.safety.case import Case
from triptych.safety.conditions import Conditions, judge_condition
from triptych.safety.criteria import Criterion, Fact, criterion, dated, day_problem, missing, ok
from triptych.safety.outcomes import Decision, Finding
from triptych.safety.profile import Profile
from triptych.safety.wording import listed, words_of

NO_CONTRACEPTION = listed("none no nil withdrawal rhythm natural calendar n a nothing")
PILL = listed("pill pills oral ocp coc")
NO_TEST = {"not applicable", "not done", "not needed", "n a", "na", "none"}
METHODS = listed(
    """iud ius coil copper mirena kyleena implant nexplanon injection injectable depo provera pill pills oral ocp coc
    condom condoms barrier diaphragm cap vasectomy vasectomized vasectomised sterilization sterilisation sterilized
    sterilised tubal ligation hysterectomy abstinence abstinent ring nuvaring patch hormonal levonorgestrel"""
)
"""Words of methods that NCT03537014 names or that are of their kind; any other is read by a physician."""
NOT_TOLD = listed("unknown unsure declined refused asked pending")
TESTED = listed("negative neg urine serum blood hcg beta test")
BARRIER = listed("condom condoms barrier diaphragm cap")


def days(profile: Profile, case: Case) -> Criterion:
    """Both days are there, and the session does not lie before the evaluation."""
    code = "SCR-DAYS"
    found = [
        missing(code, name, case, name)
        for name in ("evaluation_date", "planned_session_date")
        if getattr(case, name) is None
    ]
    planned, evaluated = case.planned_session_date, case.evaluation_date
    if planned is not None and evaluated is not None and planned < evaluated:
        why = f"the planned session lies before the evaluation ({code})"
        found = [Finding("cannot_decide", why, missing=("planned_session_date",), blocks_date=True)]
    return criterion(profile, code, found)


def age(profile: Profile, case: Case) -> Criterion:
    """Of age, in years, and not above the study's limit if it has one; both ends are included."""
    code, value = "SCR-AGE", case.participant.age
    if value is None:
        return criterion(profile, code, [missing(code, "age", case, "participant.age")])
    fact = [Fact(name="age", value=f"{value:g} years")]
    if value < profile.minimum_age:
        why = f"age {value:g} is under {profile.minimum_age} ({code})"
        return criterion(profile, code, [Finding("excluded", why, never=True)], fact)
    if profile.maximum_age is not None and value > profile.maximum_age:
        why = f"age {value:g} is over {profile.maximum_age} ({code})"
        return criterion(profile, code, [Finding("excluded", why, never=True)], fact)
    return criterion(profile, code, [ok(f"age {value:g} ({code})")], fact)


def weight(profile: Profile, case: Case) -> Criterion:
    """At least the profile's minimum weight, in kilograms; unknown is not decided."""
    code, value = "SCR-WEIGHT", case.participant.weight_kg
    if value is None:
        return criterion(profile, code, [missing(code, "weight_kg", case, "participant.weight_kg")])
    fact = [Fact(name="weight", value=f"{value:g} kg")]
    if value < profile.minimum_weight_kg:
        why = f"weight {value:g} kg is under {profile.minimum_weight_kg:g} kg ({code})"
        return criterion(profile, code, [Finding("excluded", why, never=True)], fact)
    return criterion(profile, code, [ok(f"weight {value:g} kg ({code})")], fact)


def sex_and_size(profile: Profile, case: Case) -> Criterion:
    """What other criteria rest on: sex at birth, height, and the planned dose."""
    code, person = "SCR-BASICS", case.participant
    asked: tuple[tuple[str, object, str], ...] = (
        ("sex_at_birth", person.sex_at_birth, "participant.sex_at_birth"),
        ("height_cm", person.height_cm, "participant.height_cm"),
        ("planned initial dose", case.planned_initial_mg, "planned_dose_mg.initial"),
        ("planned supplemental dose", case.planned_supplemental_mg, "planned_dose_mg.supplemental"),
    )
    return criterion(profile, code, [missing(code, name, case, path) for name, value, path in asked if value is None])


def pregnancy(profile: Profile, case: Case) -> Criterion:
    """Pregnant is excluded; where pregnancy is possible, a negative dated test and contraception are needed."""
    code, person = "SCR-PREGNANCY", case.participant
    test = person.pregnancy_test
    result = " ".join(words_of(test.result or "")) if test else ""
    facts = [dated(case, "pregnancy test", test.result, test.date)] if test else []
    if "positive" in result.split() or result == "pos":
        decision: Decision = "excluded" if person.sex_at_birth == "female" else "cannot_decide"
        why = f"pregnancy test positive ({code})"
        gone = () if decision == "excluded" else ("pregnancy test",)
        return criterion(profile, code, [Finding(decision, why, missing=gone, never=True)], facts)
    if person.childbearing_potential is None:
        at = "participant.childbearing_potential"
        return criterion(profile, code, [missing(code, "childbearing_potential", case, at)], facts)
    if not person.childbearing_potential:
        # A test need not be there; one that was made and says nothing plain is a question all the same.
        unread = test is not None and result not in NO_TEST and not _is_negative(result)
        found = _test(profile, case, result) if unread else [ok(f"no childbearing potential ({code})")]
        return criterion(profile, code, found, facts)
    if person.sex_at_birth == "male":
        why = f"childbearing potential and male sex at birth contradict each other ({code})"
        return criterion(profile, code, [Finding("cannot_decide", why, missing=("childbearing_potential",))], facts)
    return criterion(profile, code, [*_test(profile, case, result), *_contraception(case)], facts)


def _test(profile: Profile, case: Case, result: str) -> list[Finding]:
    code, test = "SCR-PREGNANCY", case.participant.pregnancy_test
    if test is None or not result:
        return [missing(code, "pregnancy test", case, "participant.pregnancy_test")]
    if not _is_negative(result):
        why = f"pregnancy test '{test.result}' is not a result ({code})"
        return [Finding("cannot_decide", why, missing=("pregnancy test",))]
    again: tuple[str, ...] = ()
    limit = profile.pregnancy_test_days
    evaluated, planned = case.evaluation_date, case.planned_session_date
    if evaluated and planned and evaluated < planned:
        # The test before a session that is still to come cannot be there yet; one of today says what is known today.
        limit = min(limit + (planned - evaluated).days, max(profile.labs_days, limit))
        again = (f"repeat the pregnancy test in the {profile.pregnancy_test_days} d before the session",)
    return list(day_problem(case, code, "pregnancy test", test.date, limit)) or [
        ok(f"pregnancy test negative on {test.date} ({code})", again)
    ]


def _is_negative(result: str) -> bool:
    words = result.split()
    return bool(words) and words[0] in {"negative", "neg"} and set(words) <= TESTED


def _contraception(case: Case) -> list[Finding]:
    code, method = "SCR-CONTRACEPTION", case.participant.contraception
    if method is None:
        return [missing(code, "contraception", case, "participant.contraception")]
    words = set(words_of(method))
    if words & NOT_TOLD:
        why = f"contraception '{method}' is no answer ({code})"
        return [Finding("cannot_decide", why, missing=("contraception",))]
    if words & NO_CONTRACEPTION and not words & {"iud", "implant", "coil"}:
        why = f"contraception '{method}' is not an effective method ({code})"
        return [Finding("needs_physician_review", why)]
    if not words & METHODS:
        why = f"contraception '{method}' is not a method that is known here; a physician reads it ({code})"
        return [Finding("needs_physician_review", why)]
    if words & PILL and not words & BARRIER:
        action = "phase 3 criteria asked oral hormones plus a barrier (unconfirmed for this study)"
        return [ok(f"contraception '{method}' ({code})", (action,))]
    return [ok(f"contraception '{method}' ({code})")]


def nursing(profile: Profile, case: Case) -> Criterion:
    """Nursing is excluded; where nobody has asked, it is not decided."""
    code, value = "SCR-NURSING", case.participant.nursing
    if value is None:
        return criterion(profile, code, [missing(code, "nursing", case, "participant.nursing")])
    fact = [Fact(name="nursing", value=str(value).lower())]
    if value:
        return criterion(profile, code, [Finding("excluded", f"nursing ({code})", never=True)], fact)
    return criterion(profile, code, [ok(f"not nursing ({code})")], fact)


def diagnoses(profile: Profile, case: Case, conditions: Conditions) -> Criterion:
    """Diagnoses and history in words; what is not recognized is read by a physician."""
    code, person = "SCR-DIAGNOSES", case.participant
    found: list[Finding] = []
    if not person.diagnoses:
        found.append(missing(code, "diagnoses", case, "participant.diagnoses"))
    if person.medical_history is None:
        found.append(missing(code, "medical_history", case, "participant.medical_history"))
    texts = (*(person.diagnoses or ()), *(person.medical_history or ()))
    for text in texts:
        found.extend(judge_condition(conditions, text))
    return criterion(profile, code, found, [Fact(name="diagnosis or history", value=text) for text in texts])


def family(profile: Profile, case: Case) -> Criterion:
    """A relative with psychosis or bipolar disorder is for the physician."""
    code, value = "SCR-FAMILY", case.participant.family_history_psychosis_or_bipolar
    if value is None:
        at = "participant.family_history_psychosis_or_bipolar"
        return criterion(profile, code, [missing(code, "family_history_psychosis_or_bipolar", case, at)])
    if value:
        why = f"psychosis or bipolar disorder in the family ({code})"
        return criterion(profile, code, [Finding("needs_physician_review", why)])
    return criterion(profile, code, [ok(f"no psychosis or bipolar disorder in the family ({code})")])


def suicide(profile: Profile, case: Case) -> Criterion:
    """Ideation at or above the profile's level, or behavior, is never cleared by software."""
    code, person = "SCR-SUICIDE", case.participant
    found: list[Finding] = []
    if person.ideation is None:
        at = "participant.suicide_risk.cssrs_ideation_max_past_month"
        found.append(missing(code, "suicide risk (ideation of the past month)", case, at))
    if person.behavior is None:
        at = "participant.suicide_risk.behaviour_past_6_months"
        found.append(missing(code, "suicide risk (behavior of the past six months)", case, at))
    if (person.ideation or 0) >= profile.ideation_review or person.behavior:
        why = (
            f"C-SSRS ideation {person.ideation}, behavior {str(person.behavior).lower()}: present suicide risk ({code})"
        )
        action = "same-day contact with a clinician; software never clears this"
        found.append(Finding("needs_physician_review", why, actions=(action,)))
    return criterion(profile, code, found or [ok(f"no suicide risk that stands in the way ({code})")])


def medicine_list(profile: Profile, case: Case) -> Criterion:
    """The list is there and somebody affirmed it complete."""
    code = "SCR-MEDLIST"
    found: list[Finding] = []
    if case.medications is None:
        found.append(missing(code, "medications", case, "medications"))
    if case.medication_list_affirmed_complete is not True:
        at = "medication_list_affirmed_complete"
        found.append(missing(code, "affirmation that the medication list is complete", case, at))
    return criterion(profile, code, found or [ok(f"medication list affirmed complete ({code})")])
