"""Pooling of two-by-two tables without weights by variance: Mantel-Haenszel, and Peto for rare events."""

import math
from collections.abc import Sequence
from typing import assert_never

import numpy as np
from msgspec import Struct

from triptych.evidence.effects import Measure
from triptych.evidence.errors import NotEstimable
from triptych.evidence.figures import Events, check_level
from triptych.evidence.mixed import Floats
from triptych.evidence.quantiles import p_two_sided, two_sided


class TableStudy(Struct, frozen=True):
    """One study's events in both arms."""

    study: str
    treatment: Events
    control: Events


class Common(Struct, frozen=True, kw_only=True):
    """A common effect of several tables (a ratio as its logarithm) with its normal interval; weights in percent."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float
    k: int
    weights: tuple[float, ...]
    studies: tuple[str, ...]
    method: str
    level: float


def mantel_haenszel(tables: Sequence[TableStudy], measure: Measure, level: float = 0.95) -> Common:
    """Pool tables by Mantel and Haenszel; empty cells stay as they are.

    Variances: risk ratio Greenland & Robins 1985, odds ratio Robins, Breslow & Greenland 1986, risk difference Sato,
    Greenland & Robins 1989.

    Raises:
        NotEstimable: no table has an event (for odds, also no one spared) in an arm that the ratio needs.
    """
    a, b, c, d = _cells(tables)
    n1, n2 = a + b, c + d
    n = n1 + n2
    match measure:
        case "rr":
            above, below = a * n2 / n, c * n1 / n
            top = float(np.sum(n1 * n2 * (a + c) / n**2 - a * c / n))
            variance = top / _product(above, below)
        case "or":
            above, below = a * d / n, b * c / n
            p, q = (a + d) / n, (b + c) / n
            r, s = float(above.sum()), float(below.sum())
            cross = _product(above, below)
            variance = float(p @ above) / (2 * r * r) + float(p @ below + q @ above) / (2 * cross)
            variance += float(q @ below) / (2 * s * s)
        case "rd":
            above, below = a * n2 / n - c * n1 / n, n1 * n2 / n
            estimate = float(above.sum() / below.sum())
            part = c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + n1 * n2 * (n2 - n1) / (2 * n**2)
            other = (a * d + c * b) / (2 * n)
            variance = (estimate * float(part.sum()) + float(other.sum())) / float(below.sum()) ** 2
            return _common(tables, (estimate, variance), below, "mantel-haenszel", level)
        case _:
            assert_never(measure)
    return _common(tables, (math.log(above.sum() / below.sum()), variance), below, "mantel-haenszel", level)


def peto(tables: Sequence[TableStudy], level: float = 0.95) -> Common:
    """Pool log odds ratios by Peto's one step from no effect: for rare events, arms of like size, and small effects.

    Raises:
        NotEstimable: there is no table, or none with people of both kinds.
    """
    a, b, c, d = _cells(tables)
    n1, n2 = a + b, c + d
    n = n1 + n2
    events = a + c
    variance = n1 * n2 * events * (b + d) / (n**2 * (n - 1))
    total = float(variance.sum())
    if total <= 0:
        raise NotEstimable("No study has both people with and people without events, so there is no odds ratio.")
    estimate = float((a - events * n1 / n).sum()) / total
    return _common(tables, (estimate, 1 / total), variance, "peto", level)


def _cells(tables: Sequence[TableStudy]) -> tuple[Floats, Floats, Floats, Floats]:
    if not tables:
        raise NotEstimable("There is no table to pool.")
    a, n1, c, n2 = (
        np.array(column, dtype=np.float64)
        for column in zip(
            *((t.treatment.events, t.treatment.total, t.control.events, t.control.total) for t in tables), strict=True
        )
    )
    return a, n1 - a, c, n2 - c


def _product(above: Floats, below: Floats) -> float:
    product = float(above.sum()) * float(below.sum())
    if product <= 0:
        raise NotEstimable("An arm has no event in any study (or for odds, no one spared), so there is no ratio.")
    return product


def _common(
    tables: Sequence[TableStudy], found: tuple[float, float], weights: Floats, method: str, level: float
) -> Common:
    check_level(level)
    estimate, variance = found
    if not variance > 0:
        raise NotEstimable("The tables leave no variance: nobody, or everybody, has an event in each arm.")
    se = math.sqrt(variance)
    half = two_sided(level) * se
    return Common(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p=p_two_sided(estimate / se),
        k=len(tables),
        weights=tuple((100 * weights / weights.sum()).tolist()),
        studies=tuple(table.study for table in tables),
        method=method,
        level=level,
    )
