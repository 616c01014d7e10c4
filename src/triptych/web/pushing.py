"""Waking a device by Web Push (RFC 8030), signed for its service (RFC 8292), with nothing in it at all.

A push service belongs to somebody else. It learns that this site wakes a device, and no name, no participant and no
word of why: the device says *open your page*, which asks for the log-in. That a service took it is *sent*; only the
device itself says that it came (`pages/pushes.py`).
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.contrib.auth.models import User
from django.db import models

from triptych.ledger.clock import Sender
from triptych.ledger.reminders import Letter

HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", "notify.windows.com")
"""Push services of the browsers, each with what stands below it; `TRIPTYCH_PUSH_HOSTS` names others."""
LONGEST = 1000
LASTS = timedelta(minutes=10)
"""For so long a service keeps what it could not hand over; a call about an alarm is of no use later."""
SECONDS = 20
GONE = (404, 410)


class Device(models.Model):
    """A device that its owner wants to be woken: the address that its browser's push service gave it."""

    objects: ClassVar[models.Manager["Device"]]

    endpoint = models.CharField(max_length=LONGEST, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    made_at = models.DateTimeField()

    class Meta:
        """Where the model belongs."""

        app_label = "triptych_web"

    def __str__(self) -> str:
        return urlsplit(self.endpoint).netloc


def is_endpoint(address: str) -> bool:
    """Whether an address is one of a known push service: nothing else is ever asked by this server."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    known = (*HOSTS, *os.environ.get("TRIPTYCH_PUSH_HOSTS", "").split())
    host = parts.hostname or ""
    is_known = any(host == one or host.endswith(f".{one}") for one in known)
    return (
        parts.scheme == "https" and is_known and port in (None, 443) and not parts.username and len(address) <= LONGEST
    )


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read the key that this installation signs with, or make it once, readable by its owner alone."""
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path} holds no key of the curve P-256.")
    return key


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """The public key as a browser is given it."""
    form = serialization.PublicFormat.UncompressedPoint
    return _text(key.public_key().public_bytes(serialization.Encoding.X962, form))


def signed(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime) -> str:
    """The header by which a push service knows who asks: a token for that service alone, good for an hour."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + timedelta(hours=1)).timestamp()),
        "sub": f"mailto:{contact}",
    }
    head = ".".join(_text(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={head}.{_text(r.to_bytes(32) + s.to_bytes(32))}, k={public(key)}"


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def post(endpoint: str, headers: Mapping[str, str]) -> int:
    """Ask a push service to wake a device, with an empty body; its answer's status. It is followed nowhere else.

    Raises `OSError` or `HTTPException` where it cannot be asked.
    """
    parts = urlsplit(endpoint)
    asked = HTTPSConnection(parts.netloc, timeout=SECONDS)
    try:
        asked.request("POST", f"{parts.path}?{parts.query}" if parts.query else parts.path, b"", dict(headers))
        return asked.getresponse().status
    finally:
        asked.close()


class PushSender:
    """Wakes every device of a person. A letter counts as sent where a push service took it for one of them."""

    name = "push"

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        contact: str,
        clock: Callable[[], datetime],
        post: Callable[[str, Mapping[str, str]], int] = post,
    ) -> None:
        self._key, self._contact, self._clock, self._post = key, contact, clock, post
        self.public = public(key)

    def send(self, letter: Letter) -> None:
        """Wake the devices of whom the letter is for. Raises `LookupError` where none of them can be."""
        from django.db import connection  # noqa: PLC0415 -- closed here, since this runs on a thread of its own

        try:
            devices = Device.objects.filter(user__username=letter.person, user__is_active=True)
            taken = [self._is_taken(one.endpoint) for one in devices]
        finally:
            connection.close()
        if not any(taken):
            raise LookupError("No push service took this for a device of this person.")

    def _is_taken(self, endpoint: str) -> bool:
        headers = {
            "Authorization": signed(self._key, endpoint, self._contact, self._clock()),
            "TTL": str(int(LASTS.total_seconds())),
            "Urgency": "high",
        }
        try:
            status = self._post(endpoint, headers)
        except (OSError, HTTPException):
            return False
        if status in GONE:
            Device.objects.filter(endpoint=endpoint).delete()
        return 200 <= status < 300


class Either:
    """Sends by two ways. A letter counts as sent where one of them took it, and the name says no more than that."""

    def __init__(self, one: Sender, other: PushSender) -> None:
        self._ways, self.name, self.public = (one, other), f"{one.name} or {other.name}", other.public

    def send(self, letter: Letter) -> None:
        """Send by both. Raises what the last one says where neither took it."""
        failed: list[Exception] = []
        for way in self._ways:
            try:
                way.send(letter)
            except Exception as error:  # noqa: BLE001 -- a sender may fail in any way
                failed.append(error)
        if len(failed) == len(self._ways):
            raise failed[-1]
