"""A passkey of the tests: a key pair that signs as a device does (WebAuthn Level 2, sections 6.1 and 7.2)."""

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED = 0x01, 0x04


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class Device:
    """A device that holds one passkey of a person for the participants' site."""

    def __init__(self, person: str, now: Any) -> None:
        from django.contrib.auth.models import User

        from triptych.web.entering import Passkey

        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = text(person.encode().ljust(16, b"."))
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        user = User.objects.get(username=person)
        Passkey.objects.create(credential=self.id, user=user, public_key=cbor2.dumps(cose), made_at=now)
        self.count = 0

    def sign(self, asked: str, *, flags: int = PRESENT | VERIFIED, host: str = "participant.localhost") -> str:
        """What a browser sends for the options of a page, as JSON."""
        self.count += 1
        challenge = json.loads(asked)["challenge"]
        client = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": f"http://{host}"}).encode()
        data = hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        return json.dumps({"id": self.id, "rawId": self.id, "type": "public-key", "response": response})
