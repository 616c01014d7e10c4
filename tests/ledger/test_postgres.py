"""The store in a PostgreSQL schema, in its own way: who waits for whom, who may what, what is lost."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from queue import SimpleQueue

import psycopg
import pytest
from psycopg import errors
from tests.ledger.records import ANNA, BERT, ONE, SITE, THREE, TWO, append, file, put, state
from tests.ledger.threads import WAIT, beside

from triptych.ledger import postgres
from triptych.ledger.errors import (
    DamagedLedger,
    DuplicateRecord,
    LedgerBusy,
    LedgerClosed,
    NotALedger,
    ReadOnlyLedger,
    StoreUnavailable,
)
from triptych.ledger.postgres import open_postgres
from triptych.ledger.store import Store

CHANGES = [
    "UPDATE record SET body = body",
    "DELETE FROM record",
    "UPDATE document SET content = content",
    "DELETE FROM document",
]


@pytest.fixture
def store(make_store: Callable[[str], Store]) -> Store:
    """An empty store in a schema of its own."""
    return make_store("postgres")


def wait_for_a_waiting_lock(url: str, kind: str) -> None:
    """Return when some transaction waits for a lock of a kind."""
    deadline = time.monotonic() + WAIT
    query = "SELECT count(*) FROM pg_locks WHERE locktype = %s AND NOT granted"
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            if connection.execute(query, [kind]).fetchone() != (0,):
                return
    pytest.fail(f"nobody waits for a lock of kind {kind}")


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("change", [*CHANGES, "TRUNCATE record", "TRUNCATE document"])
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_tables_refuse_changes_from_any_connection(postgres_url: str, change: str, role: str) -> None:
    with closing(open_postgres(postgres_url, write=True)) as store:
        file(store, ANNA, ONE)
        put(store, b"text")
        before = state(store)
        with psycopg.connect(postgres_url) as connection:
            connection.execute(f"SET session_replication_role = {role}")
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(change)
        assert state(store) == before


def test_transactions_that_share_what_they_read_do_not_wait(store: Store) -> None:
    together = threading.Barrier(2, timeout=WAIT)

    def work(stream: str) -> None:
        with store.transaction(read=["study", SITE], append=[stream]) as transaction:
            together.wait()
            append(transaction, stream, f"id-{stream}")
            together.wait()

    with beside() as run:
        for working in [run(work, stream) for stream in (ANNA, BERT)]:
            working.result(WAIT)
    assert len(state(store)["records"]) == 2


def test_an_appender_waits_for_those_who_read(store: Store, postgres_url: str) -> None:
    order = []

    def write() -> None:
        with store.transaction(append=["study"]):
            order.append("appended")

    with beside() as run:
        with store.transaction(read=["study"], append=[ANNA]):
            writing = run(write)
            wait_for_a_waiting_lock(postgres_url, "advisory")
            order.append("read")
        writing.result(WAIT)
    assert order == ["read", "appended"]


def test_whoever_locks_everything_waits_for_everybody(store: Store, postgres_url: str) -> None:
    order = []

    def restore() -> None:
        with store.transaction(append=["*"]):
            order.append("restored")

    with beside() as run:
        with store.transaction(append=[ANNA]):
            restoring = run(restore)
            wait_for_a_waiting_lock(postgres_url, "advisory")
            order.append("appended")
        restoring.result(WAIT)
    assert order == ["appended", "restored"]


def test_an_identifier_taken_at_the_same_moment_is_refused(store: Store, postgres_url: str) -> None:
    with beside() as run:
        with store.transaction(append=[ANNA]) as transaction:
            append(transaction, ANNA, ONE)
            second = run(file, store, BERT, ONE)
            wait_for_a_waiting_lock(postgres_url, "transactionid")
        with pytest.raises(DuplicateRecord, match=ONE):
            second.result(WAIT)


def test_a_statement_that_failed_unnoticed_fails_the_commit(store: Store) -> None:
    def work() -> None:
        with store.transaction(append=[ANNA]) as transaction:
            append(transaction, ANNA, ONE)
            with pytest.raises(StoreUnavailable, match="check constraint"):
                transaction.run("append", stream=ANNA, position=0, id=TWO, sha256=bytes(32), body=b"")

    with pytest.raises(StoreUnavailable, match="rolled back"):
        work()
    assert state(store)["records"] == []


def test_connections_close_with_their_thread(postgres_url: str) -> None:
    opened = []
    with closing(open_postgres(postgres_url, write=True)) as store:

        def read() -> None:
            with store._connections.borrow() as connection:
                opened.append(connection.pgconn)

        thread = threading.Thread(target=read)
        thread.start()
        thread.join(WAIT)
        assert opened[0].status == psycopg.pq.ConnStatus.BAD


def test_a_connection_that_was_lost_is_replaced(store: Store, postgres_url: str) -> None:
    def work() -> None:
        with store.transaction(append=[ANNA]) as transaction:
            (connection,) = transaction.run.args
            with psycopg.connect(postgres_url) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
            append(transaction, ANNA, ONE)

    with pytest.raises(StoreUnavailable, match="not known"):
        work()
    file(store, ANNA, ONE)


def test_a_commit_reaches_the_disk_whatever_the_default_is(postgres_url: str) -> None:
    lax = postgres_url.replace("options=", "options=-csynchronous_commit%3Doff%20")
    with closing(open_postgres(lax, write=True)) as store, store._connections.borrow() as connection:
        shown = connection.execute("SHOW synchronous_commit").fetchone()
    assert shown == ("on",)


@pytest.fixture
def inspector(postgres_url: str) -> Iterator[str]:
    """Open the same schema as a role that may do no more than SELECT."""
    role = f"inspector_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        (schema,) = connection.execute("SELECT current_schema()").fetchone()
        connection.execute(f"CREATE ROLE {role}")
        connection.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}")
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        yield f"{postgres_url}%20-crole%3D{role}"
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


def test_a_reader_needs_no_more_than_select(postgres_url: str, inspector: str) -> None:
    with closing(open_postgres(postgres_url, write=True)) as store:
        file(store, ANNA, ONE)
        with closing(open_postgres(inspector, write=False)) as reader:
            assert state(reader) == state(store)
        denied = pytest.raises(StoreUnavailable, match="permission denied")
        with closing(open_postgres(inspector, write=True)) as writer, denied:
            file(writer, ANNA, TWO)


def test_a_ledger_opened_for_reading_takes_no_transaction(postgres_url: str) -> None:
    with pytest.raises(NotALedger, match="made when it is first opened for writing"):
        open_postgres(postgres_url, write=False)
    open_postgres(postgres_url, write=True).close()
    refused = pytest.raises(ReadOnlyLedger, match="Open it for writing")
    with closing(open_postgres(postgres_url, write=False)) as reader, refused, reader.transaction(append=[ANNA]):
        pytest.fail("the transaction opened")


def test_two_processes_that_make_the_tables_at_once_make_them_once(postgres_url: str) -> None:
    start = threading.Barrier(4, timeout=WAIT)

    def make(number: int) -> None:
        start.wait()
        with closing(open_postgres(postgres_url, write=True)) as store:
            file(store, ANNA, str(number))

    with beside() as run:
        for making in [run(make, number) for number in range(4)]:
            making.result(WAIT)
    with closing(open_postgres(postgres_url, write=False)) as store:
        assert len(state(store)["records"]) == 4


def test_a_ledger_of_another_format_is_not_opened(postgres_url: str) -> None:
    open_postgres(postgres_url, write=True).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE ledger_format SET version = 2")
    with pytest.raises(NotALedger, match=r"has format \[2\]"):
        open_postgres(postgres_url, write=True)


def test_a_schema_that_does_not_exist_is_not_made(postgres_url: str) -> None:
    url = postgres_url.replace("test_", "absent_")
    with pytest.raises(NotALedger, match="the schema of the search path"):
        open_postgres(url, write=True)


def test_a_table_that_vanished_is_not_a_ledger(postgres_url: str) -> None:
    with closing(open_postgres(postgres_url, write=True)) as store:
        with psycopg.connect(postgres_url) as connection:
            connection.execute("DROP TABLE record")
        with pytest.raises(NotALedger, match="does not exist"), store.reading() as reading:
            reading.head(ANNA)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://u:secret@/db?host=/nowhere", "host=/nowhere dbname=db"),
        ("postgresql://u:secret@/?host=", "of this machine"),
        ("postgresql://u:secret@[", "its URL cannot be read"),
    ],
)
def test_a_server_out_of_reach_is_named_without_its_password(
    url: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "/nowhere")
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        open_postgres(url, write=False)
    assert place in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.DeadlockDetected(), LedgerBusy),
        (errors.DataCorrupted(), DamagedLedger),
        (errors.DiskFull(), StoreUnavailable),
        (psycopg.InterfaceError("the connection is closed"), LedgerClosed),
    ],
)
def test_errors_of_the_driver_become_errors_of_the_room(error: psycopg.Error, expected: type) -> None:
    assert type(postgres._translate(error)) is expected


def test_a_process_hears_what_others_append_once_it_is_committed(postgres_url: str) -> None:
    heard: SimpleQueue[str | None] = SimpleQueue()
    with (
        closing(open_postgres(postgres_url, write=True)) as here,
        closing(open_postgres(postgres_url, write=True)) as elsewhere,
    ):
        here.follow(heard.put)
        assert heard.get(timeout=WAIT) is None  # what was said before it listened is not known
        file(here, ANNA, ONE)
        with elsewhere.transaction(append=[BERT]) as transaction:
            append(transaction, BERT, TWO)
            assert heard.empty()
        assert heard.get(timeout=WAIT) == BERT
        with suppress(RuntimeError), elsewhere.transaction(append=[SITE]) as transaction:
            append(transaction, SITE, THREE)
            raise RuntimeError
        file(elsewhere, SITE, THREE)
        assert heard.get(timeout=WAIT) == SITE
        assert heard.empty()


def test_a_process_whose_line_was_lost_looks_at_everything_again(postgres_url: str) -> None:
    heard: SimpleQueue[str | None] = SimpleQueue()
    with closing(open_postgres(postgres_url, write=True)) as here:
        here.follow(heard.put)
        assert heard.get(timeout=WAIT) is None
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN triptych'")
        assert heard.get(timeout=WAIT) is None
