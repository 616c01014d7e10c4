"""Entries of a summary put together by their kind: what every entry of a kind begins with is said once."""

from collections.abc import Sequence
from itertools import takewhile

from msgspec import Struct

from triptych.web.live.board import Line

WORTH = 6
"""A shorter common beginning stays with each entry."""


class Kind(Struct, frozen=True):
    """Entries of one form, oldest first, each with what only it says after what all of them say (`shared`)."""

    title: str
    shared: str
    lines: tuple[tuple[Line, str], ...]


def grouped(lines: Sequence[Line]) -> tuple[Kind, ...]:
    """Entries by kind, in the order in which the kinds came first; nothing that an entry says is left out."""
    kinds: dict[str, list[Line]] = {}
    for line in lines:
        kinds.setdefault(line.title, []).append(line)
    return tuple(_kind(title, mine) for title, mine in kinds.items())


def _kind(title: str, lines: Sequence[Line]) -> Kind:
    """A kind with the label before a number with which all of its entries begin; none where one is corrected."""
    words = [line.text.split(" ")[:-1] for line in lines]
    same = takewhile(lambda told: len(set(told)) == 1, zip(*words, strict=False)) if len(lines) > 1 else ()
    shared = " ".join(told[0] for told in same)
    rest = [line.text[len(shared) :].strip() for line in lines]
    is_label = "·" not in shared and all(one[:1].isdecimal() for one in rest)
    if len(shared) < WORTH or not is_label or any(line.was is not None for line in lines):
        shared, rest = "", [line.text for line in lines]
    return Kind(title, shared, tuple(zip(lines, rest, strict=True)))
