"""How much a conclusion hangs on single studies: each left out in turn, what it pulls, and the story by year."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from triptych.evidence.errors import ImpossibleFigures, TooFewStudies
from triptych.evidence.figures import Estimate
from triptych.evidence.mixed import Data, Interval, Method, data_of, estimate_tau2, fit_at, scale, spread
from triptych.evidence.pooling import Pooled, pool


class Without(Struct, frozen=True):
    """The pooled estimate without one study."""

    study: str
    pooled: Pooled


class UpTo(Struct, frozen=True):
    """The pooled estimate once a study of a year was out, with all before it."""

    year: int
    study: str
    pooled: Pooled


class Pull(Struct, frozen=True, kw_only=True):
    """What a study pulls, as R metafor's `influence` has it.

    `rstudent` is its residual from the model without it, in standard errors; `dffits` and `cooks_distance` how far the
    pooled estimate moves; `covariance_ratio` how its variance changes; `hat` its share of the weight.
    """

    study: str
    rstudent: float
    dffits: float
    cooks_distance: float
    covariance_ratio: float
    tau2_without: float
    q_without: float
    hat: float


def leave_one_out(
    estimates: Sequence[Estimate], method: Method = "reml", interval: Interval = "hk", level: float = 0.95
) -> tuple[Without, ...]:
    """Pool without each study in turn, in the order of the studies; needs three."""
    _need_three(estimates)
    return tuple(
        Without(one.study, pool([*estimates[:i], *estimates[i + 1 :]], method, interval, level))
        for i, one in enumerate(estimates)
    )


def cumulative(
    estimates: Sequence[Estimate],
    years: Sequence[int],
    method: Method = "reml",
    interval: Interval = "hk",
    level: float = 0.95,
) -> tuple[UpTo, ...]:
    """Pool the studies as they came out, from the second on; those of one year by name.

    Raises:
        ImpossibleFigures: there is not one year for each study.
    """
    if len(years) != len(estimates):
        raise ImpossibleFigures(f"{len(years)} years were given for {len(estimates)} studies; each study needs one.")
    found = sorted(zip(years, estimates, strict=True), key=lambda pair: (pair[0], pair[1].study))
    return tuple(
        UpTo(year, one.study, pool([other for _, other in found[: i + 1]], method, interval, level))
        for i, (year, one) in enumerate(found)
        if i
    )


def influence(estimates: Sequence[Estimate], method: Method = "reml", interval: Interval = "wald") -> tuple[Pull, ...]:
    """Give what each study pulls (Viechtbauer & Cheung 2010), in the order of the studies; needs three."""
    _need_three(estimates)
    data = data_of(estimates)
    fit = fit_at(data, estimate_tau2(data, method))
    variance = float(fit.covariance[0, 0]) * scale(data, fit, interval)
    return tuple(
        _pull(estimates[i].study, data, i, (float(fit.beta[0]), fit.tau2, variance), method, interval)
        for i in range(len(estimates))
    )


def _pull(
    study: str, data: Data, i: int, whole: tuple[float, float, float], method: Method, interval: Interval
) -> Pull:
    estimate, tau2, variance = whole
    rest = Data(np.delete(data.y, i), np.delete(data.v, i), np.delete(data.x, i, axis=0))
    fit = fit_at(rest, estimate_tau2(rest, method))
    without = float(fit.beta[0])
    factor = scale(rest, fit, interval)
    variance_without = float(fit.covariance[0, 0]) * factor
    weights = fit_at(data, tau2).weights
    hat = float(weights[i] / weights.sum())
    moved = estimate - without
    own = (float(data.v[i]) + fit.tau2) * factor
    return Pull(
        study=study,
        rstudent=float(data.y[i] - without) / math.sqrt(own + variance_without),
        dffits=moved / math.sqrt(own * hat),
        cooks_distance=moved**2 / variance,
        covariance_ratio=variance_without / variance,
        tau2_without=fit.tau2,
        q_without=spread(rest, fit_at(rest, 0.0)),
        hat=hat,
    )


def _need_three(estimates: Sequence[Estimate]) -> None:
    if len(estimates) < 3:
        raise TooFewStudies(f"There are {len(estimates)} studies; leaving one out needs at least 3.")
