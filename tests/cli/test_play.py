"""`triptych play`: a scenario is played, told line by line, and believed only if its expectations hold."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.cli.conftest import Run

from triptych.cli.walking import Walk
from triptych.ledger import Filed
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

SCENARIOS = Path(str(study_folder("mdma-mdd-norway"))) / "scenarios"
CONTACT = {
    "participant": "NO-01",
    "form": "first_contact",
    "values": {"channel": "self"},
    "role": "coordinator",
    "occurred_at": "2026-01-12T10:05:00+01:00",
}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "scenario.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


@pytest.mark.parametrize("name", ["whole-course", "wrong-turns"])
def test_the_shipped_scenarios_play_to_their_end(run: Run, name: str) -> None:
    result = run("play", SCENARIOS / f"{name}.jsonl", "--study", "mdma-mdd-norway")
    assert result.exit_code == 0, result.output
    assert "NOT MET" not in result.output


def test_json_is_a_line_a_step_and_ends_with_the_course(run: Run) -> None:
    result = run("play", SCENARIOS / "whole-course.jsonl", "--study", "mdma-mdd-norway", "--json")
    *steps, last = [json.loads(line) for line in result.output.splitlines()]
    assert [step["line"] for step in steps] == list(range(1, len(steps) + 1))
    assert all(step["outcome"]["type"] == "filed" for step in steps if step["kind"] == "file")
    assert last["course"]["standing"]["enrollment"] == "completed"


def test_an_expectation_that_does_not_hold_is_told_and_exits_with_1(run: Run, tmp_path: Path) -> None:
    expect = {
        "expect": {"filed": False, "phase": "treatment", "visits": {"phone": "done"}, "gates": {"enroll": "open"}}
    }
    result = run("play", written(tmp_path, CONTACT, expect), "--study", "mdma-mdd-norway")
    assert result.exit_code == 1
    for told in (
        "NOT MET",
        "filed: expected False",
        "phase: expected treatment, found screening",
        "phone done",
        "enroll",
    ):
        assert told in result.output


def test_a_refusal_is_told_with_its_reasons(run: Run, tmp_path: Path) -> None:
    dose = CONTACT | {
        "form": "dose_authorization",
        "role": "physician",
        "values": {"part": "initial", "amount": 80},
        "visit": "dosing",
        "cycle": 1,
        "occurred_at": "2026-01-12T10:06:00+01:00",
    }
    expect = {"expect": {"filed": False, "reasons": ["consent_in_force"]}}
    result = run("play", written(tmp_path, CONTACT, dose, expect), "--study", "mdma-mdd-norway")
    assert result.exit_code == 0, result.output
    assert "Consent is in force" in result.output


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["{not json"], "Line 1"),
        ([CONTACT, {"participant": "NO-01", "surprise": 1}], "Line 2"),
        ([CONTACT, {"participant": "NO-01", "form": "vitals"}], "Line 2"),
        ([{"note": "nothing happens"}], "names no time"),
        (["\x00\x01"], "Line 1"),
    ],
)
def test_a_scenario_that_cannot_be_understood_names_the_line(
    run: Run, tmp_path: Path, lines: list[object], told: str
) -> None:
    result = run("play", written(tmp_path, *lines), "--study", "mdma-mdd-norway")
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_scenario_that_is_not_text_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scenario.jsonl").write_bytes(b"\xff\xfe\x00")
    result = run("play", tmp_path / "scenario.jsonl", "--study", "mdma-mdd-norway")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_walked_session_has_its_pair_every_reading_that_is_due_and_what_is_drunk() -> None:
    study = find_study("mdma-mdd-norway")
    walked = Walk(MemoryStore(), study, datetime(2026, 1, 12, 9, tzinfo=ZoneInfo("Europe/Oslo")), hours=True)
    for step in walked.steps():
        if isinstance(step.outcome, Filed) and step.outcome.record.form == "next_day_contact":
            break
    records = walked.player.trial.system_view().records("P-01")
    (dosed,) = [one for one in records if one.form == "dose_administration" and one.values["part"] == "initial"]
    found = {
        round((one.occurred_at - dosed.occurred_at).total_seconds() / 60) for one in records if one.form == "vitals"
    }
    assert study.document.session is not None
    assert {due for due in study.document.session.readings if 0 < due < 480} <= found
    assert {one.values["person"] for one in records if one.form == "session_presence"} == {
        "therapist-1",
        "co_therapist-1",
    }
    assert sum(one.values["volume"] for one in records if one.form == "session_drink") == 600
    course = walked.player.course("P-01")
    assert course is not None
    assert [one.key for one in course.deviations if "presen" in one.key or "alone" in one.key] == []
