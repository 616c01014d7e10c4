"""The music of a session as its screen is given it: what plays now, and what the player needs to begin."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from triptych.course import may_file
from triptych.course.music import END, MUSIC, Piece, pieces
from triptych.ledger import Seen
from triptych.web.live.board import AFTER, BEFORE, Board

if TYPE_CHECKING:
    from triptych.web.people import Asker


def folder() -> Path | None:
    """The folder of the site's own music; none where the server was started without one."""
    found: Path | None = settings.MUSIC
    return found


def may_play(asker: "Asker") -> bool:
    """Whether the asker's role files what is played, and so may play it."""
    form = asker.study.forms.get(MUSIC)
    return form is not None and may_file(asker.study.roles[asker.grant.role], form)


def panel(asker: "Asker", board: Board) -> Mapping[str, Any] | None:
    """What the player's part of the page is given; none for a role that may not play."""
    if not may_play(asker):
        return None
    participant = board.participant
    phases = next(item.choices for item in asker.study.forms[MUSIC].items if item.id == "phase")
    given = {
        "participant": participant,
        "list": reverse("session_music", kwargs={"participant": participant}),
        "forms": {name: {"title": asker.study.forms[name].title, "log": True} for name in (MUSIC, END)},
        "phases": [{"code": one.code, "label": one.label} for one in phases],
    }
    return {"folder": folder() is not None, "given": json.dumps(given).replace("<", "\\u003c"), "phases": phases}


def played(board: Board, seen: Sequence[Seen]) -> tuple[Piece, ...]:
    """The pieces of the session, by the records that a viewer sees."""
    begins, ends = _span(board)
    return tuple(one for one in pieces(seen) if begins <= one.began <= ends)


def _span(board: Board) -> tuple[datetime, datetime]:
    at = board.dosed_at or board.now
    return at - BEFORE, at + AFTER


def playing(board: Board, seen: Sequence[Seen]) -> Mapping[str, Any] | None:
    """The piece that was begun last, while nothing says that it ended; with times in milliseconds."""
    last = played(board, seen)[-1:]
    if not last or last[0].ended is not None:
        return None
    return {"id": last[0].id, "title": last[0].title, "phase": last[0].phase, "at": last[0].began.timestamp() * 1000}
