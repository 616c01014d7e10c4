"""Touch through the doors: one outside the agreement is told to somebody else than the person named, and stays told."""

import pytest
from tests.doors.hands import Hands

from triptych.course import Course, Task
from triptych.ledger import Actor, Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.ledger.reminders import Audience, gathered

AGREED = {"person": "therapist-1", "kinds": ["hand"], "stop_word": "red", "care_agreed": True, "signed": "witness"}
AGREED |= {"witness": "Nina"}
COMPLIANCE = Actor(person="compliance-1", role="compliance")


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
    return [task for task in course.alerts if task.id == "red:touch_outside_agreement"]


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


@pytest.mark.requirement("CON-04")
def test_it_goes_at_once_to_the_leads_and_outside_the_sites_and_the_person_named_cannot_acknowledge_it(
    session: Hands,
) -> None:
    about = touch(session, "physician-1", "embrace")
    (told,) = alerts(session)
    minutes = [(call.step, (call.at - session.now).seconds // 60, call.person) for call in told.calls]
    assert minutes[:2] == [("compliance", 0, "compliance-1"), ("lead", 0, None)]
    assert [step for step, *_ in minutes[2:]] == ["clinician", "physician", "lead"]
    views = {role: Actor(person=f"{role}-1", role=role) for role in ("physician", "principal_investigator")}
    seen_by = [
        (Audience(role=role, site=None, blinding="unblinded", people=(actor.person,)), seen(session, role))
        for role, actor in views.items()
    ]
    sent = [one for one in gathered(session.study, seen_by) if one.task == "red:touch_outside_agreement"]
    at_once = {(one.kind, person) for one in sent for person in one.people if one.at == session.now}
    assert at_once == {("raised", "compliance-1"), ("raised", "principal_investigator-1")}
    answer = {"about": about, "value": "touch_outside_agreement", "answer": "acknowledged"}
    session.file("physician", "session_alarm", answer)
    assert alerts(session)[0].acknowledged is None
    session.file("principal_investigator", "session_alarm", answer)
    (told,) = alerts(session)
    assert (told.acknowledged, [call.step for call in told.calls]) == (session.now, ["compliance"])
    assert [one.form for one in session.trial.view(COMPLIANCE).study_records()] == ["conduct_observation"]


@pytest.mark.requirement("CON-05")
def test_a_no_to_touch_as_support_in_the_consent_makes_every_touch_but_care_outside(session: Hands) -> None:
    no = {"element": "touch_support", "agreed": False, "route": "spoken"}
    assert isinstance(session.file("coordinator", "consent_element", no), Filed)
    touch(session, "therapist-1", "care_measuring")
    assert alerts(session) == []
    touch(session, "therapist-1", "hand")
    assert len(alerts(session)) == 1
