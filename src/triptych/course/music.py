"""The music of a medicine session: which piece was played from when to when, in which phase, from which playlist.

An end that nobody recorded stays unknown: that another piece began does not say when the one before it ended.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from msgspec import Struct

from triptych.course.told import Shown

MUSIC, END = "session_music", "session_music_end"
FOLLOWED = "next"
"""Why a piece ended after which another began at once."""


class Piece(Struct, frozen=True, kw_only=True):
    """One piece as it was played; an `ended` of none means that nothing says when it ended.

    `start` is the second within the piece at which it was begun, none for its beginning.
    """

    id: str
    title: str
    playlist: str
    phase: str | None
    start: int | None
    began: datetime
    ended: datetime | None
    why: str | None


def pieces(records: Iterable[Shown]) -> tuple[Piece, ...]:
    """Every piece on record, in the order in which they began."""
    known = list(records)
    roots = {one.id: one.root for one in known}
    counting = [one for one in known if one.current and one.status == "filed"]
    ends: dict[str, list[Shown]] = {}
    for one in counting:
        if one.form == END:
            about = str(one.values.get("about"))
            ends.setdefault(roots.get(about, about), []).append(one)
    found = [_piece(one, ends.get(one.root, ())) for one in counting if one.form == MUSIC]
    return tuple(sorted(found, key=lambda one: (one.began, one.id)))


def _piece(one: Shown, ends: Sequence[Shown]) -> Piece:
    later = [end for end in ends if end.occurred_at >= one.occurred_at]  # an end before the beginning ends nothing
    end = min(later, key=lambda end: end.occurred_at, default=None)
    start = one.values.get("start")
    return Piece(
        id=one.root,
        title=_text(one.values.get("title")) or "",
        playlist=_text(one.values.get("playlist")) or "",
        phase=_text(one.values.get("phase")),
        start=start if isinstance(start, int) else None,
        began=one.occurred_at,
        ended=end.occurred_at if end else None,
        why=_text(end.values.get("why")) if end else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def stretches(played: Iterable[Piece]) -> list[tuple[Piece, ...]]:
    """The pieces in stretches of one playlist and phase, as they followed each other."""
    return [tuple(group) for _, group in groupby(played, key=lambda one: (one.playlist, one.phase))]


def is_followed(one: Shown) -> bool:
    """Whether a record only says that a piece ended because another began, which that one's record says too."""
    is_end = one.form == END and one.status == "filed" and one.id == one.root
    return is_end and one.values.get("why") == FOLLOWED
