"""Verifying an export offline, beside a bare loop that reads the same lines and hashes each once."""

import hashlib
import random
import tempfile
from pathlib import Path
from typing import BinaryIO

from bench.measuring import Row, paired
from bench.records import chained
from triptych.ledger.archive import export, verify_file
from triptych.ledger.memory import MemoryStore

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
    chance = random.Random(7)
    store = MemoryStore()
    for number in range(count // PER_STREAM):
        stream = f"participant:P-{number:06d}"
        with store.transaction(append=[stream]) as transaction:
            for stored in chained(stream, PER_STREAM, chance):
                transaction.append(stored)
    with store.reading() as reading:
        export(reading, out)


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
