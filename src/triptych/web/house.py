"""The one trial that this process serves: its store, opened for writing once, and the doors to it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from triptych.ledger.clock import AttendedTrial
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import Store
from triptych.web.hub import Hub
from triptych.web.signals import Signals

if TYPE_CHECKING:
    from triptych.web.reaching import Reaching


def read_clock() -> datetime:
    """Now, in UTC. The one place of the web that reads the clock."""
    return datetime.now(UTC)


class House:
    """An open trial. Closing it releases the ledger for other processes. `reach` says how participants are reached.

    `push` is the public key by which devices of the staff are woken; empty where none are.

    `replays` says what is told again, where this is no trial that takes anything.
    """

    reach: "Reaching | None" = None
    push: str = ""
    replays: str = ""

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = read_clock, trial: AttendedTrial | None = None
    ) -> None:
        self.store, self.clock = store, clock
        self.trial = trial or AttendedTrial(store, knowledge(), clock)
        self.hub = Hub()
        self.trial.listeners.append(self.hub.told)
        store.follow(self.trial.tell_of)

    @property
    def speed(self) -> float:
        """How many times faster than time the clock runs: once, but for a demonstration's."""
        found = getattr(self.clock, "speed", None)
        return float(found()) if found is not None else 1.0

    @cached_property
    def signals(self) -> Signals:
        """The continuous signals that come in here."""
        return Signals(self.trial, self.clock, Path(settings.FOLDER) / "signals", self.hub.woken)

    def close(self) -> None:
        """Release the ledger, after what has come in of a signal is filed."""
        if "signals" in self.__dict__:
            self.signals.close()
        self.store.close()


_lock = threading.Lock()
_open: House | None = None


def open_house(where: str, clock: Callable[[], datetime] | None = None) -> House:
    """Open the trial at a place and serve it from here on. Raises `LedgerError` if it cannot be opened."""
    served = House(open_ledger(where, write=True), clock or read_clock)
    use_house(served)
    return served


class Told(Protocol):
    """What is served in place of a ledger: a store in memory, and a trial that takes nothing."""

    store: Store
    trial: AttendedTrial
    title: str


def show_house(told: Told, clock: Callable[[], datetime]) -> House:
    """Serve what is told again, from here on."""
    served = House(told.store, clock, told.trial)
    served.replays = told.title
    use_house(served)
    return served


def use_house(served: House | None) -> None:
    """Serve this trial from here on; none serves nothing."""
    global _open  # noqa: PLW0603 -- a process serves one trial
    with _lock:
        _open = served


def house() -> House:
    """The trial that is being served. Raises `RuntimeError` if none is open."""
    if _open is None:
        raise RuntimeError("No trial is open in this process. Start it with `triptych serve`.")
    return _open
