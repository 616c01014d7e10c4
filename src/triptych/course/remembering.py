"""What has been derived from a stream's records is not derived again while these stay the same: a memo by identity.

A stream's records are one immutable tuple until the stream grows, so the same tuple always means the same answer.
"""

from collections.abc import Callable, Hashable
from operator import is_
from typing import Generic, TypeVar

Made = TypeVar("Made")
MOST = 64
"""How many answers are kept; the oldest goes first."""


class Remembered(Generic[Made]):
    """A pure function of records that remembers its latest answers. What it gives is shared and never changed.

    It is given one stream's records, or those of so many `streams`, and then whatever else it goes by.
    """

    def __init__(self, make: Callable[..., Made], streams: int = 1) -> None:
        self._make, self._streams = make, streams
        self._kept: dict[tuple[Hashable, ...], tuple[tuple[object, ...], Made]] = {}

    def __call__(self, *given: object) -> Made:
        """The answer for these records; one that may still change is worked out anew each time."""
        records, more = given[: self._streams], given[self._streams :]
        if not all(isinstance(one, tuple) for one in records):
            return self._make(*given)
        key = (*map(id, records), *more)
        found = self._kept.get(key)
        if found is not None and all(map(is_, found[0], records)):
            return found[1]
        made = self._make(*given)
        self._kept[key] = (records, made)
        for oldest in list(self._kept)[:-MOST]:
            self._kept.pop(oldest, None)
        return made
