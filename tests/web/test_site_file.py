"""The site's file: what stands in it, what is missing, what expires, and who may see it."""

from io import BytesIO
from typing import Any

from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

PATH = "/sites/site-1/"


def add(client: Any, **values: Any) -> Any:
    given = {"section": "approvals", "title": "Approval of the ethics committee", "dated": "2026-01-10", **values}
    return client.post(PATH, given)


def test_an_empty_file_says_what_is_missing_and_who_holds_which_role(norway: Hands, log_in: Log) -> None:
    page = text_of(log_in("principal_investigator").get(PATH))
    assert "Missing: Approvals, Consent versions, Delegation and training, Laboratory ranges" in page
    assert "No document yet." in page
    assert "pharmacist-1" in page


def test_a_document_is_added_with_its_file_and_given_back(norway: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    file = BytesIO(b"%PDF-1.7 approval")
    file.name = "approval.pdf"
    assert add(client, file=file, copy="certified").status_code == 302
    page = text_of(client.get(PATH))
    assert "Approval of the ethics committee" in page
    assert "Missing: Consent versions" in page
    (seen,) = norway.trial.system_view().site_records("site-1")[-1:]
    back = client.get(f"{PATH}records/{seen.id}/file/")
    assert back.content == b"%PDF-1.7 approval"


def test_what_expires_is_said_in_time_and_what_was_replaced_counts_no_more(norway: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    add(client, title="Old", expires_on="2026-02-28")
    add(client, title="Short", expires_on="2026-04-01")
    add(client, title="Long", expires_on="2027-04-01")
    page = text_of(client.get(PATH))
    assert "expired" in page
    assert "expires soon" in page
    assert "in force" in page
    old = next(s for s in norway.trial.system_view().site_records("site-1") if s.values.get("title") == "Old")
    add(client, title="New", replaces=old.id)
    page = text_of(client.get(PATH))
    assert "replaced" in page
    assert "<b>expired</b>" not in page


def test_what_does_not_fit_comes_back_with_everything_typed(norway: Hands, log_in: Log) -> None:
    answer = add(log_in("coordinator"), section="", title="Kept while it is wrong")
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Section: an answer is needed" in page
    assert "Kept while it is wrong" in page
    assert not [s for s in norway.trial.system_view().site_records("site-1") if s.form == "site_document"]


def test_who_may_not_see_or_add_does_not(norway: Hands, log_in: Log) -> None:
    assert log_in("rater").get(PATH).status_code == 404
    assert add(log_in("monitor")).status_code == 404
    assert "Add a document" not in text_of(log_in("monitor").get(PATH))
    assert log_in("coordinator").get("/sites/elsewhere/").status_code == 404


def test_sending_the_page_twice_adds_one_document(norway: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    record = "019cf5e5-20c0-7ee6-b48e-b3e4130b9070"
    add(client, record=record)
    add(client, record=record)
    found = [s for s in norway.trial.system_view().site_records("site-1") if s.form == "site_document"]
    assert len(found) == 1
