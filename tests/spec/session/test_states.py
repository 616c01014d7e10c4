"""Where a medicine session stands, from its records alone, and how it ends."""

from datetime import timedelta

import pytest
from tests.spec.session.days import DOSED, Day, begun, closing, supplemented


def test_a_session_goes_through_its_states_as_things_are_recorded():
    day = Day()
    assert day.state(-90).phase == "expected"
    day.file(-70, "session_arrival", distress=3)
    assert day.state(-69).phase == "arrival"
    day.file(-65, "supplement_choice", choice="yes")
    day.file(-60, "session_team", first="therapist-1", second="co_therapist-1")
    assert day.state(-59).phase == "readiness"
    day.file(-2, "dose_authorization", part="initial")
    assert day.state(-1).phase == "dose"
    day.dose()
    assert [day.state(minute).phase for minute in (1, 89, 90, 150, 151)] == [
        "session",
        "session",
        "supplement",
        "supplement",
        "session",
    ]
    day.file(100, "supplement_withheld", why="state")
    assert day.state(101).phase == "session"
    day.file(480, "session_closing")
    assert day.state(481).phase == "closing"
    day.file(500, "overnight_stay", attendant="attendant-1", told=True)
    assert day.state(501).phase == "overnight"
    day.file(1380, "morning_handover", night="Calm")
    assert day.state(1381).phase == "handed_over"
    day.file(1400, "discharge", left_with="Sister")
    assert (day.state(1401).phase, day.state(1401).is_ended) == ("discharged", True)


def test_the_clock_runs_from_the_actual_dose_and_anew_from_the_supplemental_one():
    day = begun()
    assert (day.state(30).first_dose, day.state(30).anchor) == (DOSED, DOSED)
    assert day.state(30).stay_ends == DOSED + timedelta(hours=8)
    day.dose(140, "supplemental")
    later = day.state(150)
    assert (later.first_dose, later.anchor) == (DOSED, DOSED + timedelta(minutes=140))
    assert later.stay_ends == DOSED + timedelta(minutes=140, hours=6)


EXITS = [
    ("transfer", "transferred"),
    ("left", "left"),
    ("stopped_before", "stopped"),
    ("death", "dead"),
]
MOMENTS = {"arrived": -65, "dosed": 1, "in the window": 100, "closing": 490}


# What each exit starts, whatever came before it; a review by the principal investigator follows every one.
STARTS = {
    "transfer": {"accompany_transfer", "transfer_as_event"},
    "left": {"judge_capacity", "reach_who_left", "plan_welfare"},
    "stopped_before": {"plan_after_stop"},
    "stopped_after": {"care_after_stop"},
    "death": {"record_death"},
}


@pytest.mark.parametrize(("kind", "phase"), [*EXITS, ("stopped_after", None)])
@pytest.mark.parametrize("minute", MOMENTS.values(), ids=MOMENTS)
def test_every_exit_is_there_from_every_state_and_starts_its_own_tasks(kind, phase, minute):
    day, whole = Day(), closing()
    day.records = [one for one in whole.records if one.occurred_at <= DOSED + timedelta(minutes=minute)]
    before = day.state(minute + 1).phase
    about = day.file(minute + 1, "session_exit", kind=kind)
    state, course = day.state(minute + 2), day.fold(minute + 2).course()
    assert (state.phase, state.is_ended) == (phase or before, phase is not None)
    raised = {one.id for one in (*course.tasks, *course.alerts) if one.about == about}
    assert raised == {*STARTS[kind], "review_exit"}


def test_leaving_against_advice_is_over_with_a_named_physicians_judgment_the_attempts_and_the_welfare_plan():
    day = begun()
    about = day.file(200, "session_exit", kind="left")
    judged = {
        "physician": "physician-1",
        "capacity": True,
        "why": "Oriented, knows the risk",
        "plan": "Stays with a friend",
    }
    day.file(205, "leaving_judgment", about=about, **judged)
    day.file(210, "leaving_contact", about=about, who="escort", reached=False)
    left = {one.id for one in day.fold(215).course().alerts if one.about == about}
    assert left == {"plan_welfare"}
    day.file(220, "welfare_check", about=about, decision="not_yet", why="Reached on the phone")
    assert not {one.id for one in day.fold(225).course().alerts if one.about == about}


