"""Browsers that are registered at a site for looking back together. It binds a look to a browser, not to a room.

A registered browser keeps a random key in a cookie that no script reads; the ledger has its hash. Whoever carries the
device away carries the key away with it, until it is taken off.
"""

import secrets
from hashlib import sha256

from django.http import HttpRequest, HttpResponse

from triptych.ledger import Seen, View

FORM, COOKIE = "recording_device", "triptych-place"
YEAR = 365 * 24 * 60 * 60


def devices(view: View, site: str | None) -> dict[str, Seen]:
    """What was last said of each browser of a site, by the hash of its key, from a window that hides nothing."""
    said = (one for one in (view.site_records(site) if site else ()) if one.form == FORM and one.current)
    return {str(one.values["key"]): one for one in sorted(said, key=lambda one: one.recorded_at)}


def device_of(request: HttpRequest, view: View, site: str | None) -> str | None:
    """The name under which the browser that asks is registered at a site and in use; none where it is not."""
    key = request.COOKIES.get(COOKIE, "")
    found = devices(view, site).get(sha256(key.encode()).hexdigest()) if key else None
    return str(found.values["name"]) if found and found.values["state"] == "in_use" else None


def new_key() -> tuple[str, str]:
    """A key for a browser, and the hash that the ledger has of it."""
    key = secrets.token_urlsafe(32)
    return key, sha256(key.encode()).hexdigest()


def give(request: HttpRequest, answer: HttpResponse, key: str) -> None:
    """Let the browser that asks keep a key."""
    answer.set_cookie(COOKIE, key, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax")
