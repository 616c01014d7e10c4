"""Stores to test: one of each kind, empty, closed at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.ledger.exports import exported, fill

from triptych.ledger.memory import MemoryStore
from triptych.ledger.postgres import open_postgres
from triptych.ledger.sqlite import open_sqlite
from triptych.ledger.store import Store


@pytest.fixture
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Make an empty store of a kind; again, another one."""
    with ExitStack() as stack:

        def make(kind: str) -> Store:
            if kind == "memory":
                store: Store = MemoryStore()
            elif kind == "sqlite":
                folder = tmp_path / str(len(list(tmp_path.iterdir())))
                store = open_sqlite(folder, write=True)
            else:
                server = request.getfixturevalue("postgres_server")
                url = stack.enter_context(server.schema())
                store = open_postgres(url, write=True)
            return stack.enter_context(closing(store))

        yield make


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, make_store: Callable[[str], Store]) -> Store:
    """An empty store, of each kind in turn."""
    return make_store(request.param)


@pytest.fixture(scope="session")
def content() -> bytes:
    """The export of a filled ledger."""
    store = MemoryStore()
    fill(store)
    return exported(store)