def test_a_death_on_its_own_form_ends_the_session_whatever_else_is_recorded():
    day = closing()
    day.file(495, "death", cause="unknown")
    day.file(496, "session_exit", kind="transfer")
    assert day.state(497).phase == "dead"


def test_after_a_session_stopped_after_a_dose_observation_goes_on():
    day = supplemented()
    day.file(100, "session_exit", kind="stopped_after")
    found = day.state(101)
    assert (found.is_stopped, found.is_ended, found.presence.needed) == (True, False, 2)


def test_whoever_left_and_comes_back_is_in_the_session_again():
    day = begun()
    day.file(200, "session_exit", kind="left")
    assert day.state(210).phase == "left"
    day.file(220, "session_arrival", distress=5)
    assert day.state(221).phase == "session"


def test_an_exit_set_aside_as_an_error_ends_nothing():
    day = begun()
    wrong = day.file(200, "session_exit", kind="transfer")
    day.file(201, "entered_in_error", about=wrong, why="Wrong tablet")
    assert day.state(202).phase == "session"


def test_a_session_of_another_cycle_is_not_this_one():
    day = begun()
    assert day.fold(200).session_state(2).phase == "expected"
    day.file(200, "session_exit", kind="left", cycle=2)
    assert day.state(201).phase == "session"


SUPPLEMENT = [
    ("yes", 89, "before"),
    ("yes", 90, "open"),
    ("yes", 150, "open"),
    ("yes", 151, "closed"),
    ("no", 100, "declined"),
    ("unsure", 100, "declined"),
    (None, 100, "not_asked"),
]


@pytest.mark.parametrize(("choice", "minute", "state"), SUPPLEMENT)
def test_the_supplemental_dose_stands_by_choice_and_window(choice, minute, state):
    assert begun(choice).state(minute).supplement.state == state


def test_a_dose_that_was_not_taken_is_no_dose():
    day = Day()
    day.file(-70, "session_arrival", distress=3)
    day.dose(0, outcome="not_taken")
    assert (day.state(5).first_dose, day.state(5).phase) == (None, "arrival")


def unended(day, minute):
    """Whether a session that nobody ended asks for somebody then."""
    alerts = [one for one in day.fold(minute).course().alerts if one.id == "unended_session"]
    assert all(one.roles == ("coordinator", "physician") for one in alerts)
    return bool(alerts)


def arrived():
    day = Day()
    day.file(-70, "session_arrival", distress=3)
    return day


def overnight():
    day = closing()
    day.file(500, "overnight_stay", attendant="attendant-1", told=True)
    return day


# 4 hours after the earliest time of a discharge: 8 hours from the first dose (or the arrival) and 6 from the last; with
# an overnight stay 24 hours after it.
@pytest.mark.parametrize(
    ("day", "minute"), [(begun, 12 * 60), (arrived, 12 * 60 - 70), (closing, 12 * 60), (overnight, 32 * 60)]
)
def test_a_session_that_nobody_ended_rings_at_its_instant_until_its_end_is_recorded(day, minute):
    made = day()
    assert (unended(made, minute - 1), unended(made, minute), unended(made, 90 * 60)) == (False, True, True)
    changes = made.fold(minute - 1).course().next_change
    assert changes is not None
    assert changes <= DOSED + timedelta(minutes=minute)
    made.file(600, "session_exit", kind="left", known=minute)
    assert not unended(made, minute)


def test_a_day_that_was_only_made_ready_was_not_begun_and_a_reason_ends_the_asking():
    day = Day()
    day.file(-60, "session_team", first="therapist-1", second="co_therapist-1")
    assert not unended(day, 90 * 60)
    given = begun()
    dose = next(one.id for one in given.records if one.form == "dose_administration")
    given.file(3000, "task_done", about=dose, task="unended_session", note="Went home with the sister at 18:00")
    assert (unended(given, 2999), unended(given, 3000)) == (True, False)
