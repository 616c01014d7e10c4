"""Quantiles and tails of the usual distributions, by SciPy's special functions."""

import numpy as np
from numpy.typing import NDArray

from triptych.evidence.loading import scipy


def two_sided(level: float, df: float | None = None) -> float:
    """The quantile that leaves (1 - level)/2 above it: normal, or Student's t with `df` degrees of freedom."""
    upper = 0.5 + level / 2
    return float(scipy("special").ndtri(upper) if df is None else scipy("special").stdtrit(df, upper))


def p_two_sided(statistic: float, df: float | None = None) -> float:
    """The share of the distribution at least as far from zero as the statistic, on both sides."""
    below = scipy("special").ndtr(-abs(statistic)) if df is None else scipy("special").stdtr(df, -abs(statistic))
    return 2 * float(below)


def statistic_of_p(p: float, df: float | None = None) -> float:
    """The statistic, without its sign, whose two-sided tails hold `p`."""
    return -float(scipy("special").ndtri(p / 2) if df is None else scipy("special").stdtrit(df, p / 2))


def normal_below(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the normal distribution below each value."""
    shares: NDArray[np.float64] = scipy("special").ndtr(values)
    return shares


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which the share of the beta distribution lies."""
    return float(scipy("special").betaincinv(a, b, share))


def chi2_tail(statistic: float, df: float) -> float:
    """The share of chi-squared above the statistic."""
    return float(scipy("special").chdtrc(df, max(statistic, 0.0)))


def chi2_quantile(share: float, df: float) -> float:
    """The value of chi-squared below which the share lies."""
    return 2 * float(scipy("special").gammaincinv(df / 2, share))


def f_tail(statistic: float, df1: float, df2: float) -> float:
    """The share of F above the statistic."""
    return float(scipy("special").fdtrc(df1, df2, max(statistic, 0.0)))


def f_quantile(share: float, df1: float, df2: float) -> float:
    """The value of F below which the share lies; the degrees of freedom need not be whole."""
    return float(scipy("special").fdtri(df1, df2, share))
