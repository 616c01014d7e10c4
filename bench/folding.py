"""Folding records into courses: one participant of 500 records, and whole ledgers of many participants."""

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

import msgspec

from bench.measuring import Row, paired, spent
from bench.participants import NAME, Participant, decode, participant
from triptych.course import derive_course
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import Reading
from triptych.ledger.streams import participant_stream

RECORDS = 500
LIMIT = 0.005
SIZES = (10_000, 100_000, 1_000_000)
FLAT = 1.25
STAGES = (50, 80, 115)
"""How many records the participants of a ledger have, in turn: three stages of the whole course."""

PARTS = 10
INSERT = "INSERT INTO record (stream, position, id, sha256, body) VALUES (?, ?, ?, ?, ?)"
MARK = "@" * 12
"""Stands in a template where the name of a participant belongs."""


def rows(scale: float) -> list[Row]:
    """The cost of one participant, and of a record in ledgers of three sizes."""
    return [_one(), *_many([int(size * scale) for size in SIZES])]


def _one() -> Row:
    """One participant, beside the reading of the same records from their stored text."""
    one = participant(RECORDS)
    texts = [msgspec.json.encode(record) for record in one.records]
    fold, read = paired(one.course, lambda: [decode(text) for text in texts], rounds=51)
    return Row(
        f"fold one participant of {RECORDS} records",
        f"{1e3 * fold.cpu:.2f} ms CPU",
        f"decoding their stored text {1e3 * read.cpu:.2f} ms",
        f"{1e3 * LIMIT:.0f} ms",
        fold.cpu <= LIMIT,
    )


def _many(sizes: list[int]) -> Iterator[Row]:
    """Read and fold every participant of a ledger, by turns with a small ledger, and compare the cost of a record."""
    whole = participant()
    with tempfile.TemporaryDirectory() as folder:
        small, *larger = (Ledger(Path(folder) / str(size), whole, size) for size in sizes)
        for ledger in larger:
            each, beside = _by_turns(ledger, small)
            ratio = each / beside
            yield Row(
                f"read and fold {ledger.records:,} records of {len(ledger.names):,} participants",
                f"{1e6 * each:.1f} µs CPU a record",
                f"{small.records:,} records {1e6 * beside:.1f} µs a record; {ratio:.2f}×",
                f"{FLAT}×",
                ratio <= FLAT,
            )


def _by_turns(large: "Ledger", small: "Ledger") -> tuple[float, float]:
    """CPU seconds a record in both, the small one folded whole between the parts of the large one."""
    found = [(spent(partial(large.fold, part)).cpu, spent(small.fold).cpu) for part in large.parts()]
    first, second = map(sum, zip(*found, strict=True))
    return first / large.records, second / (small.records * len(found))


class Ledger:
    """A ledger in SQLite of whole participants, each at a stage of the same course.

    Its records are written past the doors and without their chain, which folding does not read.
    """

    def __init__(self, folder: Path, whole: Participant, size: int) -> None:
        self._folder = folder
        self._stages = {stage: whole.until(stage) for stage in STAGES}
        self.names: list[str] = []
        self.records = 0
        open_ledger(str(folder), write=True).close()
        connection = sqlite3.connect(folder / "ledger.sqlite3")
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            connection.executemany(INSERT, self._rows(templates(whole), size))
        connection.close()

    def _rows(self, kept: "list[Template]", size: int) -> "Iterator[tuple[str, int, str, bytes, bytes]]":
        """Make the records of participant after participant until there are so many."""
        for stage in cycle(STAGES):
            number = f"{len(self.names):012d}"
            yield from (template.made(number) for template in kept[:stage])
            self.names.append(number)
            self.records += stage
            if self.records >= size:
                return

    def parts(self) -> list[list[str]]:
        """The participants in parts, each from all over the ledger."""
        return [self.names[start::PARTS] for start in range(PARTS)]

    def fold(self, names: list[str] | None = None) -> None:
        """Read participants, all or some, from the ledger and derive the course of each."""
        store = open_ledger(str(self._folder), write=False)
        with store.reading() as reading:
            for name in self.names if names is None else names:
                self._fold_one(reading, name)
        store.close()

    def _fold_one(self, reading: Reading, name: str) -> None:
        records = tuple(decode(stored.body) for stored in reading.records(participant_stream(name)))
        stage = self._stages[len(records)]
        derive_course(stage.study, name, records, stage.setting, knowledge(), stage.now)


class Template:
    """One record of the course, to be given to other participants under other identifiers."""

    def __init__(self, position: int, record_id: str, text: str) -> None:
        self._position, self._id, self._text = position, record_id, text

    def made(self, name: str) -> tuple[str, int, str, bytes, bytes]:
        """The record as a row of the ledger, for a participant whose name is as long as the mark."""
        body = self._text.replace(MARK, name).encode()
        digest = hashlib.sha256(body).digest()
        return participant_stream(name), self._position, self._id.replace(MARK, name), digest, body


def templates(whole: Participant) -> list[Template]:
    """Every record of a participant with marks for the name and for the end of each identifier."""
    marked = {record.id: record.id[: -len(MARK)] + MARK for record in whole.records}
    found = []
    for record in whole.records:
        text = msgspec.json.encode(record).decode().replace(participant_stream(NAME), participant_stream(MARK))
        for known, mark in marked.items():
            text = text.replace(known, mark)
        found.append(Template(record.position, marked[record.id], text))
    return found
