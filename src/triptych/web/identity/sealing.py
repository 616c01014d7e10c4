"""Sealing an identity: AES-256-GCM under one key that stands outside the database, bound to the pseudonym.

What was sealed for one participant cannot be opened as another's, and a changed byte opens nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from triptych.web.sealed import seal_bytes, unseal_bytes


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of who a participant is. An empty text is not known."""

    name: str = ""
    birth_date: str = ""
    phone: str = ""
    address: str = ""
    emergency_contact: str = ""
    allergies: str = ""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who agreed to be called back. There is no room for anything about their health."""

    name: str
    phone: str
    when: str = ""


class NotOpened(Exception):
    """What is stored cannot be opened with this key."""

    code = "identity_sealed"


def read_key(path: Path) -> bytes:
    """Read the key, or make it once, readable by its owner alone."""
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(AESGCM.generate_key(bit_length=256))
    return path.read_bytes()


def seal(key: bytes, participant: str, person: Person) -> bytes:
    """Seal a person under a key, for one participant."""
    return seal_bytes(key, _bound(participant), msgspec.json.encode(person))


def unseal(key: bytes, participant: str, sealed: bytes) -> Person:
    """Open what was sealed. Raises `NotOpened` if the key, the participant or a byte is another."""
    return msgspec.json.decode(_opened(key, _bound(participant), sealed), type=Person)


def seal_caller(key: bytes, name: str, caller: Caller) -> bytes:
    """Seal somebody who waits for a call under a key, for one entry of the list."""
    return seal_bytes(key, _listed(name), msgspec.json.encode(caller))


def unseal_caller(key: bytes, name: str, sealed: bytes) -> Caller:
    """Open what was sealed. Raises `NotOpened` if the key, the entry or a byte is another."""
    return msgspec.json.decode(_opened(key, _listed(name), sealed), type=Caller)


def _opened(key: bytes, bound: bytes, sealed: bytes) -> bytes:
    try:
        return unseal_bytes(key, bound, sealed)
    except (InvalidTag, ValueError) as error:
        raise NotOpened(
            "This identity cannot be opened with the key of this installation. "
            "Restore the key that it was sealed with; nothing was changed."
        ) from error


def _bound(participant: str) -> bytes:
    return b"triptych identity 1\x00" + participant.encode()


def _listed(name: str) -> bytes:
    return b"triptych caller 1\x00" + name.encode()
