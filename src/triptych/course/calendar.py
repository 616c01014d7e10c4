"""The wash-out calendar: what falls on which day between today and a planned session, laid out in months.

A medicine that is still taken has no day here, and one that must never be stopped for a trial has none at all.
"""

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from triptych.safety import MedicineJudgment, Washout

Kind = Literal["today", "last_dose", "satisfied", "stop_by", "session", "restart"]
MOST_MONTHS = 12


class Mark(Struct, frozen=True, kw_only=True, order=True):
    """Something that falls on a day; `of` is the medicine, empty for the session and today."""

    on: date
    kind: Kind
    of: str = ""


class Day(Struct, frozen=True, kw_only=True):
    """One cell of a month: a day of it with its marks, or an empty place."""

    on: date | None = None
    marks: tuple[Mark, ...] = ()
    is_open: bool = False
    """Whether a session could be held as far as wash-outs go: no wash-out is open, and all of them have days."""


class Month(Struct, frozen=True, kw_only=True):
    """A month in weeks that begin on Monday."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]


def marks_of(washouts: Iterable[Washout], planned: date, today: date) -> tuple[Mark, ...]:
    """Everything that has a day, in order; each only once."""
    return tuple(sorted(set(_marks(washouts, planned, today))))


def _marks(washouts: Iterable[Washout], planned: date, today: date) -> Iterator[Mark]:
    yield Mark(on=today, kind="today")
    yield Mark(on=planned, kind="session")
    for one in washouts:
        if one.management == "allow" or one.never_stop:
            continue
        name = one.entered or one.label
        if one.last_dose is not None:
            yield Mark(on=one.last_dose, kind="last_dose", of=name)
        if one.satisfied_on is not None:
            yield Mark(on=one.satisfied_on, kind="satisfied", of=name)
        if one.stop_by is not None and one.ongoing and one.stop_by >= today:
            yield Mark(on=one.stop_by, kind="stop_by", of=name)
        if one.restart_from is not None:
            yield Mark(on=one.restart_from, kind="restart", of=name)


def months(judged: Iterable[MedicineJudgment], planned: date, today: date) -> tuple[Month, ...]:
    """The months from today, or the last dose before it, to the planned day and what follows it.

    At most a year is laid out; a last dose longer ago than the month of today stands in the list and not here.
    """
    taken = tuple(one for one in judged if not one.not_taken)
    marks = marks_of((washout for one in taken for washout in one.washouts), planned, today)
    first = min(today, planned).replace(day=1)
    last = max((mark.on for mark in marks), default=planned)
    open_from = _open_from(taken)
    found: list[Month] = []
    while first <= last and len(found) < MOST_MONTHS:
        found.append(_month(first, marks, open_from))
        first = (first + timedelta(days=32)).replace(day=1)
    return tuple(found)


def _open_from(taken: tuple[MedicineJudgment, ...]) -> date | None:
    """The first day on which every wash-out is over; none while one has no day, or a name is not identified."""
    waiting = [one for each in taken for one in each.washouts if one.management not in ("allow", "physician_review")]
    days = [one.satisfied_on for one in waiting]
    if not all(days) or any(one.resolution.status != "resolved" for one in taken):
        return None
    return max((day for day in days if day), default=date.min)


def _month(first: date, marks: tuple[Mark, ...], open_from: date | None) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first=first,
        weeks=tuple(tuple(_day(on, first, marks, open_from) for on in week) for week in weeks),
    )


def _day(on: date, first: date, marks: tuple[Mark, ...], open_from: date | None) -> Day:
    if on.month != first.month:
        return Day()
    of_day = tuple(mark for mark in marks if mark.on == on)
    return Day(on=on, marks=of_day, is_open=open_from is not None and on >= open_from)
