"""`triptych ledger amend` as an administrator at a terminal meets it."""

from pathlib import Path

from tests.cli.conftest import Run

AMENDED = """\
inherits: mdma-mdd-norway
id: mdma-mdd-norway
title: MDMA-assisted therapy for major depression (open label, Norway)
version: "1.1"
amendment: {of: "1.0", summary: Termination may be later}
visits:
  - id: termination
    timing:
      - {anchor: preparation_3, target: 13 weeks, window: ["-3 weeks", "+5 weeks"]}
"""


def built(run: Run, tmp_path: Path) -> tuple[Path, Path]:
    data, study = tmp_path / "data", tmp_path / "amended"
    study.mkdir()
    (study / "study.yaml").write_text(AMENDED, "utf-8")
    assert run("demo", "--data", data, "--no-serve").exit_code == 0
    return data, study


def test_an_amendment_is_released_once_and_what_differs_is_told(run: Run, tmp_path: Path) -> None:
    data, study = built(run, tmp_path)
    released = run("ledger", "amend", study, "--data", data, "--as", "administrator-1")
    assert released.exit_code == 0, released.output
    assert "Termination: window: 13 weeks ± 3 weeks" in released.output
    assert "at each site that records its approval" in released.output
    assert run("ledger", "verify", "--data", data).exit_code == 0


def test_nobody_without_the_role_releases_an_amendment(run: Run, tmp_path: Path) -> None:
    data, study = built(run, tmp_path)
    refused = run("ledger", "amend", study, "--data", data, "--as", "rater-1", "--role", "rater")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    same = run("ledger", "amend", "mapp1", "--data", data, "--as", "administrator-1")
    assert (same.exit_code, "another_study" in same.output) == (1, True)
