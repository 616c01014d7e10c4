"""Appending one 15-value record durably, beside the bare driver doing the same statements in the same run."""

import hashlib
import random
import sqlite3
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
from tests.postgres import postgres

from bench.measuring import Row, paired, percentile
from bench.records import DIGEST, START, encode, values
from triptych.course import Record
from triptych.ledger.chain import link, seal
from triptych.ledger.opening import open_ledger
from triptych.ledger.statements import statements
from triptych.ledger.store import Head, Store

COUNT = 2000
CALLERS = 8
ROUNDS = 5
Answers = tuple[str, dict[str, Any]]
"""An identifier and fifteen answers, made before the time is taken."""


def rows(scale: float) -> list[Row]:
    """CPU beside the bare driver, and the waiting time with eight callers, on both databases."""
    count = max(200, int(COUNT * scale))
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        found += _rows("SQLite", str(Path(folder) / "ours"), _bare_sqlite(Path(folder) / "bare"), count)
    with postgres() as server, server.schema() as ours, server.schema() as bare:
        found += _rows("PostgreSQL", ours, _bare_postgres(bare), count)
    return found


def _rows(name: str, where: str, bare: Callable[[Iterable[Answers]], None], count: int) -> list[Row]:
    store = open_ledger(where, write=True)
    batches = [answers(count) for _ in range(ROUNDS)]
    ours_next, bare_next = iter(batches), iter(batches)
    try:
        ours, plain = paired(lambda: append(store, next(ours_next)), lambda: bare(next(bare_next)), ROUNDS)
        waits = callers(store, count)
    finally:
        store.close()
    ratio = ours.cpu / plain.cpu
    each, beside = 1e6 * ours.cpu / count, 1e6 * plain.cpu / count
    p50, p99 = (1e3 * percentile(waits, share) for share in (0.5, 0.99))
    return [
        Row(
            f"append durably, {name}",
            f"{each:,.0f} µs CPU",
            f"bare driver {beside:,.0f} µs; {ratio:.2f}×",
            "2×",
            ratio <= 2,
        ),
        Row(f"append with {CALLERS} callers, {name}", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", "", "", None),
    ]


def answers(count: int) -> list[Answers]:
    """What is to be appended."""
    chance = random.Random(11)
    return [(str(uuid.uuid4()), values(chance)) for _ in range(count)]


def record(given: Answers, stream: str, head: Head | None) -> Record:
    """The next record of a stream."""
    position, previous = link(head)
    return Record(
        stream=stream,
        position=position,
        previous=previous,
        id=given[0],
        form="vitals",
        actor="therapist-1",
        role="therapist",
        occurred_at=START,
        recorded_at=START,
        document=DIGEST,
        values=given[1],
        site="site-1",
    )


def append(store: Store, batch: Iterable[Answers], prefix: str = "P", waits: list[float] | None = None) -> None:
    """Append records to streams in turn, each in a transaction of its own."""
    for number, given in enumerate(batch):
        stream = f"participant:{prefix}-{number % 50}"
        began = time.perf_counter()
        with store.transaction(read=["study", "site:site-1"], append=[stream]) as transaction:
            made = record(given, stream, transaction.head(stream))
            transaction.append(seal(stream, made.position, made.id, encode(made)))
        if waits is not None:
            waits.append(time.perf_counter() - began)


def callers(store: Store, count: int) -> list[float]:
    """How long each of many callers at once waits for its append."""
    waits: list[list[float]] = [[] for _ in range(CALLERS)]
    threads = [
        threading.Thread(target=append, args=(store, answers(count // CALLERS), f"C{number}", waits[number]))
        for number in range(CALLERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [wait for found in waits for wait in found]


def _bare_sqlite(folder: Path) -> Callable[[Iterable[Answers]], None]:
    """The same statements by the standard library's driver alone."""
    open_ledger(str(folder), write=True).close()
    connection = sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    sql = statements("sqlite")

    def run(name: str, **given: object) -> list[tuple[object, ...]]:
        return connection.execute(sql[name], given).fetchall()

    return lambda batch: _bare(run, batch, lambda _: run("begin_transaction"))


def _bare_postgres(where: str) -> Callable[[Iterable[Answers]], None]:
    """The same statements by psycopg alone."""
    open_ledger(where, write=True).close()
    connection = psycopg.connect(where, autocommit=True)
    sql = statements("postgres")

    def run(name: str, **given: object) -> list[tuple[object, ...]]:
        cursor = connection.execute(sql[name].encode(), given or None)
        return cursor.fetchall() if cursor.description else []

    def begin(stream: str) -> None:
        run("begin_transaction")
        keys = [_key(name) for name in ("*", "study", "site:site-1", stream)]
        run("lock", keys=keys, alone=[False, False, False, True])

    return lambda batch: _bare(run, batch, begin)


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _bare(
    run: Callable[..., list[tuple[object, ...]]], batch: Iterable[Answers], begin: Callable[[str], object]
) -> None:
    for number, given in enumerate(batch):
        stream = f"participant:P-{number % 50}"
        begin(stream)
        found = run("head", stream=stream)
        made = record(given, stream, Head(*found[0]) if found else None)  # type: ignore[arg-type] -- a row as the store has it
        body = encode(made)
        run("find", id=made.id)
        run("head", stream=stream)
        digest = hashlib.sha256(body).digest()
        run("append", stream=stream, position=made.position, id=made.id, sha256=digest, body=body)
        run("commit")
