"""The dozen people of the demo site stand at different points of one course, and nothing about them was refused."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triptych.cli.cohort import STOPS, cohort
from triptych.cli.scenario import Player, read_lines
from triptych.ledger import Filed
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

NORWAY = find_study("mdma-mdd-norway")
COURSE = study_folder("mdma-mdd-norway") / "scenarios" / "whole-course.jsonl"


@pytest.mark.parametrize("now", [datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)])
def test_everybody_is_filed_as_the_course_has_it_whatever_the_day(now: datetime) -> None:
    lines = cohort(NORWAY, read_lines(COURSE.read_text("utf-8")), now)
    assert all(line.occurred_at is not None and line.occurred_at <= now for line in lines)
    player = Player(MemoryStore(), NORWAY, lines)
    assert [step.text for step in player.play() if not isinstance(step.outcome, Filed)] == []
    player.clock.now = now
    courses = [player.course(f"NO-{number + 1:02d}") for number in range(len(STOPS))]
    phases = [course.phase for course in courses if course is not None]
    assert len(phases) == len(STOPS) == 12
    assert {"screening", "preparation", "treatment", "extension", "ended"} <= set(phases)


def test_the_demo_site_is_built_once_and_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "triptych", "demo", "--site", "--no-serve", "--data", str(tmp_path / "site")]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "coordinator-1" in first.stdout
    before = (tmp_path / "site" / "ledger.sqlite3").stat().st_mtime_ns
    subprocess.run(command, capture_output=True, text=True, check=True)
    assert (tmp_path / "site" / "ledger.sqlite3").stat().st_mtime_ns == before
    assert (tmp_path / "site" / "accounts.sqlite3").is_file()
