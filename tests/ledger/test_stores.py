"""Each store keeps the contract; a ledger is opened by its place."""

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.contract import StoreContract
from tests.ledger.records import ANNA, BERT, ONE, file, state

from triptych.ledger.errors import NotALedger, StoreUnavailable
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import Lock, Store, lock_order


def test_streams_are_locked_study_first_then_sites_then_participants() -> None:
    locks = lock_order(["study", "site:b"], [BERT, "site:a", ANNA])
    assert locks == (
        Lock("*", alone=False),
        Lock("study", alone=False),
        Lock("site:a", alone=True),
        Lock("site:b", alone=False),
        Lock(ANNA, alone=True),
        Lock(BERT, alone=True),
    )


def test_a_stream_that_is_read_and_appended_to_is_locked_alone() -> None:
    assert lock_order(["study"], ["study"])[1:] == (Lock("study", alone=True),)


class TestMemory(StoreContract):
    """The store in memory."""

    @pytest.fixture
    def store(self, make_store: Callable[[str], Store]) -> Store:
        return make_store("memory")


class TestSqlite(StoreContract):
    """The store in a file."""

    @pytest.fixture
    def store(self, make_store: Callable[[str], Store]) -> Store:
        return make_store("sqlite")


class TestPostgres(StoreContract):
    """The store in a PostgreSQL schema."""

    @pytest.fixture
    def store(self, make_store: Callable[[str], Store]) -> Store:
        return make_store("postgres")


def test_a_ledger_is_opened_by_folder_or_url(tmp_path: Path, postgres_url: str) -> None:
    for where in (str(tmp_path / "ledger"), postgres_url):
        with pytest.raises(NotALedger):
            open_ledger(where, write=False)
        with closing(open_ledger(where, write=True)) as store:
            file(store, ANNA, ONE)
        with closing(open_ledger(where, write=False)) as store:
            assert len(state(store)["records"]) == 1


def test_a_missing_driver_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "triptych.ledger.postgres", None)
    with pytest.raises(StoreUnavailable, match=r"Install `triptych\[postgresql\]`"):
        open_ledger("postgresql://somewhere/db", write=False)
