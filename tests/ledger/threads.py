"""Running beside a test: whoever comes second waits, and a reader sees whole transactions."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

WAIT = 20
"""Seconds after which a test gives up on another thread; no passing test waits for it."""


@contextmanager
def beside() -> Iterator[Callable[..., Future[object]]]:
    """Run functions in other threads; leaving waits for them."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        yield pool.submit
