"""Scores stand beside the record they are worked out from, with how they came about."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.routes import client_of

from triptych.ledger import Actor, Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

TEMPLATE = find_study("mapp-template")
DECLINED = {"missing": "asked-declined"}


@pytest.fixture
def hands(served: Callable[[Hands], None]) -> Hands:
    found = Hands(MemoryStore(), TEMPLATE)
    served(found)
    found.contact()
    return found


def page_of(hands: Hands, person: str, values: dict[str, Any]) -> str:
    filed = hands.file("therapist", "sds", values, visit="preparation_3")
    assert isinstance(filed, Filed), filed
    answer = client_of(person).get(f"/participants/P-1/records/{filed.record.id}/")
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>|\\s+", " ", answer.content.decode())


def test_a_score_is_shown_with_its_rule_in_words(hands: Hands) -> None:
    shown = page_of(
        hands, "therapist-1", {"work": 4, "social": 6, "family": 8, "days_lost": 0, "days_underproductive": 1}
    )
    scores = shown.partition("Scores")[2]
    assert re.search(r"Total\s+18\s", scores)
    assert "Sum of three items of 0 to 10" in scores


def test_a_score_that_cannot_be_given_says_what_is_missing(hands: Hands) -> None:
    values = {"work": DECLINED, "social": 6, "family": 8, "days_lost": DECLINED, "days_underproductive": DECLINED}
    scores = page_of(hands, "therapist-1", values).partition("Scores")[2]
    assert re.search(r"Total\s+no score", scores)
    assert "1 of 3 answers missing" in scores
    # The mean of the items takes two of three: (6 + 8) / 2.
    assert re.search(r"Mean of the items\s+7\s", scores)


@pytest.mark.requirement("SAF-09")
def test_a_rater_hands_over_danger_and_is_shown_nothing_of_the_course(hands: Hands) -> None:
    client = client_of("rater-1")
    answer = client.get("/participants/P-1/file/danger_handover/")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Call the clinician on duty first" in shown
    assert not any(visit.title in shown for visit in TEMPLATE.document.visits)
    values = {
        "heard": "Spoke of not wanting to live",
        "where": "on_video",
        "clinician": "Dr. A",
        "taken_over_at": "2026-03-02T10:05:00+00:00",
    }
    assert isinstance(hands.file("rater", "danger_handover", values), Filed)
    alerts = [alert.id for alert in hands.trial.system_view().course("P-1").alerts]
    assert alerts == ["danger_handed_over"]
    left = values | {"clinician": {"missing": "not-performed"}, "taken_over_at": {"missing": "not-performed"}}
    hands.file("rater", "danger_handover", left)
    alerts = [alert.id for alert in hands.trial.system_view().course("P-1").alerts]
    assert sorted(alerts) == ["danger_handed_over", "danger_handed_over", "nobody_reached"]
    assert hands.trial.view(Actor(person="rater-1", role="rater", site="site-1")).course("P-1").alerts == ()
