"""`triptych study`: check and show, as the author of a document uses them."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from triptych.ledger.library import study_folder

NORWAY = Path(str(study_folder("mdma-mdd-norway")))


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(NORWAY, folder / "copy", ignore=shutil.ignore_patterns("scenarios")))


def test_the_bundled_study_is_listed_and_checks_clean(run: Run) -> None:
    listed = run("study", "list").output.split()
    assert {"mdma-mdd-norway", "mapp1", "mapp-template"} <= {*listed}
    assert not [name for name in listed if name.startswith("_")]
    result = run("study", "check", "mdma-mdd-norway")
    assert result.exit_code == 0
    assert "no problems" in result.output
    assert "cannot be activated" in result.output


def test_a_study_is_named_by_a_path_as_well(run: Run, tmp_path: Path) -> None:
    by_path, by_name = run("study", "check", copied(tmp_path)), run("study", "check", "mdma-mdd-norway")
    assert by_path.exit_code == 0
    assert by_path.output.partition("SHA-256")[2] == by_name.output.partition("SHA-256")[2]


def test_every_problem_is_told_with_file_line_and_what_to_write(run: Run, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    gates = folder / "gates.yaml"
    text = gates.read_text("utf-8")
    fasted = "latest(readiness.filter(x, x.day == today)).fasted"
    gates.write_text(text.replace(fasted, fasted.replace("fasted", "fastd"), 1), "utf-8")
    screening = folder / "forms-screening.yaml"
    text = screening.read_text("utf-8")
    screening.write_text(text.replace("type: decimal, unit: kg,", "type: decimal,", 1), "utf-8")
    result = run("study", "check", folder)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    misspelt = next(n for n, line in enumerate(gates.read_text("utf-8").splitlines(), 1) if "fastd" in line)
    assert any(line.startswith(f"gates.yaml:{misspelt}:") and "fasted" in line for line in lines), lines
    unitless = next(n for n, line in enumerate(screening.read_text("utf-8").splitlines(), 1) if "id: weight" in line)
    assert any(line.startswith(f"forms-screening.yaml:{unitless}:") and "unit" in line for line in lines), lines
    assert "2 problems" in result.stderr


def test_a_study_that_is_not_there_is_named_with_those_that_are(run: Run) -> None:
    result = run("study", "check", "mdma-ptsd")
    assert result.exit_code == 1
    assert "mdma-ptsd" in result.output
    assert "mdma-mdd-norway" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("width", [80, 160])
def test_the_schedule_fits_the_width_and_marks_what_is_unconfirmed(run: Run, width: int) -> None:
    result = run("study", "show", "mdma-mdd-norway", "--width", width)
    assert result.exit_code == 0
    table = result.output.split("? unconfirmed by the source")[0]
    assert max(map(len, table.splitlines()[2:])) <= width
    for expected in ("V5", "V9", "Dosing", "MADRS", "Seven-month"):
        assert expected in table
    assert "unconfirmed" in result.output.lower()


def test_a_new_study_is_made_from_the_template_and_checks_clean(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    made = run("study", "new", "ours", "--out", folder)
    assert made.exit_code == 0, made.output
    assert run("study", "check", folder).exit_code == 0
    assert "inherits" not in (folder / "study.yaml").read_text("utf-8")
    again = run("study", "new", "ours", "--out", folder)
    assert (again.exit_code, "exists already" in again.output) == (1, True)


def test_a_new_study_may_say_only_what_differs(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    assert run("study", "new", "ours", "--from", "mapp1", "--inherit", "--out", folder).exit_code == 0
    assert (folder / "study.yaml").read_text("utf-8").startswith("inherits: mapp1\n")
    assert "2 differences" in run("study", "diff", "mapp1", folder).output


def test_a_name_that_is_no_id_makes_nothing(run: Run, tmp_path: Path) -> None:
    made = run("study", "new", "Our Study", "--out", tmp_path / "ours")
    assert (made.exit_code, "bad_id" in made.output) == (1, True)
    assert not (tmp_path / "ours").exists()


def test_the_flat_document_is_the_same_study(run: Run, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "study.yaml").write_text(run("study", "show", "mapp2", "--resolved").output, "utf-8")
    assert "inherits" not in (flat / "study.yaml").read_text("utf-8")
    one, other = run("study", "check", "mapp2").output, run("study", "check", flat).output
    assert one.partition("SHA-256")[2] == other.partition("SHA-256")[2]


def test_what_differs_between_two_studies_is_told(run: Run) -> None:
    told = run("study", "diff", "mapp1", "mapp2").output
    assert "CAPS-5 total of 35 or more" in told
    assert "6 differences" in told
    assert "say the same" in run("study", "diff", "mapp1", "mapp1").output
    assert len(json.loads(run("study", "diff", "mapp1", "mapp2", "--json").output)) == 6


def test_a_made_up_participant_walks_and_the_walk_is_a_scenario(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "walk.jsonl"
    walked = run("play", "--study", "psil201", "--choose", "randomization.arm=niacin", "--save", kept)
    assert walked.exit_code == 0, walked.output
    assert "phase ended" in walked.output
    played = run("play", kept, "--study", "psil201")
    assert (played.exit_code, "NOT MET" in played.output) == (0, False)
    assert '"niacin"' in kept.read_text("utf-8")


def test_a_choice_that_is_none_is_said(run: Run) -> None:
    assert run("play", "--study", "psil201", "--choose", "niacin").exit_code != 0
