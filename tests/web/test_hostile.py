"""What should not come comes anyway: hostile text, too much of it, twice, too late, and about what does not exist."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import SMALL, Log, text_of
from tests.web.routes import UNKNOWN, client_of
from tests.web.test_pages import fields

from triptych.course import may_file
from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "{{ 7*7 }}{% raw %}${7*7}",
    "</textarea></title><svg/onload=alert(1)>",
    "'; DROP TABLE records; --",
    "\u202etxt.exe\u2066",
    "a\r\nSet-Cookie: x=1",
    "&amp;lt;script&amp;gt;",
    "٣٤²½",
    "1e999",
    "nan",
    "-" * 50 + "5",
    "9" * 5000,
    "0001-01-01T00:00",
    "9999-12-31T23:59",
)
RAW = ("<script>alert", "<img src=x", "<svg/onload")
VITALS = "/participants/P-1/file/vitals/"
WHOLE = {"v-systolic": "120", "v-diastolic": "80", "v-heart_rate": "64", "v-temperature": "36.6"}


def filed(hands: Hands, form: str) -> list[Any]:
    return [seen for seen in hands.trial.system_view().records("P-1") if seen.form == form]


def is_clean(page: str) -> bool:
    """Whether no hostile text became a part of the page, and no template was run on it."""
    return not any(raw in page for raw in RAW) and "$49" not in page and ">49<" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_any_field_of_any_form_is_answered_and_escaped(norway: Hands, text: str) -> None:
    norway.contact()
    for name in ("physician", "rater", "coordinator"):
        role = norway.study.roles[name]
        client = client_of(f"{name}-1")
        for form in norway.study.forms.values():
            if form.about != "participant" or not may_file(role, form):
                continue
            path = f"/participants/P-1/file/{form.id}/"
            sent = {f"v-{item.id}": text for item in form.items} | {f"m-{item.id}": text for item in form.items[:1]}
            for extra in ({"occurred_at": "2026-03-02T09:00"}, {"occurred_at": text, "visit": text, "cycle": text}):
                answer = client.post(path, {"record": UNKNOWN, **sent, **extra, "reason": text, "corrects": text})
                signed_elsewhere = form.id in ("signature", "screening_confirmation")
                assert answer.status_code in ((404,) if signed_elsewhere else (200, 302, 422)), (form.id, extra)
                assert is_clean(text_of(answer)), form.id
        for path in ("/", "/participants/P-1/", "/casebook/", "/queries/", "/logs/observation/"):
            answer = client.get(path)
            assert answer.status_code in (200, 404)
            assert is_clean(text_of(answer)), path


@pytest.mark.parametrize("text", HOSTILE[:8])
def test_hostile_text_that_was_filed_comes_back_as_it_was_and_escaped(norway: Hands, log_in: Log, text: str) -> None:
    norway.contact()
    client = log_in("physician")
    path = "/participants/P-1/file/observation/"
    answer = client.post(path, {**fields(text_of(client.get(path))), "v-text": text})
    if answer.status_code == 422:
        assert not filed(norway, "observation")
        return
    (seen,) = filed(norway, "observation")
    assert seen.values["text"] == text.strip()
    for page in ("/participants/P-1/", f"/participants/P-1/records/{seen.id}/", "/logs/observation/"):
        assert is_clean(text_of(client.get(page)))
    shown = text_of(client.get(f"/participants/P-1/records/{seen.id}/"))
    assert unescape(shown).count(text.strip()) >= 1 or "\r" in text


def test_hostile_labels_of_a_study_are_escaped(served: Any, tmp_path: Path) -> None:
    document = (SMALL / "study.yaml").read_text("utf-8")
    label = "<script>alert(1)</script>"
    for plain in ("title: Small", "label: Systolic", "title: Vitals", "title: Physician", "title: Screening, phase"):
        assert plain in document
        document = document.replace(plain, plain.replace(": ", f": {label} ", 1))
    (tmp_path / "study.yaml").write_text(document, "utf-8")
    hands = Hands(MemoryStore(), find_study(str(tmp_path)))
    served(hands)
    hands.contact()
    outcome = hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    assert isinstance(outcome, Filed)
    client = client_of("physician-1")
    record = f"/participants/P-1/records/{outcome.record.id}/"
    pages = ["/", "/casebook/", "/participants/P-1/", VITALS, record, f"{record}sign/", f"{record}correct/"]
    for path in [*pages, f"{record}error/"]:
        answer = client.get(path)
        assert answer.status_code == 200
        assert RAW[0] not in text_of(answer), path
        assert "&lt;script&gt;" in text_of(answer), path


def test_hostile_names_of_people_and_participants_are_escaped(norway: Hands) -> None:
    name = "<script>alert(1)</script>"
    grant = {"person": name, "role": "physician", "site": "site-1", "blinding": "blinded"}
    assert isinstance(norway.administer("grant", grant), Filed)
    pseudonym = "<img src=x onerror=1>"
    norway.contact(pseudonym)
    norway.contact()
    norway.file("physician", "observation", {"text": "Seen"}, person=name, site="site-1")
    for person in (name, "coordinator-1"):
        for path in ("/", "/casebook/", "/participants/P-1/", "/logs/observation/", f"/participants/{pseudonym}/"):
            answer = client_of(person).get(path)
            assert answer.status_code == 200, path
            assert is_clean(text_of(answer)), path


@pytest.mark.parametrize("size", [1_200_000, 10_000_000])
def test_too_much_at_once_is_refused_in_words_and_loses_nothing_that_stood(
    norway: Hands, log_in: Log, size: int
) -> None:
    norway.contact()
    client = log_in("physician")
    before = norway.trial.system_view().everything()
    for path in ("/participants/P-1/file/observation/", "/participants/new/", "/act-as/", "/account/login/"):
        answer = client.post(path, {"v-text": "x" * size, "record": UNKNOWN, "occurred_at": "2026-03-02T10:00"})
        if size < 2_000_000:
            assert answer.status_code in (200, 302, 422), path
            continue
        assert answer.status_code in (400, 413), path
        assert "nothing of it was filed" in text_of(answer), path
    assert norway.trial.system_view().everything() == before
    assert client.get("/participants/P-1/").status_code == 200


def test_a_form_with_too_many_fields_is_refused_in_words(norway: Hands, log_in: Log) -> None:
    norway.contact()
    answer = log_in("physician").post(VITALS, {f"v-{number}": "1" for number in range(2500)})
    assert answer.status_code == 400
    assert "could not be read" in text_of(answer)


def test_what_is_sent_after_the_session_ended_is_not_filed_and_the_person_is_told_and_led_back(
    norway: Hands, log_in: Log
) -> None:
    from django.contrib.auth.models import User

    norway.contact()
    client = log_in("physician")
    user = User.objects.get(username="physician-1")
    user.set_password("a long enough password")
    user.save()
    client = log_in("physician")
    path = f"{VITALS}?visit=screening"
    sent = {**fields(text_of(client.get(path))), **WHOLE}
    client.post("/account/logout/")
    assert client.post(f"{VITALS}shown/", sent, HTTP_SEC_FETCH_MODE="cors").status_code == 401
    assert "was not filed" not in text_of(client.get("/account/login/"))
    away = client.post(path, sent)
    assert away.status_code == 302
    assert away["Location"] == "/account/login/?next=/participants/P-1/file/vitals/%3Fvisit%3Dscreening"
    assert filed(norway, "vitals") == []
    signed_in = client.post(away["Location"], {"login": "physician-1", "password": "a long enough password"})
    assert signed_in["Location"] == path
    page = text_of(client.get(path))
    assert "what you sent was not filed" in page
    assert not re.search(r'class="note (success|warning)"', page)  # the script keeps what was typed until one of these
    for _ in range(2):
        assert client.post(path, {**fields(page), **WHOLE}).status_code == 302
    assert len(filed(norway, "vitals")) == 1
    assert client.post(path, sent).status_code == 302  # the old page, sent again from the tab's history
    assert len(filed(norway, "vitals")) == 2


@pytest.mark.requirement("P11-03")
def test_a_role_that_is_taken_away_in_mid_form_files_nothing(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    sent = {**fields(text_of(client.get(f"{VITALS}?visit=screening"))), **WHOLE}
    grant = next(g for g in norway.trial.system_view().grants() if g.person == "physician-1")
    norway.administer("grant_removal", {"about": grant.id, "why": "Left"})
    assert client.post(f"{VITALS}?visit=screening", sent).status_code == 403
    assert filed(norway, "vitals") == []


@pytest.mark.parametrize(
    "query", ["visit=nowhere", "visit=screening&cycle=1", "visit=dosing&cycle=99", "cycle=x", "visit=dosing&cycle=²"]
)
def test_a_visit_that_does_not_exist_is_not_found_and_nothing_is_held_for_it(
    norway: Hands, log_in: Log, query: str
) -> None:
    norway.contact()
    client = log_in("physician")
    assert client.get(f"{VITALS}?{query}").status_code == 404
    asked = dict(part.split("=") for part in query.split("&"))
    sent = {**fields(text_of(client.get(VITALS))), **WHOLE, **asked}
    answer = client.post(f"{VITALS}?{query}", sent)
    assert answer.status_code == 422
    assert "no such visit" in text_of(answer)
    assert 'value="120"' in text_of(answer)
    assert filed(norway, "vitals") == []


@pytest.mark.parametrize(
    "path",
    [
        "/participants/P-9/",
        "/participants/P-1/file/no_such_form/",
        "/participants/P-1/file/grant/",
        f"/participants/P-1/records/{UNKNOWN}/",
        f"/participants/P-1/records/{UNKNOWN}/correct/",
        "/participants/P-1/records/not-an-id/",
        "/participants/%2e%2e/",
        "/logs/grant/",
        "/nowhere/",
    ],
)
def test_what_does_not_exist_is_one_page_whatever_it_is(norway: Hands, log_in: Log, path: str) -> None:
    norway.contact()
    answer = log_in("physician").get(path)
    assert answer.status_code == 404
    assert "There is nothing here for you" in text_of(answer)


def test_an_identifier_that_is_taken_files_nothing_else_under_it(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    path = f"{VITALS}?visit=screening"
    sent = {**fields(text_of(client.get(path))), **WHOLE}
    assert client.post(path, sent).status_code == 302
    answer = client.post(path, {**sent, "v-systolic": "130"})
    assert answer.status_code == 422
    assert 'value="130"' in text_of(answer)
    assert [seen.values["systolic"] for seen in filed(norway, "vitals")] == [120]


@pytest.mark.parametrize("at", ["", "yesterday", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-45T99:99", "\x00"])
def test_a_time_that_cannot_be_is_asked_for_again(norway: Hands, log_in: Log, at: str) -> None:
    norway.contact()
    client = log_in("physician")
    sent = {**fields(text_of(client.get(VITALS))), **WHOLE, "occurred_at": at}
    answer = client.post(VITALS, sent)
    assert answer.status_code == 422
    assert "Give the day and time" in text_of(answer)
    ahead = (norway.now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(VITALS, {**sent, "occurred_at": ahead}).status_code == 302
    assert [seen.status for seen in filed(norway, "vitals")] == ["held"]


@pytest.mark.parametrize("host", ["testserver", "participant.localhost"])
def test_a_fault_of_the_site_is_told_calmly_without_a_trace(
    norway: Hands, monkeypatch: pytest.MonkeyPatch, log_in: Log, host: str
) -> None:
    from django.test import Client

    from triptych.web import people

    def fail(_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(people, "asker_of", fail)
    client = Client(raise_request_exception=False)
    client.cookies = log_in("physician").cookies
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 500
    assert "This page could not be made" in text_of(answer)
    assert "secret detail" not in text_of(answer)
    assert ("/help/" in text_of(answer)) is (host != "testserver")
