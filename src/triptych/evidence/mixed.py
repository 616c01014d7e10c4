"""The linear model beneath pooling and meta-regression: known variances within studies, one variance between them.

y = Xβ + u + e, with u of variance τ² and e of the studies' own variances v. With X a column of ones this is the
random-effects model. Everything rests on P = W - WX(X'WX)⁻¹X'W with W = 1/(v + τ²): for residuals, Q = y'Py.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, assert_never

import numpy as np
from numpy.typing import NDArray

from triptych.evidence.errors import NotConverged, NotEstimable, TooFewStudies
from triptych.evidence.figures import Estimate
from triptych.evidence.loading import scipy
from triptych.evidence.quantiles import chi2_quantile

Floats = NDArray[np.float64]

Method = Literal["fixed", "dl", "pm", "reml"]
"""How τ² is found. *fixed*: taken as zero, one common effect. *dl*: DerSimonian & Laird 1986. *pm*: Paule & Mandel
1982. *reml*: restricted maximum likelihood."""

Interval = Literal["wald", "hk", "hk-floor"]
"""How wide the interval is. *wald*: normal. *hk*: Hartung & Knapp 2001, Student's t with the variance seen between the
estimates; with few and similar studies it can be narrower than wald. *hk-floor*: the same, never below wald's error."""

ROUNDS = 200
"""After so many steps an iteration has not settled; a handful is usual."""


class Data(NamedTuple):
    """Estimates, their variances, and the model's columns."""

    y: Floats
    v: Floats
    x: Floats

    @property
    def df(self) -> int:
        """Studies beyond the model's coefficients."""
        return int(self.x.shape[0] - self.x.shape[1])


class Fit(NamedTuple):
    """The model at a τ²: coefficients, their covariance before any adjustment, weights, and P."""

    tau2: float
    beta: Floats
    covariance: Floats
    weights: Floats
    p: Floats


def data_of(estimates: Sequence[Estimate], columns: Sequence[Sequence[float]] = ()) -> Data:
    """Put estimates and moderators into arrays, the intercept first.

    Raises:
        TooFewStudies: not at least one study more than coefficients.
        NotEstimable: a moderator is a combination of the others.
    """
    k, width = len(estimates), 1 + len(columns)
    if k <= width:
        what = "pooling" if width == 1 else f"a model with {width} coefficients"
        raise TooFewStudies(f"There are {k} studies; {what} needs at least {width + 1}.")
    x = np.column_stack([np.ones(k), *(np.asarray(column, dtype=float) for column in columns)])
    if width > 1 and np.linalg.matrix_rank(x) < width:
        raise NotEstimable("A moderator does not vary, or is a combination of the others; leave it out.")
    return Data(np.array([one.yi for one in estimates]), np.array([one.vi for one in estimates]), x)


def fit_at(data: Data, tau2: float) -> Fit:
    """Fit the coefficients with τ² given."""
    weights = 1 / (data.v + tau2)
    wx = weights[:, None] * data.x
    covariance = np.asarray(np.linalg.inv(data.x.T @ wx), dtype=np.float64)
    beta = covariance @ (wx.T @ data.y)
    p: Floats = np.diag(weights) - wx @ covariance @ wx.T
    return Fit(tau2, beta, covariance, weights, p)


def spread(data: Data, fit: Fit) -> float:
    """The weighted sum of squared residuals, Q; under the model about as large as the degrees of freedom."""
    residuals = data.y - data.x @ fit.beta
    return float(fit.weights @ (residuals * residuals))


def typical_variance(data: Data) -> float:
    """The variance within a typical study, (k - p)/tr(P), beside which I² sets τ² (Higgins & Thompson 2002)."""
    return data.df / float(np.trace(fit_at(data, 0.0).p))


