"""Waking a physician's device by push: a service learns nothing by it, and only the device says that it was woken."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from tests.doors.hands import Hands
from tests.web.conftest import VITALS, Log
from tests.web.test_live import alarms

from triptych.ledger import Filed
from triptych.ledger.drafts import System
from triptych.ledger.reminders import Letter

ENDPOINT = "https://fcm.googleapis.com/fcm/send/a?b=c"
HOSTS = ("https://127.0.0.1", "https://fcm.googleapis.com.evil.org", "https://x@web.push.apple.com")
OTHERS = (*HOSTS, "http://fcm.googleapis.com", "")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LETTER = Letter(id="1", person="physician-1", subject="Red", lines=("P-1: a red alarm",))


def read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.requirement("SAF-09")
def test_a_push_service_is_told_who_asks_and_nothing_else_and_is_never_said_to_have_delivered(
    live: Hands, log_in: Log, tmp_path: Path
) -> None:
    from triptych.web.house import house
    from triptych.web.pushing import Device, PushSender, read_key

    asked: list[tuple[str, Mapping[str, str]]] = []
    answers = [201, 500, 410]

    def post(endpoint: str, headers: Mapping[str, str]) -> int:
        asked.append((endpoint, headers))
        return answers.pop(0)

    key = read_key(tmp_path / "push.key")
    sender = PushSender(key, "trial@example.org", lambda: NOW, post)
    physician = log_in("physician")
    on = {"endpoint": ENDPOINT, "on": True}
    assert turned(physician, on) == 422  # pushes are off
    house().push = sender.public
    assert [turned(physician, {**on, "endpoint": other}) for other in OTHERS] == [422] * len(OTHERS)
    with pytest.raises(LookupError):
        sender.send(LETTER)
    assert turned(physician, on) == turned(log_in("physician"), on) == 200
    sender.send(LETTER)
    ((endpoint, headers),) = asked
    assert (endpoint, headers["TTL"], set(headers)) == (ENDPOINT, "600", {"Authorization", "TTL", "Urgency"})
    token, public = (part.partition("=")[2] for part in headers["Authorization"].removeprefix("vapid ").split(", "))
    head, claims, signature = token.split(".")
    assert json.loads(read(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(read(claims)) == {
        "aud": "https://fcm.googleapis.com", "exp": int(NOW.timestamp()) + 3600, "sub": "mailto:trial@example.org",
    }  # fmt: skip
    known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(public))
    r, s = (int.from_bytes(half) for half in (read(signature)[:32], read(signature)[32:]))
    known.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert read_key(tmp_path / "push.key").private_numbers() == key.private_numbers()
    for left in (1, 0):  # a service that fails is asked again; one that knows the device no more is not
        with pytest.raises(LookupError):
            sender.send(LETTER)
        assert Device.objects.count() == left
    assert turned(physician, {**on, "on": False}) == 200


def turned(client: Any, sent: Mapping[str, object]) -> int:
    status: int = client.post("/push/", json.dumps(sent), content_type="application/json").status_code
    return status


@pytest.mark.requirement("SAF-09")
def test_what_the_device_says_stands_beside_the_alarm_that_its_owner_was_called_about(live: Hands, log_in: Log) -> None:
    raised = live.file("therapist", "vitals", VITALS | {"systolic": 205}, visit="dosing", cycle=1)
    assert isinstance(raised, Filed)
    physician = log_in("physician")
    assert physician.post("/push/woken/").json() == {"noted": 0}  # nothing was sent
    told = {"notice": "n", "attempt": 1, "kind": "raised", "due": live.now.isoformat(), "role": "cover"}
    told |= {"task": "red:systolic", "record": raised.record.id, "sender": "email or push", "reached": "physician-1"}
    by = System(person="system", role="system")
    assert isinstance(live.trial.file(live.draft("reminder_sent", told, origin="system"), by), Filed)
    assert log_in("therapist").post("/push/woken/").json() == {"noted": 0}
    assert [physician.post("/push/woken/").json() for _ in range(2)] == [{"noted": 1}] * 2
    shown = alarms(physician)
    assert shown.count("Device of physician-1 woken") == 1
    assert "NOT SHOWN" in shown
    assert "Message to physician-1 sent" in shown
    live.later(minutes=11)
    assert physician.post("/push/woken/").json() == {"noted": 0}


def test_two_ways_count_as_sent_where_one_of_them_took_it(site: None) -> None:
    from triptych.web.pushing import Either
    from triptych.web.sending import sender_named

    class Way:
        public = name = "way"

        def __init__(self, *, works: bool) -> None:
            self.works = works

        def send(self, letter: Letter) -> None:
            if not self.works:
                raise LookupError(letter.person)

    Either(Way(works=False), Way(works=True)).send(LETTER)
    with pytest.raises(LookupError):
        Either(Way(works=False), Way(works=False)).send(LETTER)
    names = {spec: sender_named(spec).name for spec in ("push:a@b.org", "email:a@b.org+push")}
    assert names == {"push:a@b.org": "push", "email:a@b.org+push": "email or push"}
    for spec in ("push:", "push:nobody", "email:nobody+push"):
        with pytest.raises(ValueError, match=r"push:ADDRESS"):
            sender_named(spec)
