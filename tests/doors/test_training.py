"""Signing an adverse event takes training on the definition that is in force, and an amended one takes it anew."""

from datetime import timedelta

import pytest
from tests.doors.hands import Hands, codes

from triptych.cli.scenario import ADMINISTRATOR, SITE
from triptych.exchange import protocol_html
from triptych.ledger import Actor, Filed
from triptych.ledger.library import product_files, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import Study, load_study, protocol_text

NAMED = "mapp-template"
AMENDED = f"""
inherits: {NAMED}
id: {NAMED}
title: Amended
version: "2"
amendment: {{of: "1.0", summary: Another definition}}
adverse_event: {{text: Anything at all that changes., includes: [welcome effects]}}
"""


def document(text: str) -> Study:
    return load_study({"study.yaml": text}, product_files(), shelf())


@pytest.fixture
def hands() -> Hands:
    one = document(f'inherits: {NAMED}\nid: {NAMED}\ntitle: As it is\nversion: "1.0"\n')
    hands = Hands(MemoryStore(), one)
    hands.contact()
    return hands


def train(hands: Hands, study: Study, days: int = 365) -> None:
    day = hands.now.date()
    assert study.document.adverse_event is not None
    values = {
        "person": "physician-1",
        "kind": "adverse_events",
        "definition": study.document.adverse_event.code,
        "valid_from": day.isoformat(),
        "expires_on": (day + timedelta(days)).isoformat(),
    }
    assert isinstance(hands.administer("staff_credential", values, SITE), Filed)


def sign(hands: Hands) -> list[str]:
    viewer = Actor(person="physician-1", role="physician")
    event = next(seen for seen in hands.trial.view(viewer).records("P-1") if seen.form == "adverse_event")
    values = {"about": event.id, "meaning": "review", "shown": event.shown}
    one = codes(hands.file("physician", "signature", values))
    digest, _ = hands.trial.view(viewer).under_review("P-1", "casebook")
    whole = {"scope": "casebook", "meaning": "review", "shown": digest}
    assert codes(hands.file("physician", "signature", whole)) == one
    return one


@pytest.mark.requirement("CRL-02")
def test_whoever_is_not_trained_on_the_definition_in_force_cannot_sign_an_adverse_event(hands: Hands) -> None:
    event = {"term": "Warmth", "onset": hands.now.isoformat(), "grade": 1, "serious": False}
    assert isinstance(hands.file("physician", "adverse_event", event), Filed)
    assert sign(hands) == ["not_trained"]
    train(hands, hands.study)
    assert sign(hands) == []
    amended = document(AMENDED)
    released = hands.trial.release(
        amended,
        Actor(person=ADMINISTRATOR, role="administrator"),
        "00000000-0000-4000-8000-000000000001",
        by_site=False,
    )
    assert isinstance(released, Filed)
    assert sign(hands) == ["not_trained"]
    train(hands, amended, days=30)
    assert sign(hands) == []
    hands.later(days=31)
    assert sign(hands) == ["not_trained"]


@pytest.mark.requirement("CRL-02")
def test_one_amendment_of_the_definition_changes_every_rendering(hands: Hands) -> None:
    amended = document(AMENDED)
    for study in (hands.study, amended):
        defined = study.document.adverse_event
        assert defined is not None
        helps = (study.forms[name].help for name in ("adverse_event", "effect_assessment"))
        for told in (*helps, protocol_html(protocol_text(study), training=True)):
            assert defined.text in told
            assert defined.code in told
    assert hands.study.document.adverse_event != amended.document.adverse_event
