"""The page of the screening and the entering of medicines: what is shown, offered, and left to a person alone."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

from triptych.cli.scenario import read_lines
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

SCREENING = "/participants/P-1/screening/"
MEDICINES = f"{SCREENING}medicines/"
PASSWORD = "a long enough password"
TEXT = (Path(str(study_folder("mdma-mdd-norway"))) / "scenarios" / "whole-course.jsonl").read_text("utf-8")


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def names(hands: Hands) -> dict[str, Any]:
    seen = hands.trial.system_view().records("P-1")
    return {one.values["name"]: one.values for one in seen if one.form == "medicine" and one.current}


def pasted(client: Any, text: str) -> str:
    return text_of(client.post(MEDICINES, {"list": text}))


def test_a_pasted_list_becomes_records_that_a_person_agreed_to(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    assert "Names that cannot be known here" in text_of(client.get(MEDICINES))
    page = pasted(client, "- Sertraline 50 mg\nprozak\nQwrtz\nibuprofen, cetirizine")
    assert "<b>Exact:</b> sertraline" in page
    assert re.search(r'name="r1-confirmed_as" value="Prozac"', page)
    assert "Not identified" in page
    assert names(norway) == {}
    sent = hidden(page)
    assert sent["rows"] == "5"
    written = dict(re.findall(r'name="(r\d-name)" value="([^"]*)"', page.replace("&#39;", "'")))
    sent |= written | {f"r{n}-ongoing": "yes" for n in range(4)} | {"r1-confirmed_as": "Prozac", "r4-left_out": "yes"}
    sent |= {"r0-ongoing": "no", "r0-last_taken_on": "2026-02-01", "r0-prescriber": "Dr. Who"}
    assert client.post(MEDICINES, sent).status_code == 302
    assert client.post(MEDICINES, sent).status_code == 302  # sent twice, filed once
    filed = names(norway)
    assert list(filed) == ["Sertraline 50 mg", "prozak", "Qwrtz", "ibuprofen"]
    assert (
        filed["Sertraline 50 mg"] | {"last_taken_on": "2026-02-01", "prescriber": "Dr. Who"}
        == filed["Sertraline 50 mg"]
    )
    assert filed["prozak"]["confirmed_as"] == "Prozac"
    page = text_of(client.get(SCREENING))
    assert "confirmed by a person as Prozac" in page
    assert "Qwrtz" in page
    assert "Cannot decide" in page or "Not eligible" in page or "Excluded" in page


def test_a_row_that_does_not_fit_is_shown_again_and_nothing_typed_is_lost(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    sent = {**hidden(pasted(client, "sertraline")), "r0-name": "sertraline", "r0-dose": "100 mg"}
    again = client.post(MEDICINES, sent)
    assert again.status_code == 422
    assert "Still taken" in text_of(again)
    assert 'value="100 mg"' in text_of(again)
    assert names(norway) == {}
    assert client.post(MEDICINES, {"list": " \n "}).status_code == 422


def test_a_near_name_waits_for_a_person_and_only_an_offered_one_is_taken(norway: Hands, log_in: Log) -> None:
    norway.contact()
    norway.file("physician", "medicine", {"name": "sertralin hydroklorid", "ongoing": True})
    norway.file("physician", "medicine", {"name": "sertaline", "ongoing": True})
    client = log_in("physician")
    page = text_of(client.get(SCREENING))
    (action,) = re.findall(r'action="([^"]*medicines/[^"]*)"', page)
    assert 'value="sertraline"' in page
    assert client.post(action, {"name": "aspirin"}).status_code == 404
    assert client.post(action, {"name": "sertraline"}).status_code == 302
    assert names(norway)["sertaline"]["confirmed_as"] == "sertraline"
    assert "Is it " not in text_of(client.get(SCREENING))
    assert log_in("monitor").post(action, {"name": "sertraline"}).status_code == 404


def test_medicines_come_in_from_a_fhir_record_with_their_codes(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("physician")
    concept = {"coding": [{"system": "http://www.whocc.no/atc", "code": "N06AB06"}], "text": "Zoloft 50 mg"}
    about = {"reference": "urn:uuid:0d3ce1a4-3a4b-4b52-9a3f-2f1a4a8b6c01"}
    taken = {"resourceType": "MedicationStatement", "status": "active", "subject": about}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": about["reference"], "resource": {"resourceType": "Patient"}},
            {"resource": taken | {"medicationCodeableConcept": concept}},
        ],
    }
    page = text_of(client.post(MEDICINES, {"file": BytesIO(json.dumps(bundle).encode())}))
    assert "Zoloft 50 mg" in page
    sent = hidden(page) | {"r0-name": "Zoloft 50 mg", "r0-ongoing": "yes"}
    sent |= {f"r{n}-left_out": "yes" for n in range(1, int(sent["rows"]))}
    assert client.post(MEDICINES, sent).status_code == 302
    assert "N06AB06" in names(norway)["Zoloft 50 mg"]["codes"]
    assert client.post(MEDICINES, {"file": BytesIO(b"{}")}).status_code == 422


@pytest.fixture
def ready(served: Any) -> Hands:
    """A participant on the morning of the first session, with everything filed but the confirmation."""
    from axes.utils import reset
    from django.contrib.auth.models import User

    reset()
    user, _ = User.objects.get_or_create(username="physician-1")
    user.set_password(PASSWORD)
    user.save()
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"), datetime(2026, 1, 10, tzinfo=UTC))
    for line in read_lines(TEXT):
        if line.form in ("screening_confirmation", "dose_authorization"):
            break
        if line.form is not None:
            hands.player.also(replace(line, participant="P-1"))
    served(hands)
    return hands


@pytest.mark.requirement("PSY-04")
def test_the_page_says_why_with_source_age_and_rationale_and_a_physician_signs_it(ready: Hands, log_in: Log) -> None:
    client = log_in("physician")
    page = text_of(client.get(SCREENING))
    for said in (
        "Eligible on this day",
        "Do not stop or change any medicine on your own",
        "51 days before the session",
    ):
        assert said in page
    assert "Mania could be set off" in page
    assert "Lund" not in page
    later = text_of(client.get(f"{SCREENING}?on=2027-03-18"))
    assert "Cannot decide" in later  # no laboratory of today is in date in a year
    carried = {**hidden(page), "password": PASSWORD}
    carried["occurred_at"] = ready.now.strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{SCREENING}?on=2026-03-18", carried | {"password": "wrong"}).status_code == 422
    assert client.post(f"{SCREENING}?on=2026-03-18", carried).status_code == 302
    assert "<b>Stands.</b>" in text_of(client.get(SCREENING))
    ready.file("physician", "blood_pressure", {"systolic": 120, "diastolic": 75})
    assert "<b>Has fallen:</b>" in text_of(client.get(SCREENING))
    case = json.loads(client.get(f"{SCREENING}case/").content)
    assert case["planned_session_date"] == "2026-03-18"


@pytest.mark.requirement("P11-11")
@pytest.mark.parametrize("form", ["signature", "screening_confirmation"])
def test_what_is_signed_is_signed_on_no_other_page(ready: Hands, log_in: Log, form: str) -> None:
    assert log_in("physician").post(f"/participants/P-1/file/{form}/", {}).status_code == 404


def test_who_sees_no_medicines_sees_no_screening(ready: Hands, log_in: Log) -> None:
    assert log_in("rater").get(SCREENING).status_code == 404
    assert log_in("night_attendant").get(f"{SCREENING}case/").status_code == 404
    page = text_of(log_in("coordinator").get(SCREENING))
    assert "Confirm what is shown" not in page
    assert log_in("coordinator").post(SCREENING, {}).status_code == 404
