"""`triptych session replay`: what was known, in the order in which it was known, and nothing written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Run
from tests.doors.hands import Hands

from triptych.cli.replay import Replay, follow
from triptych.ledger import Actor, Draft, Refused
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.ledger.opening import open_ledger
from triptych.web.house import House

THERAPIST = Actor(person="therapist-1", role="therapist")
BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)
SIGNS = {"systolic": 120, "diastolic": 78, "heart_rate": 70, "temperature": 36.6}


def held(hands: Hands) -> Hands:
    """A session with a dose, a reading, and one that was entered two hours after it was made."""
    hands.contact()
    hands.later(hours=2)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    hands.later(minutes=29)
    early = hands.now
    hands.later(minutes=90)
    hands.file("therapist", "vitals", SIGNS | {"systolic": 131}, visit="dosing", cycle=1)
    hands.later(minutes=60)
    hands.file("therapist", "vitals", SIGNS | {"systolic": 125}, visit="dosing", cycle=1, occurred_at=early)
    return hands


def replay(hands: Hands) -> Replay:
    with hands.store.reading() as reading:
        return Replay(reading, "P-1", None)


def test_it_is_told_in_the_order_in_which_it_was_known() -> None:
    hands, waited = held(Hands(MemoryStore(), find_study("mdma-mdd-norway"), BEGUN)), []
    told = list(replay(hands).lines(THERAPIST, waited.append, speed=60))
    assert ["131/78" in line for line in told[-2:]] == [True, False]
    assert told[-1].startswith(" +0:29") or "+0:29" in told[-1] or "+0:30" in told[-1]
    assert "125/78" in told[-1]
    assert all(0 <= seconds <= 3 for seconds in waited)
    assert list(replay(hands).lines(Actor(person="rater-1", role="rater"), waited.append, 60)) == []


def test_a_screen_knows_no_more_than_was_known_and_takes_nothing() -> None:
    hands = held(Hands(MemoryStore(), find_study("mdma-mdd-norway"), BEGUN))
    told, heard = replay(hands), []
    served = House(told.store, lambda: told.now + timedelta(hours=3), told.trial)
    told.trial.listeners.append(heard.append)
    assert [one.form for one in told.trial.view(THERAPIST).records("P-1")] == ["first_contact"]
    follow(told, served, lambda _: None)
    assert len(told.trial.view(THERAPIST).records("P-1")) == 4
    assert told.title == "the medicine session of P-1, cycle 1, 02 Mar 2026"
    assert set(heard) == {"P-1"}
    draft = Draft(
        id="0195a000-0000-7000-8000-000000000003", form="observation", values={"text": "x"}, occurred_at=told.now
    )
    assert isinstance(told.trial.file(draft, THERAPIST), Refused)


def test_the_command_tells_a_session_and_leaves_the_ledger_as_it_is(run: Run, tmp_path: Path) -> None:
    store = open_ledger(str(tmp_path / "data"), write=True)
    held(Hands(store, find_study("mdma-mdd-norway"), BEGUN))
    store.close()
    words = ("session", "replay", "P-1", "--data", "data", "--as", "therapist-1", "--role", "therapist")
    before = run("ledger", "verify", "--data", "data").output
    told = run(*words, "--speed", "1000000")
    assert told.exit_code == 0, told.output
    assert "131/78" in told.output
    assert run("ledger", "verify", "--data", "data").output == before
    assert "No dose of P-1 is on record in cycle 2" in run(*words, "--cycle", "2").output
    assert "did not see P-1" in run(*words[:-3], "nobody", "--role", "therapist").output
