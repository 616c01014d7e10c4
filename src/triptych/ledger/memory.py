"""The ledger in memory: slow, obvious, and the oracle that the other stores are compared with.

It keeps nothing when the process ends. Whoever writes works on a copy, which becomes the state at the end.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple

from triptych.ledger.appending import check_document, check_place, check_record, duplicate
from triptych.ledger.connections import Turns
from triptych.ledger.errors import LedgerClosed
from triptych.ledger.store import Head, Mark, Row, Stored, lock_order


class State(NamedTuple):
    """All records in the order in which they were appended, all documents, and the rows kept by their audience."""

    records: list[Stored]
    documents: dict[str, bytes]
    rows: dict[tuple[str, str], Row]


class MemoryReading:
    """A copy of one state."""

    def __init__(
        self,
        records: Sequence[Stored],
        documents: Mapping[str, bytes],
        rows: Mapping[tuple[str, str], Row] = MappingProxyType({}),
    ) -> None:
        self._kept = State(list(records), dict(documents), dict(rows))
        self._is_open = True

    def head(self, stream: str) -> Head | None:
        """Return the head of a stream, or None if it has no record."""
        last = [Head(stored.position, stored.sha256) for stored in self.records(stream)][-1:]
        return last[0] if last else None

    def records(self, stream: str, after: int = 0) -> Iterator[Stored]:
        """Yield the records of a stream behind a position, in order."""
        found = [r for r in self._state().records if r.stream == stream and r.position > after]
        return iter(found)

    def tails(self, after: Mapping[str, int]) -> Iterator[Stored]:
        """Yield the records of several streams, each behind a position of its own, in order within a stream."""
        return (stored for stream, position in after.items() for stored in self.records(stream, position))

    def find(self, record_id: str) -> Stored | None:
        """Return the record with an identifier, or None."""
        return next((stored for stored in self._state().records if stored.id == record_id), None)

    def heads(self, prefix: str = "") -> Iterator[tuple[str, Head]]:
        """Yield the streams whose names start with a prefix, by name, each with its head."""
        heads = {r.stream: Head(r.position, r.sha256) for r in self._state().records}
        return iter(sorted(item for item in heads.items() if item[0].startswith(prefix)))

    def document(self, digest: str) -> bytes | None:
        """Return the document with a digest, or None."""
        return self._state().documents.get(digest)

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Yield digests and documents, by digest."""
        return iter(sorted(self._state().documents.items()))

    def row_marks(self, audience: str) -> Iterator[Mark]:
        """Yield the marks of every row kept for an audience."""
        return (row.mark for (whose, _), row in self._state().rows.items() if whose == audience)

    def rows(self, audience: str, participants: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield participants and the bodies of the rows kept for them."""
        rows = self._state().rows
        return ((name, rows[audience, name].body) for name in participants if (audience, name) in rows)

    def end(self) -> None:
        """End the reading; whatever is asked of it from now on is refused."""
        self._is_open = False

    def _state(self) -> State:
        if not self._is_open:
            raise LedgerClosed("This reading or transaction has ended. Open another.")
        return self._kept


class MemoryTransaction(MemoryReading):
    """A copy of the state that can be appended to."""

    def __init__(self, state: State, locked: frozenset[str]) -> None:
        super().__init__(*state)
        self._locked = locked

    def append(self, stored: Stored) -> None:
        """Append a record to a locked stream. Raises a subclass of `AppendRefused`."""
        check_record(stored, self._locked)
        if self.find(stored.id) is not None:
            raise duplicate(stored)
        check_place(self, stored)
        self._state().records.append(stored)

    def put_document(self, digest: str, content: bytes) -> None:
        """Keep a document under its digest; again is harmless. Raises `Malformed`."""
        check_document(digest, content)
        self._state().documents[digest] = content

    def keep_rows(self, audience: str, rows: Sequence[Row]) -> None:
        """Keep rows for an audience in place of those kept for the same participants."""
        self._state().rows.update({(audience, row.mark.participant): row for row in rows})

    def drop_rows(self) -> None:
        """Drop every row of every audience."""
        self._state().rows.clear()

    def outcome(self) -> State:
        """Return the state as it is to be published."""
        return self._state()


class MemoryStore:
    """A store that forgets. One transaction at a time; readings never wait."""

    def __init__(self) -> None:
        self._state = State([], {}, {})
        self._turns = Turns()
        self._writing = threading.Lock()
        self._is_open = True

    @contextmanager
    def transaction(self, *, read: Sequence[str] = (), append: Sequence[str]) -> Iterator[MemoryTransaction]:
        """Work on a copy for a block, then make it the state. See `Store.transaction`."""
        locked = frozenset(lock.stream for lock in lock_order(read, append) if lock.alone)
        with self._turns.take(), self._writing:
            transaction = MemoryTransaction(self._current(), locked)
            try:
                yield transaction
                self._state = transaction.outcome()
            finally:
                transaction.end()

    @contextmanager
    def reading(self) -> Iterator[MemoryReading]:
        """Read the state as it is now. See `Store.reading`."""
        reading = MemoryReading(*self._current())
        try:
            yield reading
        finally:
            reading.end()

    def follow(self, told: Callable[[str | None], None]) -> None:
        """Nothing is told: no other process has this ledger."""

    def close(self) -> None:
        """Refuse further use. Closing again is harmless."""
        self._is_open = False

    def _current(self) -> State:
        if not self._is_open:
            raise LedgerClosed("The ledger has been closed. Open it again.")
        return self._state
