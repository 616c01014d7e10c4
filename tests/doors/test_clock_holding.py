"""The clock task goes on after failures, wakes by itself, hinders no page, and has one holder."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.doors.clocked import PATIENCE, SERIOUS, AtOnce, Post, Run, Running, broken, serious
from tests.doors.hands import Hands

from triptych.ledger import Filed, clock
from triptych.ledger.clock import AttendedTrial, ClockTask
from triptych.ledger.holding import NoRival, PostgresHolder, holder_of
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger
from triptych.ledger.reminders import Letter, next_instant
from triptych.study import Study


def test_it_goes_on_after_a_failure(hands: Hands, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    running = run(hands)
    due = serious(hands)
    running.settled()
    with monkeypatch.context() as patch:
        patch.setattr(running.trial, "system_view", broken)
        running.at(due)
    assert running.asked == 60
    running.at(due + timedelta(seconds=60))
    assert len(running.post.letters) == 1


def test_it_wakes_by_itself(hands: Hands) -> None:
    """On a clock that runs: nobody tells it that the instant has come."""
    sent = threading.Event()

    class Ring(Post):
        def send(self, letter: Letter) -> None:
            super().send(letter)
            sent.set()

    due = serious(hands)
    begun = datetime.now(UTC)

    def running_clock() -> datetime:
        return due - timedelta(milliseconds=200) + (datetime.now(UTC) - begun)

    trial = AttendedTrial(hands.store, knowledge(), running_clock)
    post = Ring()
    task = ClockTask(trial, post, running_clock)
    task.start()
    try:
        assert sent.wait(PATIENCE)
    finally:
        task.stop()
    assert len(post.letters) == 1
    task.stop()


def test_a_sender_that_hangs_does_not_hold_up_the_pages(hands: Hands) -> None:
    hangs, go_on, changed, both = (threading.Event() for _ in range(4))

    class Slow(Post):
        def send(self, letter: Letter) -> None:
            hangs.set()
            assert go_on.wait(PATIENCE)
            super().send(letter)
            if len(self.letters) == 2:
                both.set()

    due = serious(hands)
    hands.file("physician", "rescue_medicine", {"what": "Lorazepam 1 mg", "given_at": hands.now.isoformat()})
    begun = datetime.now(UTC)

    def running_clock() -> datetime:
        return due + timedelta(seconds=59) + (datetime.now(UTC) - begun)

    post = Slow()
    trial = AttendedTrial(hands.store, knowledge(), running_clock)
    task = ClockTask(trial, post, running_clock, changed=lambda _: changed.set())
    task.start()
    try:
        assert hangs.wait(PATIENCE)
        assert changed.wait(PATIENCE)
        go_on.set()
        assert both.wait(PATIENCE)
    finally:
        go_on.set()
        task.stop()
    assert len(post.lines()) == 2


def test_of_two_holders_on_postgresql_one_works_and_the_other_follows_it(
    postgres_url: str, small: Study, run: Run
) -> None:
    stores = [open_ledger(postgres_url, write=True) for _ in range(2)]
    hands = Hands(stores[0], small)
    holder = holder_of(postgres_url)
    assert isinstance(holder, PostgresHolder)
    first = run(hands, holder=holder)
    waiting = Running(hands, Post(), holder=holder_of(postgres_url))
    hands.trial = first.trial
    waiting.task.start()
    with psycopg.connect(postgres_url, autocommit=True) as watcher:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while watcher.execute(query).fetchone() == (0,):
            pass
    first.at(serious(hands))
    assert (len(first.post.letters), waiting.post.letters) == (1, [])
    first.task.stop()
    waiting.settled()
    assert waiting.post.letters == []
    hands.trial = waiting.trial
    waiting.at(serious_again(hands))
    assert len(waiting.post.letters) == 1
    waiting.task.stop()
    for store in stores:
        store.close()


def serious_again(hands: Hands) -> datetime:
    filed = hands.file("physician", "adverse_event", SERIOUS | {"onset": hands.now.isoformat()})
    assert isinstance(filed, Filed)
    return filed.record.occurred_at + timedelta(hours=24)


def test_a_holder_whose_connection_died_asks_again_and_one_that_waits_can_be_stopped(postgres_url: str) -> None:
    first, second = PostgresHolder(postgres_url), PostgresHolder(postgres_url)
    assert first.take()
    assert first.take()
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(second.take()))
    thread.start()
    with psycopg.connect(postgres_url, autocommit=True) as watcher:
        while watcher.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone() is None:
            pass
        second.give_up()
        thread.join(PATIENCE)
        assert answers == [False]
        watcher.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
    with pytest.raises(psycopg.Error):
        first.take()
    assert first.take()
    first.give_up()
    assert not first.take()
    assert isinstance(holder_of("some/folder"), NoRival)


class Later(AtOnce):
    """Keeps the letters it is given until it is told to send them."""

    def __init__(self) -> None:
        self.kept: list[Callable[[], object]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if not args:
            return super().submit(fn, **kwargs)
        self.kept.append(lambda: fn(*args, **kwargs))
        return Future()


def test_what_is_sent_while_the_clock_already_looks_is_not_sent_again(
    hands: Hands, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later()
    running = run(hands, executor=later)
    due = serious(hands)
    running.at(due)
    assert len(later.kept) == 1

    def next_instant_once_sent(*args: Any) -> datetime | None:
        while later.kept:
            later.kept.pop()()
        return next_instant(*args)

    monkeypatch.setattr(clock, "next_instant", next_instant_once_sent)
    hands.file("physician", "rescue_medicine", {"what": "Lorazepam 1 mg", "given_at": hands.now.isoformat()})
    running.at(hands.now + timedelta(seconds=30))
    assert (len(running.post.letters), len(running.reminders())) == (1, 1)
