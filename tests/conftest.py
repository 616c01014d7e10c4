"""What every test may use: stores, a PostgreSQL server, and the `requirement` mark, refused if its id is unknown."""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import settings
from tests.postgres import PostgresServer, shared_postgres

from triptych.ledger.memory import MemoryStore
from triptych.ledger.postgres import open_postgres
from triptych.ledger.sqlite import open_sqlite
from triptych.ledger.store import Store

settings.register_profile("any machine", deadline=None)  # how long an example takes is the machine's business
settings.load_profile("any machine")

CATALOG = Path(__file__).parents[1] / "docs" / "requirements.csv"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark without exactly one id, and an id that the catalog does not have."""
    with CATALOG.open(encoding="utf-8", newline="") as lines:
        known = {row["id"] for row in csv.DictReader(lines)}
    faults = [
        f"{item.nodeid}: requirement{mark.args} needs exactly one id of {CATALOG.name}"
        for item in items
        for mark in item.iter_markers("requirement")
        if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in known
    ]
    if faults:
        raise pytest.UsageError(*faults)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The one server of the session."""
    with shared_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh schema."""
    with postgres_server.schema() as url:
        yield url


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
