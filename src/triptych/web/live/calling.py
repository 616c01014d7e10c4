"""Whom the people in the room call when a tablet reaches nobody by itself: the part `calls` of the page, JSON.

The tablet keeps it, with the changes of the rota ahead, so that it stands there without a network and after a reload.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from triptych.ledger import Seen, View
from triptych.ledger.library import contacts
from triptych.web.live.board import Board

COVER = "physician_cover"
STEPS = ("physician", "backup")
AHEAD = timedelta(hours=36)
"""For so long ahead the tablet knows who is on call; a session is over by then."""
SAME_DAY = timedelta(hours=24)
"""A cover that was filed longer before the session is that of another one."""


def calls_part(view: View, board: Board, seen: Sequence[Seen]) -> str:
    """Who covers the session, who is on call from when on, and the emergency number, each with a telephone number."""
    duty = [
        {"from": at.timestamp() * 1000, **{step: _told(*people[step]) for step in STEPS if step in people}}
        for at, people in view.on_call_at(board.participant, AHEAD)
    ]
    country = view.country(board.participant)
    numbers = [
        {"call": one.call, "confirmed": one.confirmed}
        for one in contacts()
        if (one.country, one.kind) == (country, "emergency")
    ]
    told = {
        "at": board.now.timestamp() * 1000,
        "cover": _cover(view, board, seen),
        "duty": duty,
        "emergency": numbers,
    }
    return json.dumps(told)


def _cover(view: View, board: Board, seen: Sequence[Seen]) -> Mapping[str, str | None] | None:
    """Who filed the cover of this session last, with the number that they gave, else that of the rota."""
    begins = (board.dosed_at or board.now) - SAME_DAY
    covers = [one for one in seen if one.form == COVER and one.current and one.occurred_at >= begins]
    last = max(covers, key=lambda one: one.occurred_at, default=None)
    if last is None:
        return None
    given = last.values.get("phone")
    return _told(last.actor, given if isinstance(given, str) else view.phone_of(board.participant, last.actor))


def _told(name: str, phone: str | None) -> Mapping[str, str | None]:
    return {"name": name, "phone": phone}
