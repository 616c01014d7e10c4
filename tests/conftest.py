"""What every test may use: a PostgreSQL server, and the `requirement` mark, refused if its id is unknown."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres import PostgresServer, shared_postgres

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
