"""`triptych lint` and `triptych study import` as a person at a terminal meets them."""

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.spec.exchange.test_redcap import GOOD, HEAD, RECORD, rows_of_scale


def written(folder: Path, *rows: str) -> Path:
    path = folder / "dictionary.csv"
    path.write_text(HEAD + RECORD + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def test_a_shifted_score_is_an_error_and_the_exit_code_says_so(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, *rows_of_scale("phq9", [1, 2, 3, 4]))
    found = run("lint", path)
    assert found.exit_code == 1
    assert "PHQ-9 items go from 0 to 3" in found.output
    listed = json.loads(run("lint", path, "--json").stdout)
    assert {one["code"] for one in listed} == {"score_codes_shifted"}
    assert {"level", "code", "field", "row", "what", "why", "fix"} == set(listed[0])


def test_a_good_dictionary_passes(run: Run, tmp_path: Path) -> None:
    found = run("lint", written(tmp_path, *GOOD))
    assert (found.exit_code, found.stdout) == (0, "")


def test_what_is_no_dictionary_is_said_without_a_trace(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    found = run("lint", path)
    assert (found.exit_code, "no REDCap data dictionary" in found.output) == (1, True)
    assert "Traceback" not in found.output


def test_a_dictionary_becomes_forms_and_a_report_once(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "imported"
    made = run("study", "import", "--redcap", written(tmp_path, *GOOD), "--out", out)
    assert made.exit_code == 0, made.output
    assert (out / "forms.yaml").read_text("utf-8").startswith("forms:\n")
    assert "record_id" in (out / "report.txt").read_text("utf-8")
    again = run("study", "import", "--redcap", written(tmp_path, *GOOD), "--out", out)
    assert (again.exit_code, "is not empty" in again.output) == (1, True)
