"""Whatever is done to them, the SQL stores hold what the store in memory holds."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from hashlib import sha256
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger.records import dump, next_record
from tests.postgres import PostgresServer, shared_postgres

from triptych.ledger.chain import verify
from triptych.ledger.errors import AppendRefused
from triptych.ledger.memory import MemoryStore
from triptych.ledger.postgres import open_postgres
from triptych.ledger.sqlite import open_sqlite
from triptych.ledger.store import Store

STREAMS = ["study", "site:1", "site:10", "participant:a", "participant:ø", "participant:א"]
PREFIXES = ["", "s", "site:1", "participant:", "participant:ø", "z"]
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LENIENT = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Append(NamedTuple):
    """Append a record, perhaps at a wrong position or under a taken identifier."""

    stream: str
    record_id: str
    values: object
    shift: int


class Step(NamedTuple):
    """One transaction: what it locks, what it does, and whether it ends well."""

    locked: list[str]
    appends: list[Append]
    documents: list[bytes]
    fails: bool


class Stopped(Exception):
    """A transaction that does not end well."""


identifiers = st.sampled_from("abcdefghij") | st.uuids().map(str)
appends = st.builds(
    Append,
    st.sampled_from(STREAMS),
    identifiers,
    st.dictionaries(ANY_TEXT, ANY_TEXT | st.integers() | st.none(), max_size=3),
    st.sampled_from([0, 0, 0, 0, 0, 1, -1]),
)
steps = st.builds(
    Step,
    st.lists(st.sampled_from(STREAMS), min_size=1, max_size=4),
    st.lists(appends, max_size=4),
    st.lists(ANY_TEXT.map(str.encode), max_size=1),
    st.sampled_from([False, False, False, True]),
)


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """The server of the session."""
    with shared_postgres() as server:
        yield server


@contextmanager
def sqlite_store() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_sqlite(folder, write=True)) as store,
    ):
        yield store


@contextmanager
def postgres_store(server: PostgresServer) -> Iterator[Store]:
    with server.schema() as url, closing(open_postgres(url, write=True)) as store:
        yield store


def take(store: Store, step: Step) -> list[str]:
    """Take a step; return the code of each refusal."""
    refusals = []
    try:
        with store.transaction(append=step.locked) as transaction:
            for append in step.appends:
                stored = next_record(transaction, append.stream, append.record_id, append.values)
                stored = stored._replace(position=stored.position + append.shift)
                try:
                    transaction.append(stored)
                except AppendRefused as refused:
                    refusals.append(refused.code)
            for content in step.documents:
                transaction.put_document(sha256(content).hexdigest(), content)
            if step.fails:
                raise Stopped
    except Stopped:
        refusals.append("stopped")
    return refusals


def compare(opened: AbstractContextManager[Store], course: list[Step]) -> None:
    """Take the same steps in a store and in memory; both must answer and hold the same."""
    oracle = MemoryStore()
    with opened as store:
        for step in course:
            assert take(store, step) == take(oracle, step)
            with store.reading() as reading, oracle.reading() as expected:
                assert dump(reading) == dump(expected)
                for prefix in PREFIXES:
                    assert list(reading.heads(prefix)) == list(expected.heads(prefix))
                assert verify(reading) == verify(expected)
                assert not verify(reading).damages


@LENIENT
@given(st.lists(steps, max_size=6))
def test_the_sqlite_store_holds_what_the_memory_store_holds(course: list[Step]) -> None:
    compare(sqlite_store(), course)


@LENIENT
@given(st.lists(steps, max_size=6))
def test_the_postgres_store_holds_what_the_memory_store_holds(server: PostgresServer, course: list[Step]) -> None:
    compare(postgres_store(server), course)
