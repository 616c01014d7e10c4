"""Effects from what was printed where means and deviations were not: a standard error, an interval, t, F or p.

Each assumes what its source must have done (a t test with pooled variance, an interval symmetric on its scale), which
the docstring says. A rounded p gives a rounded effect.
"""

import math

from triptych.evidence.effects import Correction, bias_factor, g_of_d
from triptych.evidence.errors import ImpossibleFigures, NotEstimable
from triptych.evidence.figures import Estimate, check_level, finite, positive
from triptych.evidence.quantiles import statistic_of_p, two_sided


def sd_from_se(se: float, n: int) -> float:
    """The standard deviation of `n` people whose mean has this standard error."""
    positive("standard error", se)
    return se * math.sqrt(n)


def sd_from_interval(low: float, high: float, n: int, level: float = 0.95) -> float:
    """The standard deviation of `n` people whose mean has this interval, made with Student's t."""
    return sd_from_se(_se_from_interval(low, high, level, n - 1), n)


def sd_of_change(sd_before: float, sd_after: float, correlation: float) -> float:
    """The standard deviation of a change, from those before and after and their correlation, which is assumed.

    Raises:
        ImpossibleFigures: the correlation is not between -1 and 1, or a standard deviation is not above zero.
    """
    if not -1 <= correlation <= 1:
        raise ImpossibleFigures(f"The correlation {correlation:g} is not between -1 and 1.")
    positive("standard deviation before", sd_before)
    positive("standard deviation after", sd_after)
    return math.sqrt(sd_before**2 + sd_after**2 - 2 * correlation * sd_before * sd_after)


def from_interval(
    study: str, low: float, high: float, level: float = 0.95, df: float | None = None, *, ratio: bool = False
) -> Estimate:
    """Give the estimate in the middle of its interval, normal or with `df`; of a ratio, the logarithm.

    >>> round(from_interval("remission", 1.04, 4.87, ratio=True).yi, 3)
    0.811
    """
    if ratio:
        positive("lower limit of a ratio", low)
        positive("upper limit of a ratio", high)
        low, high = math.log(low), math.log(high)
    return Estimate(study, (low + high) / 2, _se_from_interval(low, high, level, df) ** 2)


def from_p(study: str, estimate: float, p: float, df: float | None = None) -> Estimate:
    """Give an estimate (a ratio as its logarithm) the variance that its two-sided p implies, normal or with `df`."""
    finite("estimate", estimate)
    return Estimate(study, estimate, (estimate / _statistic(p, df)) ** 2)


def g_from_t(study: str, t: float, n_treatment: int, n_control: int, correction: Correction = "exact") -> Estimate:
    """Give Hedges' g of a t test between two arms with pooled variance."""
    finite("t", t)
    return g_of_d(study, t * math.sqrt(1 / n_treatment + 1 / n_control), n_treatment, n_control, correction)


def g_from_f(study: str, f: float, n_treatment: int, n_control: int, *, lower: bool) -> Estimate:
    """Give Hedges' g of a one-way F with one degree of freedom; `lower` says that the treatment's mean is the lower.

    Raises:
        ImpossibleFigures: F is below zero.
    """
    if f < 0:
        raise ImpossibleFigures(f"F cannot be {f:g}; it is never below zero.")
    return g_from_t(study, -math.sqrt(f) if lower else math.sqrt(f), n_treatment, n_control)


def g_from_p(study: str, p: float, n_treatment: int, n_control: int, *, lower: bool) -> Estimate:
    """Give Hedges' g of a t test's two-sided p; `lower` says that the treatment's mean is the lower."""
    t = _statistic(p, n_treatment + n_control - 2)
    return g_from_t(study, -t if lower else t, n_treatment, n_control)


def g_from_difference(study: str, estimate: Estimate, n_treatment: int, n_control: int) -> Estimate:
    """Give Hedges' g of a difference and its standard error, such as a model's contrast at the end point.

    The standard deviation is the one that a t test without covariates would need for this standard error. Where
    covariates made the error smaller, this g is larger than one from the raw deviations.
    """
    return g_from_t(study, estimate.yi / estimate.se, n_treatment, n_control)


def g_from_log_odds(estimate: Estimate, df: float | None = None) -> Estimate:
    """Give the standardized difference of a log odds ratio: √3/π of it (Hasselblad & Hedges 1995), shrunk if `df`."""
    factor = math.sqrt(3) / math.pi * (1.0 if df is None else bias_factor(df))
    return Estimate(estimate.study, estimate.yi * factor, estimate.vi * factor**2)


def _se_from_interval(low: float, high: float, level: float, df: float | None) -> float:
    check_level(level)
    finite("lower limit", low)
    finite("upper limit", high)
    if not low < high:
        raise ImpossibleFigures(f"The interval {low:g} to {high:g} does not rise.")
    return (high - low) / (2 * two_sided(level, df))


def _statistic(p: float, df: float | None) -> float:
    if not 0 < p <= 1:
        raise ImpossibleFigures(f"p is {p:g}; it lies above 0 and not above 1. For p < 0.001 use an upper bound.")
    if p == 1:
        raise NotEstimable("p is 1, so the estimate is zero and p says nothing of its variance.")
    return statistic_of_p(p, df)
