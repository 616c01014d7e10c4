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


def test_a_study_goes_out_as_usdm_and_comes_back_complete(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "norway.json", tmp_path / "norway"
    made = run("study", "export", "mdma-mdd-norway", "--usdm", file)
    assert (made.exit_code, made.output.startswith(f"{file}: ")) == (0, True)
    assert json.loads(file.read_text("utf-8"))["usdmVersion"] == "4.0.0"
    back = run("study", "import", "--usdm", file, "--out", out)
    assert back.exit_code == 0, back.output
    assert "complete study document" in back.output
    assert {path.name for path in out.iterdir()} >= {"study.yaml", "visits.yaml", "report.txt"}
    assert not (out / "usdm.json").exists()
    assert run("study", "check", out).exit_code == 0
    assert run("study", "diff", "mdma-mdd-norway", out).stdout.strip().endswith("The two documents say the same.")


def test_a_foreign_file_is_kept_beside_the_document_and_changed_with_it(run: Run, tmp_path: Path) -> None:
    file, out, again = tmp_path / "theirs.json", tmp_path / "theirs", tmp_path / "again.json"
    run("study", "export", "esketamine", "--usdm", file)
    theirs = json.loads(file.read_text("utf-8"))
    theirs["study"]["extensionAttributes"] = []
    file.write_text(json.dumps(theirs), "utf-8")
    made = run("study", "import", "--usdm", file, "--out", out)
    assert made.exit_code == 0, made.output
    assert "What a person must add or decide:" in (out / "report.txt").read_text("utf-8")
    visits = out / "visits.yaml"
    visits.write_text(
        visits.read_text("utf-8").replace("title: Treatment visit", "title: Visit for treatment"), "utf-8"
    )
    assert run("study", "export", out, "--usdm", again).exit_code == 0
    design = json.loads(again.read_text("utf-8"))["study"]["versions"][0]["studyDesigns"][0]
    assert "Visit for treatment" in {encounter["label"] for encounter in design["encounters"]}


def test_what_is_no_usdm_is_said_without_a_trace(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"usdmVersion": "3.0.0", "study": {}}', "utf-8")
    found = run("study", "import", "--usdm", file, "--out", tmp_path / "out")
    assert (found.exit_code, "version '3.0.0'" in found.output, "Traceback" in found.output) == (1, True, False)
    assert not (tmp_path / "out").exists()
    assert run("study", "import", "--out", tmp_path / "out").exit_code == 2
