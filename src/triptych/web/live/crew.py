"""Who works at one tablet: whoever is logged in, and the colleague who has joined them there.

Each entry has its author; the session of the tablet says for whom it may speak. A PIN is set when somebody joins, is
kept as a hash in this session alone, and stands for its owner's hand where a tap would not do.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from triptych.ledger import Actor
from triptych.web.people import Asker

KEY = "crew"
PIN_DIGITS = 4
TRIES = 5
"""Wrong PINs in a row after which only joining again with the password helps."""
LIVE = 36 * 60 * 60
"""Seconds for which the log-in of a tablet lasts once it has opened a session: through the night after."""


def stay(request: HttpRequest) -> None:
    """Keep the tablet logged in through the session and the night, even if its browser is started anew."""
    request.session.set_expiry(LIVE)


def crew_of(request: HttpRequest, asker: Asker) -> dict[str, Actor]:
    """The people for whom this tablet may speak, whoever is logged in first."""
    kept: Mapping[str, Mapping[str, Any]] = request.session.get(KEY, {})
    joined = {
        person: Actor(person=person, role=str(one["role"]), site=one["site"])
        for person, one in kept.items()
        if "role" in one
    }
    return {asker.actor.person: asker.actor, **{k: v for k, v in joined.items() if k != asker.actor.person}}


def join(request: HttpRequest, actor: Actor, pin: str) -> None:
    """Let a person whose password was just checked use this tablet, with a PIN of their own."""
    kept = dict(request.session.get(KEY, {}))
    kept[actor.person] = {"role": actor.role, "site": actor.site, "pin": make_password(pin), "wrong": 0}
    request.session[KEY] = kept


def has_pin(request: HttpRequest, person: str) -> bool:
    """Whether a person has set a PIN at this tablet."""
    return bool(request.session.get(KEY, {}).get(person, {}).get("pin"))


def is_pin(request: HttpRequest, person: str, pin: str) -> bool:
    """Whether a PIN is the person's; after several wrong ones none is until they join again."""
    kept = dict(request.session.get(KEY, {}))
    mine = dict(kept.get(person, {}))
    if not mine.get("pin") or mine.get("wrong", 0) >= TRIES:
        return False
    right = check_password(pin, str(mine["pin"]))
    kept[person] = {**mine, "wrong": 0 if right else mine.get("wrong", 0) + 1}
    request.session[KEY] = kept
    return right


def is_new_pin(pin: str) -> bool:
    """Whether a PIN can be set: digits, enough of them, and not all the same."""
    return pin.isascii() and pin.isdecimal() and len(pin) >= PIN_DIGITS and len(set(pin)) > 1
