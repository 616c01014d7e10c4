"""Tokens by which programs act for a person at the API. They live in the accounts file.

What whoever shows one may do stands in the ledger.

A token is `triptych_KEY_SECRET`. The key names it, so that it can be listed and revoked; of the whole text only the
SHA-256 is kept. The secret has 256 random bits, so a digest without salt gives nothing away.
"""

import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models

PREFIX = "triptych"


class Token(models.Model):
    """One token of a person. It is dead once revoked, or when the account is."""

    objects: ClassVar[models.Manager["Token"]]

    key = models.CharField(max_length=16, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Where the model belongs."""

        app_label = "triptych_web"

    def __str__(self) -> str:
        return self.key


def make_token(person: str, now: datetime) -> str | None:
    """Make a token for a person's account and give its text, which is kept nowhere; none without an account."""
    user = User.objects.filter(username=person, is_active=True).first()
    if user is None:
        return None
    key = secrets.token_hex(8)
    text = f"{PREFIX}_{key}_{secrets.token_urlsafe(32)}"
    Token.objects.create(key=key, user=user, digest=_digest(text), made_at=now)
    return text


def person_of(text: str) -> str | None:
    """The person whose living token this is, found by its key and compared in constant time; none for any other."""
    parts = text.split("_", 2)
    key = parts[1] if len(parts) == 3 and parts[0] == PREFIX and parts[1].isalnum() else ""
    token = Token.objects.select_related("user").filter(key=key).first()
    same = hmac.compare_digest(_digest(text), token.digest if token else _digest(""))
    living = token is not None and token.revoked_at is None and token.user.is_active
    return token.user.get_username() if token is not None and same and living else None


def revoke_token(key: str, now: datetime) -> bool:
    """End a token at once and for good; whether it was living."""
    return Token.objects.filter(key=key, revoked_at=None).update(revoked_at=now) == 1


def tokens_of(person: str) -> list[Token]:
    """Every token a person has had, newest first."""
    return list(Token.objects.filter(user__username=person).order_by("-made_at"))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
