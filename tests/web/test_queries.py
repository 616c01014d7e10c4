"""Queries, tasks, held records and errors, through the pages: each is a record, and nothing else changes."""

import re
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields

from triptych.ledger import Filed, Held

VITALS = {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6}


def filed(hands: Hands, form: str) -> list[Any]:
    """What stands of a form in the ledger."""
    return [seen for seen in hands.trial.system_view().records("P-1") if seen.form == form]


@pytest.fixture
def record(norway: Hands) -> str:
    """Vital signs on which something can be done."""
    norway.contact()
    outcome = norway.file("physician", "vitals", VITALS, visit="screening")
    assert isinstance(outcome, Filed)
    return f"/participants/P-1/records/{outcome.record.id}/"


def send(client: Any, path: str, **values: str) -> Any:
    """Open a page with a form, fill it in and send it."""
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return client.post(path, {**fields(text_of(page)), **values})


@pytest.mark.requirement("GCP-02")
def test_a_query_is_asked_answered_and_closed_beside_its_field(norway: Hands, log_in: Log, record: str) -> None:
    monitor, physician = log_in("monitor"), log_in("physician")
    asked = f"{record}query/"
    assert send(monitor, f"{asked}?item=systolic", **{"v-item": "systolic", "v-text": "Right arm?"}).status_code == 302
    (query,) = filed(norway, "query")
    assert query.values == {"about": record.split("/")[4], "item": "systolic", "text": "Right arm?"}
    page = text_of(physician.get(record))
    row = next(row for row in page.split("<tr>") if "Right arm?" in row)
    assert "Systolic" in row
    assert "Answer a query" in text_of(physician.get("/participants/P-1/"))
    norway.later(days=3)
    answer = f"/participants/P-1/queries/{query.id}/answer/"
    assert answer in page
    assert send(physician, answer, **{"v-text": "Yes, the right one"}).status_code == 302
    assert "Yes, the right one" in text_of(monitor.get("/queries/?status=answered"))
    assert send(monitor, f"/participants/P-1/queries/{query.id}/close/").status_code == 302
    listed = text_of(monitor.get("/queries/"))
    assert "closed 1" in listed
    assert "3 days" in listed
    assert "Right arm?" not in text_of(monitor.get("/queries/?status=open"))
    assert monitor.get(f"/participants/P-1/queries/{query.id}/close/").status_code == 404
    assert [seen.values for seen in filed(norway, "vitals")] == [VITALS]


@pytest.mark.requirement("GCP-02")
def test_who_may_not_ask_or_close_does_not_find_the_page(norway: Hands, log_in: Log, record: str) -> None:
    send(log_in("monitor"), f"{record}query/", **{"v-text": "Why?"})
    (query,) = filed(norway, "query")
    physician = log_in("physician")
    assert physician.get(f"{record}query/").status_code == 404
    assert physician.get(f"/participants/P-1/queries/{query.id}/close/").status_code == 404
    assert log_in("monitor").get(f"{record}correct/").status_code == 404
    assert log_in("rater").get("/queries/").status_code == 404
    assert log_in("monitor").get(f"{record}query/?item=nonsense").status_code == 404


def test_a_query_without_a_question_comes_back(norway: Hands, log_in: Log, record: str) -> None:
    answer = send(log_in("monitor"), f"{record}query/", **{"v-text": " "})
    assert answer.status_code == 422
    assert "an answer is needed" in text_of(answer)
    assert filed(norway, "query") == []


@pytest.mark.requirement("P11-04")
def test_a_record_in_error_is_set_aside_with_a_reason_and_stays_readable(
    norway: Hands, log_in: Log, record: str
) -> None:
    client = log_in("physician")
    assert send(client, f"{record}error/").status_code == 422
    assert send(client, f"{record}error/", **{"v-why": "Another participant's"}).status_code == 302
    page = text_of(client.get(record))
    assert "Entered in error" in page
    assert "Another participant&#39;s" in page
    assert "120" in page
    assert "Correct this record" not in page
    assert "sign/" not in page
    assert client.get(f"{record}error/").status_code == 404
    assert client.get(f"{record}sign/").status_code == 404


def held(hands: Hands, **more: Any) -> str:
    outcome = hands.file("physician", "vitals", {**VITALS, "systolic": "12o", **more}, visit="screening")
    assert isinstance(outcome, Held)
    return f"/participants/P-1/records/{outcome.record.id}/"


