"""Which answer of a diary calls whom, and within what time: each limit of the list, met and just missed."""

from datetime import timedelta
from typing import Any

import pytest
from tests.doors.hands import Hands

from triptych.course import Task
from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

NOW, TODAY = ("immediate", timedelta(minutes=15)), ("same_day", timedelta(hours=4))
SIGNS = ("fever", "vomiting_headache", "confusion", "chest_pain", "dark_urine", "voices", "paranoia")
MET: dict[str, tuple[dict[str, Any], dict[str, tuple[str, timedelta]]]] = {
    "might act": ({"suicidal": "intent"}, {"diary_danger": NOW}),
    "has harmed themselves": ({"suicidal": "acted"}, {"diary_danger": NOW}),
    "thoughts of suicide": ({"suicidal": "thoughts"}, {"diary_suicidal": TODAY}),
    **{sign: ({"signs": [sign]}, {"diary_signs": NOW}) for sign in SIGNS},
    "mood of 2": ({"mood": 2}, {"diary_low": TODAY}),
    "mood of 3": ({"mood": 3}, {}),
    "less than 5 hours and energy of 8": ({"sleep": 4.9, "energy": 8}, {"diary_restless": TODAY}),
    "5 hours and energy of 8": ({"sleep": 5, "energy": 8}, {}),
    "less than 5 hours and energy of 7": ({"sleep": 4.9, "energy": 7}, {}),
    "little sleep alone": ({"sleep": 1}, {}),
    "nothing": ({}, {}),
}


@pytest.fixture
def norway() -> Hands:
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    hands.contact()
    return hands


def rings(hands: Hands, of: str = "P-1", **answers: Any) -> list[Task]:
    """What one diary of a participant raises of its own."""
    filed = hands.file("therapist", "days_after", {"suicidal": "none", **answers}, of)
    assert isinstance(filed, Filed)
    course = hands.trial.system_view().course(of)
    assert course is not None
    return [task for task in course.alerts if task.about == filed.record.id]


@pytest.mark.requirement("SAF-09")
def test_each_limit_calls_within_its_time_and_the_answer_beside_it_does_not(norway: Hands) -> None:
    for name, (answers, wanted) in MET.items():
        found = rings(norway, **answers)
        assert {one.id: one.tier for one in found} == {id_: tier for id_, (tier, _) in wanted.items()}, name
        for one in found:
            assert one.due is not None
            assert one.since is not None
            assert (one.due - one.since, one.level) == (wanted[one.id][1], "alert"), name
            assert [call.at - one.since for call in one.calls] == [timedelta(minutes=m) for m in (0, 15, 30, 45)]
            assert [call.step for call in one.calls] == ["clinician", "backup", "physician", "lead"]


@pytest.mark.requirement("SAF-09")
def test_a_fall_of_mood_by_four_calls_and_one_by_three_does_not(norway: Hands) -> None:
    for name, moods, raised in (
        ("P-2", (8, 4), ["diary_fallen"]),
        ("P-3", (8, 5), []),
        ("P-4", (7, 3), ["diary_fallen"]),
    ):
        norway.contact(name)
        first, last = (rings(norway, name, mood=mood) for mood in moods)
        assert (first, [one.id for one in last]) == ([], raised), moods
