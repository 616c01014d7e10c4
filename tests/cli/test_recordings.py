"""`triptych recording`: a piece that was exchanged is named, and what has been kept for its years goes for good."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run
from tests.doors.hands import Hands
from tests.web.test_recordings import RULE, agree, gather

from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger
from triptych.web.recording.kept import enter_hashes, recordings_of
from triptych.web.recording.shelf import Shelf

YEARS = 2


def recorded(folder: Path, begun: datetime) -> str:
    """A trial with one recording of three pieces, begun at a time."""
    store = open_ledger(str(folder), write=True)
    hands = Hands(store, find_study("mdma-mdd-norway"), begun)
    hands.contact()
    hands.file(
        "physician", "recording_rule", RULE | {"keep_years": YEARS, "checked_on": "2020-01-01"}, None, site="site-1"
    )
    gather(hands, ("recall",))
    agree(hands, "recall")
    start = {"kind": "audio", "how": "room", "purposes": ["recall"], "people": "x", "everyone_agreed": True}
    begun_as: Any = hands.file("therapist", "recording_start", start)
    name: str = begun_as.record.id
    shelf = Shelf(folder / "recordings", folder / "recording.key")
    shelf.begin(name)
    for number in range(3):
        shelf.keep(name, number, b"x" * 100)
    hands.file("therapist", "recording_stop", {"about": name, "why": "finished", "pieces": 3})
    (found,) = recordings_of(hands.trial.system_view().records("P-1"))
    enter_hashes(hands.trial, shelf, found, hands.now)
    store.close()
    return name


def test_an_exchanged_piece_is_named(run: Run, tmp_path: Path) -> None:
    name = recorded(tmp_path / "data", datetime.now(UTC) - timedelta(days=1))
    assert "1 recordings, 3 pieces: whole" in run("recording", "verify", "--data", "data").output
    piece = tmp_path / "data" / "recordings" / name / "000001.piece"
    piece.chmod(0o600)
    piece.write_bytes(b"another")
    told = run("recording", "verify", "--data", "data")
    assert told.exit_code == 1
    assert f"{name} of P-1: piece 1 is not the one that was recorded" in told.output
    kept = run("recording", "destroy", "--data", "data", "--as", "physician-1", "--role", "physician", "--yes")
    assert "0 recordings destroyed" in kept.output


def test_what_was_kept_for_its_years_is_destroyed_and_its_hashes_stay(run: Run, tmp_path: Path) -> None:
    name = recorded(tmp_path / "data", datetime.now(UTC) - timedelta(days=366 * YEARS + 2))
    words = ("recording", "destroy", "--data", "data", "--as", "physician-1", "--role", "physician")
    assert "1 recordings would be destroyed" in run(*words).output
    assert (tmp_path / "data" / "recordings" / name / "key").exists()
    assert "1 recordings destroyed" in run(*words, "--yes").output
    assert not (tmp_path / "data" / "recordings" / name).exists()
    told = run("recording", "verify", "--data", "data")
    assert "1 recordings, 3 pieces: whole" in told.output
