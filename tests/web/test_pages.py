"""The pages: who gets in, what they show, and that what was typed is never lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of


def fields(page: str) -> dict[str, str]:
    """The hidden fields and the time of a form on a page."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'name="(occurred_at)" value="([^"]*)"', page))
    return found


@pytest.mark.requirement("P11-03")
@pytest.mark.parametrize("path", ["/", "/casebook/", "/participants/P-1/", "/patterns/", "/logs/medicine/"])
def test_nobody_sees_a_page_without_logging_in(norway: Hands, path: str) -> None:
    from django.test import Client

    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_an_account_without_a_grant_sees_nothing(norway: Hands, log_in: Log) -> None:
    norway.contact()
    answer = log_in("stranger").get("/participants/P-1/")
    assert answer.status_code == 403
    assert "P-1" not in text_of(answer)


def test_logging_in_by_the_page_leads_to_the_study_home(norway: Hands) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    user, _ = User.objects.get_or_create(username="coordinator-1")
    user.set_password("a long enough password")
    user.save()
    client = Client()
    wrong = client.post("/account/login/", {"login": "coordinator-1", "password": "something else"})
    assert wrong.status_code == 200
    assert "not correct" in text_of(wrong)
    right = client.post("/account/login/", {"login": "coordinator-1", "password": "a long enough password"})
    assert right["Location"] == "/"
    assert "Study home" in text_of(client.get("/"))


def test_nobody_signs_up(norway: Hands) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    before = User.objects.count()
    Client().post("/account/signup/", {"username": "intruder", "password1": "a long enough password"})
    assert User.objects.count() == before


def test_a_first_contact_makes_a_participant_known(norway: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    form = fields(text_of(client.get("/participants/new/")))
    answer = client.post("/participants/new/", {**form, "participant": "NO-07", "v-channel": "self"})
    assert answer["Location"] == "/participants/NO-07/"
    page = text_of(client.get("/participants/NO-07/"))
    assert "Phone screening" in page
    again = client.post("/participants/new/", {**form, "participant": "NO-07", "v-channel": "self"})
    assert again.status_code == 422
    assert "known already" in text_of(again)


def vitals(client: Any, **values: str) -> Any:
    path = "/participants/P-1/file/vitals/?visit=screening"
    form = fields(text_of(client.get(path)))
    filled = {"v-systolic": "120", "v-diastolic": "80", "v-heart_rate": "64", "v-temperature": "36.6", **values}
    return client.post(path, {**form, **filled})


def test_a_form_is_filed_once_even_if_it_is_sent_twice(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    path = "/participants/P-1/file/vitals/?visit=screening"
    form = fields(text_of(client.get(path)))
    filled = {**form, "v-systolic": "120", "v-diastolic": "80", "v-heart_rate": "64", "v-temperature": "36.6"}
    assert client.post(path, filled)["Location"] == "/participants/P-1/"
    assert client.post(path, filled)["Location"] == "/participants/P-1/"
    records = [seen for seen in norway.trial.system_view().records("P-1") if seen.form == "vitals"]
    assert [seen.values for seen in records] == [
        {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6}
    ]


@pytest.mark.parametrize(
    ("item", "typed", "told"),
    [
        ("systolic", "12o", "a whole number is wanted"),
        ("systolic", "1200", "outside what is possible"),
        ("temperature", "", "an answer is needed"),
        ("diastolic", "<script>alert(1)</script>", "a whole number is wanted"),
    ],
)
def test_what_does_not_fit_comes_back_with_everything_typed(
    norway: Hands, log_in: Log, item: str, typed: str, told: str
) -> None:
    norway.contact()
    answer = vitals(log_in("physician"), **{f"v-{item}": typed})
    assert answer.status_code == 422
    page = text_of(answer)
    assert told in page
    assert "Nothing you entered is lost" in page
    assert 'value="64"' in page
    assert "<script>alert" not in page
    assert not [seen for seen in norway.trial.system_view().records("P-1") if seen.form == "vitals"]


@pytest.mark.requirement("QA-06")
def test_an_unusual_value_is_asked_about_and_can_be_confirmed(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    asked = vitals(client, **{"v-systolic": "190"})
    assert asked.status_code == 422
    page = text_of(asked)
    assert "Is this right?" in page
    message = re.search(r'name="confirmed" value="([^"]+)"', page)
    assert message
    confirmed = vitals(client, **{"v-systolic": "190", "confirmed": message[1]})
    assert confirmed.status_code == 302


def test_a_missing_value_code_stands_for_an_answer(norway: Hands, log_in: Log) -> None:
    norway.contact()
    answer = vitals(log_in("physician"), **{"v-temperature": "", "m-temperature": "not-performed"})
    assert answer.status_code == 302
    (record,) = [seen for seen in norway.trial.system_view().records("P-1") if seen.form == "vitals"]
    assert record.values["temperature"] == {"missing": "not-performed"}


@pytest.mark.requirement("P11-04")
def test_a_correction_asks_why_and_the_history_keeps_both(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    vitals(client)
    (record,) = [seen for seen in norway.trial.system_view().records("P-1") if seen.form == "vitals"]
    norway.later(minutes=5)
    path = f"/participants/P-1/records/{record.id}/correct/"
    form = fields(text_of(client.get(path)))
    filled = {**form, "v-systolic": "130", "v-diastolic": "80", "v-heart_rate": "64", "v-temperature": "36.6"}
    without = client.post(path, filled)
    assert without.status_code == 422
    assert "Give the reason" in text_of(without)
    assert client.post(path, {**filled, "reason": "Digits swapped"}).status_code == 302
    page = text_of(client.get(f"/participants/P-1/records/{record.id}/"))
    for told in ("120", "130", "Digits swapped", "physician-1"):
        assert told in page


@pytest.mark.requirement("P11-05")
def test_a_refused_decision_lists_every_reason_and_keeps_the_form(norway: Hands, log_in: Log) -> None:
    norway.contact()
    from django.contrib.auth.models import User

    client = log_in("physician")
    user = User.objects.get(username="physician-1")
    user.set_password("a long enough password")
    user.save()
    path = "/participants/P-1/file/dose_authorization/?visit=dosing&cycle=1"
    client = log_in("physician")
    form = fields(text_of(client.get(path)))
    hand = {"password": "a long enough password"}
    answer = client.post(path, {**form, **hand, "v-part": "initial", "v-amount": "80"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Consent is in force" in page
    assert 'value="80"' in page


def test_a_role_that_may_not_file_a_form_does_not_find_it(norway: Hands, log_in: Log) -> None:
    norway.contact()
    assert log_in("rater").get("/participants/P-1/file/vitals/").status_code == 404


def test_the_participants_host_has_no_staff_route(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("coordinator")
    for path in ("/casebook/", "/participants/P-1/", "/logs/medicine/", "/patterns/"):
        assert client.get(path, headers={"host": "participant.localhost"}).status_code == 404
    assert client.get("/", headers={"host": "participant.localhost"}).status_code == 403


def test_the_home_shows_who_is_where_and_what_is_asked_of_the_role(norway: Hands, log_in: Log) -> None:
    norway.contact("NO-01")
    page = text_of(log_in("coordinator").get("/"))
    assert "NO-01" in page
    assert "Hold the visit: Phone screening" in page
    rater = text_of(log_in("rater").get("/"))
    assert "Hold the visit: Phone screening" not in rater


def test_pages_ask_no_other_host_for_anything_and_say_so(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("coordinator")
    for path in ("/", "/casebook/", "/participants/P-1/", "/patterns/", "/account/login/"):
        answer = client.get(path)
        page = text_of(answer)
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store" or path == "/account/login/"
        assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.requirement("EMA-02")
def test_no_page_shows_a_blinded_role_arm_kit_or_amount(small: Hands, log_in: Log) -> None:
    small.ready_for_dose()
    small.randomize(arm="active")
    small.file("physician", "dose_authorization", {"part": "initial", "amount": 30}, cycle=1)
    given = {"part": "initial", "outcome": "taken", "amount": 77, "kit": "KIT-X", "taken_at": small.now.isoformat()}
    small.file("therapist", "dose_administration", given, visit="dosing", cycle=1)
    for role in ("rater", "therapist", "physician", "coordinator"):
        client = log_in(role)
        pages = ["/", "/casebook/", "/participants/P-1/"]
        pages += [f"/participants/P-1/records/{seen.id}/" for seen in small.trial.system_view().records("P-1")]
        for path in pages:
            page = text_of(client.get(path))
            assert "KIT-X" not in page, (role, path)
            assert "KIT-active" not in page, (role, path)
            assert ">77" not in page, (role, path)


def test_the_time_on_a_page_is_the_sites(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    page = text_of(client.get("/participants/P-1/file/vitals/?visit=screening"))
    local = (norway.now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert fields(page)["occurred_at"] == local


def test_instants_days_and_choices_are_told_in_words_and_what_cannot_be_read_as_it_is() -> None:
    from zoneinfo import ZoneInfo

    from triptych.ledger.library import find_study
    from triptych.web.templating import told

    zone = ZoneInfo("Europe/Oslo")
    event = {item.id: item for item in find_study("mdma-mdd-norway").forms["adverse_event"].items}
    assert told("2026-03-02T09:00:00+00:00", event["onset"], zone) == "2 Mar 2026 10:00"
    assert told("2026-03-02T09:00", event["onset"], zone) == "2 Mar 2026 09:00"
    assert told("last night", event["onset"], zone) == "last night"
    assert told("related", event["relation"], zone) == "Reasonable possibility"
    assert told("neither", event["relation"], zone) == "neither"
    assert told("0001-01-01T00:00:00+14:00", event["onset"], zone) == "0001-01-01T00:00:00+14:00"
