"""Alarms of a medicine session, from measured values: episodes that a person closes.

One alarm a parameter and episode, raised again only when it becomes worse or comes back. Amber is confirmed by a
repeat and never waits for anybody to close it; red never waits for a repeat, and no reading, present or missing, ever
clears it. This supports decisions: it is no medical-device alarm and never a substitute for watching.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from triptych.study import LEVELS, Level, Limit

Color = Literal["yellow", "red"]
AlarmState = Literal["unconfirmed", "confirmed", "red", "settled", "closed", "not confirmed", "over"]
OPEN: tuple[AlarmState, ...] = ("unconfirmed", "confirmed", "red", "settled")
CALM = 2
"""So many readings within limits, one after the other, end a confirmed amber episode."""


class Reading(Struct, frozen=True):
    """A value as measured, with the record it stands in; none where there is no reading (missing, zero, impossible).

    One of a continuous signal (`is_signal`) raises an alarm as any does. It makes no repeat that is asked for.
    """

    at: datetime
    value: float | None
    record: str
    is_signal: bool = False


class Closing(Struct, frozen=True):
    """A person's word that an alarm is over, with the record that raised it."""

    at: datetime
    record: str


class Asking(Struct, frozen=True):
    """A reading that asks for another one: when it was, the record it stands in, and when the next one is due."""

    at: datetime
    record: str
    due: datetime


class Alarm(Struct, frozen=True, kw_only=True):
    """One alarm: what it is about, its level, the record that raised it, and how it stands.

    The record tells one alarm from another of the same parameter. `repeat_due` is the time of the repeat that an amber
    reading asks for, and after `repeat_late` a repeat that was not made is the physician's business.
    """

    about: str
    title: str
    level: Level
    state: AlarmState
    at: datetime
    record: str
    value: float
    repeat_due: datetime | None = None
    repeat_late: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_red(self) -> bool:
        """Whether it is of high priority: the physician now, or the emergency pathway."""
        return is_red(self.level)

    @property
    def color(self) -> Color:
        """Its color by the convention of IEC 60601-1-8: high priority red, medium yellow."""
        return "red" if self.is_red else "yellow"

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.state in OPEN


def is_red(level: Level) -> bool:
    """Whether a level is of high priority."""
    return level in ("notify", "emergency")


def rank(level: Level | None) -> int:
    """The order of levels; none is below all."""
    return -1 if level is None else LEVELS.index(level)


def meets(limit: Limit, value: float) -> bool:
    """Whether a value is at or past a limit."""
    if limit.over is not None:
        return value > limit.over
    if limit.at_least is not None:
        return value >= limit.at_least
    return limit.under is not None and value < limit.under


def level_of(limits: Iterable[Limit], value: float, *, before_dose: bool = False) -> Level | None:
    """The highest level that a value reaches; `hold` counts before the first dose alone."""
    met = (one.level for one in limits if meets(one, value) and (before_dose or one.level != "hold"))
    return max(met, key=rank, default=None)


def limit_alarms(
    about: str,
    title: str,
    limits: Sequence[Limit],
    readings: Iterable[Reading],
    closings: Sequence[Closing],
    repeat_after: timedelta,
    repeat_late: timedelta,
) -> list[Alarm]:
    """The alarms that the readings of one parameter, oldest first, raise; a missing reading changes nothing."""
    episodes = _Episodes(about, title, closings, repeat_after, repeat_late)
    for reading in readings:
        if reading.value is not None:
            episodes.take(reading, reading.value, level_of(limits, reading.value))
    return episodes.done()


def next_reading(
    limits: Sequence[Limit],
    readings: Iterable[Reading],
    alarms: Sequence[Alarm],
    after: timedelta,
    every: timedelta,
) -> Asking | None:
    """When the next reading of one parameter is due because of its last one; none once it is within limits again.

    A reading that raised an alarm is repeated `after` it; from then on one is due `every` so long until the alarm is
    over or settled and the last value within limits, whether or not a person has closed the alarm.
    """
    alarm = alarms[-1] if alarms and alarms[-1].is_open else None
    raising = alarm.record if alarm else None
    measured = [one for one in readings if one.value is not None and (not one.is_signal or one.record == raising)]
    if not measured:
        return None
    last = measured[-1]
    if alarm is not None and alarm.state == "unconfirmed":
        return Asking(alarm.at, alarm.record, alarm.at + after)
    stands = alarm is not None and alarm.state != "settled"
    if not stands and level_of(limits, last.value or 0) is None:
        return None
    is_first = alarm is not None and alarm.record == last.record
    return Asking(last.at, last.record, last.at + (after if is_first else every))


class _Episodes:
    """The episodes of one parameter while they are followed."""

    def __init__(
        self,
        about: str,
        title: str,
        closings: Sequence[Closing],
        repeat_after: timedelta,
        repeat_late: timedelta,
    ) -> None:
        self._about, self._title, self._after, self._late = about, title, repeat_after, repeat_late
        self._closings = sorted(closings, key=lambda closing: closing.at)
        self._found: list[Alarm] = []
        self._calm = 0

    @property
    def _current(self) -> Alarm | None:
        return self._found[-1] if self._found and self._found[-1].is_open else None

    def take(self, reading: Reading, value: float, level: Level | None) -> None:
        """Take in the next value."""
        self._close(reading.at)
        current = self._current
        if level is not None:
            self._alarming(reading, value, level, current)
        elif current is not None:
            self._within(reading, current)

    def done(self) -> list[Alarm]:
        """Every alarm, after the last value."""
        self._close(None)
        return self._found

    def _close(self, until: datetime | None) -> None:
        """End the current alarm where a person has closed it before the next value."""
        current = self._current
        if current is None:
            return
        for closing in self._closings:
            if closing.record == current.record and closing.at >= current.at:
                if until is None or closing.at < until:
                    self._become(current, "closed", closing.at)
                return

    def _alarming(self, reading: Reading, value: float, level: Level, current: Alarm | None) -> None:
        self._calm = 0
        if current is None:
            self._raise(reading, value, level)
        elif rank(level) > rank(current.level) or (current.state == "settled" and is_red(level)):
            self._become(current, "over", reading.at)
            # A danger that comes back is not smaller than it was: the level of an episode never falls.
            self._raise(reading, value, max(level, current.level, key=rank))
        elif current.state == "settled":
            self._become(current, "red", None)
        elif current.state == "unconfirmed" and not reading.is_signal and reading.at - current.at >= self._after:
            self._become(current, "confirmed", None)

    def _within(self, reading: Reading, current: Alarm) -> None:
        self._calm += 1
        if current.state == "unconfirmed":
            if reading.at - current.at >= self._after:
                self._become(current, "not confirmed", reading.at)
        elif self._calm >= CALM:
            self._become(current, "settled" if current.is_red else "over", None if current.is_red else reading.at)

    def _raise(self, reading: Reading, value: float, level: Level) -> None:
        waits = not is_red(level)
        state: AlarmState = "unconfirmed" if waits else "red"
        self._found.append(
            Alarm(
                about=self._about,
                title=self._title,
                level=level,
                state=state,
                at=reading.at,
                record=reading.record,
                value=value,
                repeat_due=reading.at + self._after if waits else None,
                repeat_late=reading.at + self._late if waits else None,
            )
        )

    def _become(self, alarm: Alarm, state: AlarmState, ended_at: datetime | None) -> None:
        self._found[-1] = replace(alarm, state=state, ended_at=ended_at, repeat_due=None, repeat_late=None)
