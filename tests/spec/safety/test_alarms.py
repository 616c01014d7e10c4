"""Alarms of measured values: small series of readings in, the alarms that stand out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.safety import Closing, Reading, level_of, limit_alarms
from triptych.study import Limit

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
AFTER, LATE = timedelta(minutes=5), timedelta(minutes=10)
# pharmacology (d), systolic pressure in mmHg.
SYSTOLIC = (
    Limit(level="hold", over=140),
    Limit(level="withhold", at_least=160),
    Limit(level="notify", at_least=180),
    Limit(level="emergency", at_least=200),
)


def at(minute):
    return START + timedelta(minutes=minute)


def alarms(readings, closed=()):
    """The alarms of readings (minute, value); `closed` are (minute, minute of the reading that raised it)."""
    taken = [Reading(at(minute), value, str(minute)) for minute, value in readings]
    closings = [Closing(at(minute), str(raised)) for minute, raised in closed]
    return limit_alarms("systolic", "Systolic blood pressure", SYSTOLIC, taken, closings, AFTER, LATE)


def standing(readings, closed=()):
    return [(alarm.record, alarm.level, alarm.state) for alarm in alarms(readings, closed)]


@pytest.mark.parametrize(
    ("value", "before", "after"),
    [
        (140, None, None),
        (141, "hold", None),
        (159.9, "hold", None),
        (160, "withhold", "withhold"),
        (180, "notify", "notify"),
        (200, "emergency", "emergency"),
    ],
)
def test_a_value_has_the_highest_level_that_it_reaches_and_hold_counts_before_the_first_dose_alone(
    value, before, after
):
    assert level_of(SYSTOLIC, value, before_dose=True) == before
    assert level_of(SYSTOLIC, value) == after


def test_a_limit_may_be_one_that_a_value_falls_under():
    limits = (Limit(level="withhold", under=95), Limit(level="notify", under=92))
    assert [level_of(limits, value) for value in (95, 94, 92, 91)] == [None, "withhold", "withhold", "notify"]


@pytest.mark.parametrize(
    ("readings", "found"),
    [
        ([(0, 150)], []),
        ([(0, 162)], [("0", "withhold", "unconfirmed")]),
        ([(0, 162), (3, 150)], [("0", "withhold", "unconfirmed")]),
        ([(0, 162), (4, 165)], [("0", "withhold", "unconfirmed")]),
        ([(0, 162), (5, 150)], [("0", "withhold", "not confirmed")]),
        ([(0, 162), (5, 165), (9, 170)], [("0", "withhold", "confirmed")]),
        ([(0, 162), (5, 165), (30, 150)], [("0", "withhold", "confirmed")]),
        ([(0, 162), (5, 165), (30, 150), (60, 150)], [("0", "withhold", "over")]),
        ([(0, 162), (5, 165), (30, 150), (60, 161), (90, 150)], [("0", "withhold", "confirmed")]),
    ],
)
def test_amber_is_confirmed_or_ended_by_readings_that_are_late_enough(readings, found):
    assert standing(readings) == found


def test_amber_says_when_its_repeat_is_due_and_red_waits_for_none():
    amber, red = alarms([(0, 162)])[0], alarms([(0, 185)])[0]
    assert (amber.repeat_due, amber.repeat_late, amber.color) == (at(5), at(10), "yellow")
    assert (red.repeat_due, red.repeat_late, red.color) == (None, None, "red")


def test_an_episode_is_raised_again_only_when_it_becomes_worse_or_comes_back():
    assert standing([(0, 162), (5, 190), (10, 185), (15, 210), (20, 205)]) == [
        ("0", "withhold", "over"),
        ("5", "notify", "over"),
        ("15", "emergency", "red"),
    ]
    calm = [(5, 150), (10, 150)]
    assert standing([(0, 185), *calm, (15, 182)]) == [("0", "notify", "over"), ("15", "notify", "red")]
    assert standing([(0, 205), *calm, (15, 182)]) == [("0", "emergency", "over"), ("15", "emergency", "red")]
    assert standing([(0, 185), *calm, (15, 165)]) == [("0", "notify", "red")]


def test_only_a_person_closes_a_red_alarm_and_a_red_reading_after_that_is_a_new_one():
    calm = [(0, 185), (5, 150), (10, 150)]
    assert standing(calm) == [("0", "notify", "settled")]
    assert standing(calm, closed=[(12, 0)]) == [("0", "notify", "closed")]
    assert standing([*calm, (20, 185)], closed=[(12, 0)]) == [("0", "notify", "closed"), ("20", "notify", "red")]
    assert standing([(0, 185), (5, 185)], closed=[(2, 0)]) == [("0", "notify", "closed"), ("5", "notify", "red")]


LEVEL = {185: 1, 205: 2}
SERIES = st.lists(st.sampled_from([None, 150, 165, *LEVEL]), max_size=12)


@given(SERIES, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_red_reading_always_has_an_open_red_alarm_until_a_person_closes_it(values, closed):
    for end in range(1, len(values) + 1):
        readings = [(4 * place, value) for place, value in enumerate(values[:end])]
        if readings[-1][1] is not None and readings[-1][1] >= 180:
            # Nothing said before a reading closes the alarm of that reading.
            earlier = [(minute, raised) for minute, raised in closed if minute < readings[-1][0]]
            found = alarms(readings, earlier)
            assert found[-1].is_red
            assert found[-1].is_open
    unclosed = alarms([(4 * place, value) for place, value in enumerate(values)])
    # The level of what stands open is the worst that was ever read, whatever was read after it.
    worst = max((LEVEL.get(value, 0) for value in values), default=0)
    open_red = [alarm.level for alarm in unclosed if alarm.is_red and alarm.is_open]
    assert open_red == {0: [], 1: ["notify"], 2: ["emergency"]}[worst]


@given(SERIES, st.lists(st.integers(0, 11), max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_missing_reading_raises_confirms_and_clears_nothing(values, places):
    readings = [(4 * place, value) for place, value in enumerate(values)]
    more = sorted([*readings, *((4 * place + 2, None) for place in places)], key=lambda one: one[0])
    assert alarms(more) == alarms(readings)
