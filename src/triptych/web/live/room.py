"""What happens in the room beside the measured values, as the screen of a session is given it: the part `room`, JSON.

Episodes of effects, prompts and scales are derived in `course`; the page draws them, since what is due changes
with time.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from triptych.course.episodes import Episode, episodes
from triptych.course.prompts import NEAR, OPEN, Asked, Slot, slots, windows
from triptych.course.told import Shown
from triptych.ledger import Seen
from triptych.ledger.session_view import TouchShown
from triptych.study import Study
from triptych.web.live.alarms import rules_of
from triptych.web.live.board import AFTER, BEFORE, Board
from triptych.web.live.music import playing

FORMS = (
    "effect",
    "effect_change",
    "session_prompt",
    "session_distress",
    "session_touch",
    "touch_narrowing",
    "touch_stop",
)
"""Forms of the room that are entered from the screen by controls of their own."""


def room(
    study: Study, board: Board, seen: Sequence[Seen], touch: TouchShown | None = None, ended_at: datetime | None = None
) -> str:
    """The part of the page as JSON, with times in milliseconds. Once the session has ended nothing is asked."""
    return json.dumps(
        {
            **_effects(board, seen),
            **_asked(study, board, seen, ended_at),
            "ended": ended_at is not None,
            "touch": _touch(touch),
            "music": playing(board, seen),
        }
    )


def scripted(study: Study) -> Mapping[str, Any]:
    """What is asked in the prompts, and which scales the document has, as a tablet is given them."""
    rules = rules_of(study)
    prompts = rules.prompts
    asks = []
    if prompts is not None:
        asks = [{"kind": OPEN, "text": prompts.open}, *({"kind": one.kind, "text": one.text} for one in prompts.asks)]
    forms = dict.fromkeys(scale.form for scale in rules.scales if scale.form in study.forms)
    return {"asks": asks, "scales": list(forms)}


def episodes_of_session(board: Board, seen: Sequence[Shown]) -> tuple[Episode, ...]:
    """The episodes that began in the session, and any that is still open from before."""
    begins = board.dosed_at - BEFORE if board.dosed_at else None
    ends = board.dosed_at + AFTER if board.dosed_at else None
    return tuple(
        one for one in episodes(seen) if one.is_open or begins is None or (ends and begins <= one.onset <= ends)
    )


def _effects(board: Board, seen: Sequence[Seen]) -> Mapping[str, Any]:
    found = episodes_of_session(board, seen)
    return {
        "effects": [
            {
                "id": one.id,
                "kind": one.kind,
                "onset": _ms(one.onset),
                "ended": _ms(one.ended) if one.ended else None,
                "intensity": one.intensity,
                "impairing": one.impairing,
                "continuing": one.continuing,
            }
            for one in found
        ]
    }


def _asked(study: Study, board: Board, seen: Sequence[Seen], ended_at: datetime | None) -> Mapping[str, Any]:
    """The windows of prompts and the times of scales up to the end; none before a first dose."""
    rules = rules_of(study)
    doses = [dose.at for dose in board.doses]
    if not doses:
        return {"windows": [], "slots": []}
    until = ended_at or datetime.max.replace(tzinfo=UTC)
    asked = windows(rules.prompts, doses, seen) if rules.prompts else ()
    due = slots((one for one in rules.scales if one.form in study.forms), doses, seen)
    return {
        "windows": [window_json(one) for one in asked if one.opens < until],
        "slots": [
            {"form": one.form, "title": one.title, "at": _ms(one.at), "done": one.record is not None}
            for one in due
            if one.at < until
        ],
    }


def window_json(one: Asked) -> Mapping[str, Any]:
    """A window of prompts as a tablet is given it, with times in milliseconds."""
    return {
        "window": one.window,
        "opens": _ms(one.opens),
        "closes": _ms(one.closes),
        "until": _ms(one.until) if one.until else None,
        "left": list(one.left),
        "deferred": one.is_deferred,
        "begun": one.is_begun,
    }


def _touch(shown: TouchShown | None) -> Mapping[str, Any]:
    """What is agreed with whom; where the viewer may not see all that it rests on, that alone is said."""
    if shown is None:
        return {"hidden": True, "people": [], "stopped": None, "declined": None, "outside": []}
    stands = shown.agreement
    people = sorted(stands.people.values(), key=lambda one: one.person)
    return {
        "people": [
            {"person": o.person, "kinds": sorted(o.kinds), "stop_word": o.stop_word, "waits": o.waits} for o in people
        ],
        "stopped": _ms(stands.stopped_at) if stands.stopped_at else None,
        "declined": _ms(stands.declined_at) if stands.declined_at else None,
        "outside": [one.record for one in shown.alarms],
    }


def _ms(at: datetime) -> float:
    return at.timestamp() * 1000


class Report(Struct, frozen=True, kw_only=True):
    """What the summary says of the room: every episode, and what was not asked at its time."""

    effects: tuple[Episode, ...]
    unasked: tuple[Asked, ...]
    missed: tuple[Slot, ...]


def report(study: Study, board: Board, seen: Sequence[Seen], ended_at: datetime | None = None) -> Report:
    """The effects of a session, and the windows and times up to its end that passed without an answer."""
    until = ended_at or board.now
    rules, doses = rules_of(study), [dose.at for dose in board.doses]
    asked = windows(rules.prompts, doses, seen) if rules.prompts and doses else ()
    due = slots((one for one in rules.scales if one.form in study.forms), doses, seen) if doses else ()
    return Report(
        effects=episodes_of_session(board, seen),
        unasked=tuple(
            one for one in asked if one.opens < until and one.status(board.now) in ("gap", "deferred") and one.left
        ),
        missed=tuple(one for one in due if one.record is None and one.at < until and one.at + NEAR < board.now),
    )
