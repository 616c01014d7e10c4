"""The ledger in a PostgreSQL schema, for trials with several sites and several server processes.

Streams are locked by advisory locks that end with their transaction. Transactions run READ COMMITTED behind
those locks; readings run REPEATABLE READ and read only.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

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
from triptych.ledger.following import Follower
from triptych.ledger.statements import read_sql, statements
from triptych.ledger.store import EVERY_STREAM, Lock, lock_order
from triptych.ledger.tables import Run, TableReading, TableTransaction, check_version, opened

__all__ = ["PostgresStore", "open_postgres"]

Connection = psycopg.Connection[tuple[Any, ...]]
_WAITED: Final = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
_DAMAGED: Final = (errors.DataCorrupted, errors.IndexCorrupted)
_NO_TABLE: Final = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)
CONNECT_SECONDS: Final = 10


def open_postgres(url: str, *, write: bool) -> "PostgresStore":
    """Open the ledger in the current schema of a database; to write, make its tables if need be.

    The schema is chosen by the URL (`?options=-csearch_path%3DSCHEMA`) and must exist. Raises `NotALedger`
    if there is none to read and `StoreUnavailable` if the server cannot be reached.
    """
    return PostgresStore(url, write=write)


class PostgresStore:
    """A ledger in a schema. Opened with `write=False` it needs no more than the right to SELECT."""

    def __init__(self, url: str, *, write: bool) -> None:
        self._url = url
        self._write = write
        self._schema = ""
        self._name = uuid4().hex
        self._followers: list[Follower] = []
        self._turns = Turns()
        self._connections = PerThread(self._connect, lambda connection: not connection.closed)
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self, *, read: Sequence[str] = (), append: Sequence[str]) -> Iterator[TableTransaction]:
        """Lock streams for a block and commit at its end. See `Store.transaction`."""
        locks = lock_order(read, append)
        if not self._write:
            raise ReadOnlyLedger("The ledger was opened for reading. Open it for writing to file.")
        with self._turns.take(), self._connections.borrow() as connection:
            transaction = TableTransaction(partial(_run, connection), locks)
            with opened(transaction, "begin_transaction"):
                self._lock(transaction.run, locks)
                yield transaction

    @contextmanager
    def reading(self) -> Iterator[TableReading]:
        """Read the state as it is now. See `Store.reading`."""
        with self._connections.borrow() as connection:
            reading = TableReading(partial(_run, connection))
            with opened(reading, "begin_reading"):
                yield reading

    def follow(self, told: Callable[[str | None], None]) -> None:
        """Tell which streams other processes append to. See `Store.follow`."""
        self._followers.append(Follower(self._listen, self._schema, self._name, told))

    def close(self) -> None:
        """Close every connection that is not in use now, those when they are. Again is harmless."""
        for follower in self._followers:
            follower.stop()
        self._connections.close()

    def _listen(self) -> Connection:
        connection = self._connect()
        _run(connection, "follow")
        return connection

    def _connect(self) -> Connection:
        try:
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                client_encoding="utf8",
                connect_timeout=CONNECT_SECONDS,
                fallback_application_name="triptych",
            )
        except psycopg.Error as error:
            raise StoreUnavailable(
                f"The PostgreSQL server {_place(self._url)} cannot be reached. Check that it runs, and"
                " the URL, user and password. Nothing was filed."
            ) from error
        _run(connection, "durable")
        _run(connection, "name_store", store=self._name)
        return connection

    def _lock(self, run: Run, locks: Sequence[Lock]) -> None:
        keys = [_key(f"{self._schema}.{lock.stream}") for lock in locks]
        run("lock", keys=keys, alone=[lock.alone for lock in locks])

    def _check(self) -> None:
        with self._connections.borrow() as connection:
            run = partial(_run, connection)
            self._schema = run("schema")[0][0]
            if self._schema is None:
                raise self._nothing_there()
            if self._write and not (run("is_ledger") and run("has_lists")):
                self._create(connection)
            if not run("is_ledger"):
                raise self._nothing_there()
            check_version(run)

    def _create(self, connection: Connection) -> None:
        """Make the tables, unless another process did so in the meantime."""
        with opened(TableReading(partial(_run, connection)), "begin_transaction") as making:
            self._lock(making.run, [Lock(EVERY_STREAM, alone=True)])
            with _translated():
                if not making.run("is_ledger"):
                    connection.execute(read_sql("schema_postgres"))
                connection.execute(read_sql("lists"))

    def _nothing_there(self) -> NotALedger:
        where = f"schema {self._schema}" if self._schema else "the schema of the search path"
        return NotALedger(
            f"There is no ledger in {where} of {_place(self._url)}. Check the URL; the tables are made"
            " when it is first opened for writing, the schema itself is not."
        )


def _key(name: str) -> int:
    """Derive the key of an advisory lock; two names with one key would only wait for each other."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)


def _place(url: str) -> str:
    """Name a database without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "(its URL cannot be read)"
    shown = [f"{name}={parts[name]}" for name in ("host", "port", "dbname") if parts.get(name)]
    return " ".join(shown) or "of this machine"


def _run(connection: Connection, name: str, **values: object) -> list[tuple[Any, ...]]:
    with _translated(), connection.cursor(binary=True) as cursor:
        cursor.execute(statements("postgres")[name], values or None)
        if name == "commit" and cursor.statusmessage != "COMMIT":
            raise StoreUnavailable("A statement failed, so PostgreSQL rolled back. Nothing was filed.")
        return cursor.fetchall() if cursor.description else []


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the driver into the room's own."""
    try:
        yield
    except psycopg.Error as error:
        raise _translate(error) from error


def _translate(error: psycopg.Error) -> LedgerError:
    reason = error.diag.message_primary or type(error).__name__
    if isinstance(error, _WAITED):
        return LedgerBusy(f"PostgreSQL gave up waiting: {reason}. Nothing was filed; try again.")
    if isinstance(error, _DAMAGED):
        return DamagedLedger(
            f"PostgreSQL cannot read the ledger: {reason}. Keep the database as it is and restore a backup."
        )
    if isinstance(error, _NO_TABLE):
        return NotALedger(f"PostgreSQL finds no ledger: {reason}. Check the URL and its schema.")
    if isinstance(error, errors.InsufficientPrivilege):
        return StoreUnavailable(f"PostgreSQL refuses: {reason}. Ask for the right, or use another user.")
    if isinstance(error, psycopg.ProgrammingError | psycopg.InterfaceError) and error.sqlstate is None:
        return LedgerClosed("The ledger has been closed. Open it again.")
    return StoreUnavailable(
        f"PostgreSQL failed: {reason}. If this happened at the end of a filing, whether it was filed is"
        " not known; send it again, which is harmless."
    )
