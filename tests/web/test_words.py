"""The participants' site in their language: complete, chosen on the phone and kept there; records stay the same."""

import re
import shutil
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec.toml
import pytest
from django.test import Client
from tests.doors.hands import Hands
from tests.readability import fernandez_huerta, flesch_kincaid_grade
from tests.spec.exchange.test_protocol import STUDIES
from tests.web.conftest import text_of
from tests.web.routes import OFFLINE, client_of, routes, table
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.ledger.library import LIBRARY, consent_texts, contacts, education, find_study
from triptych.web.tongues import Foreign
from triptych.web.words import all_forms, all_terms, all_words, in_language, term, title_of

HOST = {"host": "participant.localhost"}
CHOICES = ("follow_up_wish", "tracing_consent")
WEB = Path(__file__).parents[2] / "src" / "triptych" / "web"
PAGES = WEB / "templates"
STAFF = (
    " · Triptych",
    "Log in to Triptych",
    "Either there is no such page, or it is not one for the role you act in. Go back, or begin at the",
    ">start<",
    "You are logged in, and no role in this trial is yours on this site today.",
    "An administrator of the study gives roles.",
    "why there is no answer",
    "Worked out when the form is filed.",
    ">optional<",
    " usually ",
    "or there is none:",
    "stood:",
)
"""What the shared templates say to staff alone, who are spoken to in one language."""
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


def own_paths(world: Hands, language: str) -> list[str]:
    """Every address of the participants' site in a language, and what is shown where there is nothing or a fault."""
    filled = table(world, every=False) | {("slug", "language"): [language]}
    filled[("slug", "form")] = [*CHOICES, "subjective_effects", "nowhere"]
    own = (
        route for route in routes("triptych.web.urls_participant") if route.template not in (*OFFLINE, "account/reply/")
    )
    return [*(path for route in own for path in route.paths(filled)), "/account/inactive/", "/nowhere/"]


def failures(client: Any) -> list[str]:
    """The pages for what was not filed, cannot be read, is too large, and what the site failed at."""
    from django.core.exceptions import BadRequest, RequestDataTooBig
    from django.test import RequestFactory

    from triptych.web.pages.wrong import broken, forgotten, unreadable

    request: Any = RequestFactory().get("/", headers={**HOST, "accept-language": "es"})
    request.urlconf, request.session, request.user, request.resolver_match = "own", {}, None, None
    answers = (
        forgotten(request),
        unreadable(request, BadRequest()),
        unreadable(request, RequestDataTooBig()),
        broken(request),
    )
    return [text_of(answer) for answer in answers]


def english_in(page: str) -> list[str]:
    """What a page in Spanish says in English without saying that it does."""
    text = seen_words(page[page.index("</head>") :])
    english, spanish = all_words()["en"].say, all_words()["es"].say.values()
    return [
        *ENGLISH.findall(text),
        *(one for one in english.values() if one.count(" ") > 1 and one not in spanish and one in text),
    ]


@pytest.mark.usefixtures("world")
def test_every_page_is_in_the_language_that_was_chosen_once(world: Hands) -> None:
    client = client_of("pat")
    assert 'lang="en"' in text_of(client.get("/", headers=HOST))
    client.get("/?language=es", headers=HOST)
    seen = 0
    for path in own_paths(world, "es"):
        answer = client.get(path, headers=HOST)
        if answer.status_code not in (301, 302, 405) and answer["Content-Type"].startswith("text/html"):
            page, seen = text_of(answer), seen + 1
            assert '<html lang="es"' in page, path
            assert not english_in(page), path
    assert seen > 20
    for page in failures(client):
        assert '<html lang="es"' in page
        assert not english_in(page)
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


