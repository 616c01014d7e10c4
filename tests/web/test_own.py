"""The participants' site: what is asked of one person, answered by them, and the way to help without a log-in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields

from triptych.cli.cohort import OWN, cohort
from triptych.cli.demo import STUDY
from triptych.cli.scenario import Player, read_lines
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.web.house import read_clock

HOST = {"host": "participant.localhost"}
FORM = "/answer/subjective_effects/"


@pytest.fixture
def dosed(served: Callable[[Hands], None]) -> Hands:
    """The trial of the demo, in which one participant has a log-in and was given a dose today."""
    study, store = find_study(STUDY), MemoryStore()
    scenario = (study_folder(STUDY) / "scenarios" / "whole-course.jsonl").read_text("utf-8")
    hands = Hands(MemoryStore(), study)
    hands.store, hands.player = store, Player(store, study, cohort(study, read_lines(scenario), read_clock()))
    hands.trial = hands.player.trial
    list(hands.player.play())
    served(hands)
    return hands


def get(client: Any, path: str) -> Any:
    return client.get(path, headers=HOST)


def test_a_participant_is_asked_answers_and_sees_that_it_was_received(dosed: Hands) -> None:
    client = client_of("participant-1")
    before = text_of(get(client, "/"))
    assert "Answer: How you feel now" in before
    page = text_of(get(client, FORM))
    sent = {**fields(page), "v-moment": "end", "v-calmness": "70", "m-euphoria": "asked-declined"}
    answer = client.post(FORM, sent, headers=HOST)
    assert answer.status_code == 302
    after = text_of(get(client, "/"))
    assert "How you feel now: filed" in after
    (record,) = [seen for seen in dosed.trial.system_view().records(OWN) if seen.actor == "participant-1"]
    assert (record.role, record.form, record.visit, record.cycle) == ("participant", "subjective_effects", "dosing", 1)
    assert record.values["calmness"] == 70
    assert record.values["euphoria"] == {"missing": "asked-declined"}


def test_what_does_not_fit_is_told_and_nothing_typed_is_lost(dosed: Hands) -> None:
    client = client_of("participant-1")
    sent = {**fields(text_of(get(client, FORM))), "v-moment": "end", "v-calmness": "170", "v-openness": "33"}
    answer = client.post(FORM, sent, headers=HOST)
    assert answer.status_code == 422
    assert 'value="170"' in text_of(answer)
    assert 'value="33"' in text_of(answer)
    assert not [seen for seen in dosed.trial.system_view().records(OWN) if seen.actor == "participant-1"]


def test_only_the_forms_of_participants_can_be_answered(dosed: Hands) -> None:
    client = client_of("participant-1")
    for form in dosed.study.forms.values():
        # These have pages of their own: the passage knows whether an answer is right, and the diary leads to help.
        wanted = 200 if form.id == "subjective_effects" else 404
        assert get(client, f"/answer/{form.id}/").status_code == wanted, form.id
        if wanted == 404 and form.id != "month_check":  # what is theirs and comes late is not turned away
            assert client.post(f"/answer/{form.id}/", headers=HOST).status_code == 404, form.id


def test_a_questionnaire_is_not_there_when_no_open_visit_asks_for_it(dosed: Hands) -> None:
    dosed.player.clock.now += timedelta(days=60)
    client = client_of("participant-1")
    assert "Nothing is asked of you today" in text_of(get(client, "/"))
    assert get(client, FORM).status_code == 404


def test_help_is_there_without_a_log_in_and_from_every_page(dosed: Hands) -> None:
    from django.test import Client

    told = get(Client(), "/help/")
    assert told.status_code == 200
    assert 'href="tel:113"' in text_of(told)
    assert OWN not in text_of(told)
    client = client_of("participant-1")
    for path in ("/", FORM, "/help/"):
        assert 'href="/help/"' in text_of(get(client, path))
