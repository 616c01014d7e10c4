"""The participants' site in their language: complete, chosen on the phone and kept there; records stay the same."""

import re
import uuid
from string import Formatter
from typing import Any

import msgspec.toml
import pytest
from django.test import Client
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.ledger.library import LIBRARY, find_study
from triptych.web.words import all_forms, all_words, in_language

HOST = {"host": "participant.localhost"}
OWN = (
    "/",
    "/help/",
    "/entering/",
    "/reminders/",
    "/choices/follow_up_wish/",
    "/choices/tracing_consent/",
    "/medicines/",
)
ENGLISH = re.compile(r"\b(Get help now|Leave this site|Back to today|the|your|with|Nobody|What|Log out)\b")
"""Words that stand on the pages in English and are no words in Spanish."""


@pytest.fixture
def world(norway: Hands) -> Hands:
    """A trial in which a participant has an access of their own, being served."""
    populate(norway)
    return norway


def seen_words(text: str) -> str:
    """What a page says, without what is in other languages, in names or in addresses."""
    main = re.sub(r'<(\w+)[^>]*\blang="en"[^>]*>.*?</\1>|<option.*?</option>|<[^>]*>', " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", main)


def test_every_language_says_the_same_things_and_each_word_has_one_place() -> None:
    places = [
        msgspec.toml.decode(file.read_text("utf-8")) for file in (LIBRARY / "participant").iterdir() if file.is_file()
    ]
    keys = [key for table in places for key in table["en"]]
    assert set(keys) - {"name"} <= {key for key in keys if keys.count(key) == 1}
    english, spanish = all_words()["en"].say, all_words()["es"].say
    assert english.keys() == spanish.keys()
    for key, text in english.items():
        named = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (text, spanish[key])]
        assert named[0] == named[1], key


def test_every_form_of_participants_is_whole_in_spanish_and_means_the_same() -> None:
    forms = {**find_study("mdma-mdd-norway").forms, **find_study("mapp-template").forms}
    assert set(all_forms()["es"]) <= set(forms)
    for name, words in all_forms()["es"].items():
        form, told = forms[name], in_language(forms[name], "es")
        assert set(words.items) == {item.id for item in form.items}, name
        assert told.title != form.title
        for item, other in zip(form.items, told.items, strict=True):
            assert [one.code for one in item.choices] == [one.code for one in other.choices]
            assert set(words.items[item.id].choices) == {one.code for one in item.choices}
            assert (item.type, item.range, item.required) == (other.type, other.range, other.required)
    assert in_language(forms["days_after"], "en") is forms["days_after"]


@pytest.mark.usefixtures("world")
def test_every_page_is_in_the_language_that_was_chosen_once() -> None:
    client = client_of("pat")
    assert 'lang="en"' in text_of(client.get("/", headers=HOST))
    client.get("/?language=es", headers=HOST)
    for path in OWN:
        text = text_of(client.get(path, headers=HOST))
        assert '<html lang="es"' in text, path
        assert "Pedir ayuda ya" in text, path
        left = ENGLISH.findall(seen_words(text[text.index("</head>") :]))
        assert not left, (path, left)
    for path in ("/account/link/", "/account/login/"):
        other = Client()
        assert "Pedir ayuda ya" in text_of(other.get(path, headers={**HOST, "accept-language": "es-MX,es;q=0.9"}))
        assert "Get help now" in text_of(other.get(f"{path}?language=en", headers={**HOST, "accept-language": "es"}))
        assert "Get help now" in text_of(other.get("/account/link/", headers={**HOST, "accept-language": "es"}))
    assert "language" not in Client().get("/?language=es").cookies


@pytest.mark.usefixtures("world")
def test_a_complaint_in_spanish_leaves_nothing_on_the_phone() -> None:
    answer = Client().get("/concern/?language=es", headers=HOST)
    assert '<html lang="es"' in text_of(answer)
    assert not answer.cookies


def test_what_is_answered_in_spanish_is_the_same_record_and_what_is_missing_is_said_in_spanish(world: Hands) -> None:
    client: Any = client_of("pat")
    page = fields(text_of(client.get("/choices/follow_up_wish/?language=es", headers=HOST)))
    refused = client.post("/choices/follow_up_wish/", page, headers=HOST)
    assert refused.status_code == 422
    assert "Lo que quiero: falta una respuesta." in text_of(refused)
    assert "No se ha perdido nada" in text_of(refused)
    sent = client.post("/choices/follow_up_wish/", page | {"v-wish": "phone"}, headers=HOST, follow=True)
    assert "Seguir o dejarlo: enviado." in text_of(sent)
    last = [one for one in world.trial.system_view().records("P-1") if one.form == "follow_up_wish"][-1]
    assert (last.values["wish"], last.language) == ("phone", "es")


def test_an_answer_keeps_the_language_and_the_version_it_was_asked_with_also_when_it_was_sent_late(
    world: Hands,
) -> None:
    client: Any = client_of("pat")
    answers = [
        {"id": str(uuid.uuid4()), "form": "follow_up_wish", "fields": [["v-wish", "phone"], *more]}
        for more in ([["language", "es"]], [["language", "<x>"]], [])
    ]
    # The phone speaks English by now: what counts is the page that asked.
    client.get("/?language=en", headers=HOST)
    sent = client.post("/outbox/", {"answers": answers}, content_type="application/json", headers=HOST)
    assert {one["outcome"] for one in sent.json()["answers"]} == {"filed"}
    kept = [one for one in world.trial.system_view().records("P-1") if one.form == "follow_up_wish"]
    assert [one.language for one in kept] == ["es", None, None]
    staff = client_of("physician-1")
    shown = [text_of(staff.get(f"/participants/P-1/records/{one.id}/")) for one in kept]
    assert "<td>Español</td>" in shown[0]
    assert "language not known" in shown[1]
    assert f"study document {world.study.document.version}" in shown[0]
