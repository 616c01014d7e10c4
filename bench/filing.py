"""Filing through the door: SQL statements, round trips and CPU time of one `Trial.file`, on both databases."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from tests.postgres import postgres

from bench.measuring import Row, percentile, spent
from bench.participants import STUDY, lines
from triptych.cli.scenario import Player
from triptych.ledger import Actor, Draft, Outcome
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger

WANTED = 8
"""Statements of a filing that a later version should not exceed."""


def rows(scale: float) -> list[Row]:
    """Both databases, each played once to count and once to measure the time."""
    records = max(120, int(500 * scale))
    found: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found += _rows("SQLite", [str(folder / "counted"), str(folder / "timed")], records)
        server = stack.enter_context(postgres())
        places = [stack.enter_context(server.schema()) for _ in range(2)]
        found += _rows("PostgreSQL", places, records)
    return found


def _rows(name: str, places: list[str], records: int) -> Iterator[Row]:
    counted, timed = places
    with watched() as watch:
        counts = played(counted, records, watch.count)
    statements, trips = zip(*counts, strict=True)
    median = percentile(statements, 0.5)
    figure = f"{median} statements (at most {max(statements)})"
    if name == "PostgreSQL":
        figure += f", {percentile(trips, 0.5)} round trips (at most {max(trips)})"
    yield Row(f"`Trial.file`, {name}", figure, "", f"a later version: {WANTED}", None)
    cpu = played(timed, records, lambda file: spent(file).cpu)
    figure = f"{1e6 * sum(cpu) / len(cpu):,.0f} µs CPU"
    beside = f"p50 {1e6 * percentile(cpu, 0.5):,.0f} µs, p99 {1e6 * percentile(cpu, 0.99):,.0f} µs"
    yield Row(f"`Trial.file`, {name}, mean of {len(cpu)} filings", figure, beside, "", None)


def played(where: str, records: int, measure: Callable[[Callable[[], Outcome]], Any]) -> list[Any]:
    """Play a whole course of so many records into a fresh ledger; give what is measured of each filing."""
    store = open_ledger(where, write=True)
    found = []
    try:
        player = Player(store, find_study(STUDY), lines(records))
        file = player.trial.file

        def measured(draft: Draft, actor: Actor) -> Outcome:
            outcome: list[Outcome] = []
            found.append(measure(lambda: outcome.append(file(draft, actor))))
            return outcome[0]

        with patch.object(player.trial, "file", measured):
            for step in player.play():
                assert step.outcome is not None
    finally:
        store.close()
    return found


class Watch:
    """Counts what reaches the database: statements, and turns of the conversation with a server."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace
        self._statements = 0
        self._last = ""
        self._read = 0

    def connect_sqlite(self, *given: Any, **named: Any) -> sqlite3.Connection:
        """Connect and count every statement."""
        connection = self._sqlite(*given, **named)
        connection.set_trace_callback(self._said)
        return connection

    def connect_postgres(self, *given: Any, **named: Any) -> "psycopg.Connection[Any]":
        """Connect and have the driver's library write down every message."""
        connection = self._postgres(*given, **named)
        self._file = self._trace.open("ab")
        connection.pgconn.trace(self._file.fileno())
        return connection

    _sqlite = staticmethod(sqlite3.connect)
    _postgres = staticmethod(psycopg.connect)

    def _said(self, statement: str) -> None:
        """Count a statement. An INSERT is told once more for each trigger that it fires."""
        told_again = statement == self._last and statement.startswith("INSERT")
        self._statements += not told_again
        self._last = statement

    def count(self, work: Callable[[], object]) -> tuple[int, int]:
        """Do a piece of work and give the statements it sent and the turns it waited for."""
        self._statements = 0
        self._messages()
        work()
        sent = self._messages()
        turns = sum(kind in {"Query", "Sync"} for kind in sent)
        return self._statements + sum(kind in {"Query", "Execute"} for kind in sent), turns

    def _messages(self) -> list[str]:
        """The kinds of messages sent to the server since the last time; each turn ends with a Query or a Sync."""
        if not self._trace.exists():
            return []
        with self._trace.open("rb") as file:
            file.seek(self._read)
            fields = [line.split(b"\t") for line in file]
            self._read = file.tell()
        return [field[3].strip().decode() for field in fields if len(field) > 3 and field[1] == b"F"]


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch every connection that is opened in a block."""
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch(Path(folder) / "trace")
        with patch("sqlite3.connect", watch.connect_sqlite), patch("psycopg.connect", watch.connect_postgres):
            yield watch
