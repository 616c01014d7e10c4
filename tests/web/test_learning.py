"""What participants read before they agree: plain in both languages, sourced, answered passage by passage."""

from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.readability import english_syllables, fernandez_huerta, flesch_kincaid_grade, spanish_syllables
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.ledger.library import education
from triptych.study import Passage

HOST = {"host": "participant.localhost"}
RISKS = "/learn/en/risks/"


@pytest.fixture
def world(norway: Hands) -> Hands:
    """A trial in which a participant has an access of their own, being served."""
    populate(norway)
    return norway


def chosen(client: Any, choice: int, path: str = RISKS) -> Any:
    page = text_of(client.get(path, headers=HOST))
    return client.post(path, {**fields(page), "chosen": str(choice)}, headers=HOST, follow=True)


def whole(passage: Passage) -> str:
    return " ".join([*passage.text, passage.question.text, *passage.question.choices])


def test_syllables_are_counted_as_they_are_spoken() -> None:
    english = {"study": 2, "medicine": 3, "make": 1, "stopped": 1, "tested": 2, "table": 2, "people": 2}
    assert {word: english_syllables(word) for word in english} == english
    spanish = {"estudio": 3, "día": 2, "quien": 1, "guerra": 2, "cuidado": 3, "país": 2, "oído": 3, "real": 2}
    assert {word: spanish_syllables(word) for word in spanish} == spanish


@pytest.mark.parametrize("name", [passage.id for passage in education()["en"].passages])
def test_every_passage_is_plain_in_both_languages(name: str) -> None:
    english, spanish = (education()[language].passage(name) for language in ("en", "es"))
    assert english is not None
    assert spanish is not None
    assert flesch_kincaid_grade(whole(english)) <= 8
    assert fernandez_huerta(whole(spanish)) >= 60


def test_both_languages_are_complete_and_say_the_same_parts_with_the_same_numbers() -> None:
    english, spanish = education()["en"], education()["es"]
    assert english.version == spanish.version
    assert english.ui.keys() == spanish.ui.keys()
    for one, other in zip(english.passages, spanish.passages, strict=True):
        assert (one.id, one.question.right, len(one.text)) == (other.id, other.question.right, len(other.text))
        assert one.sources
        assert len(one.sources) == len(other.sources)
        numbers = [sorted(part for part in whole(each).split() if part.strip(".,:").isdigit()) for each in (one, other)]
        assert [part.strip(".,:") for part in numbers[0]] == [part.strip(".,:") for part in numbers[1]]


def test_a_wrong_answer_leads_back_to_the_passage_and_to_a_person_and_both_answers_are_recorded(world: Hands) -> None:
    client = client_of("pat")
    wrong = text_of(chosen(client, 1))
    assert "read the part again" in wrong
    assert "The salt in your blood" in wrong
    assert 'name="chosen"' in wrong
    assert any(task.id == "explain_passage" for task in tasks(world))
    assert "Not answered yet" in text_of(client.get("/learn/en/", headers=HOST))
    right = text_of(chosen(client, 0))
    assert "That is what the text says" in right
    assert "Respondida" in text_of(client.get("/learn/es/", headers=HOST))
    answers = [seen for seen in world.trial.system_view().records("P-1") if seen.form == "education_answer"]
    assert [(seen.values["chosen"], seen.values["understood"]) for seen in answers] == [(2, False), (1, True)]
    assert {seen.actor for seen in answers} == {"pat"}
    # Nobody can say of themselves that they understood: that follows from the choice.
    page = text_of(client.get(RISKS, headers=HOST))
    client.post(RISKS, {**fields(page), "chosen": "1", "v-understood": "yes"}, headers=HOST)
    last = [seen for seen in world.trial.system_view().records("P-1") if seen.form == "education_answer"][-1]
    assert last.values["understood"] is False


def tasks(world: Hands) -> Any:
    course = world.trial.system_view().course("P-1")
    assert course is not None
    return course.tasks
