"""Whom an open alarm of a session goes to, and when, until somebody acknowledges it."""

import pytest
from tests.spec.session.days import CALM, DOSED, begun


def asked(day, minute):
    """The tasks and alerts that alarms ask for: id, level and the minutes and steps of the calls."""
    course = day.fold(minute).course()
    mine = [one for one in (*course.tasks, *course.alerts) if one.id.split(":")[0] in ("red", "repeat", "not_repeated")]
    minutes = {
        one.id: [(call.step, (call.at - DOSED).seconds // 60, call.person) for call in one.calls] for one in mine
    }
    return {one.id: (one.level, one.roles, minutes[one.id]) for one in mine}


@pytest.mark.requirement("SAF-09")
def test_a_red_alarm_goes_to_the_covering_physician_at_once_and_on_until_somebody_acknowledges_it():
    day = begun()
    day.file(-30, "physician_cover", where="on_call")
    red = day.file(60, "vitals", **{**CALM, "systolic": 185}, known=62)
    calls = [("cover", 62, "therapist-1"), ("clinician", 64, None), ("physician", 67, None), ("lead", 72, None)]
    assert asked(day, 62) == {"red:systolic": ("alert", ("physician",), calls)}
    day.file(66, "session_alarm", about=red, value="diastolic", answer="acknowledged")
    assert asked(day, 67)["red:systolic"][2] == calls
    day.file(68, "session_alarm", about=red, value="systolic", answer="acknowledged")
    assert asked(day, 69) == {"red:systolic": ("alert", ("physician",), [])}
    day.file(75, "session_alarm", about=red, value="systolic", answer="closed")
    assert asked(day, 76) == {}


def test_a_sign_that_a_rule_recognizes_is_called_about_like_a_reading():
    day = begun()
    day.file(60, "session_signs", chest_pain=True)
    assert list(asked(day, 60)) == ["red:heart"]
    assert day.unmet("decide_supplement", 100)["no_alarm"] == "not met"


@pytest.mark.parametrize(("repeat", "at", "told"), [
    (None, 69, ["repeat:systolic"]),
    (None, 70, ["not_repeated:systolic", "repeat:systolic"]),
    (64, 70, ["not_repeated:systolic", "repeat:systolic"]),
    (65, 70, []),
])  # fmt: skip
def test_a_repeat_that_is_not_made_by_ten_minutes_is_the_physicians_business(repeat, at, told):
    day = begun()
    day.file(60, "vitals", **{**CALM, "systolic": 165})
    if repeat:
        day.file(repeat, "vitals", **CALM)
    found = asked(day, at)
    assert sorted(found) == told
    assert found.get("not_repeated:systolic", ("alert", ("physician",), [])) == ("alert", ("physician",), [])


def test_the_course_changes_at_the_instant_at_which_a_repeat_is_late():
    day = begun()
    day.file(60, "vitals", **{**CALM, "systolic": 165})
    assert (day.fold(61).course().next_change - DOSED).seconds == 70 * 60
