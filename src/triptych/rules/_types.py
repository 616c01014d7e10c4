"""The types of facts and answers: what can stand for what, what can be compared, and how a type is written as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Type:
    """What a fact or an answer can be."""


@dataclass(frozen=True)
class Plain(Type):
    """A type without parts."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Code(Type):
    """Text limited to a code list. Text written out in a rule is a code list of one."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return "text"


@dataclass(frozen=True)
class RecordOf(Type):
    """A record with typed fields; a field that is absent is a missing answer."""

    name: str
    fields: Mapping[str, Type]

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.fields)))

    def __str__(self) -> str:
        return f"record {self.name}"


@dataclass(frozen=True)
class ListOf(Type):
    """A list; *affirmable* if somebody can affirm that it is complete."""

    element: Type
    affirmable: bool = False

    def __str__(self) -> str:
        return f"list of {self.element}"


BOOL = Plain("bool")
INT = Plain("int")
NUMBER = Plain("number")
TEXT = Plain("text")
DATE = Plain("date")
TIME = Plain("timestamp")
ANY = Plain("anything")
"""The type of what is already reported as a problem, and of the elements of `[]`: it fits everywhere."""

PLAIN = {plain.name: plain for plain in (BOOL, INT, NUMBER, TEXT, DATE, TIME, ANY)}


def named(of: Type) -> str:
    """Name a type as a message does."""
    return f"{'an' if str(of)[0] in 'aeiou' else 'a'} {of}"


def kind(of: Type) -> str:
    """Name what decides which values a type is compared with: an integer is a number, a code is text."""
    match of:
        case Plain(name=name):
            return "number" if of == INT else name
        case Code():
            return "text"
        case RecordOf():
            return "record"
        case _:
            return "list"


def is_value(of: Type) -> bool:
    """Whether a type is that of one value, neither a record nor a list."""
    return not isinstance(of, RecordOf | ListOf)


def fits(found: Type, wanted: Type) -> bool:
    """Whether every value of one type can stand where another is wanted."""
    if ANY in (found, wanted) or found == wanted:
        return True
    match wanted:
        case Code(codes=codes):
            return isinstance(found, Code) and set(found.codes) <= set(codes)
        case ListOf(element=element):
            return isinstance(found, ListOf) and fits(found.element, element)
        case _:
            return (wanted, found) == (NUMBER, INT) or (wanted == TEXT and isinstance(found, Code))


def merged(one: Type, other: Type) -> Type | None:
    """Find the type of an answer that is of one type or another; `None` if no type holds both."""
    for narrow, wide in ((one, other), (other, one)):
        if narrow == ANY or (wide != ANY and fits(narrow, wide) and not isinstance(wide, ListOf)):
            return wide
    match one, other:
        case Code(codes=some), Code(codes=more):
            return Code((*some, *(code for code in more if code not in some)))
        case ListOf(element=some_element), ListOf(element=more_element):
            element = merged(some_element, more_element)
            return None if element is None else ListOf(element, one.affirmable and other.affirmable)
        case _:
            return None


def type_to_json(of: Type) -> object:
    """Write a type as plain data: a name, or an object with `codes`, `record` and `fields`, or `list`."""
    match of:
        case Code(codes=codes):
            return {"codes": list(codes)}
        case RecordOf(name=name, fields=fields):
            return {"record": name, "fields": {key: type_to_json(field) for key, field in fields.items()}}
        case ListOf(element=element, affirmable=affirmable):
            return {"list": type_to_json(element), "affirmable": affirmable}
        case _:
            return str(of)


def type_from_json(data: object) -> Type:
    """Read a type from the data of `type_to_json`. Raises `ValueError` on anything else."""
    match data:
        case str() if data in PLAIN:
            return PLAIN[data]
        case {"codes": [*codes]}:
            return Code(tuple(map(str, codes)))
        case {"record": str(name), "fields": {**fields}}:
            return RecordOf(name, {str(key): type_from_json(field) for key, field in fields.items()})
        case {"list": element, "affirmable": bool(affirmable)}:
            return ListOf(type_from_json(element), affirmable)
        case _:
            raise ValueError("not the data of a type")
