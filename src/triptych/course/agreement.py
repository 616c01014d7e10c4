"""A yes that stands: one that came after every no, both when it happened and when the system had it.

A no that was corrected or set aside is not a yes: whatever it stands in the way of is in doubt until it is asked again.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from triptych.course.entries import Entries, Entry
from triptych.course.record import Record

Values = Mapping[str, Any]


class Given(NamedTuple):
    """A yes: the entry, the place in its stream since which it says so, and when it happened."""

    entry: Entry
    place: int
    at: datetime


class Answers(NamedTuple):
    """Every answer to one thing: each yes that stands, oldest first; else whether a no or a doubt stands against it."""

    standing: tuple[Given, ...]
    given: bool
    refused: bool
    doubtful: bool


def answers_to(
    entries: Entries, form: str, is_about: Callable[[Values], bool], is_yes: Callable[[Values], bool]
) -> Answers:
    """Weigh the answers on a form to one thing.

    Args:
        entries: What counts; what was set aside is found through it.
        form: The form that it is answered on.
        is_about: Whether answers are about this thing.
        is_yes: Whether they say yes to it.
    """
    given = [_given(entry, is_about, is_yes) for entry in entries.of(form) if is_about(entry.current.values)]
    said = [one for one in given if one is not None]
    firm, soft = _refusals(entries, form, is_about, is_yes)
    unrefused = [one for one in said if all(is_after(one, no) for _, no in firm)]
    standing = [one for one in unrefused if all(is_after(one, no) for entry, no in soft if entry is not one.entry)]
    in_doubt = bool(soft) and not standing and (bool(unrefused) or not firm)
    return Answers(
        tuple(sorted(standing, key=lambda one: one.place)), bool(said), bool(firm) and not unrefused, in_doubt
    )


def _given(entry: Entry, is_about: Callable[[Values], bool], is_yes: Callable[[Values], bool]) -> Given | None:
    """The yes that an entry says now, since the first of its versions from which on it has said so."""
    since: int | None = None
    for version in entry.versions:
        says = is_about(version.values) and is_yes(version.values)
        since = (version.position if since is None else since) if says else None
    return None if since is None else Given(entry, since, entry.current.occurred_at)


def _refusals(
    entries: Entries, form: str, is_about: Callable[[Values], bool], is_yes: Callable[[Values], bool]
) -> tuple[list[tuple[Entry, Record]], list[tuple[Entry, Record]]]:
    """Every no: those that stand, and those that were corrected or set aside."""
    counting = {entry.id for entry in entries.of(form)}
    firm: list[tuple[Entry, Record]] = []
    soft: list[tuple[Entry, Record]] = []
    for entry in entries.ever.get(form, ()):
        for version in entry.versions:
            if is_about(version.values) and not is_yes(version.values):
                stands = version is entry.current and entry.id in counting
                (firm if stands else soft).append((entry, version))
    return firm, soft


def is_after(yes: Given, no: Record) -> bool:
    """Whether a yes came after a no, both when it happened and when the system had it."""
    return yes.place > no.position and yes.at > no.occurred_at


def unsettled(entries: Entries, form: str, is_about: Callable[[Values], bool]) -> Iterator[Record]:
    """Versions about something that no longer stand: corrected since, or set aside."""
    for entry in entries.ever.get(form, ()):
        for version in entry.versions:
            if is_about(version.values) and (version is not entry.current or entry.id in entries.voided):
                yield version
