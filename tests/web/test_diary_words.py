"""What a participant reads around an answer, word for word in each language, and what is said of what was missed."""

import re
from collections.abc import Callable

import pytest
from tests.doors.conftest import SMALL
from tests.doors.hands import Hands
from tests.doors.test_whereabouts import STUDY
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_diary import CLINICIAN, HOST, alerts, staffed
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.ledger.library import product_files, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import load_study

SENT = {
    "en": "Your answer has been sent If you are in danger now, call 113 or 22 11 11 11. "
    "This diary is not watched around the clock.",
    "es": "Su respuesta se ha enviado Si está en peligro ahora, llame al 113 o al 22 11 11 11. "
    "Nadie mira este diario las 24 horas.",
}
UNSEEN = {
    "en": "Nobody at the clinic has seen this yet Your answers are kept on this phone and are sent when there is a "
    "connection. If you are in danger now, call 113 or 22 11 11 11.",
    "es": "Nadie de la clínica ha visto esto todavía Sus respuestas están en este teléfono y se envían cuando haya "
    "conexión. Si está en peligro ahora, llame al 113 o al 22 11 11 11.",
}
READ = {"en": "Doctor Dahl has read it, ", "es": "Doctor Dahl lo ha leído, "}
PASSED = {
    "en": "What has passed Own: the time for it has passed, and it can no longer be answered. "
    "Met: the time for it has passed, and it can no longer be answered. That changes nothing for you.",
    "es": "Lo que ya pasó Own: el plazo ha pasado y ya no se puede contestar. "
    "Met: el plazo ha pasado y ya no se puede contestar. Eso no cambia nada para usted.",
}


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?(a|b|span)\b[^>]*>", "", page)).split())


@pytest.fixture
def world(norway: Hands) -> Hands:
    populate(norway)
    norway.administer("site_help", CLINICIAN, site="site-1")
    staffed(norway)
    return norway


@pytest.mark.requirement("SAF-09")
def test_the_words_before_and_after_an_acknowledgment_and_without_a_network_are_these(world: Hands) -> None:
    client = client_of("pat")
    form = text_of(client.get("/diary/", headers=HOST))
    edits = '[{"item": "mood", "was": "7", "is": "6", "at": "2026-03-02T09:00:00Z"}]'
    assert (
        client.post("/diary/", {**fields(form), "v-suicidal": "thoughts", "edits": edits}, headers=HOST).url == "/sent/"
    )

    def page(path: str, language: str) -> str:
        return plain(text_of(client.get(f"{path}?language={language}", headers=HOST)))

    for language, words in SENT.items():
        assert UNSEEN[language] in page("/diary/", language)
        before = page("/sent/", language)
        assert words in before
        assert READ[language] not in before
    about = alerts(world)["diary_suicidal"].about
    world.file("physician", "acknowledgment", {"about": about, "name": "Doctor Dahl"})
    for language, words in SENT.items():
        # A change that the phone noted beside the answer, or a practice, is nothing that somebody would have to read.
        after = page("/sent/", language)
        assert words in after
        assert re.search(READ[language] + r"\d", after)
    client.get("/help/?country=US", headers=HOST)  # where somebody is now decides whom they call
    assert "call 911 or 22 11 11 11." in page("/sent/", "en")


@pytest.mark.requirement("SAF-09")
def test_the_diary_is_shut_while_nobody_knows_the_holidays_or_the_time_zone_of_the_rota(world: Hands) -> None:
    client, coordinator = client_of("pat"), client_of("coordinator-1")

    def stands() -> tuple[int, bool]:
        said = "No public holiday of 2026 is filed" in text_of(coordinator.get("/sites/site-1/on-call/"))
        return client.get("/diary/", headers=HOST).status_code, said

    assert stands() == (200, False)
    staffed(world, works_holidays=False)
    assert stands() == (403, True)
    world.file("coordinator", "duty_holiday", {"day": "2026-12-25", "name": "A public holiday"}, None, site="site-1")
    assert stands() == (200, False)
    staffed(world, zone="the moon")
    assert stands() == (403, False)


def test_a_questionnaire_whose_window_has_passed_is_said_in_words(served: Callable[[Hands], None]) -> None:
    adult = STUDY + 'definitions: [{id: age, title: Age, rule: "40"}]\n'
    hands = Hands(MemoryStore(), load_study({"study.yaml": adult}, product_files(), shelf(str(SMALL))))
    hands.contact()
    hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    hands.administer("grant", {"person": "pat", "role": "participant", "blinding": "blinded", "participant": "P-1"})
    served(hands)
    client = client_of("pat")

    def page(language: str) -> str:
        return plain(text_of(client.get(f"/?language={language}", headers=HOST)))

    hands.later(days=27)
    assert "Answer: " in page("en")
    assert PASSED["en"] not in page("en")
    hands.later(days=1)
    for language, words in PASSED.items():
        assert words in page(language)
        assert "Answer: " not in page(language)
