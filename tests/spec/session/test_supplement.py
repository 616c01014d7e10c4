"""The decision to give a supplemental dose: its window, the participant's choice, fresh vital signs, alarms."""

from datetime import timedelta

import pytest
from tests.spec.session.days import CALM, NOT_DONE, begun, supplemented

from triptych.course.session_facts import fresh_reading
from triptych.rules import Missing
from triptych.study import Watch

GATE = "decide_supplement"


def test_the_gate_opens_on_a_choice_fresh_vital_signs_and_no_alarm_in_the_window():
    assert supplemented().unmet(GATE, 100) == {}


def test_only_a_physician_decides():
    assert supplemented().unmet(GATE, 100, actor="therapist-1") == {"physician_decides": "not met"}


@pytest.mark.parametrize(("minute", "is_open"), [(89, False), (90, True), (150, True), (151, False)])
def test_the_window_counts_from_the_actual_first_dose(minute, is_open):
    day = begun()
    day.file(minute - 1, "vitals", **CALM)
    assert day.unmet(GATE, minute) == ({} if is_open else {"window_open": "not met"})


@pytest.mark.parametrize(("age", "unmet"), [(15, {}), (15.1, {"vitals_fresh_in_limits": "unknown"})])
def test_a_reading_is_at_most_15_minutes_old(age, unmet):
    day = begun()
    day.file(110 - age, "vitals", **CALM)
    assert day.unmet(GATE, 110) == unmet


@pytest.mark.parametrize("item", sorted(CALM))
@pytest.mark.parametrize("value", [NOT_DONE, 0, None], ids=["coded as missing", "zero", "left out"])
def test_a_missing_reading_blocks(item, value):
    day = begun()
    day.file(100, "vitals", **{name: one for name, one in {**CALM, item: value}.items() if one is not None})
    assert day.unmet(GATE, 101) == {"vitals_fresh_in_limits": "unknown"}


@pytest.mark.parametrize(("filed", "value"), [((0, 99), 0.0), ((NOT_DONE, 99), None), ((4, 80), None)])
def test_a_value_of_another_form_is_read_from_that_form(filed, value):
    day = supplemented()
    day.file(filed[1], "session_distress", level=filed[0])
    watch = Watch(id="distress", title="Distress", form="session_distress", item="level")
    found = fresh_reading(day.fold(100).session(1), watch, timedelta(minutes=15))
    assert found == (Missing(("session_distress.level",)) if value is None else value)


def test_a_reading_coded_as_missing_is_not_filled_from_the_one_before():
    day = supplemented()
    day.file(99, "vitals", **{**CALM, "temperature": NOT_DONE})
    assert day.unmet(GATE, 100) == {"vitals_fresh_in_limits": "unknown"}


# pharmacology (d): withhold at 160 mmHg, 100 mmHg, 110 /min, 38.0 degrees and below 95 %; the value below is in limits.
LIMITS = [("systolic", 159, 160), ("diastolic", 99, 100), ("heart_rate", 109, 110), ("temperature", 37.9, 38.0),
          ("spo2", 95, 94)]  # fmt: skip


@pytest.mark.parametrize(("item", "within", "past"), LIMITS)
def test_a_reading_past_a_limit_blocks_and_so_does_its_alarm(item, within, past):
    day = begun()
    day.file(99, "vitals", **{**CALM, item: within})
    assert day.unmet(GATE, 100) == {}
    day.file(101, "vitals", **{**CALM, item: past})
    assert day.unmet(GATE, 102) == {"vitals_fresh_in_limits": "not met", "no_alarm": "not met"}


def test_an_amber_alarm_blocks_until_its_repeat_and_a_red_one_until_a_person_closes_it():
    day = begun()
    day.file(92, "vitals", **{**CALM, "systolic": 162})
    day.file(94, "vitals", **CALM)
    assert day.unmet(GATE, 95) == {"no_alarm": "not met"}
    day.file(98, "vitals", **CALM)
    assert day.unmet(GATE, 99) == {}
    red = day.file(100, "vitals", **{**CALM, "systolic": 184})
    day.file(106, "vitals", **CALM)
    day.file(112, "vitals", **CALM)
    assert day.unmet(GATE, 113) == {"no_alarm": "not met"}
    day.file(114, "session_alarm", about=red, value="systolic", answer="closed")
    assert day.unmet(GATE, 115) == {}


@pytest.mark.requirement("CON-05")
@pytest.mark.parametrize("said", ["no", "unsure"])
def test_in_the_session_the_participant_can_only_decline(said):
    day = supplemented()
    wrong = day.file(97, "supplement_choice", choice=said)
    assert day.unmet(GATE, 98) == {"agreed_before": "not met"}
    day.file(98, "supplement_choice", choice="yes")
    assert day.unmet(GATE, 99) == {"agreed_before": "not met"}
    day.file(98, "entered_in_error", about=wrong, why="Said otherwise")
    assert day.unmet(GATE, 99) == {"agreed_before": "not met"}


@pytest.mark.requirement("CON-05")
def test_a_yes_counts_only_if_it_was_recorded_before_the_first_dose():
    asked, dated_back, corrected = begun(None), begun(None), begun("no")
    asked.file(20, "supplement_choice", choice="yes")
    dated_back.file(-30, "supplement_choice", choice="yes", known=20)
    corrected.file(-65, "supplement_choice", choice="yes", known=20, corrects="r2")
    for day, state in ((asked, "unknown"), (dated_back, "unknown"), (corrected, "unknown")):
        day.file(99, "vitals", **CALM)
        assert day.unmet(GATE, 100) == {"agreed_before": state}


def test_before_the_first_dose_the_last_word_counts():
    day = begun("no")
    day.file(-30, "supplement_choice", choice="yes")
    day.file(99, "vitals", **CALM)
    assert day.unmet(GATE, 100) == {}


def test_withholding_ends_the_matter_until_a_new_decision():
    day = supplemented()
    day.file(100, "supplement_decision", seen=True)
    assert day.state(101).supplement.state == "decided"
    day.file(102, "supplement_withheld", why="declined")
    assert day.state(103).supplement.state == "withheld"
    day.file(104, "supplement_decision", seen=True)
    assert day.state(105).supplement.state == "decided"


def test_while_a_record_of_a_dose_is_held_nobody_knows_and_nothing_opens():
    day = supplemented()
    day.file(99, "dose_administration", part="initial", status="held")
    found = day.unmet(GATE, 100)
    assert found["window_open"] == "unknown"
    assert day.gate("discharge", 600).decision != "open"
