"""Who runs the clock task: one process. Writing to SQLite has one process already; PostgreSQL lends a lock."""

import threading
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

from triptych.ledger.statements import statements

if TYPE_CHECKING:
    import psycopg

__all__ = ["Holder", "NoRival", "PostgresHolder", "holder_of"]


class Holder(Protocol):
    """A right that one process has at a time."""

    def take(self) -> bool:
        """Wait until the right is here, and see that it still is. False once it has been given up."""

    def give_up(self) -> None:
        """Let go, or stop waiting. Again is harmless."""


class NoRival:
    """Held by whoever has the store open for writing: nobody else can."""

    def take(self) -> bool:
        """There is nobody to wait for."""
        return True

    def give_up(self) -> None:
        """There is nobody to let in."""


class PostgresHolder:
    """An advisory lock of a schema, kept by a connection of its own; when the connection dies, so does the right."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._guard = threading.Lock()
        self._given_up = threading.Event()

    def take(self) -> bool:
        """Wait in the database for the lock, or see that its connection lives. Raises `psycopg.Error` if it died."""
        import psycopg  # noqa: PLC0415 -- the driver is an extra: a ledger in a folder needs none

        with self._guard:
            if self._given_up.is_set():
                return False
            known = self._connection
            if known is None:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10)
        try:
            if known is not None:
                known.execute(statements("clock")["alive"])
            else:
                self._wait()
        except psycopg.Error:
            self._close()
            if self._given_up.is_set():
                return False
            raise
        return True

    def give_up(self) -> None:
        """Close the connection, which frees the lock; a wait for it ends."""
        with self._guard:
            self._given_up.set()
            if self._connection is not None:
                with suppress(Exception):
                    self._connection.cancel_safe(timeout=5)
        self._close()

    def _wait(self) -> None:
        assert self._connection is not None
        row = self._connection.execute(statements("clock")["schema"]).fetchone()
        assert row is not None
        key = int.from_bytes(sha256(f"{row[0]}.clock".encode()).digest()[:8], signed=True)
        self._connection.execute(statements("clock")["hold"], {"key": key})

    def _close(self) -> None:
        with self._guard:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def holder_of(where: str) -> Holder:
    """The right to run the clock task on the ledger in a folder or at a `postgresql://` URL."""
    return PostgresHolder(where) if where.startswith(("postgresql://", "postgres://")) else NoRival()
