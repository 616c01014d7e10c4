"""Continuous signals of devices: the samples of a minute as one record, and the values of it that alarms hear of.

A signal can raise an alarm and never calms one: it is no reading that a schedule or a gate asks for. A probe that reads
nothing is kept as a gap.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Any

from msgspec import Struct

from triptych.safety import level_of
from triptych.safety.alarms import rank
from triptych.study import Level, SessionRules, parse_duration
from triptych.study.limits import SIGNALS

NOTHING, NOT_SAID = "-", "."


class Sample(Struct, frozen=True):
    """What a device told at one instant: a value by its name, none where the probe read nothing."""

    at: datetime
    values: Mapping[str, float | None]


def chunk_values(samples: Sequence[Sample], past: Mapping[str, float]) -> dict[str, Any]:
    """The answers of the record that keeps some samples, oldest first; `past` are values that alarms are to hear of.

    The samples stand as text, a line each: seconds since the first, then each value, `-` for no reading and `.` for a
    value that the device did not tell at all.
    """
    begins = samples[0].at
    values: dict[str, Any] = {"begins": begins.isoformat(), "count": len(samples)}
    for item in SIGNALS:
        found = [value for one in samples if (value := one.values.get(item)) is not None]
        if found:
            values |= {f"{item}_min": min(found), f"{item}_median": median(found), f"{item}_max": max(found)}
    lines = (" ".join([f"{(one.at - begins).total_seconds():g}", *map(_word, _told(one))]) for one in samples)
    return {**values, **past, "samples": "\n".join(lines)}


def samples_of(values: Mapping[str, Any]) -> tuple[Sample, ...]:
    """The samples that a record keeps, oldest first; none where they cannot be read.

    >>> kept = {"begins": "2026-03-02T10:00:00+00:00", "samples": chr(10).join(["0 72 -", "1.5 73 ."])}
    >>> [dict(one.values) for one in samples_of(kept)]
    [{'heart_rate': 72.0, 'spo2': None}, {'heart_rate': 73.0}]
    """
    begins, text = values.get("begins"), values.get("samples")
    return _read(begins, text) if isinstance(begins, str) and isinstance(text, str) else ()


@lru_cache(maxsize=4096)
def _read(begins: str, text: str) -> tuple[Sample, ...]:
    try:
        start = datetime.fromisoformat(begins)
        return tuple(_sample(start, line.split()) for line in text.splitlines())
    except ValueError:
        return ()


def _sample(start: datetime, words: Sequence[str]) -> Sample:
    said = zip(SIGNALS, words[1:], strict=True)
    values = {item: None if word == NOTHING else float(word) for item, word in said if word != NOT_SAID}
    return Sample(start + timedelta(seconds=float(words[0])), values)


def _told(one: Sample) -> Iterable[float | str | None]:
    return (one.values.get(item, NOT_SAID) for item in SIGNALS)


def _word(value: float | str | None) -> str:
    return NOTHING if value is None else value if isinstance(value, str) else f"{value:g}"


class Crossings:
    """What alarms have heard of a device's values: each crossing of a limit at once, and again as long as it lasts.

    A value past a limit is told when nothing was told of it for the document's time of a repeat, and at once when it is
    worse than what was told.
    """

    def __init__(self, rules: SessionRules) -> None:
        self._told: dict[str, tuple[Level, datetime]] = {}
        self.rules(rules)

    def rules(self, rules: SessionRules) -> None:
        """Go by these rules from here on; what was told stays told."""
        self._limits = {one.held_in: one.at for one in rules.watches if one.is_signal}
        self._again = parse_duration(rules.repeat_after).span

    def take(self, sample: Sample) -> dict[str, float]:
        """The values of a sample that alarms are to hear of now, by item; that they were told is remembered."""
        measured = {item: value for item, value in sample.values.items() if value is not None}
        return {item: value for item, value in measured.items() if self._is_told(item, value, sample.at)}

    def _is_told(self, item: str, value: float, at: datetime) -> bool:
        level = level_of(self._limits.get(item, ()), value)
        if level is None:
            return False
        before = self._told.get(item)
        if before is not None and at - before[1] < self._again and rank(level) <= rank(before[0]):
            return False
        self._told[item] = level, at
        return True
