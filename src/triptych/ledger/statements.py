"""The SQL of the stores: `.sql` files with named statements, read once. No statement is built from strings."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def read_sql(name: str) -> str:
    """Read one of the room's `.sql` files."""
    return (files("triptych.ledger") / "sql" / f"{name}.sql").read_text("utf-8")


@cache
def statements(name: str) -> Mapping[str, str]:
    """Read the named statements of a `.sql` file."""
    _, *parts = _NAME.split(read_sql(name))
    return MappingProxyType(dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True)))
