"""The test vectors of the rule language, and how their JSON is read. The form of the file: docs/reference/rules.md."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from triptych.rules import DATE, TIME, Context, Listing, ListOf, RecordOf, Type
from triptych.rules._types import type_from_json

FILE = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = FILE["vectors"]


def names_of(vector: Mapping[str, Any]) -> dict[str, Type]:
    """The names of a vector: its own, or those that all share."""
    return {name: type_from_json(of) for name, of in vector.get("names", FILE["names"]).items()}


def facts_of(vector: Mapping[str, Any]) -> dict[str, object]:
    """The facts of a vector, each read as its type says."""
    names = names_of(vector)
    return {name: read(value, names[name]) for name, value in vector.get("facts", {}).items()}


def context_of(vector: Mapping[str, Any]) -> Context:
    """The zone of a vector, UTC if it has none, and who holds which role in it."""
    zone = ZoneInfo(vector["zone"]) if "zone" in vector else UTC
    return Context(zone, lambda person, role: person in vector["holds"][role])


def read(value: Any, of: Type) -> object:
    """Read a value of JSON as a type: days and instants are text, and a list that nobody affirmed is an object."""
    match value, of:
        case None, _:
            return None
        case _, ListOf(element=element):
            items, unaffirmed = (value, ()) if isinstance(value, list) else (value["items"], value["unaffirmed"])
            return Listing([read(item, element) for item in items], frozenset(unaffirmed))
        case _, RecordOf(fields=fields):
            return {name: read(item, fields[name]) for name, item in value.items()}
        case _:
            return date.fromisoformat(value) if of == DATE else datetime.fromisoformat(value) if of == TIME else value


def written(answer: object) -> object:
    """Write an answer as the file does."""
    return answer.isoformat() if isinstance(answer, date) else answer
