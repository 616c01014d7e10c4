"""`triptych study`: check and show, as the author of a document uses them."""

import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from triptych.ledger.library import study_folder

NORWAY = Path(str(study_folder("mdma-mdd-norway")))


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(NORWAY, folder / "copy", ignore=shutil.ignore_patterns("scenarios")))


def test_the_bundled_study_is_listed_and_checks_clean(run: Run) -> None:
    assert run("study", "list").output.split() == ["mdma-mdd-norway"]
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
    gates.write_text(text.replace("latest(consent).agreed,", "latest(consent).agred,", 1), "utf-8")
    screening = folder / "forms-screening.yaml"
    text = screening.read_text("utf-8")
    screening.write_text(text.replace("type: decimal, unit: kg,", "type: decimal,", 1), "utf-8")
    result = run("study", "check", folder)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    misspelt = next(n for n, line in enumerate(gates.read_text("utf-8").splitlines(), 1) if "agred" in line)
    assert any(line.startswith(f"gates.yaml:{misspelt}:") and "agreed" in line for line in lines), lines
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
