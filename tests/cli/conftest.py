"""The command as a person runs it, without a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triptych.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `triptych` with words, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIPTYCH_DATA", raising=False)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="session")
def demo_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the demo, for tests that only read it."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    command = [sys.executable, "-m", "triptych", "demo", "--data", str(folder), "--no-serve"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder
