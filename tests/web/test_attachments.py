"""Files attached to records: kept by their content, marked original or copy, and seen by whoever sees the record."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

from triptych.ledger import Filed

PDF = b"%PDF-1.7\n" + b"scan" * 50
DIGEST = sha256(PDF).hexdigest()


def upload(content: bytes, name: str = "scan.pdf") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def vitals(hands: Hands) -> str:
    hands.contact()
    filed = hands.file(
        "physician",
        "vitals",
        {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6},
        visit="screening",
    )
    assert isinstance(filed, Filed)
    return filed.record.id


def attach(client: Any, record: str, content: bytes = PDF, **more: Any) -> Any:
    data = {"file": upload(content, more.pop("name", "scan.pdf")), "copy": "certified", **more}
    return client.post(f"/participants/P-1/records/{record}/attach/", data)


def attached(hands: Hands) -> list[Any]:
    return [seen for seen in hands.trial.system_view().records("P-1") if seen.form.startswith("attachment")]


def test_a_file_is_kept_by_its_content_and_given_back_as_it_was(norway: Hands, log_in: Log) -> None:
    record = vitals(norway)
    client = log_in("physician")
    assert attach(client, record, note="From the ward")["Location"] == f"/participants/P-1/records/{record}/"
    (seen,) = attached(norway)
    assert (seen.values["sha256"], seen.values["size"], seen.values["copy"]) == (DIGEST, len(PDF), "certified")
    assert (seen.values["media_type"], seen.actor) == ("application/pdf", "physician-1")
    page = text_of(client.get(f"/participants/P-1/records/{record}/"))
    assert "scan.pdf" in page
    assert "From the ward" in page
    back = client.get(f"/participants/P-1/records/{seen.id}/file/")
    assert back.content == PDF
    assert back["Content-Type"] == "application/pdf"
    assert back["Content-Disposition"] == "attachment; filename*=UTF-8''scan.pdf"
    assert "sandbox" in back["Content-Security-Policy"]
    assert back["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html><script>alert(1)</script>", "Only PDF, JPEG and PNG"),
        (b"", "Only PDF"),
        (b"%PDF-" + b"0" * 25_000_001, "larger than 25 MB"),
    ],
)
def test_what_is_no_scan_is_not_kept(norway: Hands, log_in: Log, content: bytes, told: str) -> None:
    record = vitals(norway)
    answer = attach(log_in("physician"), record, content, name="scan.pdf")
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert attached(norway) == []


def test_whether_it_is_the_original_must_be_said(norway: Hands, log_in: Log) -> None:
    record = vitals(norway)
    answer = attach(log_in("physician"), record, copy="")
    assert "original or a copy" in text_of(answer)
    assert attached(norway) == []


def test_a_hostile_name_stays_a_name(norway: Hands, log_in: Log) -> None:
    record = vitals(norway)
    client = log_in("physician")
    attach(client, record, name='"><script>x</script>;é.pdf')
    (seen,) = attached(norway)
    page = text_of(client.get(f"/participants/P-1/records/{record}/"))
    assert "<script>x" not in page
    back = client.get(f"/participants/P-1/records/{seen.id}/file/")
    assert "\n" not in back["Content-Disposition"]
    assert '"' not in back["Content-Disposition"]


@pytest.mark.requirement("EMA-02")
def test_a_file_is_seen_by_whoever_sees_the_record_and_by_nobody_else(small: Hands, log_in: Log) -> None:
    small.ready_for_dose()
    randomized = small.randomize()
    assert isinstance(randomized, Filed)
    assert attach(log_in("pharmacist"), randomized.record.id).status_code == 302
    (seen,) = attached(small)
    assert log_in("pharmacist").get(f"/participants/P-1/records/{seen.id}/file/").status_code == 200
    for role in ("physician", "rater", "therapist", "coordinator", "principal_investigator"):
        client = log_in(role)
        assert client.get(f"/participants/P-1/records/{seen.id}/file/").status_code == 404
        assert client.get(f"/participants/P-1/records/{randomized.record.id}/attach/").status_code == 404
        assert DIGEST not in text_of(client.get("/participants/P-1/"))


@pytest.mark.requirement("EMA-02")
def test_a_file_that_shows_the_allocation_is_seen_by_unblinded_roles_alone(small: Hands, log_in: Log) -> None:
    small.ready_for_dose()
    team = next(seen.id for seen in small.trial.system_view().records("P-1") if seen.form == "session_team")
    assert attach(log_in("pharmacist"), team, unblinding="yes").status_code == 302
    (seen,) = attached(small)
    assert seen.form == "attachment_unblinding"
    for role, status in (("pharmacist", 200), ("physician", 404), ("therapist", 404)):
        assert log_in(role).get(f"/participants/P-1/records/{seen.id}/file/").status_code == status


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(norway: Hands, log_in: Log) -> None:
    from django.conf import settings

    record = vitals(norway)
    client = log_in("physician")
    content = PDF + b"once"
    attach(client, record, content)
    (seen,) = attached(norway)
    path = Path(settings.FOLDER) / "attachments" / seen.values["sha256"][:2] / seen.values["sha256"]
    path.chmod(0o600)
    path.write_bytes(content + b"!")
    assert client.get(f"/participants/P-1/records/{seen.id}/file/").status_code == 404
