"""The page of a site's kits: a release with its certificate, a quarantine, and nothing that could tell the arm."""

from io import BytesIO
from typing import Any

from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

PATH = "/sites/site-1/kits/"
RELEASE = {"kit": "K-700", "expires_on": "2028-01-31", "batch": "B-7", "certificate": "COA-7", "identity": "yes"}
RELEASE |= {"assay": "99.1", "purity": "99.8", "conforms": "yes"}


def send(client: Any, form: str, values: dict[str, str], now: str, **more: Any) -> Any:
    given = {f"v-{name}": text for name, text in values.items()}
    record = "0195a000-0000-7000-8000-000000000001"
    return client.post(f"{PATH}?form={form}", {"record": record, "occurred_at": now, **given, **more})


def test_a_pharmacist_releases_a_kit_with_its_certificate_and_gives_it_back(norway: Hands, log_in: Log) -> None:
    client, file = log_in("pharmacist"), BytesIO(b"%PDF-1.7 certificate of analysis")
    file.name = "coa.pdf"
    now = norway.now.isoformat()[:16]
    assert "File release of a kit" in text_of(client.get(f"{PATH}?form=kit_release"))
    assert send(client, "kit_release", RELEASE | {"conforms": "no"}, now).status_code == 422
    assert send(client, "kit_release", RELEASE, now, file=file).status_code == 302
    (seen,) = [one for one in norway.trial.system_view().site_records("site-1") if one.values.get("kit") == "K-700"]
    assert seen.values["size"] == 32
    assert client.get(f"{PATH}{seen.id}/file/").content == b"%PDF-1.7 certificate of analysis"
    page = text_of(client.get(PATH))
    assert "COA-7" in page
    assert "in quarantine" not in page
    assert "K-700: no receipt is on record" in page
    moved = {"kits": "K-700\nK-701", "what": "received"}
    record = "0195a000-0000-7000-8000-000000000009"
    given = {f"v-{name}": text for name, text in moved.items()} | {"record": record, "occurred_at": now}
    assert client.post(f"{PATH}?form=kit_movement", given).status_code == 302
    page = text_of(client.get(PATH))
    assert "Nothing differs." in page
    assert "not counted" in page


def test_whoever_handles_a_kit_may_set_it_in_quarantine(norway: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    values = {"kit": "K-001", "change": "quarantined", "why": "damaged"}
    assert send(client, "kit_quarantine", values, norway.now.isoformat()[:16]).status_code == 302
    page = text_of(client.get(PATH))
    assert page.count("<b>in quarantine</b>") == 1
    assert "not released" not in page
    assert "<td>released</td>" in page
    assert log_in("rater").get(PATH).status_code == 404


def test_a_device_is_registered_with_its_own_form(norway: Hands, log_in: Log) -> None:
    client, path = log_in("coordinator"), "/sites/site-1/devices/"
    assert client.get(path).status_code == 200
    assert client.post(path, {}).status_code == 404
    client = log_in("physician")
    assert "Name by which the device announces itself" in text_of(client.get(f"{path}?new"))
    values = {"name": "Cuff-1", "kind": "blood_pressure", "maker": "Acme 7", "serial": "S-7", "state": "in_service"}
    given = {f"v-{name}": text for name, text in {**values, "checked_on": "2026-01-10"}.items()}
    given |= {"record": "0195a000-0000-7000-8000-000000000002", "occurred_at": norway.now.isoformat()[:16]}
    assert client.post(path, given).status_code == 302
    assert "S-7" in text_of(client.get(path))


def test_whoever_is_blinded_sees_the_label_of_a_kit_and_nothing_of_its_certificate(small: Hands, log_in: Log) -> None:
    released = {"kit": "K-700", "expires_on": "2028-01-31", "batch": "B-7", "certificate": "COA-7", "identity": True}
    released |= {"assay": 99.1, "purity": 99.8, "conforms": True, "sha256": "0" * 64, "media_type": "application/pdf"}
    filed: Any = small.file("physician", "kit_release", released, None, site="site-1")
    page = text_of(log_in("therapist").get(PATH))
    assert "K-700" in page
    assert "not released by a pharmacist" in page
    for secret in ("B-7", "COA-7", "99.1", "Batch", "Balance"):
        assert secret not in page
    assert log_in("therapist").get(f"{PATH}{filed.record.id}/file/").status_code == 404
