"""The chart of vital signs, drawn by the server as SVG: actual times, the dose as a line at zero, limits, gaps as gaps.

Lines join readings that follow each other within `GAP`; a longer silence stays a gap. Styles are classes alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from markupsafe import Markup, escape
from msgspec import Struct

from triptych.study import Limit
from triptych.web.live.board import Board, Dose, Reading

WIDTH, LEFT, RIGHT, TOP, FOOT = 900.0, 46.0, 84.0, 28.0, 14.0
GAP = timedelta(minutes=70)
BEFORE, HOURS = timedelta(minutes=45), timedelta(hours=8)
"""At least so much before and after the first dose is drawn, so that a session does not jump about."""


class Track(Struct, frozen=True):
    """One panel of the chart: what it draws, from where to where, and how high it is."""

    title: str
    items: tuple[str, ...]
    low: float
    high: float
    height: float
    step: float


TRACKS = (
    Track("Blood pressure, mmHg", ("systolic", "diastolic"), 40, 220, 150, 40),
    Track("Heart rate, /min", ("heart_rate",), 40, 180, 90, 40),
    Track("Temperature, °C", ("temperature",), 35, 41, 90, 2),
    Track("SpO2, %", ("spo2",), 85, 100, 60, 5),
)
Height = Callable[[float], float]
"""From a value to where it stands."""
NAMES = {"systolic": "SYS", "diastolic": "DIA", "heart_rate": "HR", "temperature": "°C", "spo2": "SpO2"}


class Axis(Struct, frozen=True):
    """The axis of time, from one instant to another."""

    begins: datetime
    ends: datetime

    def x(self, at: datetime) -> float:
        """Where an instant stands."""
        share = (at - self.begins) / (self.ends - self.begins)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def chart(board: Board, limits: Mapping[str, Sequence[Limit]]) -> Markup:
    """Draw the readings of a board with the limits of each value."""
    axis = _axis(board)
    height = sum(track.height + TOP for track in TRACKS) + FOOT
    parts = [
        f'<svg class="vitals" viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-labelledby="vt vd">',
        f'<title id="vt">Vital signs</title><desc id="vd">{escape(_described(board))}</desc>',
    ]
    parts.extend(_doses(board.doses, axis, height - FOOT - TOP))
    top = TOP
    for track in TRACKS:
        parts.extend(_track(track, top, axis, board.readings, limits))
        top += track.height + TOP
    parts.extend(_hours(board, axis, top))
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 -- every text in it is escaped


def _axis(board: Board) -> Axis:
    anchor = board.dosed_at or (board.readings[0].at if board.readings else board.now)
    times = [reading.at for reading in board.readings]
    begins = min([anchor - BEFORE, *times]) - timedelta(minutes=5)
    return Axis(begins, max([anchor + HOURS, *times]) + timedelta(minutes=10))


def _described(board: Board) -> str:
    if not board.readings:
        return "No reading yet. The table beside the chart lists each reading."
    last = board.readings[-1]
    shown = ", ".join(f"{NAMES[key]} {last.values[key]:g}" for key in NAMES if key in last.values)
    return f"{len(board.readings)} readings; the last at {last.at.astimezone(board.zone):%H:%M}: {shown}."


def _track(
    track: Track, top: float, axis: Axis, readings: Sequence[Reading], limits: Mapping[str, Sequence[Limit]]
) -> Iterator[str]:
    def y(value: float) -> float:
        share = (max(track.low, min(track.high, value)) - track.low) / (track.high - track.low)
        return top + track.height - share * track.height

    right = WIDTH - RIGHT
    yield f'<text class="name" x="{LEFT:g}" y="{top - 4:g}">{escape(track.title)}</text>'
    value = track.low
    while value <= track.high:
        yield f'<line class="grid" x1="{LEFT:g}" x2="{right:g}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        yield f'<text class="tick" x="{LEFT - 6:g}" y="{y(value) + 4:.1f}">{value:g}</text>'
        value += track.step
    yield from _limits(limits.get(track.items[0], ()), top, y(track.low), y)
    for item in track.items:
        yield from _series(item, axis, readings, y)


def _limits(limits: Sequence[Limit], top: float, bottom: float, y: Height) -> Iterator[str]:
    """The highest band of notify and of withhold, as shaded bands with their edge."""
    right = WIDTH - RIGHT
    for limit in limits:
        if limit.level == "hold":
            continue
        upper = limit.over if limit.over is not None else limit.at_least
        edge = upper if upper is not None else limit.under
        if edge is None:
            continue
        begin, end = (top, y(edge)) if upper is not None else (y(edge), bottom)
        band = "amber" if limit.level == "withhold" else "red"
        size = f'width="{right - LEFT:g}" height="{end - begin:.1f}"'
        yield f'<rect class="band {band}" x="{LEFT:g}" y="{begin:.1f}" {size}/>'
        yield f'<line class="limit {band}" x1="{LEFT:g}" x2="{right:g}" y1="{y(edge):.1f}" y2="{y(edge):.1f}"/>'


def _series(item: str, axis: Axis, readings: Iterable[Reading], y: Height) -> Iterator[str]:
    found = [(reading.at, reading.values[item]) for reading in readings if item in reading.values]
    for (at, value), (then, later) in pairwise(found):
        if then - at <= GAP:
            yield (
                f'<line class="line {item}" x1="{axis.x(at):.1f}" y1="{y(value):.1f}"'
                f' x2="{axis.x(then):.1f}" y2="{y(later):.1f}"/>'
            )
    for at, value in found:
        yield f'<circle class="dot {item}" cx="{axis.x(at):.1f}" cy="{y(value):.1f}" r="4"/>'
    if found:
        at, value = found[-1]
        where = f'x="{axis.x(at) + 9:.1f}" y="{y(value) + 5:.1f}"'
        yield f'<text class="last {item}" {where}>{NAMES[item]} {value:g}</text>'


def _doses(doses: Iterable[Dose], axis: Axis, bottom: float) -> Iterator[str]:
    for dose in doses:
        x = axis.x(dose.at)
        yield f'<line class="dose" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP:g}" y2="{bottom:g}"/>'
        yield f'<text class="dosed" x="{x + 4:.1f}" y="{TOP + 12:g}">{escape(dose.part)}</text>'


def _hours(board: Board, axis: Axis, bottom: float) -> Iterator[str]:
    """Hours from the first dose; without one, the hours of the clock."""
    if board.dosed_at is not None:
        first = int((axis.begins - board.dosed_at) / timedelta(hours=1)) - 1
        marks = [(board.dosed_at + timedelta(hours=n), f"{n:+d} h" if n else "dose") for n in range(first, 40)]
    else:
        start = axis.begins.astimezone(board.zone).replace(minute=0, second=0, microsecond=0)
        marks = [(start + timedelta(hours=n), f"{start + timedelta(hours=n):%H:%M}") for n in range(48)]
    for at, text in marks:
        if axis.begins <= at <= axis.ends:
            yield f'<text class="hour" x="{axis.x(at):.1f}" y="{bottom + 6:g}">{text}</text>'
