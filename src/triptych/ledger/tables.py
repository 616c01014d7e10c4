"""Reading and appending over the tables `record` and `document`, whatever the driver.

A store hands in `run`, which executes a named statement and returns its rows; here are the meanings.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from triptych.ledger.appending import check_document, check_place, check_record, duplicate
from triptych.ledger.errors import AppendRefused, LedgerClosed, LedgerError, NotALedger
from triptych.ledger.store import FORMAT, UNSTORABLE, Head, Lock, Mark, Row, Stored

Run = Callable[..., Sequence[Sequence[Any]]]


class TableReading:
    """A reading of the tables. Names that no database could hold find nothing."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def head(self, stream: str) -> Head | None:
        """Return the head of a stream, or None if it has no record."""
        rows = self._look("head", stream=stream)
        return Head(*rows[0]) if rows else None

    def records(self, stream: str, after: int = 0) -> Iterator[Stored]:
        """Yield the records of a stream behind a position, in order."""
        return map(Stored._make, self._look("records", stream=stream, after=after))

    def tails(self, after: Mapping[str, int]) -> Iterator[Stored]:
        """Yield the records of several streams, each behind a position of its own, in order within a stream."""
        named = {stream: position for stream, position in after.items() if not UNSTORABLE.search(stream)}
        return map(Stored._make, self.run("tails", after=json.dumps(named)) if named else ())

    def find(self, record_id: str) -> Stored | None:
        """Return the record with an identifier, or None."""
        rows = self._look("find", id=record_id)
        return Stored(*rows[0]) if rows else None

    def heads(self, prefix: str = "") -> Iterator[tuple[str, Head]]:
        """Yield the streams whose names start with a prefix, by name, each with its head."""
        rows = self._look("heads", prefix=prefix)
        return ((stream, Head(position, sha256)) for stream, position, sha256 in rows)

    def document(self, digest: str) -> bytes | None:
        """Return the document with a digest, or None."""
        rows = self._look("document", digest=digest)
        return rows[0][0] if rows else None

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Yield digests and documents, by digest."""
        return ((digest, content) for digest, content in self.run("documents"))

    def row_marks(self, audience: str) -> Iterator[Mark]:
        """Yield the marks of every row kept for an audience."""
        return map(Mark._make, self.run("row_marks", audience=audience))

    def rows(self, audience: str, participants: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield participants and the bodies of the rows kept for them."""
        found = self.run("rows", audience=audience, participants=json.dumps(list(participants)))
        return ((participant, body) for participant, body in found)

    def _look(self, name: str, **values: str | int) -> Sequence[Sequence[Any]]:
        if any(isinstance(value, str) and UNSTORABLE.search(value) for value in values.values()):
            return ()
        return self.run(name, **values)


class TableTransaction(TableReading):
    """A transaction on the tables; the streams it may append to are locked alone."""

    def __init__(self, run: Run, locks: Sequence[Lock]) -> None:
        super().__init__(run)
        self._held = frozenset(lock.stream for lock in locks)
        self._locked = frozenset(lock.stream for lock in locks if lock.alone)
        self._heads: dict[str, Head | None] = {}

    def head(self, stream: str) -> Head | None:
        """Return the head of a stream, or None; that of a locked stream is looked up once."""
        if stream in self._heads:
            return self._heads[stream]
        head = super().head(stream)
        self._keep(stream, head)
        return head

    def tails(self, after: Mapping[str, int]) -> Iterator[Stored]:
        """Yield records as every reading does; the heads of locked streams are then known."""
        found = list(super().tails(after))
        heads: dict[str, Head | None] = {stream: None for stream, position in after.items() if position == 0}
        heads |= {stored.stream: Head(stored.position, stored.sha256) for stored in found}
        for stream, head in heads.items():
            self._keep(stream, head)
        return iter(found)

    def append(self, stored: Stored) -> None:
        """Append a record to a locked stream. Raises a subclass of `AppendRefused`."""
        check_record(stored, self._locked)
        try:
            check_place(self, stored)
        except AppendRefused:
            if self.find(stored.id) is not None:
                raise duplicate(stored) from None
            raise
        # The identifier is looked up by the statement itself; it may be taken in another stream.
        if not self.run("append", **stored._asdict()):
            raise duplicate(stored)
        self._heads[stored.stream] = Head(stored.position, stored.sha256)

    def _keep(self, stream: str, head: Head | None) -> None:
        """Remember a head that nobody else can move before this transaction ends."""
        if stream in self._held:
            self._heads[stream] = head

    def put_document(self, digest: str, content: bytes) -> None:
        """Keep a document under its digest; again is harmless. Raises `Malformed`."""
        check_document(digest, content)
        self.run("put_document", digest=digest, content=content)

    def keep_rows(self, audience: str, rows: Sequence[Row]) -> None:
        """Keep rows for an audience in place of those kept for the same participants."""
        self.run("keep_rows", audience=audience, rows=json.dumps([[*row.mark, row.body] for row in rows]))

    def drop_rows(self) -> None:
        """Drop every row of every audience."""
        self.run("drop_rows")


R = TypeVar("R", bound=TableReading)


@contextmanager
def opened(reading: R, begin: str) -> Iterator[R]:
    """Hold a database transaction open for a block: commit at its end, roll back on an exception."""
    try:
        reading.run(begin)
        yield reading
        reading.run("commit")
    except BaseException:
        with suppress(LedgerError):
            reading.run("rollback")
        raise
    finally:
        reading.run = _ended


def _ended(_name: str, **_values: object) -> Sequence[Sequence[Any]]:
    raise LedgerClosed("This reading or transaction has ended. Open another.")


def check_version(run: Run) -> None:
    """Raise `NotALedger` unless the tables have the format that this version reads and writes."""
    versions = [row[0] for row in run("version")]
    if versions != [FORMAT]:
        raise NotALedger(
            f"The ledger has format {versions}; this version of Triptych reads format {FORMAT}."
            " Use the version of Triptych that wrote it, or restore an export of it here."
        )
