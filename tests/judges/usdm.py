"""Judge one USDM file, in the judges' own environment: `python usdm.py FILE BUNDLE`. Prints one line of JSON a judge.

The bundle has CORE's rules and terminology. Not in it, and so not judged by CORE: two helper files without which four
of its JSONata rules cannot run (DDF00076, DDF00087, DDF00088, DDF00161) and the XHTML schemas of three. `usdm4` has
rules of its own for all of these.
"""

import gzip
import json
import logging
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

from usdm4 import USDM4

RELEASE = "2025-09-26"
SDTM_AT_HAND = "sdtmct-2025-03-28"
"""The only release of SDTM terminology in the bundle; it stands in for the one that the files name."""
PACKAGES = ("ddfct-2025-09-26", "ddfct-2026-03-27", SDTM_AT_HAND)
NO_HELPERS = '{"none": function($x) { $x }}'


def usdm4(file: str) -> tuple[str, list[str]]:
    """What the rules of usdm4 say."""
    results = USDM4().validate(file)
    failed = [row for row in results.to_dict() if row["status"] not in ("Success", "Not Implemented")]
    return f"{results.count()} rules", [f"{row['rule']} {row['path']}: {row['message']}" for row in failed]


def core(file: str, bundle: Path, cache: Path) -> tuple[str, list[str]]:
    """What the rules of CDISC CORE say, with nothing fetched."""
    fill(bundle, cache)
    setattr(urllib.request, "urlretrieve", offline)  # noqa: B010 (a plain assignment looks unused)
    result = USDM4(cache_dir=str(cache)).validate_core(file)
    errors = result.execution_error_count
    findings = [f"{one.rule_id}: {one.message} {str(one.errors)[:200]}" for one in result.findings]
    return f"{result.rules_executed} rules, {errors} of their checks could not run", findings


def fill(bundle: Path, cache: Path) -> None:
    """Lay out the bundle as the engine looks for it."""
    packages = {name: unpacked(bundle / f"{name}.json.gz") for name in PACKAGES}
    packages[f"sdtmct-{RELEASE}"] = packages[SDTM_AT_HAND]
    files = {"rules/usdm/4-0.json": unpacked(bundle / "rules-usdm-4-0.json.gz")}
    files |= {f"ct/data/{name}.json": content for name, content in packages.items()}
    files["ct/published_packages.json"] = list(packages)
    for name, content in files.items():
        path = cache / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), "utf-8")
    helpers = cache / "resources" / "jsonata" / "none.jsonata"
    helpers.parent.mkdir(parents=True, exist_ok=True)
    helpers.write_text(NO_HELPERS, "utf-8")


def unpacked(path: Path) -> Any:
    """The JSON in a compressed file."""
    return json.loads(gzip.decompress(path.read_bytes()))


def offline(*_: object) -> NoReturn:
    """Refuse to fetch anything."""
    raise OSError("Nothing is fetched here.")


def main() -> None:
    """Print what each judge says of the file."""
    logging.disable(logging.CRITICAL)
    file, bundle = sys.argv[1], Path(sys.argv[2])
    said = {"usdm4 0.29.0": usdm4(file)}
    if bundle.is_dir():
        with tempfile.TemporaryDirectory() as cache:
            said["CORE 0.17.1"] = core(file, bundle, Path(cache))
    for judge, (ran, findings) in said.items():
        sys.stdout.write(json.dumps({"judge": judge, "ran": ran, "findings": findings}) + "\n")


main()
