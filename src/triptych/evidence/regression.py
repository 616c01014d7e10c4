"""Meta-regression: how effects go with the studies' features, and the comparison of subgroups."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from triptych.evidence.errors import ImpossibleFigures
from triptych.evidence.figures import Estimate, check_level
from triptych.evidence.mixed import Interval, Method, all_finite, data_of, estimate_tau2, fit_at, scale, spread
from triptych.evidence.pooling import Pooled, pool
from triptych.evidence.quantiles import chi2_tail, f_tail, p_two_sided, two_sided


class Coefficient(Struct, frozen=True, kw_only=True):
    """A coefficient: change of the effect per unit of the moderator; the intercept is the effect where all are zero."""

    name: str
    estimate: float
    se: float
    statistic: float
    p: float
    ci_low: float
    ci_high: float


class Regression(Struct, frozen=True, kw_only=True):
    """A meta-regression. `qe` is what is left about it, `qm` tests all moderators (F with *hk*, else chi-squared).

    `r2` is the percent of the variance between studies that the moderators take up; none where there was none.
    """

    coefficients: tuple[Coefficient, ...]
    k: int
    df: int
    tau2: float
    qe: float
    qe_p: float
    qm: float
    qm_p: float
    r2: float | None
    method: Method
    interval: Interval
    level: float


def regress(
    estimates: Sequence[Estimate],
    moderators: Mapping[str, Sequence[float]],
    method: Method = "reml",
    interval: Interval = "hk",
    level: float = 0.95,
) -> Regression:
    """Regress effects on named moderators, one value a study each, and an intercept (Knapp & Hartung 2003).

    With few studies a moderator finds what is not there; ten each is the usual advice (Cochrane Handbook 10.11.5).
    """
    check_level(level)
    _check(estimates, moderators)
    with np.errstate(all="ignore"):
        data = data_of(estimates, list(moderators.values()))
        fit = fit_at(data, estimate_tau2(data, method))
        factor = scale(data, fit, interval)
        errors = np.sqrt(factor * np.diag(fit.covariance))
        moved = fit.beta[1:]
        explained = float(moved @ np.linalg.solve(factor * fit.covariance[1:, 1:], moved))
        before = estimate_tau2(data_of(estimates), method)
    all_finite(*fit.beta.tolist(), *errors.tolist(), explained)
    df = None if interval == "wald" else data.df
    qm = explained if df is None else explained / len(moved)
    left = spread(data, fit_at(data, 0.0))
    names = ("intercept", *moderators)
    return Regression(
        coefficients=tuple(
            _coefficient(name, value, error, df, level)
            for name, value, error in zip(names, fit.beta.tolist(), errors.tolist(), strict=True)
        ),
        k=len(estimates),
        df=data.df,
        tau2=fit.tau2,
        qe=left,
        qe_p=chi2_tail(left, data.df),
        qm=qm,
        qm_p=chi2_tail(qm, len(moved)) if df is None else f_tail(qm, len(moved), df),
        r2=max(0.0, 100 * (1 - fit.tau2 / before)) if before > 0 else None,
        method=method,
        interval=interval,
        level=level,
    )


class Subgroups(Struct, frozen=True, kw_only=True):
    """Each group pooled on its own, and the test that their effects are the same (chi-squared over `df`)."""

    groups: Mapping[str, Pooled]
    q_between: float
    df: int
    p: float


def subgroups(
    estimates: Sequence[Estimate],
    labels: Sequence[str],
    method: Method = "reml",
    interval: Interval = "hk",
    level: float = 0.95,
) -> Subgroups:
    """Pool each group with a τ² of its own and compare them.

    Raises:
        TooFewStudies: a group of one study; compare such groups by `regress`.
        ImpossibleFigures: not one label a study, or one group alone.
    """
    if len(labels) != len(estimates) or len(set(labels)) < 2:
        raise ImpossibleFigures("Subgroups need one label a study and at least two different ones.")
    groups = {
        label: pool([one for one, own in zip(estimates, labels, strict=True) if own == label], method, interval, level)
        for label in sorted(set(labels))
    }
    between = pool([Estimate(label, found.estimate, found.se**2) for label, found in groups.items()], "fixed", "wald")
    return Subgroups(groups=groups, q_between=between.q, df=len(groups) - 1, p=between.q_p)


def _check(estimates: Sequence[Estimate], moderators: Mapping[str, Sequence[float]]) -> None:
    if not moderators:
        raise ImpossibleFigures("A meta-regression needs a moderator; without one, pool.")
    for name, values in moderators.items():
        if len(values) != len(estimates) or not all(math.isfinite(value) for value in values):
            raise ImpossibleFigures(
                f"The moderator {name!r} needs one finite value for each of {len(estimates)} studies."
            )


def _coefficient(name: str, estimate: float, se: float, df: int | None, level: float) -> Coefficient:
    half = two_sided(level, df) * se
    return Coefficient(
        name=name,
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        p=p_two_sided(estimate / se, df),
        ci_low=estimate - half,
        ci_high=estimate + half,
    )