def test_no_template_of_the_participants_site_has_words_of_its_own() -> None:
    """So every word that a page says stands in a file of words, and is there in every language."""
    names = (
        "403_csrf.html",
        "404.html",
        "broken.html",
        "unreadable.html",
        "nothing.html",
        "_form.html",
        "_recall.html",
    )
    files = [
        *(PAGES / "own").glob("*.html"),
        *(PAGES / name for name in names),
        *(WEB / "accounts" / "account").glob("*"),
    ]
    for file in files:
        text = re.sub(r"\{#.*?#\}", "", file.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub("|".join(map(re.escape, STAFF)), "", text)
        said = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
        labels = re.findall(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"', said)
        found = re.findall(r"[^\W\d_]{2,}", " ".join([*labels, re.sub(r"<[^>]*>|&\w+;", " ", said)]))
        assert not found, (file.name, found)


def ended(texts: Iterable[str]) -> str:
    """Texts as sentences, so that a heading is one."""
    return " ".join(text if text.rstrip()[-1:] in ".!?:" else f"{text}." for text in texts if text)


@pytest.mark.parametrize(
    ("language", "is_plain"),
    [("en", lambda text: flesch_kincaid_grade(text) <= 8), ("es", lambda text: fernandez_huerta(text) >= 60)],
)
def test_all_that_the_site_says_and_asks_is_plain(language: str, is_plain: Callable[[str], bool]) -> None:
    for file in (one for one in (LIBRARY / "participant").iterdir() if one.name.endswith(".toml")):
        table = msgspec.toml.decode(file.read_text("utf-8"))[language]
        assert is_plain(ended(table.values())), file.name
        hard = [text for text in table.values() if len(text.split()) > 12 and not is_plain(ended([text]))]
        assert not hard, file.name
    forms = {**find_study("mdma-mdd-norway").forms, **find_study("mapp-template").forms}
    for name in all_forms()["es"].keys() - {"subjective_effects"}:  # names of feelings, one word each
        form = in_language(forms[name], language)
        choices = (choice.label for item in form.items for choice in item.choices)
        assert is_plain(ended([form.title, form.help, *(item.label for item in form.items), *choices])), name
    for text in (education()[language], consent_texts()[language]):
        assert is_plain(ended([*text.ui.values(), *(passage.title for passage in text.passages)]))


def test_what_documents_and_tables_call_things_is_there_in_spanish() -> None:
    titles = {visit.title for study in STUDIES.values() for visit in study.document.visits}
    titles |= {
        form.title
        for study in STUDIES.values()
        for form in study.forms.values()
        if "participant" in study.roles and form.id in study.roles["participant"].files
        if not form.instrument and form.id not in all_forms()["es"] and form.group != "self_report"
    }
    known = contacts()
    terms = (
        {one.country_name for one in known}
        | {one.hours for one in known}
        | {name for one in known for name in one.languages}
    )
    assert [one for one in sorted(titles | terms) if isinstance(term(one, "es"), Foreign)] == []
    assert term("Integration 2", "es") == "Integración 2"
    assert isinstance(term("A visit of somebody's own", "es"), Foreign)


TRADE = re.compile(
    r"\b(dos(e|ing)|baseline|endpoint|blind\w*|unblind\w*|crossover|screening|rating|assessment|inventory|scale|"
    r"terminat\w*|open label|enrol\w*|randomi\w*|PTSD|TEPT|depress\w*|anxiety|(?-i:[A-Z]{3,}\S*|T\d)|"
    r"medida principal|a ciegas|valores de partida|cruce|total score)\b|\(",
    re.IGNORECASE,
)
"""Words of the trade, and of a diagnosis, that a visit or a questionnaire is not called by to whoever comes to it."""


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_visit_and_no_questionnaire_is_called_by_a_word_of_the_trade(language: str) -> None:
    said = {term(visit.title, language) for study in STUDIES.values() for visit in study.document.visits}
    for study in STUDIES.values():
        role = study.roles.get("participant")
        forms = (one for one in study.forms.values() if role and {one.id, one.group} & set(role.files))
        said |= {title_of(form, language) for form in forms}
    assert [text for text in sorted(said) if not text or TRADE.search(text)] == []
    assert term("Day 43, primary endpoint", "en") == "Day 43"


def test_a_language_is_added_by_files_alone_and_what_it_lacks_says_that_it_is_english(
    world: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(str(LIBRARY / "participant"), tmp_path / "participant")
    words = '[nb]\nname = "Norsk"\ntoday = "I dag"\nanswer_form = "Svar: {title}"\nnothing_asked = "Ingenting i dag."\n'
    (tmp_path / "participant" / "nb.toml").write_text(words)
    (tmp_path / "participant" / "terms" / "nb.toml").write_text('[nb]\n"Preparation {}" = "Forberedelse {}"\n')
    monkeypatch.setattr("triptych.web.words.LIBRARY", tmp_path)
    for kept in (all_words, all_terms, all_forms):
        kept.cache_clear()
    try:
        client = client_of("pat")
        page = text_of(client.get("/?language=nb", headers=HOST))
        assert '<html lang="nb"' in page
        assert "<title>I dag</title>" in page
        assert '<span lang="en">Get help now</span>' in page
        assert "Forberedelse 1" in page
        for path in own_paths(world, "nb"):
            answer = client.get(path, headers=HOST)
            if answer["Content-Type"].startswith("text/html"):
                assert not re.search(r'="[^"<>]*<span|<title>[^<]*<span', text_of(answer)), path
        assert '<html lang="en"' in text_of(client.get("/learn/nb/", headers=HOST))
        assert 'lang="en">How are you' not in page
    finally:
        for kept in (all_words, all_terms, all_forms):
            kept.cache_clear()
