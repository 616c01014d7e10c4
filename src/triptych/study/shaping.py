"""Plain data to the shapes of the model: every field that has the wrong name or kind is reported, not only the first.

A part that cannot be converted is left out of the document and remembered as lost, so that nobody is told that what
stands there does not exist.
"""

import difflib
import types
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import fields

from triptych.study.model import StudyDocument
from triptych.study.reading import MAX_NAME, Read, name_of
from triptych.study.treatment import Part

HINTS = get_type_hints(StudyDocument)
LISTS = {name: get_args(hint)[0] for name, hint in HINTS.items() if get_origin(hint) is tuple}
_WANTED: Mapping[object, tuple[str, str]] = {
    str: ("Text", "Write a text."),
    int: ("A whole number", "Write digits, without quotes and without a unit."),
    float: ("A number", "Write digits, without quotes and without a unit."),
    bool: ("true or false", "Write it in lower case and without quotes."),
}


class Fault(NamedTuple):
    """One field that has not the shape it should have."""

    path: str
    code: str
    message: str
    hint: str = ""


class Lost:
    """Parts of a document that could not be read. What hangs on them is not judged."""

    def __init__(self) -> None:
        self.names: dict[str, set[str]] = {}
        self.whole: set[str] = set()

    def add(self, field: str, name: str | None = None) -> None:
        """Remember a part of a list as lost, or the whole of a field."""
        if name is None or not name.isidentifier():
            self.whole.add(field)
        else:
            self.names.setdefault(field, set()).add(name)

    def any_of(self, *lists: str) -> bool:
        """Whether anything of these fields was lost."""
        return any(field in self.whole or field in self.names for field in lists)

    def may_hold(self, field: str, name: str) -> bool:
        """Whether a name may have been lost; the visits of a lost series are numbered behind its id."""
        lost = self.names.get(field, ())
        return field in self.whole or name in lost or (field == "visits" and name.rpartition("_")[0] in lost)


def convert(read: Read, lost: Lost) -> StudyDocument:
    """Convert what was read, element by element; problems are added to what was read."""
    found: dict[str, Any] = {}
    for name, value in read.data.items():
        if name not in HINTS:
            near = difflib.get_close_matches(name[:MAX_NAME], HINTS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"The fields are: {', '.join(HINTS)}."
            short = name[:MAX_NAME]
            read.problems.append(read.problem(short, "unknown_field", f"A document has no field {short!r}.", hint))
            lost.whole.update(near)
        elif name in LISTS and isinstance(value, list):
            parts = (_part(read, lost, name, part, number) for number, part in enumerate(value))
            found[name] = tuple(part for part in parts if part is not None)
        else:
            part = _converted(read, name, value, HINTS[name])
            if part is None:
                lost.add(name)
            else:
                found[name] = part
    for name in ("id", "title", "version"):
        if name not in read.data and not read.broken and name not in lost.whole:
            hint = f"Write `{name}: …` in {read.first}."
            read.problems.append(read.problem("", "missing_field", f"The document has no `{name}`.", hint))
        found.setdefault(name, "missing")
    return StudyDocument(**found)


def _part(read: Read, lost: Lost, field: str, value: object, number: int) -> Part | None:
    name = name_of(value, number)
    part: Part | None = _converted(read, f"{field}.{name}", value, LISTS[field])
    if part is None:
        lost.add(field, name)
    return part


def _converted(read: Read, path: str, value: object, wanted: Any) -> Any:  # noqa: ANN401 -- any shape of the model
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        for fault in list(faults(value, wanted, path)) or [Fault(path, "shape", f"{error}.")]:
            read.problems.append(read.problem(*fault))
        return None


def faults(value: object, wanted: object, path: str) -> Iterator[Fault]:
    """Everything in plain data that keeps it from being of a type of the model."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        if value is not None:
            yield from faults(value, inner[0], path)
    elif isinstance(wanted, type) and issubclass(wanted, Part):
        yield from _part_faults(value, wanted, path)
    elif origin is tuple:
        yield from _list_faults(value, inner, path)
    elif origin is Literal:
        if value not in inner:
            near = difflib.get_close_matches(str(value)[:MAX_NAME], inner, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Write one of: {', '.join(inner)}."
            yield Fault(path, "shape", f"{kind(value)} cannot stand here.", hint)
    elif origin is not None:
        yield from _mapping_faults(value, path)
    else:
        yield from _scalar_faults(value, wanted, path)


def _part_faults(value: object, wanted: type[Part], path: str) -> Iterator[Fault]:
    known, what = hints_of(wanted), wanted.__name__.lower()
    if not isinstance(value, dict):
        message = f"A mapping of fields is wanted for this {what}, and this is {kind(value)}."
        yield Fault(path, "shape", message, f"Its fields are: {', '.join(known)}.")
        return
    for name in value:
        if name not in known:
            near = difflib.get_close_matches(name[:MAX_NAME], known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Its fields are: {', '.join(known)}."
            short = name[:MAX_NAME]
            yield Fault(f"{path}.{short}", "unknown_field", f"A {what} has no field {short!r}.", hint)
    for field in fields(wanted):
        if field.name in value:
            yield from faults(value[field.name], known[field.name], f"{path}.{field.name}")
        elif field.required:
            yield Fault(path, "missing_field", f"The {what} has no `{field.name}`.", f"Write `{field.name}: …`.")


def _list_faults(value: object, inner: tuple[Any, ...], path: str) -> Iterator[Fault]:
    pair = len(inner) == 2 and inner[1] is not Ellipsis
    if not isinstance(value, list):
        hint = 'Write ["-7 days", "+7 days"].' if pair else "Write it in brackets, [one, two], or with -."
        yield Fault(path, "shape", f"A list is wanted, and this is {kind(value)}.", hint)
    elif pair and len(value) != 2:
        yield Fault(path, "shape", f"Two are wanted, and here stand {len(value)}.", "Write the earlier and the later.")
    else:
        for number, part in enumerate(value):
            yield from faults(part, inner[0], f"{path}.{name_of(part, number)}")


def _mapping_faults(value: object, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(path, "shape", f"A mapping is wanted, and this is {kind(value)}.", "Write {name: value}.")
        return
    for name, one in value.items():
        yield from faults(one, str, f"{path}.{name[:MAX_NAME]}")


def _scalar_faults(value: object, wanted: object, path: str) -> Iterator[Fault]:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        what, hint = _WANTED[wanted]
        if wanted is str and isinstance(value, int | float):
            hint = f'Write it in quotes: "{str(value).lower()}".'
        yield Fault(path, "shape", f"{what} is wanted, and this is {kind(value)}.", hint)


@lru_cache(maxsize=64)
def hints_of(part: type[Part]) -> Mapping[str, Any]:
    """The fields of a shape and their types."""
    return get_type_hints(part)


def kind(value: object) -> str:
    """What a value of a document is, in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value[:MAX_NAME]!r}"
        case list():
            return "a list"
        case _:
            return "a mapping"
