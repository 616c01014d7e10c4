"""Synthetic records for the measurements: 15 values each, of the size a vitals form has."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from triptych.course import Record
from triptych.ledger.chain import link, seal
from triptych.ledger.store import Head, Stored

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DIGEST = "0" * 64
encode = msgspec.json.Encoder().encode


def values(chance: random.Random) -> dict[str, Any]:
    """Fifteen answers, numbers and short texts."""
    numbers = {f"reading_{n}": round(chance.uniform(30, 180), 1) for n in range(12)}
    return {**numbers, "position": "sitting", "arm": "left", "note": "Resting comfortably, says the room is warm."}


def chained(stream: str, count: int, chance: random.Random, form: str = "vitals") -> list[Stored]:
    """A stream of records, chained."""
    head: Head | None = None
    found = []
    for number in range(count):
        position, previous = link(head)
        at = START + timedelta(minutes=30 * number)
        record = Record(
            stream=stream,
            position=position,
            previous=previous,
            id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            form=form,
            actor="therapist-1",
            role="therapist",
            occurred_at=at,
            recorded_at=at,
            document=DIGEST,
            values=values(chance),
            site="site-1",
        )
        stored = seal(stream, position, record.id, encode(record))
        head = Head(position, stored.sha256)
        found.append(stored)
    return found
