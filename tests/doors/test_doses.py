"""What was given beside what was authorized: one authorization allows one dose of one part, up to its amount."""

from typing import Any

import pytest
from tests.doors.hands import Hands, codes

from triptych.cli.scenario import Player, read_lines
from triptych.ledger import Filed, Held
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

WITHOUT, ABOVE = "dose_without_authorization:1:initial", "dose_above_authorization:1:initial"


def give(hands: Hands, amount: float = 30, **more: Any) -> str:
    values = {"part": "initial", "outcome": "taken", "amount": amount, "taken_at": hands.now.isoformat(), **more}
    outcome = hands.file("therapist", "dose_administration", values, visit="dosing", cycle=1)
    assert isinstance(outcome, Filed | Held)
    return outcome.record.id


def deviations(hands: Hands) -> list[str]:
    course = hands.player.course("P-1")
    assert course is not None
    return [deviation.key for deviation in course.deviations if deviation.key.startswith("dose_")]


@pytest.fixture
def authorized(hands: Hands) -> Hands:
    hands.ready_for_dose()
    assert isinstance(hands.authorize(), Filed)
    hands.later(minutes=5)
    return hands


def test_a_dose_as_authorized_is_no_deviation(authorized: Hands) -> None:
    give(authorized)
    assert deviations(authorized) == []


def test_one_authorization_allows_one_dose(authorized: Hands) -> None:
    give(authorized)
    give(authorized)
    give(authorized)
    assert deviations(authorized) == [WITHOUT, f"{WITHOUT}:2"]


def test_an_authorization_of_a_dose_that_was_not_taken_still_stands(authorized: Hands) -> None:
    give(authorized, outcome="not_taken")
    give(authorized)
    assert deviations(authorized) == []


@pytest.mark.parametrize("outcome", ["partly", "vomited"])
def test_a_dose_taken_in_part_or_vomited_was_given(authorized: Hands, outcome: str) -> None:
    give(authorized, outcome=outcome)
    give(authorized)
    assert deviations(authorized) == [WITHOUT]


def test_more_than_was_authorized_is_a_deviation_with_a_safety_review(authorized: Hands) -> None:
    give(authorized, amount=31)
    assert deviations(authorized) == [ABOVE]
    course = authorized.player.course("P-1")
    assert course is not None
    assert {"review_dose_above", "safety_review"} <= {task.id for task in course.tasks}
    found = next(deviation for deviation in course.deviations if deviation.key == ABOVE)
    assert found.classification == "important"
    assert "31 mg" in found.what


def test_a_dose_of_unknown_amount_is_not_held_to_be_too_much(authorized: Hands) -> None:
    give(authorized, amount={"missing": "unknown"})
    assert deviations(authorized) == []


def test_in_the_norway_study_no_part_is_authorized_twice_and_no_supplement_before_the_initial_dose() -> None:
    text = (study_folder("mdma-mdd-norway") / "scenarios" / "whole-course.jsonl").read_text("utf-8")
    lines = text.splitlines()
    first = next(n for n, line in enumerate(lines) if '"dose_authorization"' in line)
    player = Player(MemoryStore(), find_study("mdma-mdd-norway"), read_lines("\n".join(lines[:first])))
    assert not [step for step in player.play() if step.unmet]
    hands = Hands.__new__(Hands)
    hands.player, hands.trial, hands.count = player, player.trial, 0

    def authorize(part: str, amount: float) -> list[str]:
        values = {"part": part, "amount": amount, "kit": "K-001"}
        hands.file("co_therapist", "dose_check", values, "NO-01", cycle=1)
        return codes(hands.file("physician", "dose_authorization", values, "NO-01", visit="dosing", cycle=1))

    def administer(part: str, outcome: str) -> str:
        values = {"part": part, "outcome": outcome, "amount": 60, "taken_at": hands.now.isoformat()}
        filed = hands.file("therapist", "dose_administration", values, "NO-01", visit="dosing", cycle=1)
        assert isinstance(filed, Filed | Held)
        return filed.record.id

    assert authorize("supplemental", 40) == ["initial_before_supplemental", "supplement_decided"]
    assert authorize("initial", 80) == []
    administer("initial", "not_taken")
    assert authorize("supplemental", 40) == ["initial_before_supplemental", "supplement_decided"]
    assert authorize("initial", 80) == []
    held = administer("initial", "spilled")  # it is not an outcome of the form, so nobody knows what was given
    assert authorize("initial", 80) == ["not_given_yet"]
    again = administer("initial", "vomited")
    assert authorize("initial", 80) == ["not_given_yet"]
    assert authorize("supplemental", 30) == ["not_given_yet", "supplement_decided"]
    resolution = {"about": held, "outcome": "filed", "filed_as": again, "why": "Filed again with what happened"}
    assert isinstance(hands.file("therapist", "held_resolution", resolution, "NO-01"), Filed)
    assert authorize("initial", 80) == ["not_given_yet"]
    assert authorize("supplemental", 30) == ["supplement_decided"]
    hands.later(minutes=95)
    vitals = {"systolic": 146, "diastolic": 88, "heart_rate": 96, "temperature": 37.2, "spo2": 97}
    for role, form, values in (("therapist", "vitals", vitals), ("physician", "supplement_decision", {"seen": True})):
        assert isinstance(hands.file(role, form, values, "NO-01", visit="dosing", cycle=1), Filed)
    assert authorize("supplemental", 40) == ["dose_in_protocol"]  # 40 mg of the document are more than half of 60 mg
    assert authorize("supplemental", 30) == []
    administer("supplemental", "taken")
    assert authorize("supplemental", 30) == ["not_given_yet"]


def test_a_kit_is_for_one_participant_and_one_session(hands: Hands) -> None:
    hands.ready_for_dose()
    hands.ready_for_dose("P-2")
    for name in ("P-1", "P-2"):
        hands.randomize(name)
        hands.file("physician", "vitals", {"systolic": 118}, name, visit="dosing", cycle=1)
        team = {"first": "therapist-1", "second": "physician-1"}
        hands.file("therapist", "session_team", team, name, visit="dosing", cycle=1)

    def authorize(name: str, kit: str, cycle: int = 1) -> list[str]:
        values = {"part": "initial", "amount": 30, "kit": kit}
        return codes(hands.file("physician", "dose_authorization", values, name, cycle=cycle))

    assert authorize("P-1", "K-1") == []
    assert authorize("P-1", "K-1") == []
    refused = hands.file(
        "physician", "dose_authorization", {"part": "initial", "amount": 30, "kit": "K-1"}, "P-2", cycle=1
    )
    assert [(one.code, one.item) for one in getattr(refused, "reasons", ())] == [("taken_elsewhere", "kit")]
    assert "K-1 is for another participant or another session" in getattr(refused, "reasons", ())[0].text
    assert authorize("P-2", "K-2") == []
