"""The store in a file, in its own way: one writing process, readers beside it, what a torn file says."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.records import ANNA, ONE, TWO, append, file, put, state
from tests.ledger.threads import WAIT, beside

from triptych.ledger import sqlite
from triptych.ledger.errors import (
    DamagedLedger,
    LedgerBusy,
    NotALedger,
    ReadOnlyLedger,
    StoreUnavailable,
)
from triptych.ledger.sqlite import open_sqlite

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
def test_the_file_refuses_changes_from_any_connection(tmp_path: Path, change: str) -> None:
    with closing(open_sqlite(tmp_path, write=True)) as store:
        file(store, ANNA, ONE)
        put(store, b"text")
        before = state(store)
        with closing(sqlite3.connect(tmp_path / sqlite.FILE)) as connection:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(change)
            connection.commit()
        assert state(store) == before


def test_the_writer_waits_for_the_disk_at_every_commit(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path, write=True)) as store:
        assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_was_filed_is_there_when_the_ledger_is_opened_again(tmp_path: Path) -> None:
    for record_id in (ONE, TWO):
        with closing(open_sqlite(tmp_path / "new" / "place", write=True)) as store:
            file(store, ANNA, record_id)
    with closing(open_sqlite(tmp_path / "new" / "place", write=False)) as store:
        assert [stored.id for stored in state(store)["records"]] == [ONE, TWO]


def test_a_killed_process_loses_nothing_that_was_filed(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from tests.ledger.records import ANNA, ONE, TWO, append, file\n"
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


def test_a_second_writing_process_is_told_who_writes(tmp_path: Path) -> None:
    script = "import sys\nfrom triptych.ledger.sqlite import open_sqlite\nopen_sqlite(sys.argv[1], write=True)\n"
    with closing(open_sqlite(tmp_path, write=True)):
        refused = python(script, tmp_path)
        assert refused.returncode == 1
        assert f"LedgerBusy: The process with id {os.getpid()} has the ledger" in refused.stderr
        assert "stop it and try again" in refused.stderr
    assert python(script, tmp_path).returncode == 0


def test_a_second_writer_in_the_process_is_refused_too(tmp_path: Path) -> None:
    with (
        closing(open_sqlite(tmp_path, write=True)),
        pytest.raises(LedgerBusy, match=str(os.getpid())),
    ):
        open_sqlite(tmp_path, write=True)


def test_a_holder_that_has_not_said_who_it_is_is_unknown(tmp_path: Path) -> None:
    with (tmp_path / sqlite.LOCK).open("w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(LedgerBusy, match="id unknown"):
            open_sqlite(tmp_path, write=True)


def test_readers_work_beside_the_writer_and_write_nothing(tmp_path: Path) -> None:
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


def test_closing_waits_for_a_reading_in_another_thread(tmp_path: Path) -> None:
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


def test_closing_inside_a_transaction_is_refused(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path, write=True)) as store:
        with store.transaction(append=[ANNA]) as transaction:
            with pytest.raises(LedgerBusy):
                store.close()
            append(transaction, ANNA, ONE)
        assert len(state(store)["records"]) == 1


@pytest.mark.parametrize("place", ["missing", "empty", "file", "other"])
def test_a_place_without_a_ledger_says_how_one_is_made(tmp_path: Path, place: str) -> None:
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


def test_a_file_that_is_no_database_is_not_a_ledger(tmp_path: Path) -> None:
    (tmp_path / sqlite.FILE).write_bytes(b"no database at all, " * 100)
    for write in (False, True):
        with pytest.raises(NotALedger, match="not an SQLite database"):
            open_sqlite(tmp_path, write=write)


def test_a_ledger_of_another_format_is_not_opened(tmp_path: Path) -> None:
    open_sqlite(tmp_path, write=True).close()
    with closing(sqlite3.connect(tmp_path / sqlite.FILE)) as connection:
        connection.execute("UPDATE ledger_format SET version = 2")
        connection.commit()
    for write in (False, True):
        with pytest.raises(NotALedger, match=r"has format \[2\]"):
            open_sqlite(tmp_path, write=write)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        open_sqlite(tmp_path / "file" / "below", write=True)


def test_a_foreign_lock_on_the_file_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0)
    with closing(open_sqlite(tmp_path, write=True)) as store:
        with closing(sqlite3.connect(tmp_path / sqlite.FILE)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerBusy, match="Another program"):
                file(store, ANNA, ONE)
        file(store, ANNA, ONE)


def test_a_torn_file_is_damage(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path, write=True)) as store:
        for number in range(20):
            file(store, ANNA, f"{ONE}-{number}", "x" * 1000)
    path = tmp_path / sqlite.FILE
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(DamagedLedger, match="damaged"), closing(open_sqlite(tmp_path, write=False)) as store:
        state(store)
