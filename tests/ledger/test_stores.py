"""Each store keeps the contract, and keeps it in its own way: files, locks, triggers, servers."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.ledger.contract import (
    ANNA,
    BERT,
    ONE,
    SITE,
    TWO,
    WAIT,
    StoreContract,
    append,
    beside,
    file,
    put,
    state,
)
from triptych.ledger import postgres, sqlite
from triptych.ledger.errors import (
    DamagedLedger,
    DuplicateRecord,
    LedgerBusy,
    LedgerClosed,
    NotALedger,
    ReadOnlyLedger,
    StoreUnavailable,
)
from triptych.ledger.opening import open_ledger
from triptych.ledger.postgres import open_postgres
from triptych.ledger.sqlite import open_sqlite
from triptych.ledger.store import Lock, Store, lock_order

CHANGES = [
    "UPDATE record SET body = body",
    "DELETE FROM record",
    "UPDATE document SET content = content",
    "DELETE FROM document",
]


def python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False)


def test_streams_are_locked_study_first_then_sites_then_participants() -> None:
    locks = lock_order(["study", "site:b"], [BERT, "site:a", ANNA])
    assert locks == (
        Lock("*", alone=False),
        Lock("study", alone=False),
        Lock("site:a", alone=True),
        Lock("site:b", alone=False),
        Lock(ANNA, alone=True),
        Lock(BERT, alone=True),
    )


def test_a_stream_that_is_read_and_appended_to_is_locked_alone() -> None:
    assert lock_order(["study"], ["study"])[1:] == (Lock("study", alone=True),)


class TestMemory(StoreContract):
    """The store in memory."""

    @pytest.fixture
    def store(self, make_store: Callable[[str], Store]) -> Store:
        return make_store("memory")


class TestSqlite(StoreContract):
    """The store in a file."""

    @pytest.fixture
    def store(self, make_store: Callable[[str], Store]) -> Store:
        return make_store("sqlite")

    @pytest.mark.requirement("P11-04")
    @pytest.mark.parametrize(
        "change",
        [
            *CHANGES,
            "INSERT OR REPLACE INTO record SELECT * FROM record",
            "REPLACE INTO record SELECT 'study', 9, id, sha256, body FROM record",
            "INSERT OR REPLACE INTO document SELECT * FROM document",
        ],
    )
    def test_the_file_refuses_changes_from_any_connection(self, tmp_path: Path, change: str) -> None:
        with closing(open_sqlite(tmp_path, write=True)) as store:
            file(store, ANNA, ONE)
            put(store, b"text")
            before = state(store)
            with closing(sqlite3.connect(tmp_path / sqlite.FILE)) as connection:
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    connection.execute(change)
                connection.commit()
            assert state(store) == before

    def test_the_writer_waits_for_the_disk_at_every_commit(self, tmp_path: Path) -> None:
        with closing(open_sqlite(tmp_path, write=True)) as store:
            assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)

    def test_what_was_filed_is_there_when_the_ledger_is_opened_again(self, tmp_path: Path) -> None:
        for record_id in (ONE, TWO):
            with closing(open_sqlite(tmp_path / "new" / "place", write=True)) as store:
                file(store, ANNA, record_id)
        with closing(open_sqlite(tmp_path / "new" / "place", write=False)) as store:
            assert [stored.id for stored in state(store)["records"]] == [ONE, TWO]

    def test_a_killed_process_loses_nothing_that_was_filed(self, tmp_path: Path) -> None:
        script = (
            "import os, sys\n"
            "from tests.ledger.contract import ANNA, ONE, TWO, append, file\n"
            "from triptych.ledger.sqlite import open_sqlite\n"
            "store = open_sqlite(sys.argv[1], write=True)\n"
            "file(store, ANNA, ONE)\n"
            "with store.transaction(append=[ANNA]) as transaction:\n"
            "    append(transaction, ANNA, TWO)\n"
            "    os._exit(9)\n"
        )
        assert python(script, tmp_path).returncode == 9
        with closing(open_sqlite(tmp_path, write=True)) as store:
            assert [stored.id for stored in state(store)["records"]] == [ONE]

    def test_a_second_writing_process_is_told_who_writes(self, tmp_path: Path) -> None:
        script = "import sys\nfrom triptych.ledger.sqlite import open_sqlite\nopen_sqlite(sys.argv[1], write=True)\n"
        with closing(open_sqlite(tmp_path, write=True)):
            refused = python(script, tmp_path)
            assert refused.returncode == 1
            assert f"LedgerBusy: The process with id {os.getpid()} has the ledger" in refused.stderr
            assert "stop it and try again" in refused.stderr
        assert python(script, tmp_path).returncode == 0

    def test_a_second_writer_in_the_process_is_refused_too(self, tmp_path: Path) -> None:
        with (
            closing(open_sqlite(tmp_path, write=True)),
            pytest.raises(LedgerBusy, match=str(os.getpid())),
        ):
            open_sqlite(tmp_path, write=True)

    def test_a_holder_that_has_not_said_who_it_is_is_unknown(self, tmp_path: Path) -> None:
        with (tmp_path / sqlite.LOCK).open("w") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX)
            with pytest.raises(LedgerBusy, match="id unknown"):
                open_sqlite(tmp_path, write=True)

    def test_readers_work_beside_the_writer_and_write_nothing(self, tmp_path: Path) -> None:
        with (
            closing(open_sqlite(tmp_path, write=True)) as writer,
            closing(open_sqlite(tmp_path, write=False)) as reader,
        ):
            file(writer, ANNA, ONE)
            assert state(reader) == state(writer)
            with (
                pytest.raises(ReadOnlyLedger, match="Open it for writing"),
                reader.transaction(append=[ANNA]),
            ):
                pytest.fail("the transaction opened")
            with reader.reading() as reading, pytest.raises(StoreUnavailable, match="readonly"):
                reading.run("put_document", digest="0" * 64, content=b"")

    def test_closing_waits_for_a_reading_in_another_thread(self, tmp_path: Path) -> None:
        store = open_sqlite(tmp_path, write=True)
        file(store, ANNA, ONE)
        opened, closed = threading.Event(), threading.Event()

        def read() -> list[object]:
            with store.reading() as reading:
                opened.set()
                assert closed.wait(WAIT)
                return list(reading.records(ANNA))

        with beside() as run:
            reading = run(read)
            assert opened.wait(WAIT)
            store.close()
            closed.set()
            assert len(reading.result(WAIT)) == 1

    def test_closing_inside_a_transaction_is_refused(self, tmp_path: Path) -> None:
        with closing(open_sqlite(tmp_path, write=True)) as store:
            with store.transaction(append=[ANNA]) as transaction:
                with pytest.raises(LedgerBusy):
                    store.close()
                append(transaction, ANNA, ONE)
            assert len(state(store)["records"]) == 1

    @pytest.mark.parametrize("place", ["missing", "empty", "file", "other"])
    def test_a_place_without_a_ledger_says_how_one_is_made(self, tmp_path: Path, place: str) -> None:
        folder = tmp_path / place
        if place == "file":
            folder.write_text("text")
        elif place != "missing":
            folder.mkdir()
        if place == "other":
            with closing(sqlite3.connect(folder / sqlite.FILE)) as connection:
                connection.execute("CREATE TABLE something (else_ TEXT)")
        with pytest.raises(NotALedger, match="made there when it is first opened for writing"):
            open_sqlite(folder, write=False)
        assert not (folder / sqlite.LOCK).exists()

    def test_a_file_that_is_no_database_is_not_a_ledger(self, tmp_path: Path) -> None:
        (tmp_path / sqlite.FILE).write_bytes(b"no database at all, " * 100)
        for write in (False, True):
            with pytest.raises(NotALedger, match="not an SQLite database"):
                open_sqlite(tmp_path, write=write)

    def test_a_ledger_of_another_format_is_not_opened(self, tmp_path: Path) -> None:
        open_sqlite(tmp_path, write=True).close()
        with closing(sqlite3.connect(tmp_path / sqlite.FILE)) as connection:
            connection.execute("UPDATE ledger_format SET version = 2")
            connection.commit()
        for write in (False, True):
            with pytest.raises(NotALedger, match=r"has format \[2\]"):
                open_sqlite(tmp_path, write=write)

    def test_a_folder_that_cannot_be_made_is_unavailable(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("text")
        with pytest.raises(StoreUnavailable, match="cannot be written"):
            open_sqlite(tmp_path / "file" / "below", write=True)

    def test_a_foreign_lock_on_the_file_is_busy(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0)
        with closing(open_sqlite(tmp_path, write=True)) as store:
            with closing(sqlite3.connect(tmp_path / sqlite.FILE)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                with pytest.raises(LedgerBusy, match="Another program"):
                    file(store, ANNA, ONE)
            file(store, ANNA, ONE)

    def test_a_torn_file_is_damage(self, tmp_path: Path) -> None:
        with closing(open_sqlite(tmp_path, write=True)) as store:
            for number in range(20):
                file(store, ANNA, f"{ONE}-{number}", "x" * 1000)
        path = tmp_path / sqlite.FILE
        content = bytearray(path.read_bytes())
        content[8192:] = b"\xa5" * (len(content) - 8192)
        path.write_bytes(content)
        with pytest.raises(DamagedLedger, match="damaged"):
            with closing(open_sqlite(tmp_path, write=False)) as store:
                state(store)


class TestPostgres(StoreContract):
    """The store in a PostgreSQL schema."""

    @pytest.fixture
    def store(self, make_store: Callable[[str], Store]) -> Store:
        return make_store("postgres")

    @pytest.mark.requirement("P11-04")
    @pytest.mark.parametrize("change", [*CHANGES, "TRUNCATE record", "TRUNCATE document"])
    @pytest.mark.parametrize("role", ["origin", "replica"])
    def test_the_tables_refuse_changes_from_any_connection(self, postgres_url: str, change: str, role: str) -> None:
        with closing(open_postgres(postgres_url, write=True)) as store:
            file(store, ANNA, ONE)
            put(store, b"text")
            before = state(store)
            with psycopg.connect(postgres_url) as connection:
                connection.execute(f"SET session_replication_role = {role}")
                with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                    connection.execute(change)
            assert state(store) == before

    def test_transactions_that_share_what_they_read_do_not_wait(self, store: Store) -> None:
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

    def test_an_appender_waits_for_those_who_read(self, store: Store, postgres_url: str) -> None:
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

    def test_whoever_locks_everything_waits_for_everybody(self, store: Store, postgres_url: str) -> None:
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

    def test_an_identifier_taken_at_the_same_moment_is_refused(self, store: Store, postgres_url: str) -> None:
        with beside() as run:
            with store.transaction(append=[ANNA]) as transaction:
                append(transaction, ANNA, ONE)
                second = run(file, store, BERT, ONE)
                wait_for_a_waiting_lock(postgres_url, "transactionid")
            with pytest.raises(DuplicateRecord, match=ONE):
                second.result(WAIT)

    def test_a_statement_that_failed_unnoticed_fails_the_commit(self, store: Store) -> None:
        with (
            pytest.raises(StoreUnavailable, match="rolled back"),
            store.transaction(append=[ANNA]) as transaction,
        ):
            append(transaction, ANNA, ONE)
            with pytest.raises(StoreUnavailable, match="check constraint"):
                transaction.run("append", stream=ANNA, position=0, id=TWO, sha256=bytes(32), body=b"")
        assert state(store)["records"] == []

    def test_connections_close_with_their_thread_and_a_lost_one_is_replaced(self, postgres_url: str) -> None:
        with closing(open_postgres(postgres_url, write=True)) as store:
            opened = []

            def read() -> None:
                with store._connections.borrow() as connection:
                    opened.append(connection.pgconn)

            thread = threading.Thread(target=read)
            thread.start()
            thread.join(WAIT)
            assert opened[0].status == psycopg.pq.ConnStatus.BAD
            with (
                pytest.raises(StoreUnavailable, match="not known"),
                store.transaction(append=[ANNA]) as transaction,
            ):
                with psycopg.connect(postgres_url) as connection:
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'triptych' AND pid <> pg_backend_pid()"
                    )
                append(transaction, ANNA, ONE)
            file(store, ANNA, ONE)

    def test_a_commit_reaches_the_disk_whatever_the_default_is(self, postgres_url: str) -> None:
        lax = postgres_url.replace("options=", "options=-csynchronous_commit%3Doff%20")
        with closing(open_postgres(lax, write=True)) as store:
            with store._connections.borrow() as connection:
                shown = connection.execute("SHOW synchronous_commit").fetchone()
        assert shown == ("on",)

    def test_a_reader_needs_no_more_than_select(self, postgres_url: str) -> None:
        with pytest.raises(NotALedger, match="made when it is first opened for writing"):
            open_postgres(postgres_url, write=False)
        with closing(open_postgres(postgres_url, write=True)) as store:
            file(store, ANNA, ONE)
            with psycopg.connect(postgres_url) as connection:
                connection.execute("CREATE ROLE inspector LOGIN")
                (schema,) = connection.execute("SELECT current_schema()").fetchone()
                connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO inspector")
                connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO inspector")
            try:
                url = postgres_url.replace("triptych@", "inspector@")
                with closing(open_postgres(url, write=False)) as reader:
                    assert state(reader) == state(store)
                    with pytest.raises(ReadOnlyLedger), reader.transaction(append=[ANNA]):
                        pytest.fail("the transaction opened")
                with (
                    closing(open_postgres(url, write=True)) as writer,
                    pytest.raises(StoreUnavailable, match="permission denied"),
                ):
                    file(writer, ANNA, TWO)
            finally:
                with psycopg.connect(postgres_url) as connection:
                    connection.execute("DROP OWNED BY inspector; DROP ROLE inspector")

    def test_two_processes_that_make_the_tables_at_once_make_them_once(self, postgres_url: str) -> None:
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

    def test_a_ledger_of_another_format_is_not_opened(self, postgres_url: str) -> None:
        open_postgres(postgres_url, write=True).close()
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE ledger_format SET version = 2")
        with pytest.raises(NotALedger, match=r"has format \[2\]"):
            open_postgres(postgres_url, write=True)

    def test_a_schema_that_does_not_exist_is_not_made(self, postgres_url: str) -> None:
        url = postgres_url.replace("test_", "absent_")
        with pytest.raises(NotALedger, match="the schema of the search path"):
            open_postgres(url, write=True)

    def test_a_table_that_vanished_is_not_a_ledger(self, postgres_url: str) -> None:
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
        self, url: str, place: str, monkeypatch: pytest.MonkeyPatch
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
    def test_errors_of_the_driver_become_errors_of_the_room(self, error: psycopg.Error, expected: type) -> None:
        assert type(postgres._translate(error)) is expected


def wait_for_a_waiting_lock(url: str, kind: str) -> None:
    """Return when some transaction waits for a lock of a kind."""
    deadline = time.monotonic() + WAIT
    query = "SELECT count(*) FROM pg_locks WHERE locktype = %s AND NOT granted"
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            if connection.execute(query, [kind]).fetchone() != (0,):
                return
    pytest.fail(f"nobody waits for a lock of kind {kind}")


def test_a_ledger_is_opened_by_folder_or_url(tmp_path: Path, postgres_url: str) -> None:
    for where in (str(tmp_path / "ledger"), postgres_url):
        with pytest.raises(NotALedger):
            open_ledger(where, write=False)
        with closing(open_ledger(where, write=True)) as store:
            file(store, ANNA, ONE)
        with closing(open_ledger(where, write=False)) as store:
            assert len(state(store)["records"]) == 1


def test_a_missing_driver_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "triptych.ledger.postgres", None)
    with pytest.raises(StoreUnavailable, match=r"Install `triptych\[postgresql\]`"):
        open_ledger("postgresql://somewhere/db", write=False)
