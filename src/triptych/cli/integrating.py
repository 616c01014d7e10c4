"""A made-up person between two medicine sessions: goals shared and kept, practices with some days, a page to look back.

Nobody of this is real. Every line is filed through the door like any other.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import sin
from typing import Any

from triptych.cli.scenario import PARTICIPANT, Line

NAME = "NO-05"
PERSON = f"{PARTICIPANT}-2"
"""The participant in the midst of integration, and the log-in that is theirs."""
GOALS = (
    ("goal", "To sleep through a night again, and to call my sister.", True),
    ("goal", "To be able to sit in a room with my own thoughts.", True),
    ("worry", "That I come apart, and that nobody wants to see that.", False),
)
PRACTICES = (
    ("therapist", "exercise", "A walk by the water without the telephone, on days when it fits", True),
    ("therapist", "meditation", "Ten breaths with a hand on the chest, before getting up", True),
    (PARTICIPANT, "art", "To paint with my niece on Sundays", True),
    ("therapist", "habits", "Screens off an hour before bed", None),
)
"""Who proposes what, and what the other side says to it (none: nothing yet)."""
DAYS = (
    (0, 2, "Wind, and two herons."),
    (1, 3, ""),
    (0, 5, ""),
    (2, 6, "She painted the dog green."),
    (0, 9, "Only to the bench."),
)
"""Which practice was done how many days after the session, and what was kept of it."""
MOODS = ((6, 6.5), (7, 7), (6, 7.5), (6, 7), (7, 8), (8, 7.5))
"""Mood and sleep in the diary, day by day after the session."""
SAID = "“It is warm in here, and nobody is in a hurry.” Later: “I can put it down for a while.”"
MUSIC = "Strings, slow (arrival)\nDrums, far away (ascent)\nPiano alone (return)"


def between(lines: Sequence[Line]) -> Iterator[Line]:
    """What this person and their therapists kept besides the lines of their course that they have lived so far."""
    mine = [line for line in lines if line.participant == NAME]
    first = _when(next(line for line in mine if line.form == "therapy_session"))
    dosed = _when(next(line for line in mine if line.form == "dose_administration"))
    met = _when(next(line for line in mine if line.visit == "integration_1" and line.form == "therapy_session"))
    for number, (kind, words, shared) in enumerate(GOALS):
        goal, at = f"{NAME}/goal/{number}", first + timedelta(days=1, minutes=3 * number)
        yield _line("goal", PARTICIPANT, at, {"kind": kind, "words": words}, goal)
        if shared:
            yield _line("goal_sharing", PARTICIPANT, at + timedelta(minutes=1), {"about": goal, "shared": True})
    yield from _practices(met)
    for day, (mood, sleep) in enumerate(MOODS, start=1):
        kept = {"mood": mood, "sleep": sleep, "anxiety": 3, "energy": 5, "appetite": 5, "suicidal": "none"}
        yield _line("days_after", PARTICIPANT, dosed + timedelta(days=day, hours=10), kept)
    for practice, days, words in DAYS:
        values = {"about": f"{NAME}/practice/{practice}", **({"words": words} if words else {})}
        yield _line("practice_day", PARTICIPANT, dosed + timedelta(days=days, hours=9), values)
    yield from _recall(dosed, met)
    note = {
        "words": "Holds the breath when the sister is named. I notice that I want to hurry; bring it to supervision."
    }
    yield _line("process_note", "therapist", met + timedelta(hours=2), note)


def _practices(met: datetime) -> Iterator[Line]:
    for number, (role, kind, words, agreed) in enumerate(PRACTICES):
        practice, at = f"{NAME}/practice/{number}", met + timedelta(minutes=5 + 3 * number)
        yield _line("practice", role, at, {"kind": kind, "words": words}, practice)
        if agreed is not None:
            other = "therapist" if role == PARTICIPANT else PARTICIPANT
            values = {"about": practice, "agreed": agreed}
            yield _line("practice_agreement", other, at + timedelta(minutes=1), values)


def _recall(dosed: datetime, met: datetime) -> Iterator[Line]:
    words = {"words": "My grandmother's kitchen, and the light on the floor. I did not have to do anything there."}
    yield _line("recall_words", PARTICIPANT, dosed + timedelta(days=1, hours=7), words, cycle=1)
    drawing, content = f"{NAME}/drawing", picture()
    yield _line("recall_words", PARTICIPANT, dosed + timedelta(days=2, hours=8), {"drawing": True}, drawing, cycle=1)
    file: dict[str, Any] = {"about": drawing, "name": "picture", "copy": "uncertified", "media_type": "image/png"}
    file |= {"sha256": sha256(content).hexdigest(), "size": len(content)}
    yield _line("attachment", PARTICIPANT, dosed + timedelta(days=2, hours=8), file)
    yield _line("recall_page", "therapist", met + timedelta(hours=1), {"said": SAID, "music": MUSIC}, cycle=1)


def _line(
    form: str, role: str, at: datetime, values: dict[str, Any], name: str | None = None, cycle: int | None = None
) -> Line:
    person = PERSON if role == PARTICIPANT else None
    return Line(
        participant=NAME, form=form, role=role, person=person, occurred_at=at, values=values, id=name, cycle=cycle
    )


def _when(line: Line) -> datetime:
    assert line.occurred_at is not None
    return line.occurred_at


def picture(width: int = 360, height: int = 240) -> bytes:
    """A drawing of hills and a sun, as a PNG: the same bytes each time, so that a record can name their hash."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(_color(x / width, y / height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _color(x: float, y: float) -> tuple[int, int, int]:
    if y > 0.72 + 0.06 * sin(7 * x):
        return (94, 120, 96)
    if y > 0.55 + 0.1 * sin(4 * x + 1):
        return (140, 158, 150)
    return (236, 196, 130) if (x - 0.7) ** 2 * 2.25 + (y - 0.3) ** 2 < 0.012 else (242, 234, 220)
