"""Durations as documents write them: "4 weeks", "-7 days", "24 hours"."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from triptych.study.errors import NotADuration

_DURATION = re.compile(r"([+-]?[0-9]{1,5}) (weeks?|days?|hours?|minutes?)")
_UNITS = {
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
}


class Duration(NamedTuple):
    """A span of time; `days` is none where it is not written in whole days."""

    span: timedelta
    days: int | None


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """Read a duration. Raises `NotADuration`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise NotADuration(f'{text!r} is not a duration. Write weeks, days, hours or minutes: "4 weeks", "-7 days".')
    count, unit = int(match.group(1)), match.group(2).removesuffix("s")
    span = count * _UNITS[unit]
    return Duration(span, span.days if unit in ("week", "day") else None)


def parse_days(text: str) -> int:
    """Read a duration of whole days. Raises `NotADuration`."""
    days = parse_duration(text).days
    if days is None:
        raise NotADuration(f'{text!r} is not in days. Windows are counted in days: write "28 days" or "4 weeks".')
    return days


def days_text(days: int) -> str:
    """Write a number of days as documents do.

    >>> days_text(1), days_text(-7)
    ('1 day', '-7 days')
    """
    return f"{days} day" if abs(days) == 1 else f"{days} days"
