"""A trial of one's own study, opened and administered at a terminal."""

import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run


def opened(run: Run, tmp_path: Path, study: str = "mapp-template") -> Path:
    data = tmp_path / "data"
    made = run("ledger", "create", study, "--data", data, "--as", "anna", "--training")
    assert made.exit_code == 0, made.output
    return data


def test_a_trial_of_any_study_is_opened_and_given_a_site_and_staff(run: Run, tmp_path: Path) -> None:
    data = opened(run, tmp_path)
    common = ("--data", data, "--as", "anna")
    site = run("ledger", "file", "site_opening", "title=Site 1", "zone=Europe/Oslo", "--site", "s1", *common)
    assert site.exit_code == 0, site.output
    grant = run("ledger", "file", "grant", "person=ben", "role=coordinator", "site=s1", "blinding=blinded", *common)
    assert grant.exit_code == 0, grant.output
    assert "5 records in 2 streams: whole" in run("ledger", "verify", "--data", data).output


def test_a_second_trial_is_not_opened_over_the_first(run: Run, tmp_path: Path) -> None:
    data = opened(run, tmp_path)
    again = run("ledger", "create", "mapp1", "--data", data, "--as", "eve")
    assert (again.exit_code, "holds a trial already" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("activation",), "No field of the study document is unconfirmed"),
        (("site_activation", "--site", "s1"), "The study is activated"),
        (("grant", "person=ben"), "an answer is needed"),
        (("grant", "person"), "is not ITEM=VALUE"),
        (("vitals", "systolic=120"), "is about a participant"),
        (("no_such_form",), "has no form"),
    ],
)
def test_what_cannot_be_filed_is_refused_with_every_reason(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    data = opened(run, tmp_path)
    refused = run("ledger", "file", *arguments, "--data", data, "--as", "anna")
    assert refused.exit_code != 0
    assert said in refused.output
    assert "Traceback" not in refused.output


def test_somebody_without_the_role_files_nothing(run: Run, tmp_path: Path) -> None:
    data = opened(run, tmp_path)
    refused = run("ledger", "file", "pause", "why=Now", "--data", data, "--as", "eve")
    assert refused.exit_code == 1
    assert "3 records in 1 stream" in run("ledger", "verify", "--data", data).output


def test_recorded_sessions_are_drawn_from_a_seed_filed_and_checked(run: Run, demo_ledger: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo_ledger, copy)
    words = ("fidelity", "sample", "--data", copy, "--seed", "thrown", "--count", "4", "--how", "risk")
    first, again = run(*words), run(*words)
    assert first.exit_code == 0, first.output
    assert first.output == again.output
    assert "Name two raters" in run(*words, "--as", "fidelity_lead-1").output
    grants = ("--rater", "fidelity_rater-1", "--rater", "fidelity_rater-2")
    assert "no rater of fidelity" in run(*words, "--as", "fidelity_lead-1", *grants[:3], "therapist-1").output
    filed = run(*words, "--as", "fidelity_lead-1", *grants)
    assert filed.output.startswith(first.output)
    assert "Filed" in filed.output
    assert run(*words).output != first.output  # what was drawn is not drawn again
    checked = run("fidelity", "check", "--data", copy)
    assert (checked.exit_code, "4 sessions  the same" in checked.output) == (0, True)
    assert "not_granted" in run(*words, "--as", "therapist-1", *grants).output
