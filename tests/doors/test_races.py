"""Two filings at once on PostgreSQL: the database puts them in an order, and exactly one wins."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.doors.hands import Hands, codes

from triptych.ledger import Actor, Draft, Filed, Outcome, Refused
from triptych.ledger.opening import open_ledger
from triptych.study import Study


@pytest.fixture
def hands_on_postgres(postgres_url: str, small: Study) -> Any:
    store = open_ledger(postgres_url, write=True)
    yield Hands(store, small)
    store.close()


def at_once(*work: Callable[[], Outcome]) -> list[Outcome]:
    """Run filings in threads that start together."""
    barrier = threading.Barrier(len(work))
    outcomes: list[Outcome | None] = [None] * len(work)

    def run(number: int) -> None:
        barrier.wait()
        outcomes[number] = work[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcome for outcome in outcomes if outcome is not None]


def filing(hands: Hands, draft: Draft, role: str) -> Callable[[], Outcome]:
    return lambda: hands.trial.file(draft, Actor(person=f"{role}-1", role=role))


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_filings_for_the_last_free_place_exactly_one_wins(hands_on_postgres: Hands, attempt: int) -> None:
    hands = hands_on_postgres
    for name in ("P-1", "P-2", "P-3"):
        hands.contact(name)
        hands.file("coordinator", "consent", {"version": "1", "agreed": True}, name)
    assert isinstance(hands.randomize("P-1"), Filed)
    drafts = [hands.draft("randomization", {"arm": "active", "kit": "K"}, name) for name in ("P-2", "P-3")]
    outcomes = at_once(*(filing(hands, draft, "pharmacist") for draft in drafts))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Filed", "Refused"]
    refused = next(outcome for outcome in outcomes if isinstance(outcome, Refused))
    assert codes(refused) == ["allocation_full"]


@pytest.mark.parametrize("attempt", range(3))
def test_an_authorization_that_races_with_a_pause_is_judged_before_or_after_it(
    hands_on_postgres: Hands, attempt: int
) -> None:
    hands = hands_on_postgres
    hands.ready_for_dose()
    hands.randomize()
    dose = hands.draft("dose_authorization", {"part": "initial", "amount": 30}, cycle=1)
    pause = hands.draft("site_pause", {"why": "Alarm"}, None, site="site-1")
    authorized, paused = at_once(filing(hands, dose, "physician"), filing(hands, pause, "administrator"))
    assert isinstance(paused, Filed)
    if isinstance(authorized, Refused):
        assert codes(authorized) == ["not_paused"]
    else:
        assert isinstance(authorized, Filed)
    after = hands.authorize()
    assert codes(after) == ["not_paused"]


def test_an_authorization_waits_for_a_pause_that_is_being_filed_and_is_then_refused(
    hands_on_postgres: Hands, postgres_url: str
) -> None:
    """The pause holds the site's stream; the authorization is seen to wait for it in the database, and then loses."""
    hands = hands_on_postgres
    hands.ready_for_dose()
    hands.randomize()
    dose = hands.draft("dose_authorization", {"part": "initial", "amount": 30}, cycle=1)
    pause = hands.draft("site_pause", {"why": "Alarm"}, None, site="site-1")
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(filing(hands, dose, "physician")()))

    with psycopg.connect(postgres_url, autocommit=True) as watcher:

        def waiting() -> bool:
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            row = watcher.execute(query).fetchone()
            return row is not None and row[0] > 0

        clock = hands.player.clock

        class Gate:
            """A clock that, when the pause reads it, starts the authorization and waits until it is held up."""

            now = clock.now

            def __call__(self) -> Any:
                if threading.current_thread() is threading.main_thread() and not thread.ident:
                    thread.start()
                    while not waiting():
                        assert thread.is_alive()
                return clock.now

        hands.trial._clock = Gate()
        paused = filing(hands, pause, "administrator")()
        thread.join()
    assert isinstance(paused, Filed)
    assert codes(outcomes[0]) == ["not_paused"]
