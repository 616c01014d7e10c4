"""How far two or more raters agree on the same things, and whether ratings drift over time; each with its interval.

Intraclass correlations are those of absolute agreement in the two-way random-effects model, ICC(2,1) and ICC(2,k)
(Shrout & Fleiss 1979), with the limits of McGraw & Wong (1996). Kappa is Cohen's (1960, weighted 1968), with the
standard error of Fleiss, Cohen & Everitt (1969).
"""

import math
from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from triptych.evidence.errors import ImpossibleFigures, NotEstimable, TooFewStudies
from triptych.evidence.figures import check_level
from triptych.evidence.quantiles import f_quantile, two_sided

Weights = Literal["none", "linear", "quadratic"]
LEAST = 3
"""The fewest things rated, or sessions, from which anything is estimated."""
NOTHING = 1e-12
"""What is nothing beside what it stands with, but for the rounding of the machine."""


class Agreement(Struct, frozen=True, kw_only=True):
    """A coefficient of agreement with its interval; `n` things were rated by `k` raters."""

    estimate: float
    ci_low: float
    ci_high: float
    n: int
    k: int
    level: float


class Drift(Struct, frozen=True, kw_only=True):
    """The change of a rating per 30 days, by a straight line, with Student's interval; `n` sessions stand behind it."""

    per_30_days: float
    ci_low: float
    ci_high: float
    n: int
    level: float


def icc(ratings: Sequence[Sequence[float]], level: float = 0.95) -> tuple[Agreement, Agreement]:
    """ICC(2,1), of one rater, and ICC(2,k), of the mean of all; `ratings` has a row a thing and a column a rater.

    Raises `TooFewStudies` below three things or two raters, and `NotEstimable` where nothing varies.

    >>> one, mean = icc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> round(one.estimate, 2), round(mean.estimate, 2)
    (0.29, 0.62)
    """
    check_level(level)
    table = _table(ratings)
    n, k = table.shape
    grand = table.mean()
    rows = k * float(((table.mean(axis=1) - grand) ** 2).sum()) / (n - 1)
    columns = n * float(((table.mean(axis=0) - grand) ** 2).sum()) / (k - 1)
    left = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0, keepdims=True) + grand
    error = float((left**2).sum()) / ((n - 1) * (k - 1))
    below = rows + (k - 1) * error + k * (columns - error) / n
    if below <= 0 or rows + columns + error < NOTHING:
        raise NotEstimable("Nothing varies in these ratings, so no intraclass correlation exists.")
    one = (rows - error) / below
    low, high = _icc_limits(one, (rows, columns, error), n, k, level)
    mean = (rows - error) / (rows + (columns - error) / n)
    return (
        Agreement(estimate=one, ci_low=low, ci_high=high, n=n, k=k, level=level),
        Agreement(estimate=mean, ci_low=_of_mean(low, k), ci_high=_of_mean(high, k), n=n, k=k, level=level),
    )


