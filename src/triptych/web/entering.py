"""How participants get in without a password: a link that works once with a code of their own, and passkeys.

Everything here is in the accounts file. What whoever gets in may see stands in the ledger.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F

LASTS = timedelta(minutes=15)
"""For how long a link works, and the time in which at most `MOST` are sent to one person."""
MOST = 3
WRONG = 5
"""After so many wrong codes a link is dead."""
DIGITS = 6


class Reached(models.Model):
    """How a participant is reached and recognized: a phone, and the code that a link asks for (its hash)."""

    objects: ClassVar[models.Manager["Reached"]]

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    phone = models.CharField(max_length=40, default="")
    code = models.CharField(max_length=200, default="")

    class Meta:
        """Where the model belongs."""

        app_label = "triptych_web"

    def __str__(self) -> str:
        return str(self.pk)


class Link(models.Model):
    """A link that was sent. Of its secret only the SHA-256 is kept; it is dead once used, too old, or guessed at."""

    objects: ClassVar[models.Manager["Link"]]

    key = models.CharField(max_length=16, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    wrong = models.IntegerField(default=0)

    class Meta:
        """Where the model belongs."""

        app_label = "triptych_web"

    def __str__(self) -> str:
        return self.key


class Passkey(models.Model):
    """A passkey of a person: its identifier (base64url), its public key, and how often it has signed."""

    objects: ClassVar[models.Manager["Passkey"]]

    credential = models.CharField(max_length=1400, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    public_key = models.BinaryField()
    signed = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        """Where the model belongs."""

        app_label = "triptych_web"

    def __str__(self) -> str:
        return self.credential[:12]


def reached(user: User) -> Reached:
    """How a person is reached, nothing but empty where nothing was set; it is kept from here on."""
    return Reached.objects.get_or_create(user=user)[0]


def set_code(user: User, code: str) -> None:
    """Set the code that a link asks for."""
    Reached.objects.update_or_create(user=user, defaults={"code": make_password(code)})


def new_code() -> str:
    """Six digits by chance; `is_code` says whether they can be a code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def is_code(text: str) -> bool:
    """Whether a text can be a code: six digits, and not the same one six times or in a row."""
    plain = text.isascii() and text.isdecimal() and len(text) == DIGITS
    return plain and len(set(text)) > 1 and text not in "01234567890" and text not in "09876543210"


def make_link(user: User, now: datetime) -> str | None:
    """Make a link and give its secret; none for somebody without a code, or who was sent enough lately."""
    lately = Link.objects.filter(user=user, made_at__gt=now - LASTS).count()
    if not user.is_active or not reached(user).code or lately >= MOST:
        return None
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    Link.objects.create(key=key, user=user, digest=_digest(secret), made_at=now)
    return f"{key}_{secret}"


def living(text: str, now: datetime) -> Link | None:
    """The link of a secret, while it works."""
    key, _, secret = text.partition("_")
    link = Link.objects.select_related("user").filter(key=key).first()
    same = hmac.compare_digest(_digest(secret), link.digest if link else _digest(""))
    if link is None or not same or link.used_at is not None or link.wrong >= WRONG or not link.user.is_active:
        return None
    return link if link.made_at > now - LASTS else None


def use(link: Link, code: str, now: datetime) -> User | None:
    """Use a link with the code of whom it was sent to; none for a wrong code, which is counted, or a second use."""
    if not check_password(code, reached(link.user).code):
        Link.objects.filter(key=link.key).update(wrong=F("wrong") + 1)
        return None
    used = Link.objects.filter(key=link.key, used_at=None, wrong__lt=WRONG).update(used_at=now)
    return link.user if used else None


def lose(user: User) -> str:
    """Somebody lost their phone: end what is open on it, forget its number, and give a new code, kept nowhere."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
    Link.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    Reached.objects.filter(user=user).update(phone="")
    code = new_code()
    while not is_code(code):
        code = new_code()
    set_code(user, code)
    return code


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
