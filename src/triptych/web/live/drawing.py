"""The parts of a session's screen, each drawn by its own partial as HTML, so that only what changed is sent.

The part `facts` is JSON: the readings that a tablet needs to decide about the next one by itself.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.template.loader import get_template

from triptych.study import Limit, Study
from triptych.web.live.board import Board
from triptych.web.live.chart import chart

PARTS = ("head", "chart", "readings", "timeline")
TITLES = {"systolic": "Systolic", "diastolic": "Diastolic", "heart_rate": "Heart rate", "temperature": "Temperature"}
REPEAT, LATE = 5 * 60_000, 10 * 60_000
"""Milliseconds after an amber reading until its repeat is due, and until a repeat not made is the physician's."""


def drawn(study: Study, board: Board) -> dict[str, str]:
    """Every part of the screen by its name."""
    known = {"board": board, "zone": board.zone, "svg": chart(board, limits_of(study)), "forms": study.forms}
    parts = {name: get_template(f"live/_{name}.html").render(known) for name in PARTS}
    return {**parts, "facts": json.dumps(_facts(board))}


def _facts(board: Board) -> Mapping[str, Any]:
    """What alarms are decided from, with times in milliseconds."""
    readings = [
        {"at": reading.at.timestamp() * 1000, "record": reading.record, "values": dict(reading.values)}
        for reading in board.readings
    ]
    return {"readings": readings, "closings": []}


def watched(study: Study) -> list[Mapping[str, Any]]:
    """The values that alarms watch, with their limits, as a tablet is given them."""
    return [
        {
            "about": item,
            "title": TITLES.get(item, item.replace("_", " ")),
            "limits": msgspec.to_builtins(limits),
            "after": REPEAT,
            "late": LATE,
        }
        for item, limits in limits_of(study).items()
    ]


def limits_of(study: Study) -> Mapping[str, Sequence[Limit]]:
    """The limits of measured values that the document sets."""
    return getattr(study.document, "limits", {})
