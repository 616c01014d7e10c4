"""The ledger in one SQLite file, `ledger.sqlite3` in a folder of its own: the embedded default.

One process writes, held to it by a lock on `ledger.lock`, and in it one thread at a time; readers work
beside it, in this process or others, and never wait. A commit is on the disk when it returns.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from triptych.ledger.connections import PerThread, Turns
from triptych.ledger.errors import (
    DamagedLedger,
    LedgerBusy,
    LedgerClosed,
    LedgerError,
    NotALedger,
    ReadOnlyLedger,
    StoreUnavailable,
)
from triptych.ledger.statements import read_sql, statements
from triptych.ledger.store import lock_order
from triptych.ledger.tables import TableReading, TableTransaction, check_version, opened

__all__ = ["SqliteStore", "open_sqlite"]

FILE = "ledger.sqlite3"
LOCK = "ledger.lock"
WAIT_SECONDS = 10
"""How long a statement waits for another program that holds SQLite's own lock."""


def open_sqlite(folder: Path | str, *, write: bool) -> "SqliteStore":
    """Open the ledger in a folder; to write, make both if they are not there.

    Raises `NotALedger` if there is none to read, `LedgerBusy` if another process writes to it, and
    `StoreUnavailable` if the folder cannot be used.
    """
    return SqliteStore(Path(folder).absolute(), write=write)


class SqliteStore:
    """A ledger in a folder. Opened with `write=False` it needs no lock and changes no record."""

    def __init__(self, folder: Path, *, write: bool) -> None:
        self._path = folder / FILE
        self._turns = Turns()
        self._writing = threading.Lock()
        self._lock_file = _take_lock(folder) if write else None
        self._writer: sqlite3.Connection | None = None
        self._readers = PerThread(partial(_connect, self._path, "ro"), lambda _: True)
        try:
            if write:
                self._writer = _connect_writer(self._path)
            self._check()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self, *, read: Sequence[str] = (), append: Sequence[str]) -> Iterator[TableTransaction]:
        """Lock the whole file for a block and commit at its end. See `Store.transaction`."""
        locks = lock_order(read, append)
        with self._turns.take(), self._writing:
            transaction = TableTransaction(partial(_run, self._open_writer()), locks)
            with opened(transaction, "begin_transaction"):
                yield transaction

    @contextmanager
    def reading(self) -> Iterator[TableReading]:
        """Read the state as it is now. See `Store.reading`."""
        with self._readers.borrow() as connection:
            reading = TableReading(partial(_run, connection))
            with opened(reading, "begin_reading"):
                yield reading

    def follow(self, told: Callable[[str | None], None]) -> None:
        """Nothing is told: whoever writes to the folder is alone in it."""

    def close(self) -> None:
        """Wait for the open transaction, then close and let the next writer in. Again is harmless."""
        with self._turns.take(), self._writing:
            self._readers.close()
            if self._writer is not None:
                self._writer.close()
            if self._lock_file is not None:
                _leave_lock(self._lock_file)

    def _open_writer(self) -> sqlite3.Connection:
        if self._writer is None:
            raise ReadOnlyLedger("The ledger was opened for reading. Open it for writing to file.")
        return self._writer

    def _check(self) -> None:
        if not self._path.is_file():
            raise _nothing_there(self._path)
        with self._readers.borrow() as connection:
            if not _run(connection, "is_ledger"):
                raise _nothing_there(self._path)
            check_version(partial(_run, connection))


def _take_lock(folder: Path) -> IO[str]:
    """Become the one process that writes to a folder, which is made if it is not there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+", encoding="ascii")
    except OSError as error:
        raise StoreUnavailable(
            f"The ledger folder {folder} cannot be written: {error.strerror}. Name a folder that this"
            " user may write to."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        with file:
            raise _busy(folder, file) from error
    _note(file, str(os.getpid()))
    return file


def _busy(folder: Path, file: IO[str]) -> LedgerBusy:
    file.seek(0)
    holder = file.read().strip() or "unknown"
    return LedgerBusy(
        f"The process with id {holder} has the ledger in {folder} open for writing, and only one may."
        " Work through that process, or stop it and try again. Reading needs no lock."
    )


def _note(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()


def _leave_lock(file: IO[str]) -> None:
    if not file.closed:
        _note(file, "")
        file.close()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Connect in SQLite's mode `ro` or `rwc`, transactions being ours to begin and end."""
    with _translated():
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    # A name that is not UTF-8 is damage to be named, not a reason to stop reading.
    connection.text_factory = lambda raw: raw.decode(errors="backslashreplace")
    return connection


def _connect_writer(path: Path) -> sqlite3.Connection:
    connection = _connect(path, "rwc")
    try:
        with _translated():
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        if not _run(connection, "is_ledger"):
            with _translated():
                connection.executescript(read_sql("schema_sqlite"))
        with _translated():
            connection.executescript(read_sql("lists"))
    except BaseException:
        connection.close()
        raise
    return connection


def _run(connection: sqlite3.Connection, name: str, **values: object) -> list[Any]:
    with _translated():
        return connection.execute(statements("sqlite")[name], values).fetchall()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the driver into the room's own."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(error) from error


def _translate(error: sqlite3.Error) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return NotALedger("The file ledger.sqlite3 is not an SQLite database. Check the path.")
    if code == sqlite3.SQLITE_CORRUPT:
        return DamagedLedger(
            "SQLite cannot read the file ledger.sqlite3: it is damaged. Keep the file as it is and"
            " restore the last export into an empty place."
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return LedgerBusy("Another program holds a lock on ledger.sqlite3. Close it and try again; nothing was filed.")
    if isinstance(error, sqlite3.ProgrammingError):
        return LedgerClosed("The ledger has been closed. Open it again.")
    return StoreUnavailable(f"SQLite cannot use the ledger: {error}. Nothing was filed.")


def _nothing_there(path: Path) -> NotALedger:
    return NotALedger(
        f"There is no ledger at {path}. Check the path; a ledger is made there when it is first opened for writing."
    )
