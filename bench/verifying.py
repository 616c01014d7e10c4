"""Verifying an export offline, beside a bare loop that reads the same lines and hashes each once."""

import hashlib
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bench.measuring import Row, paired
from bench.records import chained
from triptych.ledger.archive import export, verify_file
from triptych.ledger.memory import MemoryReading
from triptych.ledger.store import Head, Stored

RECORDS = 1_000_000
PER_STREAM = 500


def rows(scale: float) -> list[Row]:
    """The rate of verification and of the bare loop."""
    count = int(RECORDS * scale)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        with path.open("wb") as out:
            write(out, count)
        size = path.stat().st_size
        ours, bare = paired(lambda: verify(path), lambda: hash_lines(path), rounds=3)
    ratio = bare.cpu / ours.cpu
    figure = f"{count / ours.cpu:,.0f} records a CPU second ({ours.cpu:.2f} s, {size / count:,.0f} bytes a line)"
    beside = f"bare loop {count / bare.cpu:,.0f}; {ratio:.2f} of its rate"
    return [Row(f"verify {count:,} records offline", figure, beside, "at least 0.33 of the bare loop", ratio >= 1 / 3)]


def write(out: BinaryIO, count: int) -> None:
    """Write an export of that many records."""
    export(Generated(count), out)


class Generated(MemoryReading):
    """A ledger that makes the records of a stream when they are asked for and keeps none, to be exported."""

    def __init__(self, count: int) -> None:
        super().__init__((), {})
        self._count, self._chance = count, random.Random(7)
        self._stream: list[Stored] = []

    def heads(self, prefix: str = "") -> Iterator[tuple[str, Head]]:
        """Yield the streams with their heads."""
        for number in range(self._count // PER_STREAM):
            self._stream = chained(f"{prefix}participant:P-{number:06d}", PER_STREAM, self._chance)
            yield self._stream[-1].stream, Head(PER_STREAM, self._stream[-1].sha256)

    def records(self, stream: str, after: int = 0) -> Iterator[Stored]:
        """Yield the records of the stream whose head was asked for last."""
        return (stored for stored in self._stream[after:] if stored.stream == stream)


def verify(path: Path) -> None:
    """Verify an export."""
    with path.open("rb") as lines:
        verdict = verify_file(lines)
    assert not verdict.damages


def hash_lines(path: Path) -> None:
    """Read the same lines and hash each once."""
    sha256 = hashlib.sha256
    with path.open("rb") as lines:
        for line in lines:
            sha256(line)
