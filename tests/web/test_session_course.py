"""The course of a session on its screen and on its own page: phase, what a discharge waits for, exits, presence."""

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log

from triptych.ledger import Filed

VITALS = {"systolic": 128, "diastolic": 80, "heart_rate": 72, "temperature": 36.8}
SESSION = "/participants/P-1/session/"
AT = {"visit": "dosing", "cycle": 1}


@pytest.fixture
def live(norway: Hands) -> Hands:
    """A session in which the participant chose before, and the first dose was just given."""
    norway.contact()
    norway.file("coordinator", "consent", {"version": "1", "agreed": True})
    norway.file("therapist", "supplement_choice", {"choice": "yes"}, **AT)
    norway.file("therapist", "session_team", {"first": "therapist-1", "second": "co_therapist-1"}, **AT)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    assert isinstance(norway.file("therapist", "dose_administration", dose, **AT), Filed)
    return norway


def shown(log_in: Log, role: str = "therapist", path: str = SESSION) -> str:
    answer = log_in(role).get(path)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_the_screen_says_the_phase_the_window_and_what_is_missing(live: Hands, log_in: Log) -> None:
    assert "opens at" in shown(log_in)
    live.later(minutes=95)
    live.file("therapist", "observation", {"text": "Talks"})
    text = shown(log_in)
    assert "<b>Supplemental decision</b>" in text
    assert 'data-condition="vitals_fresh_in_limits" data-state="unknown"' in text
    live.file("therapist", "vitals", VITALS, **AT)
    text = shown(log_in, "physician")
    assert 'data-condition="vitals_fresh_in_limits"' not in text
    page = shown(log_in, "physician", f"{SESSION}course/")
    assert "supplement_decision/?visit=dosing&amp;cycle=1" in page


@pytest.mark.requirement("CRL-11")
def test_each_unmet_criterion_is_listed_with_what_clears_it_and_by_whom(live: Hands, log_in: Log) -> None:
    page = shown(log_in, "physician", f"{SESSION}course/")
    assert 'data-condition="oriented" data-state="unknown"' in page
    assert "Therapist: File the check before discharge" in page
    assert "they were not confirmed" in page


def test_no_screen_says_that_somebody_may_not_leave_and_every_exit_is_a_tap_away(live: Hands, log_in: Log) -> None:
    for path in (SESSION, f"{SESSION}course/"):
        text = shown(log_in, path=path)
        assert "not allowed" not in text.lower()
        assert "session_exit" in text
    exit_ = live.file("therapist", "session_exit", {"kind": "left", "words": "Went down the stairs"})
    assert isinstance(exit_, Filed)
    assert "<b>Left</b>" in shown(log_in)
    course = live.player.course("P-1")
    assert course is not None
    asked = {task.id for task in course.alerts}
    assert {"judge_capacity", "reach_who_left", "plan_welfare"} <= asked


def test_nobody_in_the_room_is_red_until_the_session_has_ended(live: Hands, log_in: Log) -> None:
    for person in ("therapist-1", "co_therapist-1"):
        live.file("therapist", "session_presence", {"person": person, "change": "left"})
    assert "Nobody is in the room" in shown(log_in)
    live.file("therapist", "session_exit", {"kind": "transfer"})
    assert "Nobody is in the room" not in shown(log_in)


def test_the_page_is_there_for_whoever_may_see_the_session_alone(live: Hands, log_in: Log) -> None:
    assert log_in("rater").get(f"{SESSION}course/").status_code == 404