def estimate_tau2(data: Data, method: Method) -> float:
    """Estimate the variance between studies, never below zero."""
    match method:
        case "fixed":
            return 0.0
        case "dl":
            common = fit_at(data, 0.0)
            return max(0.0, (spread(data, common) - data.df) / float(np.trace(common.p)))
        case "pm":
            return _where_spread_is(data, data.df)
        case "reml":
            return _reml(data)
        case _:
            assert_never(method)


def tau2_interval(data: Data, level: float) -> tuple[float, float]:
    """The Q-profile interval of τ² (Viechtbauer 2007); both ends are zero where studies agree more than by chance."""
    tail = (1 - level) / 2
    low, high = chi2_quantile(1 - tail, data.df), chi2_quantile(tail, data.df)
    return _where_spread_is(data, low), _where_spread_is(data, high)


def scale(data: Data, fit: Fit, interval: Interval) -> float:
    """The factor on the coefficients' covariance: 1, or Hartung and Knapp's, with or without its floor of 1.

    Raises:
        NotEstimable: all estimates are the same, so that Hartung and Knapp's is zero.
    """
    if interval == "wald":
        return 1.0
    seen = spread(data, fit) / data.df
    if interval == "hk-floor":
        return max(1.0, seen)
    if seen < 1e-24:
        raise NotEstimable(
            "The studies' estimates are the same, so Hartung and Knapp's standard error is zero. Use hk-floor or wald."
        )
    return seen


def _where_spread_is(data: Data, wanted: float) -> float:
    """The τ² at which Q has this value; Q falls as τ² rises. Zero where Q is below it from the start."""

    def excess(tau2: float) -> float:
        return spread(data, fit_at(data, tau2)) - wanted

    if excess(0.0) <= 0:
        return 0.0
    high = typical_variance(data)
    for _ in range(ROUNDS):
        if excess(high) < 0:
            return root(excess, 0.0, high)
        high *= 4
    raise NotConverged(f"No variance between studies was found at which Q is {wanted:g}.")


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that changes its sign between two values is zero, to the last digits."""
    tolerance = 1e-14 * max(abs(low), abs(high))
    return float(scipy("optimize").brentq(function, low, high, xtol=tolerance, rtol=1e-14, maxiter=500))


def _reml(data: Data) -> float:
    """Fisher scoring with halved steps; what it ends on is not below the likelihood without any τ²."""
    common = fit_at(data, 0.0)
    typical = data.df / float(np.trace(common.p))
    tau2 = max(0.0, (spread(data, common) - data.df) / float(np.trace(common.p)))
    here = _likelihood(data, tau2)
    for _ in range(ROUNDS):
        p = fit_at(data, tau2).p
        residual = p @ data.y
        step = float(residual @ residual - np.trace(p)) / float(np.sum(p * p))
        tau2, here, moved = _climb(data, tau2, here, step)
        if moved <= 1e-13 * (tau2 + typical):
            return tau2 if here >= _likelihood(data, 0.0) else 0.0
    raise NotConverged("The variance between studies did not settle by restricted maximum likelihood.")


def _climb(data: Data, tau2: float, here: float, step: float) -> tuple[float, float, float]:
    """Step up the likelihood, by half of the step as often as it would go down."""
    for _ in range(40):
        there = max(0.0, tau2 + step)
        value = _likelihood(data, there)
        if value >= here:
            return there, value, abs(there - tau2)
        step /= 2
    return tau2, here, 0.0


def _likelihood(data: Data, tau2: float) -> float:
    """The restricted log-likelihood up to a constant."""
    fit = fit_at(data, tau2)
    _, determinant = np.linalg.slogdet(fit.covariance)
    return 0.5 * (float(np.sum(np.log(fit.weights))) + float(determinant) - spread(data, fit))


def all_finite(*values: float) -> None:
    """Refuse results that are no numbers, which variances of very different size can lead to."""
    if not all(math.isfinite(value) for value in values):
        raise NotEstimable("The studies' variances are of so different sizes that the arithmetic fails.")
