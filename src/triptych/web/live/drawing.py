"""The parts of a session's screen, each drawn by its own partial as HTML, so that only what changed is sent.

The parts `facts` and `room` are JSON: what a tablet needs to decide about the next reading, and what is due, by itself.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.template.loader import get_template

from triptych.ledger import Seen
from triptych.study import Study, parse_duration
from triptych.web.live.alarms import DO, Ringing, present, ringing, rules_of
from triptych.web.live.board import Board
from triptych.web.live.chart import chart
from triptych.web.live.room import room

PARTS = ("head", "alarms", "presence", "chart", "readings", "timeline")
NEAR = timedelta(minutes=15)
"""A reading so near to the time at which one is due is that one."""


def drawn(study: Study, board: Board, seen: Sequence[Seen]) -> dict[str, str]:
    """Every part of the screen by its name."""
    rings = ringing(study, board, seen)
    asked, here = present(seen)
    limits = {watch.id: watch.at for watch in rules_of(study).limits}
    known = {"board": board, "zone": board.zone, "svg": chart(board, limits), "rings": rings, "here": here, "do": DO}
    known |= {"alone": asked and not here and bool(board.doses), "asked": asked}
    parts = {name: get_template(f"live/_{name}.html").render(known) for name in PARTS}
    facts = json.dumps(_facts(study, board, rings, seen))
    return {**parts, "facts": facts, "room": room(study, board, seen)}


def _facts(study: Study, board: Board, rings: Sequence[Ringing], seen: Sequence[Seen]) -> Mapping[str, Any]:
    """What alarms are decided from, what is due and what was drunk, with times in milliseconds."""
    readings = [
        {"at": reading.at.timestamp() * 1000, "record": reading.record, "values": dict(reading.values)}
        for reading in board.readings
    ]
    closings = [
        {"at": answer.at.timestamp() * 1000, "record": ring.alarm.record, "about": ring.alarm.about}
        for ring in rings
        for answer in ring.of("closed")
    ]
    return {
        "readings": readings,
        "closings": closings,
        "due": list(_due(study, board)),
        "drinks": list(_drinks(board, seen)),
    }


def _due(study: Study, board: Board) -> Iterator[float]:
    """The times at which a reading is due and none is near."""
    if board.dosed_at is None:
        return
    for minutes in rules_of(study).readings:
        at = board.dosed_at + timedelta(minutes=minutes)
        if not any(abs(reading.at - at) <= NEAR for reading in board.readings):
            yield at.timestamp() * 1000


def _drinks(board: Board, seen: Sequence[Seen]) -> Iterator[Mapping[str, object]]:
    for one in seen:
        volume = one.values.get("volume")
        is_drink = one.form == "session_drink" and one.current and one.status == "filed"
        if is_drink and isinstance(volume, int) and (board.dosed_at is None or one.occurred_at >= board.dosed_at):
            yield {"at": one.occurred_at.timestamp() * 1000, "id": one.id, "kind": one.values["kind"], "volume": volume}


def watched(study: Study) -> Mapping[str, Any]:
    """The values that alarms watch, with their limits, as a tablet is given them; and what drinks are compared with."""
    rules = rules_of(study)
    after, late = (
        parse_duration(text).span / timedelta(milliseconds=1) for text in (rules.repeat_after, rules.repeat_late)
    )
    limits = [
        {"about": watch.id, "title": watch.title, "limits": msgspec.to_builtins(watch.at), "after": after, "late": late}
        for watch in rules.limits
    ]
    return {"limits": limits, "hour": rules.drink_hour, "total": rules.drink_total}
