"""Laws of the screening decision on made-up participants with any of many things amiss."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.safety.screened import CASES, DAY, answer, case_with, ongoing, stopped

from triptych.ledger.library import knowledge_base
from triptych.safety import PRECEDENCE

WELL = CASES["vig-17"]
NAMES = st.sampled_from([*sorted(knowledge_base().spellings.values()), "flargle", "vitamin C 10 g", "sertraline?", ""])
ROUTES = st.sampled_from(["oral", "topical", "intramuscular", "inhaled", "intravenous"])
MEDICINES = st.builds(
    lambda name, days, route, taken: ongoing(name, route=route) if taken else stopped(name, days, route=route),
    NAMES, st.integers(0, 400), ROUTES, st.booleans(),
)  # fmt: skip
BEFORE = ["2027-01-20", "2027-02-20", "2027-03-01", "2027-03-10", "2027-03-15", "2027-03-16"]
DAYS = st.sampled_from(BEFORE)
PRESSURES = st.lists(
    st.fixed_dictionaries(
        {"date": DAYS, "sbp": st.sampled_from([118, 140, 141, 190]), "dbp": st.sampled_from([70, 91])}
    ),
    max_size=5,
)
ECGS = st.lists(
    st.fixed_dictionaries(
        {"date": DAYS, "qtcf_ms": st.sampled_from([420, 451, 461]), "rhythm": st.sampled_from(["sinus", "vt", "af"])}
    ),
    max_size=3,
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "vitals__bp_readings_mmHg": PRESSURES,
        "labs_and_ecg__ecg": ECGS,
        "labs_and_ecg__labs_date": DAYS,
        "labs_and_ecg__sodium_mmol_l": st.sampled_from([128, 135, 150]),
        "labs_and_ecg__urine_drug_screen": st.sampled_from(["positive for cocaine", "THC positive", "pending"]),
        "participant__age": st.sampled_from([17, 18, 80]),
        "participant__weight_kg": st.sampled_from([40, 48, "66 kg"]),
        "participant__nursing": st.booleans(),
        "participant__sex_at_birth": st.sampled_from(["male", "female", "?"]),
        "participant__pregnancy_test": st.fixed_dictionaries(
            {"result": st.sampled_from(["negative", "weak"]), "date": DAYS}
        ),
        "participant__suicide_risk": st.fixed_dictionaries(
            {"cssrs_ideation_max_past_month": st.integers(0, 5), "behaviour_past_6_months": st.booleans()}
        ),
        "participant__diagnoses": st.lists(
            st.sampled_from(["PTSD", "bipolar I", "no psychosis", "stroke 2019", "hears voices", "lump"]), min_size=1
        ),
        "participant__family_history_psychosis_or_bipolar": st.booleans(),
        "medication_list_affirmed_complete": st.booleans(),
    },
)
CASE = st.builds(lambda listed, changes: case_with(*listed, **changes), st.lists(MEDICINES, max_size=3), CHANGES)


def answers(value, at=()):
    """Every place in a case where an answer stands; a title, a reason and a comment are none."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [at] if at else []
    return found + [path for key, part in entries for path in answers(part, (*at, key))]


def without(case, path, *, gone):
    changed = copy.deepcopy(case)
    at = changed
    for key in path[:-1]:
        at = at[key]
    if gone and isinstance(at, dict):
        del at[path[-1]]
    else:
        at[path[-1]] = None
    return changed


@settings(max_examples=60, deadline=None)
@given(CASE, st.data(), st.booleans())
def test_an_answer_made_missing_turns_no_other_decision_into_eligible(case, data, gone):
    before = answer(case).decision
    path = data.draw(st.sampled_from([path for path in answers(case) if path[0] != "expected"]))
    after = answer(without(case, path, gone=gone)).decision
    assert after != "eligible_on_date" or before == "eligible_on_date"


@settings(max_examples=40, deadline=None)
@given(CASE, MEDICINES)
def test_one_more_medicine_makes_nobody_more_eligible_whatever_else_is_amiss(case, more):
    after = {**case, "medications": [*case["medications"], {"dose": None, "reported_under": None, **more}]}
    assert PRECEDENCE.index(answer(after).decision) <= PRECEDENCE.index(answer(case).decision)


@settings(max_examples=40, deadline=None)
@given(CASE)
def test_a_date_is_never_before_the_planned_day_and_only_where_the_decision_may_have_one(case):
    found = answer(case)
    assert (found.decision == "eligible_on_date") <= (found.earliest_date == DAY)
    if found.earliest_date is not None:
        assert found.decision in {"eligible_on_date", "not_eligible_on_date"}
        assert found.earliest_date >= DAY
    if found.decision == "eligible_on_date":
        assert found.missing_items == ()
