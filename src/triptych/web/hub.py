"""Who is told, at once, that something was filed: the open streams of events, each woken on its own loop.

Only that something changed is passed on, never what: each reader looks for itself, with what it may see.
"""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

Ear = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Hub:
    """The listeners of one process, by participant."""

    def __init__(self) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._ears: dict[str, set[Ear]] = {}
        self._counts: dict[str | None, int] = {}

    def told(self, participant: str | None) -> None:
        """Wake whoever listens for a participant; none stands for the site or the study, which concern everybody."""
        with self._lock:
            self._counts[participant] = self._counts.get(participant, 0) + 1
        self.woken(participant)

    def woken(self, participant: str | None) -> None:
        """Wake whoever listens for a participant, though nothing was filed: there is a signal to be shown."""
        with self._lock:
            names = list(self._ears) if participant is None else [participant]
            ears = [ear for name in names for ear in self._ears.get(name, ())]
        for loop, heard in ears:
            loop.call_soon_threadsafe(heard.set)

    def told_of(self, participants: Iterable[str]) -> None:
        """Wake whoever listens for any of several participants."""
        for participant in participants:
            self.told(participant)

    def state(self, participant: str) -> tuple[int, int]:
        """A mark that is another whenever something was filed that may concern a participant."""
        with self._lock:
            return self._counts.get(participant, 0), self._counts.get(None, 0)

    def is_heard(self, participant: str) -> bool:
        """Whether somebody listens for a participant."""
        with self._lock:
            return bool(self._ears.get(participant))

    def end(self) -> None:
        """Wake everybody for the last time: the server stops, and no stream of events goes on."""
        self.is_over = True
        self.woken(None)

    @contextmanager
    def listening(self, participant: str) -> Iterator[asyncio.Event]:
        """An event on the running loop that is set whenever something is filed about a participant."""
        ear = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._ears.setdefault(participant, set()).add(ear)
        try:
            yield ear[1]
        finally:
            with self._lock:
                ears = self._ears.get(participant, set())
                ears.discard(ear)
                if not ears:
                    self._ears.pop(participant, None)
