"""Sealing by AES-GCM with a fresh nonce: what is sealed opens with the same key and the same binding, and no other."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION, NONCE = b"\x01", 12


def seal_bytes(key: bytes, bound: bytes, content: bytes) -> bytes:
    """Seal content, bound to what it belongs to."""
    nonce = os.urandom(NONCE)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, content, bound)


def unseal_bytes(key: bytes, bound: bytes, sealed: bytes) -> bytes:
    """Open what was sealed. Raises `InvalidTag` or `ValueError` if the key, the binding or a byte is another."""
    nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    if sealed[:1] != VERSION:
        raise InvalidTag
    return AESGCM(key).decrypt(nonce, rest, bound)
