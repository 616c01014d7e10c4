"""The store interface: all that the rest of the room knows about a database.

A store keeps records in streams and documents under their digests, appends and never changes either.
What it hands back is byte for byte what it was given. Three stores implement it (memory, SQLite,
PostgreSQL) and prove themselves against one contract suite, `tests/ledger/contract.py`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, Protocol, runtime_checkable

from triptych.ledger.errors import Malformed

__all__ = [
    "EVERY_STREAM",
    "Head",
    "Lock",
    "Mark",
    "Reading",
    "Row",
    "Store",
    "Stored",
    "Transaction",
    "lock_order",
]

EVERY_STREAM: Final = "*"
"""Locked for appending, it stands for every stream there is or could be; restoring an export needs it."""

FORMAT: Final = 1
"""The version of tables and of exports."""

UNSTORABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""What no name may hold: control characters and halves of characters, which not every database keeps."""

_STREAM = re.compile(r"study|(?:site|participant):.{1,200}", re.DOTALL)
_RANK = {EVERY_STREAM: 0, "study": 1, "site": 2, "participant": 3}


class Stored(NamedTuple):
    """One record as it is stored, verbatim. `sha256` is the digest of `body`."""

    stream: str
    position: int
    id: str
    body: bytes
    sha256: bytes


class Head(NamedTuple):
    """The last record of a stream: its position and digest."""

    position: int
    sha256: bytes


class Mark(NamedTuple):
    """What a kept row of a list rests on: it holds from `since` until `until` for whatever has the same key.

    `own` names, a line each, the people for whom it does not hold, since they see more than their audience.
    """

    participant: str
    site: str | None
    key: str
    since: str
    until: str | None
    own: str


class Row(NamedTuple):
    """One derived row of a list for one audience, with its mark. Rows are kept to be read again and rest on records."""

    mark: Mark
    body: str


class Lock(NamedTuple):
    """One stream to lock, alone (to append) or shared (to read)."""

    stream: str
    alone: bool


@runtime_checkable
class Reading(Protocol):
    """One consistent state of the ledger, taken at the first look at it. What it returns stands as of the call."""

    def head(self, stream: str) -> Head | None:
        """Return the head of a stream, or None if it has no record."""

    def records(self, stream: str, after: int = 0) -> Iterator[Stored]:
        """Yield the records of a stream behind a position, in order."""

    def tails(self, after: Mapping[str, int]) -> Iterator[Stored]:
        """Yield the records of several streams, each behind a position of its own, in order within a stream."""

    def find(self, record_id: str) -> Stored | None:
        """Return the record with an identifier, or None."""

    def heads(self, prefix: str = "") -> Iterator[tuple[str, Head]]:
        """Yield the streams whose names start with a prefix, by name, each with its head."""

    def document(self, digest: str) -> bytes | None:
        """Return the document with a digest, or None."""

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Yield digests and documents, by digest."""

    def row_marks(self, audience: str) -> Iterator[Mark]:
        """Yield the marks of every row kept for an audience."""

    def rows(self, audience: str, participants: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield participants and the bodies of the rows kept for them."""


class Transaction(Reading, Protocol):
    """A reading that can append, and sees what it appended."""

    def append(self, stored: Stored) -> None:
        """Append a record to a locked stream. Raises a subclass of `AppendRefused` and appends nothing."""

    def put_document(self, digest: str, content: bytes) -> None:
        """Keep a document under its digest; again is harmless. Raises `Malformed`."""

    def keep_rows(self, audience: str, rows: Sequence[Row]) -> None:
        """Keep rows for an audience in place of those kept for the same participants."""

    def drop_rows(self) -> None:
        """Drop every row of every audience."""


class Store(Protocol):
    """Where a ledger is kept. It may be used from several threads at once."""

    def transaction(self, *, read: Sequence[str] = (), append: Sequence[str]) -> AbstractContextManager[Transaction]:
        """Lock streams, then read and append; commit durably at the end, roll back on an exception.

        Locks are taken in `lock_order` before anything is read. Raises `LedgerBusy` inside another
        transaction of the same thread, `Malformed` for a name that is no stream's.
        """

    def reading(self) -> AbstractContextManager[Reading]:
        """Open a reading of one state, that of its first look; what is appended later does not show."""

    def follow(self, told: Callable[[str | None], None]) -> None:
        """Tell, on a thread of the store's own and until it is closed, which streams other processes append to.

        None stands for what cannot be known: look at everything again. A store that one process writes has nothing to
        tell.
        """

    def close(self) -> None:
        """Release what the store holds. Closing again is harmless."""


def lock_order(read: Iterable[str], append: Iterable[str]) -> tuple[Lock, ...]:
    """Order the streams to lock: study, sites, participants, by name within each.

    The first lock stands for all streams and is shared unless it is asked for alone, so that whoever
    restores an export meets nobody. Raises `Malformed` for a name that is no stream's.
    """
    alone = set(append)
    named = {EVERY_STREAM, *read, *alone}
    for stream in named - {EVERY_STREAM}:
        check_stream(stream)
    return tuple(Lock(stream, stream in alone) for stream in sorted(named, key=_rank))


def _rank(stream: str) -> tuple[int, str]:
    return _RANK[stream.partition(":")[0]], stream


def check_stream(stream: str) -> None:
    """Raise `Malformed` unless a name is a stream's."""
    if not _STREAM.fullmatch(stream) or UNSTORABLE.search(stream):
        raise Malformed(
            f"{stream!r} names no stream. A stream is `study`, `site:ID` or `participant:ID`, the ID of"
            " 1 to 200 characters without control characters. Nothing was written."
        )
