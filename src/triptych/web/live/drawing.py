"""The parts of a session's screen, each drawn by its own partial as HTML, so that only what changed is sent.

The parts `facts` and `room` are JSON: what a tablet needs to decide about the next reading, and what is due, by itself.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.template.loader import get_template
from markupsafe import Markup

from triptych.course import Attendance
from triptych.course.answered import Raised
from triptych.course.presence_alarm import VALUE
from triptych.course.session_calls import Message
from triptych.course.touch_alarms import RULE
from triptych.ledger import Seen
from triptych.ledger.session_view import TouchShown
from triptych.rules import rule_to_json
from triptych.safety import has_zero, questions
from triptych.study import Study, parse_duration
from triptych.web.live.alarms import actions, closings, present, ringing, rules_of, sent
from triptych.web.live.board import Board, Line
from triptych.web.live.chart import chart
from triptych.web.live.room import room

PARTS, MEASURED = ("head", "alarms", "presence", "timeline"), ("chart", "readings")
NEAR = timedelta(minutes=15)
"""A reading so near to the time at which one is due is that one."""


def drawn(
    study: Study,
    board: Board,
    seen: Sequence[Seen],
    attended: Attendance | None = None,
    *,
    alone: Raised | None = None,
    ended_at: datetime | None = None,
    told: Sequence[Message] = (),
    touch: TouchShown | None = None,
) -> dict[str, str]:
    """Every part of the screen by its name; `attended` is who is there, `told` who was told of its alarms."""
    rings = ringing(study, board, seen, told)
    asked, here = (attended.known, list(attended.people)) if attended else present(seen)
    known: dict[str, Any] = {
        "board": board,
        "zone": board.zone,
        "rings": rings,
        "here": here,
    }
    known |= {"questions": questions(study, board.stated, board.dosed_at)}
    known |= {"alone": alone, "searched": sent(told, VALUE, alone.record) if alone else (), "asked": asked}
    lines = sorted((*board.lines, *_gaps(board, attended)), key=lambda line: line.at, reverse=True)
    known |= {"lines": [_row(line, board.zone) for line in lines]}
    touched = touch.alarms if touch else ()
    known |= {"touched": [(one, sent(told, RULE, one.record)) for one in touched]}
    parts = {name: get_template(f"live/_{name}.html").render(known) for name in PARTS}
    parts |= _measured(_Measured(_key(study, board), study, board))
    facts = json.dumps({**_facts(study, board, seen), "ended": ended_at is not None})
    return {**parts, "facts": facts, "room": room(study, board, seen, touch, ended_at)}


@lru_cache(maxsize=8192)
def _row(line: Line, zone: ZoneInfo) -> Markup:
    """A line of the timeline; it is drawn once, for every audience and until it leaves the screen."""
    return Markup(get_template("live/_line.html").render({"line": line, "zone": zone}))  # noqa: S704 -- it is escaped there


@dataclass(frozen=True)
class _Measured:
    """What was measured, by which it is told whether it has been drawn already: audiences mostly see the same."""

    key: bytes
    study: Study = field(compare=False)
    board: Board = field(compare=False)


def _key(study: Study, board: Board) -> bytes:
    is_empty = not (board.doses or board.readings)
    what = (study.digest, board.zone.key, board.now if is_empty else None, board.doses, board.readings)
    return msgspec.msgpack.encode(what)


@lru_cache(maxsize=64)
def _measured(of: _Measured) -> Mapping[str, str]:
    """The chart and the table of readings."""
    known = {"board": of.board, "zone": of.board.zone}
    known |= {"svg": chart(of.board, {watch.id: watch.at for watch in rules_of(of.study).limits})}
    return {name: get_template(f"live/_{name}.html").render(known) for name in MEASURED}


def _gaps(board: Board, attended: Attendance | None) -> Iterator[Line]:
    """Each gap in presence as a line of the timeline, short ones too (CON-01)."""
    for gap in attended.gaps if attended else ():
        until = f"until {gap.until.astimezone(board.zone):%H:%M}" if gap.until else "and it goes on"
        text = f"{gap.people} of {gap.needed} qualified people, {until}{' · deviation' if gap.long else ''}"
        yield Line(
            id=f"gap:{gap.since.timestamp():.0f}", root="", form="presence_gap", at=gap.since, recorded_at=gap.since,
            title="Gap in presence", text=text, by="", late=False, held=False,
        )  # fmt: skip


def _facts(study: Study, board: Board, seen: Sequence[Seen]) -> Mapping[str, Any]:
    """What alarms are decided from, what is due and what was drunk, with times in milliseconds."""
    readings = [
        {"at": one.at.timestamp() * 1000, "record": one.record, "facts": dict(one.facts), "is_signal": one.is_signal}
        for one in board.stated
    ]
    closed = [
        {"at": one.at.timestamp() * 1000, "record": one.record, "about": about}
        for about, said in closings(seen).items()
        for one in said
    ]
    return {
        "readings": readings,
        "closings": closed,
        "due": list(_due(study, board)),
        "drinks": list(_drinks(board, seen)),
        "dosed": board.dosed_at.timestamp() * 1000 if board.dosed_at else None,
    }


def _due(study: Study, board: Board) -> Iterator[tuple[float, str, str]]:
    """The times at which something is to be measured and no reading of it is near, and what; no value: vital signs."""
    if board.dosed_at is None:
        return
    times = [one.at for one in board.readings if one.values]  # nothing measured is a gap, whoever filed it
    yield from _unmet(board.dosed_at, rules_of(study).readings, times, ("Vital signs", ""))
    for watch in rules_of(study).watches:
        times = [one.at for one in board.stated if watch.id in one.facts and not one.is_signal]
        yield from _unmet(board.dosed_at, watch.due, times, (watch.title, watch.id))


def _unmet(
    dosed_at: datetime, due: Sequence[int], times: Sequence[datetime], what: tuple[str, str]
) -> Iterator[tuple[float, str, str]]:
    for minutes in due:
        at = dosed_at + timedelta(minutes=minutes)
        if not any(abs(one - at) <= NEAR for one in times):
            yield at.timestamp() * 1000, *what


def _drinks(board: Board, seen: Sequence[Seen]) -> Iterator[Mapping[str, object]]:
    for one in seen:
        volume = one.values.get("volume")
        is_drink = one.form == "session_drink" and one.current and one.status == "filed"
        if is_drink and isinstance(volume, int) and (board.dosed_at is None or one.occurred_at >= board.dosed_at):
            yield {"at": one.occurred_at.timestamp() * 1000, "id": one.id, "kind": one.values["kind"], "volume": volume}


def watched(study: Study) -> Mapping[str, Any]:
    """The values that alarms watch, with their limits, as a tablet is given them; and what drinks are compared with."""
    rules = rules_of(study)
    after, late, every = (
        parse_duration(text).span / timedelta(milliseconds=1)
        for text in (rules.repeat_after, rules.repeat_late, rules.repeat_every)
    )
    limits = [
        {"about": watch.id, "title": watch.title, "limits": msgspec.to_builtins(watch.at),
         "after": after, "late": late, "every": every, "form": watch.form,
         "item": watch.held_in, "zero": has_zero(study, watch.form, watch.held_in)}
        for watch in rules.watches
    ]  # fmt: skip
    recognize = [
        {"id": one.id, "title": one.title, "level": one.level, "ask": one.ask, "after": after, "late": late,
         "apart": parse_duration(one.apart).span / timedelta(milliseconds=1),
         "rule": rule_to_json(study.rules[f"session.recognize.{one.id}.rule"]),
         "askWhen": rule_to_json(study.rules[f"session.recognize.{one.id}.ask_when"])}
        for one in rules.recognize
    ]  # fmt: skip
    bounds = {
        "hour": rules.drink_hour,
        "total": rules.drink_total,
        "least": rules.drink_least,
        "watched": [one.id for one in rules.watches],
    }
    return {"limits": limits, "recognize": recognize, "actions": actions(study), **bounds}
