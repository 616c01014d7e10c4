"""`triptych ledger` and `triptych demo`: a kept ledger is verified, exported, restored and found damaged."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from triptych.ledger.opening import open_ledger


def exported(run: Run, ledger: object, name: str) -> Path:
    result = run("ledger", "export", name, "--data", ledger)
    assert result.exit_code == 0, result.output
    return Path(name)


@pytest.mark.requirement("P11-04")
def test_an_export_verifies_offline_and_restores_to_the_same_bytes(
    run: Run, demo_ledger: Path, postgres_url: str
) -> None:
    archive = exported(run, demo_ledger, "archive.jsonl")
    offline = run("ledger", "verify", "--file", archive)
    assert offline.exit_code == 0
    assert offline.output.endswith("whole\n")
    for place in ("restored", postgres_url):
        assert run("ledger", "import", archive, "--data", place).exit_code == 0
        assert run("ledger", "verify", "--data", place).exit_code == 0
        assert exported(run, place, "again.jsonl").read_bytes() == archive.read_bytes()
        again = run("ledger", "import", archive, "--data", place)
        assert again.exit_code == 1
        assert "empty" in again.output


def test_a_damaged_record_is_named_and_exits_with_1(run: Run, demo_ledger: Path, tmp_path: Path) -> None:
    archive = exported(run, demo_ledger, "archive.jsonl")
    content = archive.read_bytes()
    place = content.index(b'"systolic":122')
    archive.write_bytes(content[:place] + b'"systolic":121' + content[place + 14 :])
    result = run("ledger", "verify", "--file", archive)
    assert result.exit_code == 1
    assert "participant:NO-01" in result.output
    assert result.output.endswith("DAMAGED\n")


def test_a_ledger_that_lost_its_newest_records_does_not_hold_what_a_manifest_lists(
    run: Run, demo_ledger: Path, tmp_path: Path
) -> None:
    archive = exported(run, demo_ledger, "archive.jsonl")
    assert run("ledger", "import", archive, "--data", "cut").exit_code == 0
    assert run("ledger", "verify", "--data", "cut", "--against", archive).exit_code == 0
    with sqlite3.connect(tmp_path / "cut" / "ledger.sqlite3") as raw:
        triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            raw.execute(f'DROP TRIGGER "{name}"')
        last = "(SELECT max(position) FROM record WHERE stream = 'participant:NO-01')"
        removed = raw.execute(f"DELETE FROM record WHERE stream = 'participant:NO-01' AND position = {last}")
        assert removed.rowcount == 1
    raw.close()
    result = run("ledger", "verify", "--data", "cut", "--against", archive)
    assert result.exit_code == 1
    assert "participant:NO-01" in result.output


def test_a_place_without_a_ledger_is_told_with_what_would_make_one(run: Run) -> None:
    result = run("ledger", "verify")
    assert result.exit_code == 1
    assert "triptych-data" in result.output
    assert "Traceback" not in result.output


def test_the_place_may_stand_in_the_environment(run: Run, demo_ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_DATA", str(demo_ledger))
    assert run("ledger", "verify").exit_code == 0


def test_a_command_that_writes_beside_a_writer_refuses_and_says_who_writes(run: Run, demo_ledger: Path) -> None:
    archive = exported(run, demo_ledger, "archive.jsonl")
    writer = open_ledger("busy", write=True)
    try:
        result = run("ledger", "import", archive, "--data", "busy")
    finally:
        writer.close()
    assert result.exit_code == 1
    assert "writ" in result.output
    assert "Traceback" not in result.output


def test_what_is_kept_for_lists_is_dropped_and_rebuilt_equal(run: Run, demo_ledger: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_ledger, tmp_path / "copied")
    first = run("ledger", "rebuild", "--data", "copied")
    assert (first.exit_code, "0 were kept" in first.output) == (0, True), first.output
    second = run("ledger", "rebuild", "--data", "copied")
    assert (second.exit_code, "; 0 were kept" in second.output) == (0, False), second.output
    assert second.output.split(";")[0] == first.output.split(";")[0]
    with sqlite3.connect(tmp_path / "copied" / "ledger.sqlite3") as ledger:
        (before,) = ledger.execute("SELECT count(*) FROM list_row").fetchone()
        ledger.execute("UPDATE list_row SET body = replace(body, 'screening', 'preparation')")
    ledger.close()
    assert before > 100
    third = run("ledger", "rebuild", "--data", "copied")
    assert third.exit_code == 1
    assert "NO-12: the row that was kept is not what the records give" in third.output
    assert run("ledger", "rebuild", "--data", "copied").exit_code == 0
    assert run("ledger", "verify", "--data", "copied").exit_code == 0
