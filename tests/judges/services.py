"""Judge what answers: CDS Hooks called by HealthChain's client, and the HL7 v2 that is read and written by hl7apy."""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.api.test_killed import PERSON, command, served
from tests.api.test_screening import call
from tests.doors.hands import Hands
from tests.exchange.records import statement
from tests.exchange.test_hl7_vitals import oru

from triptych.exchange import acknowledgment
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger

ROOT = Path(__file__).parents[2]
ENVIRONMENT, PACKAGES = ROOT / ".judges-services", ("healthchain==0.16.1", "hl7apy==1.3.5")


def environment() -> Path | None:
    """The Python of these judges, made where it is not there yet; none where it cannot be had."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / " ".join(PACKAGES)
    if stamp.exists():
        return python
    install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES]
    for step in ([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], install):
        if subprocess.run(step, check=False, capture_output=True).returncode != 0:
            return None
    stamp.touch()
    return python


def judge_services() -> list[str]:
    """Lines that say what was found; those that begin with `finding` are faults."""
    python = environment()
    if python is None:
        return ["CDS HOOKS AND HL7 NOT JUDGED: that needs a package registry."]
    with tempfile.TemporaryDirectory() as folder:
        return [*_hl7(python, Path(folder)), *_cds_hooks(python, Path(folder))]


def _judged(python: Path, script: str, *words: str, given: str = "") -> dict[str, list[str]]:
    own = str(ROOT / "tests" / "judges" / script)
    done = subprocess.run([str(python), own, *words], input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        return {"findings": [f"{script} ended with {done.returncode}: {done.stderr[-500:]}"]}
    said: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return said


def _hl7(python: Path, folder: Path) -> list[str]:
    now = datetime.now(UTC)
    messages = {"oru": oru(), "aa": acknowledgment(oru(), "AA", now), "ar": acknowledgment(b"x", "AR", now, "No | ^")}
    for name, content in messages.items():
        (folder / name).write_bytes(content)
    said = _judged(python, "hl7_strict.py", *(str(folder / name) for name in messages))
    count = len(said["findings"])
    return [f"HL7 v2: hl7apy, strict: {len(messages)} messages, {count} findings", *_told(said)]


def _cds_hooks(python: Path, folder: Path) -> list[str]:
    data, prefetch = folder / "data", folder / "prefetch.json"
    prefetch.write_text(json.dumps(call(statement("Nardil", "m2", None))["prefetch"]), "utf-8")
    store = open_ledger(str(data), write=True)
    Hands(store, find_study("mdma-mdd-norway")).contact()
    store.close()
    add, secret = command("account", "add", PERSON, "--data", str(data)), b"a long enough passphrase 7"
    subprocess.run(add, input=secret, check=True, capture_output=True)
    made = subprocess.run(command("account", "token", PERSON, "--data", str(data)), capture_output=True, check=True)
    with served(data) as (_, port):
        said = _judged(
            python, "cds_hooks.py", f"http://127.0.0.1:{port}/api", str(prefetch), given=made.stdout.decode()
        )
    count = len(said["findings"])
    lines = [f"CDS Hooks: HealthChain's client: {len(said.get('cards', []))} cards read, {count} findings"]
    return [*lines, *_told(said)]


def _told(said: dict[str, list[str]]) -> list[str]:
    return [f"finding: {one}" for one in said["findings"]]
