"""Screening: the worked cases with their expected answers, and that nothing absent ever ends in eligible."""

import copy
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spec.safety.screened import CASES, DAY, WELL, answer, case_with, ongoing, stopped

from triptych.ledger.library import conditions, find_study, knowledge_base, study_profile
from triptych.safety import PRECEDENCE, read_case, screen


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_worked_case_has_the_decision_that_was_written_down_for_it(name):
    found, expected = answer(CASES[name]), CASES[name]["expected"]
    assert found.decision == expected["decision"]
    assert (found.earliest_date and found.earliest_date.isoformat()) == expected["earliest_date"]
    assert list(found.resolved_actives) == expected["resolved_actives"]
    assert list(found.missing_items) == expected["missing_items"]


def test_the_candidates_of_a_misspelled_name_are_offered_and_none_is_taken():
    found = answer(CASES["vig-12"])
    offered = next(action for action in found.other_actions if action.startswith("offer candidate list: "))
    assert {"Zoloft", "Zofran", "Zomig"} <= set(offered.removeprefix("offer candidate list: ").split("; "))


ROWS = [
    (stopped("Prozac", 79), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-005"),
    (stopped("Prozac", 80), "eligible_on_date", DAY, ""),
    (stopped("Symbyax", 60), "not_eligible_on_date", DAY + timedelta(days=20), "DDI-047"),
    (stopped("Contrave", 13), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-015"),
    (stopped("Qsymia", 10), "not_eligible_on_date", DAY + timedelta(days=5), "DDI-042"),
    (ongoing("Nardil"), "excluded", None, "DDI-017"),
    (stopped("Nardil", 13), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-017"),
    (stopped("Nardil", 14), "needs_physician_review", None, "DDI-017"),
    (ongoing("Symtuza"), "excluded", None, "DDI-126"),
    (stopped("Norvir", 400), "excluded", None, "DDI-125"),
    (stopped("Paxlovid", 6), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-125b"),
    (ongoing("Paxlovid"), "not_eligible_on_date", None, "DDI-125b"),
    (ongoing("Zoloft"), "not_eligible_on_date", None, "DDI-003"),
    (ongoing("Claritin-D"), "not_eligible_on_date", None, "DDI-142"),
    (stopped("Claritin-D", 1), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-142"),
    (stopped("Claritin-D", 2), "eligible_on_date", DAY, ""),
    (stopped("Nuedexta", 6), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-088"),
    (ongoing("Lamisil", route="oral"), "needs_physician_review", None, "DDI-112"),
    (ongoing("Lamisil", route="topical"), "eligible_on_date", DAY, ""),
    (ongoing("Lamisil", route=None), "cannot_decide", None, "SCR-IDENTITY"),
    (stopped("Abilify Maintena", 300), "excluded", None, "DDI-050"),
    (stopped("Abilify", 30), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-043"),
    (stopped("aripiprazole", 300, route="depot injection"), "excluded", None, "DDI-050"),
    (stopped("haloperidol", 300, route="intramuscular"), "cannot_decide", None, "SCR-IDENTITY"),
    (stopped("St. John's Wort", 13), "not_eligible_on_date", DAY + timedelta(days=1), "DDI-038"),
    (stopped("Zoloft and Xanax", 15), "eligible_on_date", DAY, ""),
    (stopped("guaifenesin", 9), "needs_physician_review", None, "SCR-NOROW"),
    (stopped("flargle", 900), "cannot_decide", None, "SCR-IDENTITY"),
    ({"as_entered": "Zoloft", "status": "stopped", "last_dose_date": None}, "cannot_decide", None, "SCR-LASTDOSE"),
    (stopped("Zoloft", -3), "cannot_decide", None, "SCR-LASTDOSE"),
    ({"as_entered": "Zoloft", "status": "affirmed none"}, "eligible_on_date", DAY, ""),
    (stopped("Zoloft", 20, note="still takes half a tablet now and then"), "cannot_decide", None, "SCR-LASTDOSE"),
    (stopped("Zoloft", 20, note="took 5-HTP last week"), "cannot_decide", None, "SCR-LASTDOSE"),
    (stopped("Zoloft", 20, note="stopped with the prescriber"), "eligible_on_date", DAY, ""),
    (ongoing("lisinopril"), "needs_physician_review", None, "DDI-067"),
]


@pytest.mark.parametrize(("medicine", "decision", "earliest", "row"), ROWS)
def test_a_medicine_leads_to_its_decision(medicine, decision, earliest, row):
    found = answer(case_with(medicine))
    assert (found.decision, found.earliest_date) == (decision, earliest), found.reasons
    assert any(row in reason for reason in found.reasons)


def test_a_hold_that_can_still_be_completed_goes_to_the_physician_with_a_day_to_stop_by():
    found = answer(case_with(ongoing("Sudafed"), planned_session_date="2027-03-20"))
    assert found.decision == "needs_physician_review"
    assert any("2027-03-18" in action for action in found.other_actions)


BP = [{"date": f"2027-03-0{day}", "sbp": 150, "dbp": 80} for day in (1, 3, 5)]
FACTS = [
    ({"labs_and_ecg__sodium_mmol_l": 134}, "not_eligible_on_date"),
    ({"labs_and_ecg__sodium_mmol_l": 135}, "eligible_on_date"),
    ({"labs_and_ecg__ecg": [{"date": "2027-03-08", "qtcf_ms": 461, "rhythm": "sinus"}]}, "cannot_decide"),
    (
        {"labs_and_ecg__ecg": [{"date": f"2027-03-0{day}", "qtcf_ms": 465, "rhythm": "sinus"} for day in (1, 8)]},
        "excluded",
    ),
    ({"vitals__bp_readings_mmHg": BP}, "excluded"),
    ({"vitals__bp_readings_mmHg": BP[:2]}, "cannot_decide"),
    ({"participant__pregnancy_test": {"result": "positive", "date": "2027-03-15"}}, "excluded"),
    ({"participant__pregnancy_test": {"result": "pending", "date": "2027-03-15"}}, "cannot_decide"),
    ({"participant__pregnancy_test": {"result": "negative", "date": None}}, "cannot_decide"),
    ({"participant__pregnancy_test": {"result": "negative", "date": "2027-02-01"}}, "cannot_decide"),
    ({"participant__nursing": True}, "excluded"),
    ({"participant__age": 17}, "excluded"),
    ({"participant__weight_kg": 47.9}, "excluded"),
    ({"participant__weight_kg": 48}, "eligible_on_date"),
    ({"participant__weight_kg": "66 kg"}, "cannot_decide"),
    ({"vitals__temperature_c": 38.2}, "not_eligible_on_date"),
    ({"labs_and_ecg__urine_drug_screen": "presumptive positive: amphetamines"}, "needs_physician_review"),
    ({"labs_and_ecg__urine_drug_screen": "pending"}, "cannot_decide"),
    ({"labs_and_ecg__labs_date": "2027-01-25"}, "cannot_decide"),
    ({"participant__family_history_psychosis_or_bipolar": True}, "needs_physician_review"),
    ({"participant__suicide_risk": {"cssrs_ideation_max_past_month": 4, "behaviour_past_6_months": False}},
     "needs_physician_review"),
    ({"medication_list_affirmed_complete": None}, "cannot_decide"),
    ({"participant__diagnoses": []}, "cannot_decide"),
    ({"planned_session_date": "2027-03-01"}, "cannot_decide"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "decision"), FACTS)
def test_a_fact_leads_to_its_decision(changes, decision):
    found = answer(case_with(**changes))
    assert found.decision == decision, found.reasons


DIAGNOSES = [
    ("bipolar I disorder", "excluded"),
    ("Bipolar disorder type 1", "excluded"),
    ("bipolar II disorder", "needs_physician_review"),
    ("bipolar disorder", "cannot_decide"),
    ("no history of bipolar disorder", "eligible_on_date"),
    ("bipolar disorder ruled out", "eligible_on_date"),
    ("rule out bipolar disorder", "cannot_decide"),
    ("bipolar disorder not ruled out", "cannot_decide"),
    ("?schizophrenia", "cannot_decide"),
    ("schizoaffective disorder", "excluded"),
    ("MDD with psychotic features", "excluded"),
    ("major depression without psychotic features", "eligible_on_date"),
    ("DID", "excluded"),
    ("bulimia nervosa", "excluded"),
    ("bulimia in remission", "needs_physician_review"),
    ("mother has schizophrenia", "needs_physician_review"),
    ("NSTEMI 2019", "excluded"),
    ("TIA", "excluded"),
    ("schizofrenia", "needs_physician_review"),
    ("depression, hears voices", "cannot_decide"),
    ("no hypertension; schizophrenia", "excluded"),
    ("seasonal allergies", "eligible_on_date"),
]


@pytest.mark.parametrize(("text", "decision"), DIAGNOSES)
def test_a_diagnosis_in_words_leads_to_its_decision(text, decision):
    found = answer(case_with(participant__diagnoses=["PTSD", text]))
    assert found.decision == decision, found.reasons


def paths(value: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    found = [at] if at else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [path for key, part in entries for path in paths(part, (*at, key))]


FREE = {"expected", "id", "title", "trap"}
DECIDES = [
    path
    for path in paths(WELL)
    if path[0] not in FREE and not (path[0] == "medications" and path[-1] in {"dose", "route", "reported_under"})
    and not (path[-1] == "last_dose_date" and path[1] in {0, 2})
]  # fmt: skip


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize("path", DECIDES, ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize("value", [None, "absent", "garbled"])
def test_a_fact_that_is_missing_or_unreadable_is_never_eligible(path, value):
    case = copy.deepcopy(WELL)
    at = case
    for key in path[:-1]:
        at = at[key]
    if value == "absent" and isinstance(at, dict):
        del at[path[-1]]
    else:
        at[path[-1]] = {"what": "?"} if value == "garbled" else None
    assert answer(case).decision != "eligible_on_date"


def test_an_unknown_key_is_reported_and_changes_nothing():
    found = answer({**WELL, "mood": "fine"})
    assert found.decision == "eligible_on_date"
    assert any("mood" in action for action in found.other_actions)


@pytest.mark.parametrize("data", [None, [], 1, "x", {}, {"medications": {}}, {"participant": [1]}])
def test_anything_at_all_is_answered_and_never_eligible(data):
    assert answer(data).decision != "eligible_on_date"


NAMES = st.sampled_from([*(name for name in knowledge_base().spellings.values()), "flargle", ""])
ENTRIES = st.builds(
    lambda name, days, taken: ongoing(name) if taken else stopped(name, days),
    NAMES, st.integers(0, 120), st.booleans(),
)  # fmt: skip


@given(st.lists(ENTRIES, max_size=3), ENTRIES)
def test_one_more_medicine_makes_nobody_more_eligible(entries, more):
    before, after = answer(case_with(*entries)), answer(case_with(*entries, more))
    assert PRECEDENCE.index(after.decision) <= PRECEDENCE.index(before.decision)


@given(st.lists(ENTRIES, max_size=4), st.randoms())
def test_the_order_of_entry_does_not_matter(entries, random):
    shuffled = list(entries)
    random.shuffle(shuffled)
    one, other = answer(case_with(*entries)), answer(case_with(*shuffled))
    assert (one.decision, one.earliest_date) == (other.decision, other.earliest_date)
    assert sorted(one.reasons) == sorted(other.reasons)
    assert sorted(one.missing_items) == sorted(other.missing_items)


@given(ENTRIES, st.integers(0, 200))
def test_a_later_day_leaves_no_satisfied_wash_out_unsatisfied(entry, later):
    day = (DAY + timedelta(days=later)).isoformat()
    now, then = answer(case_with(entry)), answer(case_with(entry, planned_session_date=day))
    for one, other in zip(now.washouts, then.washouts, strict=True):
        assert not (one.satisfied and not other.satisfied)


BASE = knowledge_base()
OF_ROW = {
    row: name
    for name, active in sorted(BASE.actives.items())
    for link in active.links
    for row in [link.row]
    if not link.form and active.named
}


@pytest.mark.parametrize("row", sorted(row for row in OF_ROW if BASE.rows[row].management != "allow"))
def test_every_row_fires_one_day_short_and_lets_go_on_the_day(row):
    known, name = BASE.rows[row], OF_ROW[row]
    days = known.washout_days
    if days is None or known.management == "physician_review":
        assert answer(case_with(stopped(name, 400))).decision in {"excluded", "needs_physician_review"}
        return
    others = [link.row for link in BASE.actives[name].links if link.row != row]
    if days and not others:
        early = answer(case_with(stopped(name, days - 1)))
        assert early.decision == "not_eligible_on_date"
        assert any(row in reason for reason in early.reasons)
    late = answer(case_with(stopped(name, days)))
    assert not any(row in reason and "required" in reason for reason in late.reasons)


def test_every_row_is_reached_by_a_name():
    reached = {link.row for active in BASE.actives.values() for link in active.links}
    reached |= {row for things in BASE.index.values() for one in things for row in getattr(one, "rows", ())}
    # DDI-094b is a criterion of phase 3 that a study turns on by a floor.
    assert set(BASE.rows) - reached == {"DDI-094b"}


def test_a_study_document_may_lengthen_an_interval_and_not_its_neighbors():
    profile = study_profile(find_study("mapp1"))
    case = read_case(case_with(stopped("ketamine", 30)))
    assert answer(case_with(stopped("ketamine", 30))).decision == "eligible_on_date"
    assert screen(BASE, profile, conditions(), case).decision == "not_eligible_on_date"
