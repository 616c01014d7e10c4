"""A filing process killed at random points: every acknowledged record is there, and the chains verify."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from triptych.ledger.chain import verify
from triptych.ledger.opening import open_ledger

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.requirement("P11-01")
@pytest.mark.parametrize("place", ["sqlite", "postgres"])
@pytest.mark.parametrize("acknowledged", random.Random(5).sample(range(1, 120), 4))
def test_nothing_acknowledged_is_lost_when_the_filing_process_is_killed(
    place: str, acknowledged: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = str(tmp_path / "ledger") if place == "sqlite" else request.getfixturevalue("postgres_url")
    command = [sys.executable, "-m", "tests.doors.filing_process", where]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(acknowledged)]
    process.kill()
    rest, _ = process.communicate()
    whole_lines = rest.splitlines() if rest.endswith("\n") else rest.splitlines()[:-1]
    said += [line for line in whole_lines if line]
    assert all(said)

    store = open_ledger(where, write=True)
    try:
        with store.reading() as reading:
            kept = {stored.id for stored in reading.records("participant:P-1")}
            assert set(said) <= kept
            assert not verify(reading).damages
    finally:
        store.close()
