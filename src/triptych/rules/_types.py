"""The types of facts and answers, and the functions of the language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type without parts."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Code(Type):
    """Text limited to a code list."""

    name: str = "text"
    codes: tuple[str, ...] = ()

    def __init__(self, codes: tuple[str, ...]) -> None:
        object.__setattr__(self, "name", "text")
        object.__setattr__(self, "codes", tuple(codes))


@dataclass(frozen=True, slots=True, eq=False)
class RecordOf(Type):
    """A record with typed fields; a field that is absent is a missing answer."""

    name: str
    fields: Mapping[str, Type]

    def __str__(self) -> str:
        return f"record {self.name}"


@dataclass(frozen=True, slots=True)
class ListOf(Type):
    """A list; *affirmable* if somebody can affirm that it is complete."""

    name: str = "list"
    element: Type = Type("nothing")
    affirmable: bool = False

    def __init__(self, element: Type, affirmable: bool = False) -> None:  # noqa: FBT001, FBT002
        object.__setattr__(self, "name", "list")
        object.__setattr__(self, "element", element)
        object.__setattr__(self, "affirmable", affirmable)

    def __str__(self) -> str:
        return f"list of {self.element}"


BOOL = Type("bool")
INT = Type("int")
NUMBER = Type("number")
TEXT = Type("text")
DATE = Type("date")
TIME = Type("timestamp")
NULL = Type("null")
ANY = Type("anything")
"""The type of what is already reported as a problem: it fits everywhere."""

NUMBERS = (INT, NUMBER)


def kind(of: Type) -> str:
    """The name that decides what a type goes with; a code is text, an integer is a number."""
    return "number" if of in NUMBERS else of.name if not isinstance(of, RecordOf) else "record"


def alike(one: Type, other: Type) -> bool:
    """Whether values of two types can stand for each other."""
    return ANY in (one, other) or kind(one) == kind(other)