def test_a_held_record_is_filed_again_from_its_own_answers(norway: Hands, log_in: Log) -> None:
    norway.contact()
    path = held(norway)
    client = log_in("physician")
    assert path in text_of(client.get("/participants/P-1/"))
    assert f"{path}again/" in text_of(client.get(path))
    page = text_of(client.get(f"{path}again/"))
    assert 'value="12o"' in page
    values = {f"v-{name}": str(value) for name, value in VITALS.items()}
    assert send(client, f"{path}again/", **{**values, "v-systolic": "12o"}).status_code == 422
    sent = {**fields(page), **values}
    assert client.post(f"{path}again/", sent).status_code == 302
    assert client.post(f"{path}again/", sent).status_code == 404
    again = next(seen for seen in filed(norway, "vitals") if seen.status == "filed")
    (resolution,) = filed(norway, "held_resolution")
    assert again.values == VITALS
    assert again.visit == "screening"
    named = {name: resolution.values[name] for name in ("about", "outcome", "filed_as")}
    assert named == {"about": path.split("/")[4], "outcome": "filed", "filed_as": again.id}
    assert "dealt with: filed again" in re.sub(r"\s+", " ", text_of(client.get(path)))
    course = norway.player.course("P-1")
    assert course is not None
    assert "resolve_held" not in {task.id for task in course.tasks}


def test_a_role_that_sees_nothing_of_others_sees_what_became_of_its_own_held_record(small: Hands, log_in: Log) -> None:
    small.contact()
    outcome = small.file("rater", "madrs", {"i1": 9})
    assert isinstance(outcome, Held)
    path = f"/participants/P-1/records/{outcome.record.id}/again/"
    client = log_in("rater")
    sent = {**fields(text_of(client.get(path))), "v-i1": "2", "v-i2": "3"}
    first = client.post(path, sent)
    again = client.post(path, {**sent, "v-i1": "4"})
    assert (first.status_code, again.status_code) == (302, 404)
    assert "filed again" in text_of(client.get(path.removesuffix("again/")))
    assert [seen.values["i1"] for seen in filed(small, "madrs") if seen.status == "filed"] == [2]


def test_a_held_record_is_dismissed_with_a_reason(norway: Hands, log_in: Log) -> None:
    norway.contact()
    path = held(norway, temperature="warm")
    client = log_in("physician")
    assert send(client, f"{path}dismiss/").status_code == 422
    assert send(client, f"{path}dismiss/", **{"v-why": "Sent twice"}).status_code == 302
    (resolution,) = filed(norway, "held_resolution")
    assert resolution.values == {"about": path.split("/")[4], "outcome": "dismissed", "why": "Sent twice"}
    assert client.get(f"{path}dismiss/").status_code == 404
    assert client.get(f"{path}again/").status_code == 404


def test_a_held_record_of_an_unknown_form_can_only_be_dismissed(norway: Hands, log_in: Log) -> None:
    norway.contact()
    outcome = norway.file("physician", "no_such_form", {"x": "<b>"})
    assert isinstance(outcome, Held)
    path = f"/participants/P-1/records/{outcome.record.id}/"
    client = log_in("physician")
    page = text_of(client.get(path))
    assert "&lt;b&gt;" in page
    assert "again/" not in page
    assert client.get(f"{path}again/").status_code == 404
    assert send(client, f"{path}dismiss/", **{"v-why": "Nothing of ours"}).status_code == 302


@pytest.mark.parametrize("value", [[1], {"a": 1}, True, "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:00-12:00"])
def test_whatever_a_held_record_holds_its_form_opens(norway: Hands, log_in: Log, value: object) -> None:
    norway.contact()
    given = {"part": value, "amount": value, "taken_at": value, "outcome": value}
    outcome = norway.file("therapist", "dose_administration", given)
    assert isinstance(outcome, Held)
    client = log_in("therapist")
    for page in ("", "again/", "dismiss/"):
        assert client.get(f"/participants/P-1/records/{outcome.record.id}/{page}").status_code == 200


def test_a_task_that_no_form_ends_is_marked_as_done(norway: Hands, log_in: Log) -> None:
    norway.contact()
    outcome = norway.file(
        "physician",
        "deviation",
        {"description": "Door open", "classification": {"missing": "unknown"}},
    )
    assert isinstance(outcome, Filed)
    path = f"/participants/P-1/records/{outcome.record.id}/tasks/classify_deviation/"
    client = log_in("principal_investigator")
    assert path in text_of(client.get("/participants/P-1/"))
    assert send(client, path, **{"v-note": "Minor"}).status_code == 302
    (done,) = filed(norway, "task_done")
    assert done.values == {"about": outcome.record.id, "task": "classify_deviation", "note": "Minor"}
    assert path not in text_of(client.get("/participants/P-1/"))
    assert client.get(path).status_code == 404
    assert client.get(path.replace("classify_deviation", "nothing")).status_code == 404


def test_whoever_sets_their_record_aside_sees_that_and_others_of_the_role_see_no_reason(
    small: Hands, log_in: Log
) -> None:
    small.contact()
    outcome = small.file("rater", "madrs", {"i1": 2, "i2": 3})
    assert isinstance(outcome, Filed)
    path = f"/participants/P-1/records/{outcome.record.id}/"
    assert send(log_in("rater"), f"{path}error/", **{"v-why": "Wrong person"}).status_code == 302
    assert "Wrong person" in text_of(log_in("rater").get(path))
    small.administer("grant", {"person": "rater-2", "role": "rater", "blinding": "blinded"})
    assert "Wrong person" not in text_of(client_of("rater-2").get(path))
