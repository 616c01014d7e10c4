"""Touch through the doors: one outside the agreement is told to somebody else than the person named, and stays told."""

import pytest
from tests.doors.hands import Hands

from triptych.course import Course, Task
from triptych.ledger import Actor, Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

AGREED = {"person": "therapist-1", "kinds": ["hand"], "stop_word": "red", "care_agreed": True, "signed": "paper"}


@pytest.fixture
def session() -> Hands:
    """A session in which holding a hand is agreed with the therapist alone, and a dose was given."""
    norway = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    norway.contact()
    assert isinstance(norway.file("therapist", "touch_agreement", AGREED), Filed)
    norway.later(minutes=10)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    norway.later(minutes=90)
    return norway


def seen(hands: Hands, role: str) -> Course:
    course = hands.trial.view(Actor(person=f"{role}-1", role=role)).course("P-1")
    assert course is not None
    return course


def alerts(hands: Hands) -> list[Task]:
    course = seen(hands, "physician")
    return [task for task in course.alerts if task.id == "touch_outside_agreement"]


def touch(hands: Hands, person: str, kind: str) -> str:
    filed = hands.file("co_therapist", "session_touch", {"person": person, "kind": kind})
    assert isinstance(filed, Filed)
    return filed.record.id


@pytest.mark.requirement("CON-04")
def test_touch_outside_the_agreement_is_an_incident_at_once_and_is_told_to_somebody_else(session: Hands) -> None:
    touch(session, "therapist-1", "hand")
    touch(session, "co_therapist-1", "care_steadying")
    assert alerts(session) == []
    outside = touch(session, "principal_investigator-1", "hand")
    (told,) = alerts(session)
    assert (told.about, told.roles) == (outside, ("physician",))  # never a role that the person named holds
    course = seen(session, "monitor")
    assert ["touch_outside_agreement" in line.key for line in course.deviations].count(True) == 1


@pytest.mark.requirement("CON-04")
def test_neither_a_correction_nor_the_person_named_ends_the_alert(session: Hands) -> None:
    about = touch(session, "physician-1", "embrace")
    assert alerts(session)[0].roles == ("principal_investigator",)
    session.file("co_therapist", "entered_in_error", {"about": about, "why": "wrong button"})
    session.file("physician", "safety_review", {"about": about, "finding": "nothing"})
    assert len(alerts(session)) == 1
    session.file("principal_investigator", "safety_review", {"about": about, "finding": "spoken with both"})
    assert alerts(session) == []
