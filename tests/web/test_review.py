"""Reviewing a visit or a casebook: signed whole, fallen with the first change, and never more told than is seen."""

import re
from typing import Any

import pytest
from tests.doors.hands import Hands, codes
from tests.doors.test_view import whole_course
from tests.web.conftest import Log, text_of
from tests.web.routes import client_of
from tests.web.test_listing import table
from tests.web.test_signing import carried

from triptych.ledger import Actor, Filed

PASSWORD = "one more long password"
VITALS = {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6}
VISIT = "/participants/P-1/review/screening/"
CASEBOOK = "/participants/P-1/review/casebook/"


@pytest.fixture
def vitals(norway: Hands) -> str:
    """Vital signs at screening, and an investigator with a password."""
    from axes.utils import reset
    from django.contrib.auth.models import User

    reset()
    user, _ = User.objects.get_or_create(username="principal_investigator-1")
    user.set_password(PASSWORD)
    user.save()
    norway.contact()
    outcome = norway.file("physician", "vitals", VITALS, visit="screening")
    assert isinstance(outcome, Filed)
    return outcome.record.id


def sign(client: Any, path: str, **more: str) -> Any:
    """Sign what a page shows."""
    page = text_of(client.get(path))
    return client.post(path, {**carried(page), "v-meaning": "review", "password": PASSWORD, **more})


def states(client: Any) -> dict[str, dict[str, str]]:
    """The list of reviews, by what is reviewed."""
    head, *rows = table(client.get("/reviews/?format=csv"))
    return {row[2]: dict(zip(head, row, strict=True)) for row in rows}


@pytest.mark.requirement("P11-08")
@pytest.mark.requirement("P11-09")
def test_a_visit_is_reviewed_and_the_signature_falls_with_the_first_change(
    norway: Hands, log_in: Log, vitals: str
) -> None:
    client = log_in("principal_investigator")
    page = text_of(client.get(VISIT))
    assert "Not reviewed yet" in page
    assert all(str(value) in page for value in VITALS.values())
    assert states(client)["Casebook"]["Review"] == "not reviewed"
    assert sign(client, VISIT).status_code == 302
    told = text_of(client.get(VISIT)).split("<h2>Signatures</h2>")[1].split("</table>")[0]
    for part in ("principal_investigator-1", "I reviewed this", "2 Mar 2026", "Europe/Oslo", "stands"):
        assert part in told
    (before,) = [row for name, row in states(client).items() if name != "Casebook"]
    assert (before["Review"], before["Signed by"], before["Why"]) == ("reviewed", "principal_investigator-1", "")
    norway.later(days=1)
    fixed = norway.file(
        "physician", "vitals", VITALS | {"systolic": 121}, visit="screening", corrects=vitals, reason="Slip"
    )
    assert isinstance(fixed, Filed)
    (after,) = [row for name, row in states(client).items() if name != "Casebook"]
    assert (after["Review"], after["Why"].partition(": ")[2]) == ("fallen", "corrected")
    assert after["Fallen since"].startswith("2026-03-03T")
    fallen = text_of(client.get(VISIT))
    assert "<b>fallen</b> since 3 Mar 2026" in fallen
    assert f"/participants/P-1/records/{vitals}/" in fallen
    assert sign(client, VISIT).status_code == 302
    assert [row["Review"] for name, row in states(client).items() if name != "Casebook"] == ["reviewed"]


def test_a_casebook_falls_with_a_new_record_and_with_one_entered_in_error_and_not_with_a_query(
    norway: Hands, log_in: Log, vitals: str
) -> None:
    client = log_in("principal_investigator")
    sign(client, CASEBOOK)
    norway.file("monitor", "query", {"about": vitals, "item": "systolic", "text": "Right arm?"})
    assert states(client)["Casebook"]["Review"] == "reviewed"
    added = norway.file("physician", "observation", {"text": "Calm"})
    if not isinstance(added, Filed):
        added = norway.file("physician", "medicine", {"name": "Ibuprofen", "ongoing": True})
    assert isinstance(added, Filed)
    assert states(client)["Casebook"]["Why"].endswith(": new")
    sign(client, CASEBOOK)
    norway.file("physician", "entered_in_error", {"about": vitals, "why": "Another person's"})
    assert states(client)["Casebook"]["Why"].endswith(": entered in error")
    assert client.get(VISIT).status_code == 404


