"""USDM v4 out and in: a document becomes a file and a file a document, each keeping what the other cannot say.

Of a document that was read from somebody else's file, a change is carried into that file and nothing else in it moves.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from triptych.exchange.usdm_merging import merged
from triptych.exchange.usdm_parts import Ids, Thing
from triptych.exchange.usdm_reading import Reading
from triptych.exchange.usdm_writing import write
from triptych.study.errors import StudyError

MAX_BYTES = 20_000_000
MAX_DEPTH = 60
UNREADABLE = "The part of the file that an export wrote for what USDM cannot say cannot be read"


class NotUsdm(StudyError):
    """A file is not a USDM v4 study; the message says what it is and what would help."""

    code = "not_usdm"


@dataclass(frozen=True)
class FromUsdm:
    """A USDM file as a document, with its marks; a report; and the file itself where the document says less."""

    data: Mapping[str, Any]
    unconfirmed: frozenset[str]
    report: tuple[str, ...]
    kept: bytes | None


def export_usdm(
    data: Mapping[str, Any], unconfirmed: Collection[str], titles: Mapping[str, str], kept: bytes | None = None
) -> bytes:
    """A document as a USDM v4 file, in JSON. Raises `NotUsdm` if `kept`, the file it came from, cannot be read.

    `titles` are those of the product's forms.
    """
    if kept is None:
        return _json(write(data, unconfirmed, titles, Ids()))
    file = read_json(kept)
    before = _read(kept, titles)
    changed = write(data, unconfirmed, titles, before.ids)
    return _json(merged(_written(before, titles), changed, file))


def import_usdm(content: bytes, titles: Mapping[str, str]) -> FromUsdm:
    """A USDM v4 file as a document. Raises `NotUsdm`."""
    reading = _read(content, titles)
    again = _written(reading, titles)
    kept = None if _plain(again) == read_json(content) else content
    return FromUsdm(reading.data, frozenset(reading.unconfirmed), tuple(_report(reading, kept)), kept)


def read_json(content: bytes) -> Thing:
    """The JSON of a USDM file, with its version looked at. Raises `NotUsdm`."""
    if len(content) > MAX_BYTES:
        raise NotUsdm(f"The file has more than {MAX_BYTES // 1_000_000} MB. A USDM study has a few; hand in one study.")
    try:
        file = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUsdm(f"The file is not JSON: {error}. Export the study as USDM v4 JSON.") from error
    if not isinstance(file, dict) or not isinstance(file.get("study"), dict):
        raise NotUsdm("The file has no `study`, so it is not USDM. Export the whole study, not a part of it.")
    version = str(file.get("usdmVersion", ""))
    if not version.startswith("4."):
        said = f"says version {version[:20]!r}" if version else "does not say its version"
        raise NotUsdm(f"The file {said}, and USDM 4 is read. Export it again as version 4.0.")
    if _depth(file) > MAX_DEPTH:
        raise NotUsdm(f"The file is nested more than {MAX_DEPTH} deep, and USDM is not. It was not written as USDM.")
    return file


def _read(content: bytes, product: Collection[str]) -> Reading:
    try:
        return Reading(read_json(content), product)
    except msgspec.MsgspecError as error:
        raise NotUsdm(f"{UNREADABLE}: {error}. Take the extension out to read the rest.") from error


def _written(reading: Reading, titles: Mapping[str, str]) -> Thing:
    """What was read, written again. Raises `NotUsdm` where the extension of an export was made into something else."""
    try:
        return write(reading.data, reading.unconfirmed, titles, reading.ids)
    except (KeyError, TypeError, ValueError, AttributeError, StudyError) as error:
        if not reading.has_extension:
            raise
        raise NotUsdm(f"{UNREADABLE}. Take the extension out to read the rest.") from error


def _report(reading: Reading, kept: bytes | None) -> list[str]:
    """What was understood, what was not, and where that is."""
    counts = {name: len(reading.data.get(name) or []) for name in ("phases", "visits", "forms", "arms", "roles")}
    conditions = sum(len(gate.get("conditions", [])) for gate in reading.data.get("gates", []))
    lines = ["Understood:", *(f"  {name}: {count}" for name, count in counts.items() if count)]
    lines += [f"  conditions of gates: {conditions}"] if conditions else []
    if reading.taken.notes:
        lines += ["To look at:", *(f"  {note}" for note in dict.fromkeys(reading.taken.notes))]
    if kept is None:
        return [*lines, "Everything in the file is in the document."]
    lines.append("Not understood, and kept as it is in usdm.json for the next export (attribute: how often):")
    return [*lines, *(f"  {one}" for one in reading.taken.left())]


def _json(file: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(file), indent=1)


def _plain(file: Thing) -> Thing:
    """The same as it reads from JSON: lists instead of tuples, text keys."""
    return msgspec.json.decode(msgspec.json.encode(file), type=dict[str, Any])


def _depth(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        at, depth = waiting.pop()
        deepest = max(deepest, depth)
        below = at.values() if isinstance(at, dict) else at if isinstance(at, list) else ()
        waiting.extend((one, depth + 1) for one in below)
    return deepest
