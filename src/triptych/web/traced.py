"""The continuous signals of a whole session as one small line each, drawn by the server for its summary.

A line joins the medians of the records, about one a minute, over a band from the lowest to the highest. What a probe
did not read is a gap, as is a silence. It shows a course and no sample: those stand in the ledger.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from markupsafe import Markup
from msgspec import Struct

from triptych.course.told import Shown
from triptych.study.limits import SIGNAL, SIGNALS

GAP = timedelta(minutes=2)
"""A longer silence between two records is a gap."""
WIDTH, HEIGHT = 900.0, 40.0
NAMES = {"heart_rate": ("Heart rate", "/min"), "spo2": ("SpO2", "%")}


class Point(Struct, frozen=True):
    """A record of a signal: from when it is, and the lowest, the median and the highest of it."""

    at: datetime
    low: float
    middle: float
    high: float


class Trace(Struct, frozen=True, kw_only=True):
    """One signal of a session. `gaps` are the silences and what was not read, from when to when."""

    name: str
    unit: str
    low: float
    high: float
    begins: datetime
    ends: datetime
    gaps: tuple[tuple[datetime, datetime], ...]
    svg: Markup


def traces(seen: Sequence[Shown], since: datetime | None, until: datetime | None) -> tuple[Trace, ...]:
    """Each signal that came between two instants; none where none came."""
    mine = [one for one in seen if one.form == SIGNAL and one.current and one.status == "filed"]
    mine = [one for one in mine if (not since or one.occurred_at >= since) and (not until or one.occurred_at <= until)]
    found = ((item, tuple(_points(mine, item))) for item in SIGNALS)
    return tuple(_trace(item, points) for item, points in found if points)


def _points(mine: Sequence[Shown], item: str) -> Iterator[Point]:
    for one in sorted(mine, key=lambda one: one.occurred_at):
        told = (one.values.get(f"{item}_{end}") for end in ("min", "median", "max"))
        values = [float(value) for value in told if isinstance(value, int | float)]
        if len(values) == 3:
            yield Point(one.occurred_at, *values)


def _trace(item: str, points: Sequence[Point]) -> Trace:
    name, unit = NAMES[item]
    low, high = min(one.low for one in points), max(one.high for one in points)
    return Trace(
        name=name, unit=unit, low=low, high=high, begins=points[0].at, ends=points[-1].at,
        gaps=tuple((one.at, then.at) for one, then in pairwise(points) if then.at - one.at > GAP),
        svg=_drawn(f"{name} from {low:g} to {high:g} {unit}", points, low, max(high, low + 1)),
    )  # fmt: skip


def _drawn(told: str, points: Sequence[Point], low: float, high: float) -> Markup:
    """The line of a signal between its own lowest and highest."""
    begins, lasted = points[0].at, max(points[-1].at - points[0].at, timedelta(minutes=1))

    def x(one: Point) -> float:
        return 2 + (one.at - begins) / lasted * (WIDTH - 4)

    def y(value: float) -> float:
        return 3 + (high - value) / (high - low) * (HEIGHT - 6)

    def upright(one: Point) -> str:
        return f'<line class="band" x1="{x(one):.1f}" x2="{x(one):.1f}" y1="{y(one.low):.1f}" y2="{y(one.high):.1f}"/>'

    parts = [upright(one) for one in points]
    for one, then in pairwise(points):
        if then.at - one.at <= GAP:
            ends = f'x1="{x(one):.1f}" y1="{y(one.middle):.1f}" x2="{x(then):.1f}" y2="{y(then.middle):.1f}"'
            parts.append(f'<line class="line" {ends}/>')
    size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none"'
    return Markup(f'<svg class="trace" {size} role="img" aria-label="{told}">{"".join(parts)}</svg>')  # noqa: S704 -- our own names, and numbers
