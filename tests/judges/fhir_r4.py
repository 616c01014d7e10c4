"""Judge FHIR R4 files, in the judges' own environment: `python fhir_r4.py DEFINITIONS CASES FILE ...`; prints one line.

The judge is pyrofile-validator with HL7's R4 definitions. It is itself judged first: of the valid resources in CASES
those are named with which it finds fault, and of those with one defect each it has to see at least 25.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from pyrofile_validator.config import ValidatorConfig
from pyrofile_validator.core.engine import Validator

BUNDLES = "profiles-types profiles-resources profiles-others extension-definitions valuesets v3-codesystems v2-tables"
BITES = 25


def split(definitions: Path, folder: Path) -> None:
    """Lay out each definition as a file of its own, as the judge reads them."""
    for name in BUNDLES.split():
        for number, entry in enumerate(json.loads((definitions / f"{name}.json").read_text("utf-8"))["entry"]):
            (folder / f"{name}-{number}.json").write_text(json.dumps(entry["resource"]), "utf-8")


def errors(judge: Validator, resource: Any) -> list[str]:
    """What is wrong with a resource."""
    found = judge.validate_resource(resource).issues
    return [str(one)[:300] for one in found if str(getattr(one.severity, "value", one.severity)) in ("error", "fatal")]


def main() -> None:
    """Print how the judge did on the cases, and what it finds in the files."""
    definitions, cases, *files = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        split(definitions, Path(folder))
        setting = {"fhirVersion": "4.0.1", "localPackagePaths": [folder], "terminology": {"mode": "local"}}
        setting |= {"allowExampleUrls": True}
        judge = Validator(ValidatorConfig.load_dict(setting))
        findings, bitten, wrong = [], 0, []
        if cases.is_file():
            known = json.loads(cases.read_text("utf-8"))
            wrong = [name for name, one in known["good"].items() if errors(judge, one)]
            bitten = sum(bool(errors(judge, one)) for one in known["bad"].values())
            findings += (
                [f"the judge itself: bites on {bitten} of {len(known['bad'])} defects"] if bitten < BITES else []
            )
        for file in files:
            bundle = json.loads(file.read_text("utf-8"))
            for one in (bundle, *(entry["resource"] for entry in bundle["entry"])):
                findings += [f"{file.stem}: {one['resourceType']}: {error}" for error in errors(judge, one)]
    sys.stdout.write(json.dumps({"bitten": bitten, "wrong": wrong, "findings": findings}) + "\n")


main()