def _table(ratings: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    if len({len(row) for row in ratings}) > 1:
        raise ImpossibleFigures("Every rater has to rate everything: the rows differ in length.")
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < LEAST or table.shape[1] < 2:
        raise TooFewStudies(f"Agreement needs {LEAST} things rated by 2 raters or more.")
    if not np.isfinite(table).all():
        raise ImpossibleFigures("A rating is not a finite number.")
    return table


def _icc_limits(one: float, squares: tuple[float, float, float], n: int, k: int, level: float) -> tuple[float, float]:
    """The limits of ICC(A,1) by Satterthwaite's degrees of freedom (McGraw & Wong 1996, table 7)."""
    rows, columns, error = squares
    if error <= NOTHING * (rows + columns):  # a raters' constant distance leaves nothing to judge it by
        return (one, one) if columns <= NOTHING * rows else (-1.0, 1.0)
    a = k * one / (n * (1 - one))
    b = 1 + k * one * (n - 1) / (n * (1 - one))
    freedom = (a * columns + b * error) ** 2 / ((a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    upper = 0.5 + level / 2
    at_low = f_quantile(upper, n - 1, freedom)
    at_high = f_quantile(upper, freedom, n - 1)
    spread = k * columns + (k * n - k - n) * error
    low = n * (rows - at_low * error) / (at_low * spread + n * rows)
    high = n * (at_high * rows - error) / (spread + n * at_high * rows)
    return max(-1.0, low), high


def _of_mean(one: float, k: int) -> float:
    """What a correlation of one rater is for the mean of `k` (Spearman & Brown); below -1 it says nothing."""
    below = 1 + (k - 1) * one
    return max(-1.0, k * one / below) if below > 0 else -1.0


def kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    categories: Sequence[Hashable],
    weights: Weights = "none",
    level: float = 0.95,
) -> Agreement:
    """Cohen's kappa of two raters; with weights, `categories` are in their order.

    Raises `TooFewStudies` below three things, and `NotEstimable` where chance alone agrees on everything.
    """
    check_level(level)
    if len(first) != len(second) or not {*first, *second} <= set(categories):
        raise ImpossibleFigures("Both raters rate the same things, in the categories that are named.")
    n = len(first)
    if n < LEAST:
        raise TooFewStudies(f"Agreement needs {LEAST} things rated by both.")
    place = {category: number for number, category in enumerate(categories)}
    table = np.zeros((len(categories), len(categories)))
    for one, other in zip(first, second, strict=True):
        table[place[one], place[other]] += 1 / n
    estimate, error = _kappa(table, _weights(len(categories), weights), n)
    reach = two_sided(level) * error
    return Agreement(
        estimate=estimate, ci_low=max(-1.0, estimate - reach), ci_high=min(1.0, estimate + reach), n=n, k=2, level=level
    )


def _weights(count: int, weights: Weights) -> NDArray[np.float64]:
    if weights == "none":
        return np.eye(count)
    apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) / max(count - 1, 1)
    near: NDArray[np.float64] = 1 - (apart if weights == "linear" else apart**2)
    return near


def _kappa(table: NDArray[np.float64], weight: NDArray[np.float64], n: int) -> tuple[float, float]:
    """Kappa and its standard error where it is not zero (Fleiss, Cohen & Everitt 1969)."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float((weight * table).sum()), float(rows @ weight @ columns)
    if chance > 1 - NOTHING:
        raise NotEstimable("Both raters gave one and the same answer throughout, so kappa does not exist.")
    estimate = (seen - chance) / (1 - chance)
    around = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    inner = float((table * (weight - around * (1 - estimate)) ** 2).sum())
    variance = (inner - (estimate - chance * (1 - estimate)) ** 2) / (n * (1 - chance) ** 2)
    return estimate, math.sqrt(max(variance, 0.0))


def drift(days: Sequence[float], ratings: Sequence[float], level: float = 0.95) -> Drift:
    """The change of ratings over time by ordinary least squares; `days` are counted from any one day.

    Sessions of one therapist resemble each other, which the interval does not know: it is rather too narrow.
    Raises `TooFewStudies` below three sessions, and `NotEstimable` where all are of one day.
    """
    check_level(level)
    if len(days) != len(ratings):
        raise ImpossibleFigures("Every rating has a day.")
    if len(days) < LEAST:
        raise TooFewStudies(f"A change over time needs {LEAST} sessions.")
    when, what = np.asarray(days, dtype=np.float64), np.asarray(ratings, dtype=np.float64)
    about = when - when.mean()
    spread = float(about @ about)
    if spread == 0:
        raise NotEstimable("All sessions are of one day, so nothing changes over time.")
    slope = float(about @ what) / spread
    left = what - what.mean() - slope * about
    df = len(days) - 2
    reach = two_sided(level, df) * math.sqrt(float(left @ left) / df / spread)
    return Drift(
        per_30_days=30 * slope, ci_low=30 * (slope - reach), ci_high=30 * (slope + reach), n=len(days), level=level
    )


def average(values: Sequence[float], level: float = 0.95) -> tuple[float, float, float]:
    """The mean of values with Student's interval; raises `TooFewStudies` below three."""
    check_level(level)
    if len(values) < LEAST:
        raise TooFewStudies(f"An interval around a mean needs {LEAST} values.")
    given = np.asarray(values, dtype=np.float64)
    reach = two_sided(level, len(values) - 1) * float(given.std(ddof=1)) / math.sqrt(len(values))
    return float(given.mean()), float(given.mean()) - reach, float(given.mean()) + reach
