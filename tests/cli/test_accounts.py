"""`triptych account`: tokens are made for people with an account, shown once, listed by key and revoked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PASSWORD = "a long enough phrase"


def account(place: Path, *words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "triptych", "account", words[0], "--data", str(place), *words[1:]]
    away = ("TRIPTYCH_DATA", "TRIPTYCH_SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    clean = {name: value for name, value in os.environ.items() if name not in away}
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, env=clean)


@pytest.mark.requirement("P11-03")
def test_a_token_is_shown_once_listed_by_its_key_and_revoked_for_good(tmp_path: Path) -> None:
    place = tmp_path / "data"
    missing = account(place, "token", "physician-1")
    assert (missing.returncode, "[no_account]" in missing.stderr) == (1, True)
    assert account(place, "add", "physician-1", typed=f"{PASSWORD}\n").returncode == 0
    text = account(place, "token", "physician-1").stdout.strip()
    name, key, secret = text.split("_", 2)
    assert name == "triptych"
    listed = account(place, "tokens", "physician-1").stdout
    assert key in listed
    assert "in force" in listed
    assert secret not in listed
    assert all(secret.encode() not in path.read_bytes() for path in place.iterdir() if path.is_file())
    assert account(place, "revoke", key).returncode == 0
    assert "revoked" in account(place, "tokens", "physician-1").stdout
    again = account(place, "revoke", key)
    assert (again.returncode, "[no_token]" in again.stderr) == (1, True)
