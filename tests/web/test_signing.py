"""Signing: two components, bound to what was shown, and visible with name, meaning, time and standing."""

import re
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.test_pages import fields

from triptych.ledger import Filed

PASSWORD = "a long enough password"
VITALS = {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6}


@pytest.fixture
def record(norway: Hands) -> str:
    """A record to sign, and a signer with a password."""
    from axes.utils import reset
    from django.contrib.auth.models import User

    reset()
    user, _ = User.objects.get_or_create(username="physician-1")
    user.set_password(PASSWORD)
    user.save()
    norway.contact()
    outcome = norway.file("physician", "vitals", VITALS, visit="screening")
    assert isinstance(outcome, Filed)
    return f"/participants/P-1/records/{outcome.record.id}/"


def signatures(hands: Hands) -> list[Any]:
    return [seen for seen in hands.trial.system_view().records("P-1") if seen.form == "signature"]


def carried(page: str) -> dict[str, str]:
    """The hidden fields of the page, with the hash of what it shows."""
    return {**fields(page), **dict(re.findall(r'name="(v-shown)" value="([^"]*)"', page))}


@pytest.mark.requirement("P11-08")
@pytest.mark.requirement("P11-09")
@pytest.mark.requirement("P11-11")
def test_a_signature_names_who_signed_what_when_and_in_which_meaning(norway: Hands, log_in: Log, record: str) -> None:
    client = log_in("physician")
    assert "Sign as physician" in text_of(client.get(record)).replace("study physician", "physician")
    page = text_of(client.get(f"{record}sign/"))
    for value in VITALS.values():
        assert str(value) in page
    sent = {**carried(page), "v-meaning": "review", "password": PASSWORD}
    assert client.post(f"{record}sign/", sent).status_code == 302
    assert client.post(f"{record}sign/", sent).status_code == 302
    (signature,) = signatures(norway)
    assert (signature.actor, signature.values["meaning"]) == ("physician-1", "review")
    assert signature.values["shown"] == carried(page)["v-shown"]
    row = text_of(client.get(record)).split("<h2>Signatures</h2>")[1].split("</table>")[0]
    for told in ("physician-1", "I reviewed this", "2 Mar 2026", "stands"):
        assert told in row
    changed = norway.file(
        "physician", "vitals", {**VITALS, "systolic": 121}, corrects=record.split("/")[4], reason="Slip"
    )
    assert isinstance(changed, Filed)
    assert "<b>fallen</b>" in text_of(client.get(record))


@pytest.mark.requirement("P11-11")
def test_a_wrong_password_signs_nothing_and_keeps_the_page(norway: Hands, log_in: Log, record: str) -> None:
    client = log_in("physician")
    page = text_of(client.get(f"{record}sign/"))
    for wrong in ("", "something else", PASSWORD.upper()):
        answer = client.post(f"{record}sign/", {**carried(page), "v-meaning": "review", "password": wrong})
        assert answer.status_code == 422
        told = text_of(answer)
        assert "Nothing was signed" in told
        assert re.search(r'value="review" checked', told)
        assert not wrong or f'value="{wrong}"' not in told
    assert signatures(norway) == []


@pytest.mark.requirement("P11-11")
def test_nobody_signs_with_another_persons_password(norway: Hands, log_in: Log, record: str) -> None:
    client = log_in("principal_investigator")
    page = text_of(client.get(f"{record}sign/"))
    answer = client.post(f"{record}sign/", {**carried(page), "v-meaning": "approval", "password": PASSWORD})
    assert answer.status_code == 422
    assert signatures(norway) == []


@pytest.mark.requirement("P11-12")
def test_guessing_the_password_of_a_signer_comes_to_an_end(norway: Hands, log_in: Log, record: str) -> None:
    from axes.utils import reset

    client = log_in("physician")
    page = text_of(client.get(f"{record}sign/"))
    for attempt in ["wrong"] * 5 + [PASSWORD]:
        answer = client.post(f"{record}sign/", {**carried(page), "v-meaning": "review", "password": attempt})
        assert answer.status_code == 422
    assert "too many wrong ones" in text_of(answer)
    assert signatures(norway) == []
    reset()


@pytest.mark.requirement("P11-09")
def test_what_has_changed_since_it_was_shown_is_not_signed_until_it_is_shown_again(
    norway: Hands, log_in: Log, record: str
) -> None:
    client = log_in("physician")
    page = text_of(client.get(f"{record}sign/"))
    norway.file("physician", "vitals", {**VITALS, "systolic": 199}, corrects=record.split("/")[4], reason="Slip")
    sent = {"v-meaning": "review", "password": PASSWORD}
    answer = client.post(f"{record}sign/", {**carried(page), **sent})
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "What was shown is not what stands now" in shown
    assert "199" in shown
    assert signatures(norway) == []
    assert client.post(f"{record}sign/", {**carried(shown), **sent}).status_code == 302
    assert len(signatures(norway)) == 1


def test_a_deviation_is_signed_from_the_participants_page(norway: Hands, log_in: Log, record: str) -> None:
    values = {"description": "The door stood open", "classification": "minor"}
    outcome = norway.file("therapist", "deviation", values)
    assert isinstance(outcome, Filed)
    client = log_in("physician")
    path = f"/participants/P-1/records/{outcome.record.id}/"
    assert path in text_of(client.get("/participants/P-1/"))
    page = text_of(client.get(f"{path}sign/"))
    client.post(f"{path}sign/", {**carried(page), "v-meaning": "approval", "password": PASSWORD})
    assert "signed by physician-1" in text_of(client.get("/participants/P-1/"))


def test_a_signature_itself_is_not_signed(norway: Hands, log_in: Log, record: str) -> None:
    client = log_in("physician")
    page = text_of(client.get(f"{record}sign/"))
    client.post(f"{record}sign/", {**carried(page), "v-meaning": "review", "password": PASSWORD})
    (signature,) = signatures(norway)
    path = f"/participants/P-1/records/{signature.id}/"
    assert client.get(path).status_code == 200
    assert client.get(f"{path}sign/").status_code == 404
