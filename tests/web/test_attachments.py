"""Files attached to records: kept by their content, marked original or copy, and seen by whoever sees the record."""

import struct
from base64 import b64decode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

from triptych.ledger import Filed
from triptych.web.pictures import NotAPicture, without_metadata

PDF = b"%PDF-1.7\n" + b"scan" * 50
DIGEST = sha256(PDF).hexdigest()
PHOTO = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QC+RXhpZgAATU0AKgAAAAgABAEPAAIAAAAFAAAAPgESAAMAAAABAAYAAAE7AAIAAAAMAAAARIglAAQA"
    "AAABAAAAUAAAAABBY21lAABQYXQgRXhhbXBsZQAABAABAAIAAAACTgAAAAACAAUAAAADAAAAhgADAAIAAAACRQAAAAAEAAUAAAADAAAAngAA"
    "AAAAAAA7AAAAAQAAADYAAAABAAAAMgAAAAEAAAAKAAAAAQAAAC0AAAABAAAACAAAAAH/4QBCaHR0cDovL25zLmFkb2JlLmNvbS94YXAvMS4w"
    "LwA8eDp4bXBtZXRhIEdQU0xhdGl0dWRlPSc1OSw1NC44TicvPv/+AAlhdCBob21l/9sAQwAoHB4jHhkoIyEjLSsoMDxkQTw3Nzx7WF1JZJGA"
    "mZaPgIyKoLTmw6Cq2q2KjMj/y9ru9f///5vB////+v/m/f/4/9sAQwErLS08NTx2QUF2+KWMpfj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
    "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4/8IAEQgABAAIAwEiAAIRAQMRAf/EABUAAQEAAAAAAAAAAAAAAAAAAAAB/8QAFQEBAQAAAAAAAAAA"
    "AAAAAAAAAQL/2gAMAwEAAhADEAAAAYJf/8QAFhABAQEAAAAAAAAAAAAAAAAAAQAC/9oACAEBAAEFAjJf/8QAFxEAAwEAAAAAAAAAAAAAAAAA"
    "AAECIf/aAAgBAwEBPwGXh//EABURAQEAAAAAAAAAAAAAAAAAAAAB/9oACAECAQE/Aa//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAY/"
    "An//xAAVEAEBAAAAAAAAAAAAAAAAAAAAUf/aAAgBAQABPyGR/9oADAMBAAIAAwAAABD3/8QAFREBAQAAAAAAAAAAAAAAAAAAAAH/2gAIAQMB"
    "AT8Qsf/EABYRAQEBAAAAAAAAAAAAAAAAAAEAEf/aAAgBAgEBPxBO3//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAT8QN//Z"
)
"""Eight by four points, with the place (EXIF GPS and XMP), a maker, a name, a comment; to be turned by 90 degrees."""


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


def test_a_photograph_is_kept_without_its_place_its_maker_and_its_owner(norway: Hands, log_in: Log) -> None:
    record = vitals(norway)
    client = log_in("physician")
    assert attach(client, record, PHOTO + b"ftypmp42 a film of the same place", name="wound.jpg").status_code == 302
    (seen,) = attached(norway)
    back = client.get(f"/participants/P-1/records/{seen.id}/file/").content
    assert seen.values["sha256"] == sha256(back).hexdigest()
    for told in (b"Acme", b"Pat Example", b"GPS", b"at home", b"film", struct.pack(">II", 59, 1)):
        assert told not in back
    assert b"\x01\x12\0\x03\0\0\0\x01\0\x06" in back  # how it is turned: tag 0x0112, one short, 6
    tables = PHOTO[PHOTO.index(b"\xff\xdb") :]
    assert back.endswith(tables)  # what draws it, to the byte
    assert attach(client, record, PHOTO[:-200], name="cut.jpg").status_code == 422


def test_a_picture_of_the_other_kind_keeps_what_draws_it_alone() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + b"\0\0\0\0"

    drawn = [chunk(b"IHDR", bytes(13)), chunk(b"gAMA", bytes(4)), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")]
    told = [chunk(b"tEXt", b"Location\x0059.9"), chunk(b"eXIf", b"MM"), chunk(b"tIME", bytes(7))]
    plain = b"\x89PNG\r\n\x1a\n" + b"".join(drawn)
    sent = b"\x89PNG\r\n\x1a\n" + b"".join([drawn[0], *told, *drawn[1:], b"after"])
    assert without_metadata(sent, "image/png") == plain == without_metadata(plain, "image/png")
    for cut in (plain[:-1], plain[:40], plain[:8]):
        with pytest.raises(NotAPicture):
            without_metadata(cut, "image/png")