@pytest.mark.requirement("P11-11")
def test_nothing_is_reviewed_without_the_password_or_after_a_change(norway: Hands, log_in: Log, vitals: str) -> None:
    client = log_in("principal_investigator")
    page = carried(text_of(client.get(VISIT)))
    wrong = client.post(VISIT, {**page, "v-meaning": "review", "password": "something else"})
    assert wrong.status_code == 422
    assert "Nothing was signed" in text_of(wrong)
    norway.file("physician", "vitals", VITALS | {"systolic": 199}, visit="screening", corrects=vitals, reason="Slip")
    late = client.post(VISIT, {**page, "v-meaning": "review", "password": PASSWORD})
    assert late.status_code == 422
    assert "What was shown is not what stands now" in text_of(late)
    assert "199" in text_of(late)
    assert "Not reviewed yet" in text_of(client.get(VISIT))


@pytest.mark.parametrize(
    "values",
    [
        {"scope": "casebook", "shown": "0" * 64},
        {"scope": "nowhere", "shown": "0" * 64},
        {"scope": "dosing.1", "shown": "0" * 64},
        {"shown": "0" * 64},
    ],
)
def test_the_door_takes_no_signature_on_anything_else_than_what_stands(
    norway: Hands, vitals: str, values: dict[str, str]
) -> None:
    outcome = norway.file("principal_investigator", "signature", {**values, "meaning": "review"})
    assert codes(outcome) in (["not_what_was_shown"], ["no_such_record"])
    assert not [one for one in norway.trial.system_view().records("P-1") if one.form == "signature"]


def test_a_signature_is_about_a_record_or_about_a_whole_and_not_both(norway: Hands, vitals: str) -> None:
    view = norway.trial.view(Actor(person="principal_investigator-1", role="principal_investigator"))
    digest, _ = view.under_review("P-1", "casebook")
    whole = {"scope": "casebook", "meaning": "review", "shown": digest}
    assert codes(norway.file("principal_investigator", "signature", {**whole, "about": vitals})) == ["no_such_record"]
    assert isinstance(norway.file("principal_investigator", "signature", whole), Filed)


@pytest.mark.requirement("EMA-02")
def test_who_sees_less_than_the_signer_learns_neither_hash_nor_standing(small: Hands) -> None:
    whole_course(small, "active")
    unblinded = Actor(person="pharmacist-1", role="pharmacist")
    digest, records = small.trial.view(unblinded).under_review("P-1", "casebook")
    assert any(one.form == "randomization" for one in records)
    signed = {"scope": "casebook", "meaning": "review", "shown": digest}
    assert isinstance(small.file("pharmacist", "signature", signed), Filed)
    assert small.trial.view(Actor(person="physician-1", role="physician")).everything().find(digest.encode()) == -1
    course = small.trial.view(unblinded).course("P-1")
    assert course is not None
    assert [one.stands for one in course.signatures] == [True]
    page = text_of(client_of("physician-1").get(CASEBOOK))
    assert "not judged here" in page
    assert states(client_of("physician-1"))["Casebook"]["Review"] == "not judged"


def test_a_role_that_may_not_know_visits_reviews_none_by_name(small: Hands) -> None:
    whole_course(small, "active")
    for scope in ("screening", "dosing.1"):
        assert client_of("rater-1").get(f"/participants/P-1/review/{scope}/").status_code == 404
    found = re.findall(r"/review/([^/]+)/", text_of(client_of("rater-1").get("/reviews/")))
    assert set(found) <= {"casebook"}
