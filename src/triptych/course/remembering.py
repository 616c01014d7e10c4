"""What has been derived from a stream's records is not derived again while these stay the same: a memo by identity.

A stream's records are one immutable tuple until the stream grows, so the same tuple always means the same answer.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from triptych.course.record import Record

Made = TypeVar("Made")
MOST = 16
"""How many answers are kept; the oldest goes first."""


class Remembered(Generic[Made]):
    """A pure function of records that remembers its latest answers. What it gives is shared and never changed."""

    def __init__(self, make: Callable[..., Made]) -> None:
        self._make = make
        self._kept: dict[tuple[Hashable, ...], tuple[Sequence[Record], Made]] = {}

    def __call__(self, records: Sequence[Record], *more: Hashable) -> Made:
        """The answer for these records; one that may still change is worked out anew each time."""
        if not isinstance(records, tuple):
            return self._make(records, *more)
        key = (id(records), *more)
        found = self._kept.get(key)
        if found is not None and found[0] is records:
            return found[1]
        made = self._make(records, *more)
        self._kept[key] = (records, made)
        for oldest in list(self._kept)[:-MOST]:
            self._kept.pop(oldest, None)
        return made
