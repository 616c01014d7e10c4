"""Facts and answers while a rule is evaluated: what is missing, lists, and the check of what is handed in.

Facts are read and never changed. A value that rules do not know is a fault and never an answer.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from triptych.rules.errors import RuleFault

MAX_LIST = 10_000
LEAST, MOST = -(2**63), 2**63 - 1
AS_THEY_ARE = frozenset({bool, str, date})


class Missing:
    """The unknown answer, with all the paths of answers that are missing and could still decide."""

    __slots__ = ("paths",)

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Missing) and other.paths == self.paths

    def __hash__(self) -> int:
        return hash(self.paths)

    def __repr__(self) -> str:
        return f"Missing({sorted(self.paths)})"

    def __bool__(self) -> bool:
        raise TypeError("an unknown answer is neither true nor false: ask whether it is Missing")


class Unsettled(Missing):
    """Unknown for want of a condition: what is missing stays the same, whatever item is asked of it."""

    __slots__ = ()


class Hole(Unsettled):
    """A place in a filtered list of which nobody knows whether an element stands there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list fact. `unaffirmed` are the paths for want of which nobody has affirmed the list complete."""

    items: Sequence[object]
    unaffirmed: frozenset[str] = frozenset()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What rules need besides facts: the site's zone, and who holds which role."""

    zone: tzinfo
    holds_role: Callable[[str, str], bool] | None = None


Answer = bool | int | float | str | date | datetime | Mapping[str, object] | Listing | Missing


class Scope:
    """Facts read so far, the elements that quantifiers stand at, and the context of one evaluation."""

    __slots__ = ("context", "facts", "known", "paths", "slots")

    def __init__(self, facts: Mapping[str, object], context: Context) -> None:
        self.facts, self.context = facts, context
        self.known: dict[str, object] = {}
        self.slots: list[object] = [None, None]
        self.paths = ["", ""]

    def read(self, name: str) -> object:
        """Read a fact once. Raises `RuleFault` if it is nothing that rules know."""
        value = self.known[name] = received(self.facts.get(name), name)
        return value


def received(value: object, path: str) -> object:
    """Take in a fact or an item: `None` is missing, a list is a `Listing` with a path. Raises `RuleFault`."""
    match value:
        case None:
            return Missing((path,))
        case bool() | str() | Missing():
            return value
        case int():
            return _in_range(value)
        case float():
            return _finite(value)
        case datetime():
            return _aware(value)
        case date() | Mapping():
            return value
        case Listing() | list() | tuple():
            return _received_list(value, path)
        case _:
            raise RuleFault(f"{path} is a {type(value).__name__}, which rules do not know")


def _received_list(value: Listing | list[object] | tuple[object, ...], path: str) -> Listing:
    listing = value if isinstance(value, Listing) else Listing(value)
    path = listing.path or path
    if len(listing.items) > MAX_LIST:
        raise RuleFault(f"{path} holds more than {MAX_LIST:,} elements")
    items = [item if type(item) is dict else received(item, path) for item in listing.items]
    return Listing(items, frozenset(listing.unaffirmed), path)


def _in_range(value: int) -> int:
    if LEAST <= value <= MOST:
        return value
    raise RuleFault("a number does not fit an integer of 64 bits")


def _finite(value: float) -> float:
    if math.isfinite(value):
        return value
    raise RuleFault("a number is infinite or not a number")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is not None:
        return value
    raise RuleFault("a timestamp has no offset")


def bounded(value: int | float) -> int | float:
    """Check that a result is a number of the language. Raises `RuleFault` if it is out of range."""
    return _in_range(value) if isinstance(value, int) else _finite(value)


def paths_of(values: Iterable[object]) -> frozenset[str]:
    """Return the paths of everything missing among values."""
    return frozenset().union(*(value.paths for value in values if isinstance(value, Missing)))
