"""A clock task on a clock that is set, for tests."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from typing import Any

from tests.doors.hands import Hands

from triptych.ledger import Filed
from triptych.ledger.clock import AttendedTrial, ClockTask
from triptych.ledger.library import knowledge
from triptych.ledger.reminders import Letter

PATIENCE = 30
"""Seconds after which a test gives up; no passing test waits for it."""
SERIOUS = {"term": "Fall", "grade": 3, "serious": True}
REPORT = "Report the serious adverse event to the sponsor"


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        fn(*args, **kwargs)
        return Future()


class Killed(AtOnce):
    """Dies before it has done anything."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        return Future()


class Post:
    """Keeps the letters it is given; fails for the people named."""

    name = "test"

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.tries = 0
        self.unreachable: set[str] = set()

    def send(self, letter: Letter) -> None:
        self.tries += 1
        if letter.person in self.unreachable:
            raise OSError("no answer")
        self.letters.append(letter)

    def lines(self, *people: str) -> list[str]:
        """What these people were told, or everybody."""
        return [line for letter in self.letters if not people or letter.person in people for line in letter.lines]


class Running:
    """A clock task on a clock that is set: it sleeps until that clock says so or something is filed."""

    def __init__(self, hands: Hands, post: Post, executor: Executor | None = None, **more: Any) -> None:
        self.hands, self.post, self.asleep, self.asked = hands, post, False, 0.0
        self.pages: list[frozenset[str]] = []
        self.trial = AttendedTrial(hands.store, knowledge(), hands.player.clock)
        self.task = ClockTask(
            self.trial,
            post,
            hands.player.clock,
            sleep=self._sleep,
            changed=self.pages.append,
            post=executor or AtOnce(),
            **more,
        )
        self.trial.listeners.append(self.task.woken)
        hands.trial = self.trial

    def _sleep(self, woken: threading.Condition, seconds: float | None) -> None:
        until = None if seconds is None else self.hands.now + timedelta(seconds=seconds)
        self.asked = seconds or 0.0
        while not self._is_called() and (until is None or self.hands.now < until):
            self.asleep = True
            woken.notify_all()
            woken.wait(PATIENCE)
        self.asleep = False

    def _is_called(self) -> bool:
        return bool(self.task._heard) or self.task._stopping

    def settled(self) -> None:
        """Wait until it has done everything and sleeps."""
        with self.task._woken:
            assert self.task._woken.wait_for(lambda: self.asleep and not self.task._heard, PATIENCE)

    def at(self, instant: datetime) -> None:
        """Set the clock, and wait until what that brings is done."""
        with self.task._woken:
            self.hands.player.clock.now = instant
            self.asleep = False
            self.task._woken.notify_all()
        self.settled()

    def reminders(self, participant: str = "P-1") -> list[dict[str, Any]]:
        records = self.trial.system_view().records(participant)
        return [dict(record.values) for record in records if record.form == "reminder_sent"]


Run = Callable[..., Running]


def serious(hands: Hands) -> datetime:
    """File a serious adverse event; when its task falls due."""
    hands.contact()
    filed = hands.file("physician", "adverse_event", SERIOUS | {"onset": hands.now.isoformat()})
    assert isinstance(filed, Filed)
    return filed.record.occurred_at + timedelta(hours=24)


def broken(*_: Any) -> Any:
    raise OSError("disk full")


def hands_zone(hands: Hands) -> Any:
    """The zone of the participant's site."""
    return hands.trial.system_view().zone("P-1")
