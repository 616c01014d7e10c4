"""Pooling of estimates under a common effect or random effects, with everything that is reported beside it."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from triptych.evidence.errors import TooFewStudies
from triptych.evidence.figures import Estimate, check_level
from triptych.evidence.mixed import (
    Data,
    Fit,
    Interval,
    Method,
    all_finite,
    data_of,
    estimate_tau2,
    fit_at,
    scale,
    spread,
    tau2_interval,
    typical_variance,
)
from triptych.evidence.quantiles import chi2_tail, p_two_sided, two_sided

Prediction = Literal["interval", "k-2"]
"""How the prediction interval is made. *interval*: with the error and the distribution of the pooled estimate's own
interval (normal, or t with k - 1; R metafor). *k-2*: wald's error and t with k - 2 (Higgins, Thompson & Spiegelhalter
2009; RevMan), which needs three studies."""


class Pooled(Struct, frozen=True, kw_only=True):
    """A pooled estimate on the scale of the estimates, with its uncertainty and the heterogeneity around it.

    `statistic` is the estimate over its error: a z for *wald*, else a t with `df`. `weights` are percent, in the order
    of the studies. `q` is Cochran's, about the common effect. `i2` is percent. `tau2_low` and `tau2_high` are the
    Q-profile interval, and those of `i2` follow from it. `pi_low` and `pi_high` say where the true effect of another
    study would lie; a common effect has none.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    df: int | None
    p: float
    k: int
    tau2: float
    tau2_low: float
    tau2_high: float
    q: float
    q_p: float
    i2: float
    i2_low: float
    i2_high: float
    h2: float
    pi_low: float | None
    pi_high: float | None
    weights: tuple[float, ...]
    studies: tuple[str, ...]
    method: str
    interval: Interval
    level: float


class StudyInterval(Struct, frozen=True, kw_only=True):
    """One study's estimate with its normal interval and two-sided p."""

    study: str
    estimate: float
    ci_low: float
    ci_high: float
    p: float


def study_interval(one: Estimate, level: float = 0.95) -> StudyInterval:
    """Give a study's own interval, as it stands in a forest plot and where there is but one study."""
    check_level(level)
    half = two_sided(level) * one.se
    p = p_two_sided(one.yi / one.se)
    return StudyInterval(study=one.study, estimate=one.yi, ci_low=one.yi - half, ci_high=one.yi + half, p=p)


def pool(
    estimates: Sequence[Estimate],
    method: Method = "reml",
    interval: Interval = "hk",
    level: float = 0.95,
    prediction: Prediction = "interval",
) -> Pooled:
    """Pool two or more independent estimates.

    Raises:
        TooFewStudies: one study or none, or two for a prediction by k - 2.
        NotEstimable: the interval does not exist, such as Hartung and Knapp's over equal estimates.
    """
    check_level(level)
    with np.errstate(all="ignore"):
        data = data_of(estimates)
        fit = fit_at(data, estimate_tau2(data, method))
        estimate, wald = float(fit.beta[0]), math.sqrt(float(fit.covariance[0, 0]))
        se = wald * math.sqrt(scale(data, fit, interval))
    all_finite(estimate, se)
    df = None if interval == "wald" else data.df
    half = two_sided(level, df) * se
    reach = None if method == "fixed" else _reach(data, fit.tau2, (wald, se), df, level, prediction)
    return Pooled(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        statistic=estimate / se,
        df=df,
        p=p_two_sided(estimate / se, df),
        k=len(estimates),
        pi_low=None if reach is None else estimate - reach,
        pi_high=None if reach is None else estimate + reach,
        weights=tuple((100 * fit.weights / fit.weights.sum()).tolist()),
        studies=tuple(one.study for one in estimates),
        method=method,
        interval=interval,
        level=level,
        **heterogeneity(data, fit, method, level),
    )


def heterogeneity(data: Data, fit: Fit, method: Method, level: float) -> dict[str, float]:
    """How the studies differ: τ², Q, I² and H², with intervals."""
    q = spread(data, fit_at(data, 0.0))
    low, high = tau2_interval(data, level)
    typical = typical_variance(data)
    h2 = q / data.df if method == "fixed" else 1 + fit.tau2 / typical
    i2 = 100 * max(0.0, 1 - 1 / h2) if h2 else 0.0
    return {
        "tau2": fit.tau2,
        "tau2_low": low,
        "tau2_high": high,
        "q": q,
        "q_p": chi2_tail(q, data.df),
        "i2": i2,
        "i2_low": 100 * low / (low + typical),
        "i2_high": 100 * high / (high + typical),
        "h2": h2,
    }


def _reach(
    data: Data, tau2: float, errors: tuple[float, float], df: int | None, level: float, prediction: Prediction
) -> float:
    """Half the width of the prediction interval, from wald's error and the interval's own."""
    if prediction == "interval":
        return two_sided(level, df) * math.sqrt(errors[1] ** 2 + tau2)
    if data.df < 2:
        raise TooFewStudies("There are 2 studies; a prediction interval by t with k - 2 needs at least 3.")
    return two_sided(level, data.df - 1) * math.sqrt(errors[0] ** 2 + tau2)
