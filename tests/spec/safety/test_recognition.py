"""Recognition rules of a medicine session, as the bundled document has them: signs and readings in, alarms out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.ledger.library import find_study
from triptych.rules import Context, Missing, evaluate
from triptych.safety import Closing, Stated, questions, session_alarms, stated_in

STUDY = find_study("mdma-mdd-norway")
START = datetime(2026, 3, 4, 10, tzinfo=UTC)
HUNTER = (
    *("spontaneous_clonus", "inducible_clonus", "ocular_clonus", "agitation"),
    *("sweating", "tremor", "hyperreflexia", "rigidity"),
)


def at(minute):
    return START + timedelta(minutes=minute)


def day(*said):
    """What was stated: (minute, facts)."""
    return [Stated(at(minute), str(minute), facts) for minute, facts in said]


def raised(*said, closed=(), dosed=0):
    """The alarms of rules and limits that stand, each by its id, level and record."""
    closings = {}
    for about, minute, record in closed:
        closings.setdefault(about, []).append(Closing(at(minute), str(record)))
    found = session_alarms(STUDY, day(*said), closings, at(dosed))
    return {(one.about, one.level, one.record) for one in found if one.is_open}


def rings(about, **facts):
    return any(name == about for name, _, _ in raised((10, facts)))


def asked(**facts):
    return {one.id for one in questions(STUDY, day((10, facts)), at(0))}


@pytest.mark.parametrize(
    ("facts", "is_positive"),
    [
        # Dunkley 2003, rule by rule, and its near neighbors.
        ({"spontaneous_clonus": True}, True),
        ({"inducible_clonus": True}, False),
        ({"inducible_clonus": True, "agitation": True}, True),
        ({"inducible_clonus": True, "sweating": True}, True),
        ({"inducible_clonus": True, "agitation": False, "sweating": False}, False),
        ({"ocular_clonus": True}, False),
        ({"ocular_clonus": True, "agitation": True}, True),
        ({"ocular_clonus": True, "sweating": True}, True),
        ({"tremor": True}, False),
        ({"tremor": True, "hyperreflexia": True}, True),
        ({"tremor": True, "hyperreflexia": False}, False),
        ({"rigidity": True, "temperature": 38.1}, False),
        ({"rigidity": True, "temperature": 38.1, "ocular_clonus": True}, True),
        ({"rigidity": True, "temperature": 38.1, "inducible_clonus": True}, True),
        ({"rigidity": True, "temperature": 38.0, "inducible_clonus": True}, False),
        ({"agitation": True, "sweating": True, "temperature": 40.0}, False),
    ],
)
def test_the_hunter_criteria_are_met_by_these_signs_and_by_no_near_neighbor(facts, is_positive):
    assert rings("serotonin_toxicity", **facts) is is_positive


def test_an_unexamined_sign_asks_for_examination_only_where_something_makes_it_matter():
    for facts in ({"agitation": True}, {"tremor": True}, {"sweating": True}, {"temperature": 38.0}):
        assert "serotonin_toxicity" in asked(**facts)
        examined = dict.fromkeys(HUNTER, False) | facts
        assert "serotonin_toxicity" not in asked(**examined)
    assert asked() == asked(temperature=37.9) == asked(agitation=False) == set()


@pytest.mark.parametrize(
    ("about", "near", "met"),
    [
        ("hyponatremia", {"headache": True}, {"headache": True, "nausea": True}),
        ("hyponatremia", {"vomiting": True, "nausea": True}, {"vomiting": True, "confusion": True}),
        ("hyponatremia", {"sodium": 134.0}, {"sodium": 134.0, "headache": True}),
        ("hyponatremia", {"sodium": 135.0, "headache": True}, {"sodium": 134.9, "headache": True}),
        ("hyponatremia_emergency", {"seizure": True, "sodium": 130.0}, {"seizure": True, "sodium": 129.0}),
        ("hyponatremia_emergency", {"session_drink": 250.0, "drowsy": True}, {"session_drink": 251.0, "drowsy": True}),
        ("hypertensive_crisis", {"systolic": 159.0, "headache": True}, {"systolic": 160.0, "headache": True}),
        ("hypertensive_emergency", {"systolic": 179.0, "chest_pain": True}, {"systolic": 180.0, "chest_pain": True}),
        ("hypertensive_emergency", {"diastolic": 119.0, "focal_sign": True}, {"diastolic": 120.0, "breathless": True}),
        ("hyperthermia_emergency", {"temperature": 38.4, "confusion": True}, {"temperature": 38.5, "confusion": True}),
        ("palpitations_noted", {"palpitations": False}, {"palpitations": True}),
        ("heart", {"breathless": True}, {"chest_pain": True}),
        ("brain", {"headache": True}, {"sudden_headache": True}),
        ("consciousness", {"confusion": True}, {"drowsy": True}),
        ("suicidality", {"suicidal": False}, {"suicidal": True}),
        ("psychological_emergency", {"distress": 10.0}, {"unreachable": True}),
    ],
)  # fmt: skip
def test_a_rule_is_met_at_its_limit_and_not_by_a_near_neighbor(about, near, met):
    assert not rings(about, **near)
    assert rings(about, **met)


def ids(*said, **more):
    return {about for about, _, _ in raised(*said, **more)}


def test_two_readings_confirm_each_other_only_when_they_are_far_enough_apart():
    assert "hypertensive_crisis" not in ids((0, {"systolic": 180.0}), (4, {"systolic": 185.0}))
    assert "hypertensive_crisis" in ids((0, {"systolic": 180.0}), (5, {"systolic": 180.0}))
    assert "hyperthermia" not in ids((0, {"temperature": 38.0}), (14, {"temperature": 38.3}))
    assert "hyperthermia" not in ids((0, {"temperature": 38.2}), (15, {"temperature": 38.2}))
    assert "hyperthermia" in ids((0, {"temperature": 38.0}), (15, {"temperature": 38.1}))
    assert "psychological_emergency" in ids((0, {"distress": 10.0}), (5, {"distress": 10.0}))
    assert "psychological_emergency" not in ids((0, {"distress": 10.0}), (5, {"distress": 9.0}))


def test_a_rise_is_counted_in_tenths_of_a_degree_from_the_last_reading_before_the_dose():
    for low in range(355, 376):
        before = {"temperature": low / 10}
        assert "hyperthermia" not in ids((-30, before), (30, {"temperature": (low + 14) / 10}))
        assert "hyperthermia" in ids((-30, before), (30, {"temperature": (low + 15) / 10}))


def test_a_sign_is_carried_forward_until_it_is_known_to_have_changed():
    unexamined = (20, stated_in(STUDY, "session_signs", {"agitation": {"missing": "not-performed"}}))
    assert ids((10, {"agitation": True}), unexamined, (30, {"inducible_clonus": True})) == {"serotonin_toxicity"}
    assert ids((10, {"agitation": True}), (20, {"agitation": False}), (30, {"inducible_clonus": True})) == set()


def test_a_closed_alarm_is_raised_again_by_what_is_new_and_by_no_routine_reading():
    begun = ((10, {"spontaneous_clonus": True}),)
    closed = [("serotonin_toxicity", 15, 10)]
    assert raised(*begun) == {("serotonin_toxicity", "emergency", "10")}
    assert raised(*begun, (20, {"temperature": 37.0}), closed=closed) == set()
    for new in ({"spontaneous_clonus": True}, {"tremor": True, "hyperreflexia": True}):
        assert raised(*begun, (20, new), closed=closed) == {("serotonin_toxicity", "emergency", "20")}
    # No reading and no sign clears it.
    assert ids(*begun, (20, dict.fromkeys(HUNTER, False)), (30, dict.fromkeys(HUNTER, False))) == {"serotonin_toxicity"}


@pytest.mark.parametrize(("value", "level"), [(95, None), (94, "withhold"), (91, "notify"), (89, "emergency")])
def test_saturation_has_limits(value, level):
    assert raised((0, {"spo2": float(value)})) == ({("spo2", level, "0")} if level else set())


@pytest.mark.parametrize(("value", "level"), [(135, None), (134, "withhold"), (129, "notify"), (124, "emergency")])
def test_sodium_has_limits(value, level):
    assert raised((0, {"sodium": float(value)})) == ({("sodium", level, "0")} if level else set())


def test_zero_is_no_reading_of_a_probe_and_a_value_of_a_score():
    assert stated_in(STUDY, "vitals", {"spo2": 0, "heart_rate": 70, "systolic": None}) == {"heart_rate": 70.0}
    assert stated_in(STUDY, "session_sodium", {"sodium": {"missing": "not-performed"}}) == {}
    assert stated_in(STUDY, "session_drink", {"volume": {"missing": "unknown"}}) == {"session_drink": None}


ANY = (*HUNTER, "headache", "nausea", "confusion", "drowsy")
SIGNS = st.fixed_dictionaries({}, optional=dict.fromkeys(ANY, st.booleans()))
VALUES = st.fixed_dictionaries(
    {"temperature": st.sampled_from([37.0, 38.1]), "sodium": st.sampled_from([124.0, 140.0])}
)


@given(st.lists(SIGNS, max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_sign_that_nobody_examined_and_one_that_was_never_there_raise_the_same(said):
    ever = {name for facts in said for name, is_there in facts.items() if is_there}
    less = [{name: known for name, known in facts.items() if name in ever} for facts in said]
    assert raised(*enumerate(less)) == raised(*enumerate(said))


@given(SIGNS, VALUES, st.data())
@settings(max_examples=40, deadline=None)
def test_a_rule_is_denied_only_by_what_was_examined(signs, values, data):
    facts = signs | values
    known = {name: value for name, value in facts.items() if data.draw(st.booleans())}
    for rule in STUDY.document.session.recognize:
        compiled = STUDY.rules[f"session.recognize.{rule.id}.rule"]
        part = evaluate(compiled, known, Context(UTC))
        assert isinstance(part, Missing) or part is evaluate(compiled, facts, Context(UTC))
