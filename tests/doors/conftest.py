"""A small two-arm blinded study on a trial in memory, with short hands for filing, and a clock task upon it."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.doors.clocked import Post, Run, Running
from tests.doors.hands import Hands

from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.ledger.store import Store
from triptych.study import Study

SMALL = Path(__file__).parent.parent / "studies" / "small"


@pytest.fixture(scope="session")
def small() -> Any:
    """The small two-arm study."""
    return find_study(str(SMALL))


@pytest.fixture
def hands(small: Any) -> Hands:
    """Hands on a fresh trial of the small study in memory."""
    return Hands(MemoryStore(), small)


@pytest.fixture
def run() -> Iterator[Run]:
    """Start clock tasks that end with the test."""
    with ExitStack() as stack:

        def start(hands: Hands, post: Post | None = None, executor: Executor | None = None, **more: Any) -> Running:
            running = Running(hands, post or Post(), executor, **more)
            running.task.start()
            stack.callback(running.task.stop)
            running.settled()
            return running

        yield start


@pytest.fixture
def on_each_store(store: Store, small: Study) -> Hands:
    """Hands on a fresh trial in a store of each kind."""
    return Hands(store, small)
