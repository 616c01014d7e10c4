"""CPU and wall time of a piece of work, and the rows of the table."""

import time
from collections.abc import Callable
from typing import NamedTuple

HEADING = "| what | figure | beside | limit | |\n|---|---|---|---|---|"


class Spent(NamedTuple):
    """CPU and wall seconds."""

    cpu: float
    wall: float


class Row(NamedTuple):
    """One line of the table: what was measured, the figure, what it stands beside, and the limit it must keep."""

    what: str
    figure: str
    beside: str
    limit: str
    kept: bool | None


def spent(work: Callable[[], object]) -> Spent:
    """Run a piece of work once and give what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.process_time() - cpu, time.perf_counter() - wall)


def paired(one: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[Spent, Spent]:
    """Run two pieces of work in turn and give the median of each, so that a drifting machine touches both alike."""
    first, second = [], []
    for _ in range(rounds):
        first.append(spent(one))
        second.append(spent(other))
    return median(first), median(second)


def median(found: list[Spent]) -> Spent:
    """The run in the middle by CPU time."""
    return sorted(found)[len(found) // 2]


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def line(row: Row) -> str:
    """The row as a line of the table in Markdown."""
    kept = {True: "kept", False: "**not kept**", None: "reported"}[row.kept]
    return f"| {row.what} | {row.figure} | {row.beside} | {row.limit} | {kept} |"
