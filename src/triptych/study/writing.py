"""Plain data to the YAML that the reading module takes: what is written and read again is the same, marks included."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from triptych.study.reading import MARK, name_of

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ /.()%+°-]*(?<! )")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_WIDTH = 110


def write_yaml(data: Mapping[str, object], unconfirmed: Collection[str] = ()) -> str:
    """Write a document as YAML, with the mark before each value whose path is unconfirmed.

    >>> print(write_yaml({"id": "one", "cycles": [{"id": "c", "repeats": 2}]}, ["cycles.c.repeats"]), end="")
    id: one
    cycles:
      - {id: c, repeats: !unconfirmed 2}
    """
    return "".join(f"{line}\n" for line in _mapping(data, "", frozenset(unconfirmed)))


def _mapping(data: Mapping[str, object], path: str, marks: frozenset[str]) -> Iterator[str]:
    for key, value in data.items():
        below = f"{path}.{key}" if path else key
        yield from _entry(f"{_scalar(key)}:", value, below, marks)


def _entry(lead: str, value: object, path: str, marks: frozenset[str]) -> Iterator[str]:
    """A value behind its key or dash: on the line where it fits, in a block below where it does not."""
    line = f"{lead} {_flow(value, path, marks)}"
    is_marked_mapping = isinstance(value, Mapping) and path in marks
    if (
        not isinstance(value, Mapping | list)
        or not value
        or is_marked_mapping
        or (len(line) <= _WIDTH and not _holds_parts(value))
    ):
        yield line
    else:
        yield f"{lead} {MARK}" if path in marks else lead
        block = _mapping(value, path, marks) if isinstance(value, Mapping) else _sequence(value, path, marks)
        yield from (f"  {inner}" for inner in block)


def _sequence(values: list[object], path: str, marks: frozenset[str]) -> Iterator[str]:
    for number, value in enumerate(values):
        below = f"{path}.{name_of(value, number)}"
        line = f"- {_flow(value, below, marks)}"
        if not isinstance(value, Mapping) or below in marks or len(line) <= _WIDTH:
            yield line
        else:
            for at, inner in enumerate(_mapping(value, below, marks)):
                yield f"{'  ' if at else '- '}{inner}"


def _holds_parts(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(part, Mapping) for part in value)


def _flow(value: object, path: str, marks: frozenset[str]) -> str:
    mark = f"{MARK} " if path in marks else ""
    if isinstance(value, Mapping):
        inner = (f"{_scalar(key)}: {_flow(one, f'{path}.{key}', marks)}" for key, one in value.items())
        return f"{mark}{{{', '.join(inner)}}}"
    if isinstance(value, list):
        parts = (_flow(one, f"{path}.{name_of(one, number)}", marks) for number, one in enumerate(value))
        return f"{mark}[{', '.join(parts)}]"
    return mark + _scalar(value)


def _scalar(value: object) -> str:
    """A scalar that reads back as itself: plain where nothing else could be meant, in quotes otherwise."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if isinstance(value, float):
        digits = f"{Decimal(repr(value)):f}"
        return digits if "." in digits else f"{digits}.0"
    return json.dumps(value, ensure_ascii=False)
