"""Judge HL7 v2 messages by hl7apy, strictly, in the judges' own environment: `python hl7_strict.py FILE ...`.

Prints one line of JSON: the findings, and how many of the messages that lack something it refused.
"""

import json
import sys
from pathlib import Path

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message


def fault(text: str) -> str:
    """What is wrong with a message; empty where nothing is."""
    try:
        parse_message(text, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True).validate()
    except Exception as found:  # noqa: BLE001 (the judge raises a class of its own for each fault)
        return f"{type(found).__name__}: {found}"
    return ""


def main() -> None:
    """Judge each file, and each again with its second segment left out."""
    findings, bitten = [], 0
    for name in sys.argv[1:]:
        text = Path(name).read_bytes().decode()
        wrong = fault(text)
        findings += [f"{Path(name).name}: {wrong}"] if wrong else []
        head, *rest = text.split("\r")
        bitten += bool(fault("\r".join([head, *rest[2:]]) if len(rest) > 2 else f"{head}\r"))
    findings += [] if bitten == len(sys.argv[1:]) else [f"the judge itself: bites on {bitten} of {len(sys.argv[1:])}"]
    sys.stdout.write(json.dumps({"findings": findings, "bitten": bitten}) + "\n")


main()
