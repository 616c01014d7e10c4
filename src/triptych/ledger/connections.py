"""Who may use a database connection when: one connection a thread and one transaction a thread.

Connections belong to threads because drivers want it so, and close with them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

from triptych.ledger.errors import LedgerBusy, LedgerClosed


class Closable(Protocol):
    """A driver's connection."""

    def close(self) -> None:
        """Close the connection."""


C = TypeVar("C", bound=Closable)


class Turns:
    """Keeps a thread from opening a transaction inside its own, which would wait for itself forever."""

    def __init__(self) -> None:
        self._local = threading.local()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold the thread's turn for a block. Raises `LedgerBusy` if the thread already holds it."""
        if getattr(self._local, "taken", False):
            raise LedgerBusy(
                "This thread has a transaction open, and a second one would wait for the first."
                " End the first, or do both in one transaction."
            )
        self._local.taken = True
        try:
            yield
        finally:
            self._local.taken = False


class PerThread(Generic[C]):
    """Connections kept per thread; a block inside another of the same thread gets a further one."""

    def __init__(self, connect: Callable[[], C], is_usable: Callable[[C], bool]) -> None:
        self._connect = connect
        self._is_usable = is_usable
        self._guard = threading.Lock()
        self._local = threading.local()
        self._idle: WeakSet[_Held[C]] = WeakSet()
        self._is_closed = False

    @contextmanager
    def borrow(self) -> Iterator[C]:
        """Use a connection for a block. Raises `LedgerClosed` after `close`."""
        held = self._take()
        try:
            yield held.connection
        finally:
            self._give_back(held)

    def close(self) -> None:
        """Close the connections that rest; those in use close when their block ends."""
        with self._guard:
            self._is_closed = True
            for held in self._idle:
                held.connection.close()
            self._idle.clear()

    @property
    def _resting(self) -> "list[_Held[C]]":
        resting: list[_Held[C]] = self._local.__dict__.setdefault("resting", [])
        return resting

    def _take(self) -> "_Held[C]":
        with self._guard:
            if self._is_closed:
                raise LedgerClosed("The ledger has been closed. Open it again.")
            if self._resting:
                held = self._resting.pop()
                self._idle.discard(held)
                return held
        return _Held(self._connect())

    def _give_back(self, held: "_Held[C]") -> None:
        with self._guard:
            if self._is_closed or not self._is_usable(held.connection):
                held.connection.close()
            else:
                self._idle.add(held)
                self._resting.append(held)


class _Held(Generic[C]):
    """A connection that is closed when the thread that kept it ends."""

    def __init__(self, connection: C) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()
