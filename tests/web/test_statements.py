"""How many SQL statements a request sends, the accounts' and the ledger's together, BEGIN and COMMIT not counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.api.program import Program, vitals
from tests.doors.hands import Hands
from tests.postgres import shared_postgres
from tests.web.conftest import Log, text_of
from tests.web.test_pages import fields

from triptych.ledger import postgres, sqlite
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import Store

FRAMES = ("begin_transaction", "begin_reading", "commit", "rollback")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Store]:
    """A ledger in a database."""
    if request.param == "sqlite":
        made = open_ledger(str(tmp_path / "ledger"), write=True)
        yield made
        made.close()
    else:
        with shared_postgres() as server, server.schema() as url:
            made = open_ledger(url, write=True)
            yield made
            made.close()


@pytest.fixture
def trial(store: Store, served: Callable[[Hands], None]) -> Hands:
    """A trial of the Norway study in that database, being served."""
    hands = Hands(store, find_study("mdma-mdd-norway"))
    served(hands)
    hands.contact()
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    return hands


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Count the statements of a block."""
    sent: list[str] = []
    for module in (sqlite, postgres):

        def run(connection: Any, name: str, _run: Any = module._run, **values: Any) -> Any:
            sent.append(name)
            return _run(connection, name, **values)

        monkeypatch.setattr(module, "_run", run)

    @contextmanager
    def block() -> Iterator[list[str]]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        sent.clear()
        found: list[str] = []
        with CaptureQueriesContext(connection) as queries:
            yield found
        frames = ("BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "COMMIT")
        found += [name for name in sent if name not in FRAMES]
        found += [query["sql"] for query in queries if not query["sql"].startswith(frames)]

    return block


def test_filing_a_form_over_http_sends_at_most_eight(trial: Hands, log_in: Log, counted: Callable[[], Any]) -> None:
    client = log_in("physician")
    path = "/participants/P-1/file/vitals/?visit=screening"
    answers = {"v-systolic": "121", "v-diastolic": "79", "v-heart_rate": "66", "v-temperature": "36.6"}
    for expected in (2, 3):
        page = fields(text_of(client.get(path)))
        with counted() as statements:
            answer = client.post(path, {**page, **answers, "occurred_at": page["occurred_at"]})
        assert answer.status_code == 302
        assert len([s for s in trial.trial.system_view().records("P-1") if s.form == "vitals"]) == expected - 1
    assert len(statements) <= 8, statements


def test_filing_a_record_by_the_api_sends_at_most_eight(trial: Hands, counted: Callable[[], Any]) -> None:
    program = Program("physician-1")
    for number in (1, 2):
        with counted() as statements:
            answer = program.post(vitals(id=f"019cf5e5-20c0-7ee6-b48e-00000000000{number}"))
        assert answer.status_code == 201
    assert len(statements) <= 8, statements


def test_a_participant_page_of_forty_visits_sends_at_most_fifteen(
    trial: Hands, log_in: Log, counted: Callable[[], Any]
) -> None:
    client = log_in("coordinator")
    client.get("/participants/P-1/")
    with counted() as statements:
        answer = client.get("/participants/P-1/")
    assert answer.status_code == 200
    assert len(statements) <= 15, statements


@pytest.mark.parametrize("path", ["/", "/casebook/", "/queries/", "/logs/adverse_event/", "/sites/site-1/"])
def test_a_list_sends_as_many_for_many_participants_as_for_one(
    path: str, trial: Hands, log_in: Log, counted: Callable[[], Any]
) -> None:
    client = log_in("coordinator")
    client.get(path)
    with counted() as few:
        client.get(path)
    for number in range(2, 9):
        trial.contact(f"P-{number}")
    client.get(path)
    with counted() as many:
        assert client.get(path).status_code == 200
    assert len(many) == len(few) <= 10, many
