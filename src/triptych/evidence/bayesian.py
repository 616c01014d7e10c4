"""Bayesian random effects with stated priors, by quadrature: the same numbers on every run, with no sampling.

Given τ, the posterior of the mean effect μ is normal. Over τ it is a mixture, summed on Gauss-Legendre points in
which τ = s·u/(1 - u) covers all of the half line.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Literal, assert_never

import numpy as np
from msgspec import Struct

from triptych.evidence.errors import TooFewStudies
from triptych.evidence.figures import Estimate, check_level, finite, positive
from triptych.evidence.mixed import Floats, root
from triptych.evidence.quantiles import normal_below

POINTS = 400
"""Points over τ. Twice as many move what is said of μ by less than 1e-7, and the quantiles of τ by some 1e-4."""


class Prior(Struct, frozen=True, kw_only=True):
    """What is assumed before the data, on the scale of the estimates: μ normal, τ half-normal or half-Cauchy."""

    mu_mean: float = 0.0
    mu_sd: float
    tau: Literal["half-normal", "half-cauchy"] = "half-normal"
    tau_scale: float

    def __post_init__(self) -> None:
        finite("prior mean", self.mu_mean)
        positive("prior standard deviation", self.mu_sd)
        positive("prior scale of τ", self.tau_scale)


class Posterior(Struct, frozen=True, kw_only=True):
    """μ, τ and the true effect of another study, each with its equal-tailed interval; `below_zero` is P(μ < 0).

    `log_evidence` is the logarithm of the data's probability under the prior, for comparing priors.
    """

    mean: float
    sd: float
    median: float
    low: float
    high: float
    below_zero: float
    tau_median: float
    tau_low: float
    tau_high: float
    new_low: float
    new_high: float
    log_evidence: float
    prior: Prior
    k: int
    level: float


class _Mixture:
    """A mixture of normals."""

    def __init__(self, shares: Floats, means: Floats, sds: Floats) -> None:
        self.shares, self.means, self.sds = shares, means, sds

    def below(self, value: float) -> float:
        """The share below a value."""
        return float(self.shares @ normal_below((value - self.means) / self.sds))

    def quantile(self, share: float) -> float:
        """The value below which the share lies."""
        reach = 40 * float(self.sds.max())
        return root(
            lambda value: self.below(value) - share, float(self.means.min()) - reach, float(self.means.max()) + reach
        )


def bayesian(estimates: Sequence[Estimate], prior: Prior, level: float = 0.95) -> Posterior:
    """Give the posterior of the mean effect and of τ under a prior, from two or more estimates.

    `level` is that of the credible intervals, which leave as much out below as above.

    Raises:
        TooFewStudies: there are fewer than two.
    """
    check_level(level)
    if len(estimates) < 2:
        raise TooFewStudies(f"There are {len(estimates)} studies; pooling needs at least 2.")
    y, v = np.array([one.yi for one in estimates]), np.array([one.vi for one in estimates])
    tau, log_width = _grid(float(np.median(np.sqrt(v))) + prior.tau_scale)
    log_share, means, sds = _given_tau(y, v, tau, prior)
    log_share = log_share + _log_prior(tau, prior) + log_width
    highest = float(log_share.max())
    evidence = highest + math.log(float(np.exp(log_share - highest).sum()))
    shares: Floats = np.exp(log_share - evidence)
    mu, new = _Mixture(shares, means, sds), _Mixture(shares, means, np.sqrt(sds**2 + tau**2))
    tail = (1 - level) / 2
    mean = float(shares @ means)
    taus = [_tau_quantile(tau, shares, share) for share in (0.5, tail, 1 - tail)]
    return Posterior(
        mean=mean,
        sd=math.sqrt(float(shares @ (sds**2 + (means - mean) ** 2))),
        median=mu.quantile(0.5),
        low=mu.quantile(tail),
        high=mu.quantile(1 - tail),
        below_zero=mu.below(0.0),
        tau_median=taus[0],
        tau_low=taus[1],
        tau_high=taus[2],
        new_low=new.quantile(tail),
        new_high=new.quantile(1 - tail),
        log_evidence=evidence,
        prior=prior,
        k=len(estimates),
        level=level,
    )


@cache
def _points() -> tuple[Floats, Floats]:
    """Gauss-Legendre points and weights, which take longer to find than a posterior."""
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    return nodes, weights


def _grid(scale: float) -> tuple[Floats, Floats]:
    nodes, weights = _points()
    u = (nodes + 1) / 2
    return scale * u / (1 - u), np.log(weights / 2) + np.log(scale) - 2 * np.log1p(-u)


def _given_tau(y: Floats, v: Floats, tau: Floats, prior: Prior) -> tuple[Floats, Floats, Floats]:
    """The data's log-probability with μ integrated out, and μ's mean and deviation, at each τ."""
    weights = 1 / (v[None, :] + tau[:, None] ** 2)
    precision = weights.sum(axis=1) + 1 / prior.mu_sd**2
    means = (weights @ y + prior.mu_mean / prior.mu_sd**2) / precision
    squares = (weights * (y[None, :] - means[:, None]) ** 2).sum(axis=1) + ((means - prior.mu_mean) / prior.mu_sd) ** 2
    constant = -len(y) / 2 * math.log(2 * math.pi) - math.log(prior.mu_sd)
    log_likelihood = constant + 0.5 * (np.log(weights).sum(axis=1) - np.log(precision) - squares)
    return log_likelihood, means, 1 / np.sqrt(precision)


def _log_prior(tau: Floats, prior: Prior) -> Floats:
    scaled = tau / prior.tau_scale
    match prior.tau:
        case "half-normal":
            return 0.5 * math.log(2 / math.pi) - math.log(prior.tau_scale) - scaled**2 / 2
        case "half-cauchy":
            return math.log(2 / math.pi) - math.log(prior.tau_scale) - np.log1p(scaled**2)
        case _:
            assert_never(prior.tau)


def _tau_quantile(tau: Floats, shares: Floats, share: float) -> float:
    """Between the points, the shares up to the middle of each are joined by straight lines."""
    reached = np.cumsum(shares) - shares / 2
    return float(np.interp(share, np.concatenate([[0.0], reached, [1.0]]), np.concatenate([[0.0], tau, [tau[-1]]])))
