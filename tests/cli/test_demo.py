"""`triptych demo`: a dozen people at different points of one course, of whom nothing was refused, drawn and served."""

import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from triptych.cli.cohort import FIRST, OWN, STOPS, cohort
from triptych.cli.scenario import Player, read_lines
from triptych.ledger import Filed
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

NORWAY = find_study("mdma-mdd-norway")
COURSE = study_folder("mdma-mdd-norway") / "scenarios" / "whole-course.jsonl"


def demo(*words: object, check: bool = True) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "triptych", "demo", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=check)


@pytest.mark.parametrize("now", [datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)])
def test_everybody_is_filed_as_the_course_has_it_whatever_the_day(now: datetime) -> None:
    lines = cohort(NORWAY, read_lines(COURSE.read_text("utf-8")), now)
    assert all(line.occurred_at is not None and line.occurred_at <= now for line in lines)
    player = Player(MemoryStore(), NORWAY, lines)
    filings = [step for step in player.play() if step.kind == "file"]
    assert [step.text for step in filings if not isinstance(step.outcome, Filed)] == []
    player.clock.now = now
    courses = [player.course(f"NO-{number + 1:02d}") for number in range(len(STOPS))]
    phases = [course.phase for course in courses if course is not None]
    assert len(phases) == len(STOPS) == 12
    assert {"screening", "preparation", "treatment", "extension", "ended"} <= set(phases)
    assert [grant.participant for grant in player.trial.grants_of("participant-1")] == [OWN]
    plan = player.trial.system_view().taper(OWN)
    assert plan is not None
    assert plan.lacks == ()


def test_the_demo_draws_the_course_of_the_first_and_verifies_its_ledger(tmp_path: Path) -> None:
    told = demo("--no-serve", "--width", 120, "--data", tmp_path / "drawn").stdout
    for shown in (FIRST, "Preparation", "Medicine", "Integration", "Deviations", "Seven-month follow-up", "whole"):
        assert shown in told
    assert max(len(line) for line in told.splitlines() if str(tmp_path) not in line) <= 120


def test_a_second_start_keeps_the_data_and_a_reset_starts_over(tmp_path: Path) -> None:
    place = tmp_path / "kept"
    demo("--no-serve", "--data", place)
    (place / "attachments").mkdir(exist_ok=True)
    before = (place / "ledger.sqlite3").read_bytes()
    assert "kept as it is" in demo("--no-serve", "--data", place).stdout
    assert (place / "ledger.sqlite3").read_bytes() == before
    assert {"ledger.sqlite3", "accounts.sqlite3", "identity.sqlite3"} <= {found.name for found in place.iterdir()}
    demo("--no-serve", "--reset", "--data", place)
    assert (place / "ledger.sqlite3").read_bytes() != before


def test_a_reset_leaves_alone_what_is_no_demo(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("Years of work")
    told = demo("--no-serve", "--reset", "--data", tmp_path, check=False)
    assert told.returncode == 1
    assert "left alone" in told.stderr
    assert (tmp_path / "thesis.txt").read_text() == "Years of work"


def test_the_site_is_served_on_two_host_names_and_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = demo("--data", tmp_path / "served", "--port", port, check=False)
    assert told.returncode == 1
    assert f"Port {port}" in told.stderr
    command = [sys.executable, "-m", "triptych", "demo", "--data", str(tmp_path / "served"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        lines = []
        for line in served.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        try:
            said = "".join(lines)
            for role in NORWAY.document.roles:
                assert f"{role.id}-1" in said
            for host, page in (("localhost", "Log in"), ("participant.localhost", "Log in")):
                with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
                    connection.request("GET", "/account/login/", headers={"Host": f"{host}:{port}"})
                    answer = connection.getresponse()
                    assert (answer.status, page in answer.read().decode()) == (200, True), host
        finally:
            served.send_signal(signal.SIGINT)
    assert served.returncode == 0


def test_serving_reminds_by_the_way_that_is_asked_for_and_by_no_other(demo_ledger: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_ledger, tmp_path / "copied")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "triptych", "serve", "--data", str(tmp_path / "copied"), "--port", str(port)]
    wrong = subprocess.run([*command, "--remind", "fax"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "names no way to send reminders" in wrong.stderr) == (1, True)
    with subprocess.Popen([*command, "--remind", "console"], stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        told = next(line for line in served.stdout if line.startswith("To "))
        served.send_signal(signal.SIGINT)
        served.stdout.read()
    assert "MDMA-assisted therapy for major depression" in told
    assert served.returncode == 0
