"""The methods by name: what `--method` may be, and what each gives on the scale that is shown."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import get_args

from msgspec import Struct

from triptych.evidence.bayesian import Prior, bayesian
from triptych.evidence.errors import NotEstimable
from triptych.evidence.figures import Estimate
from triptych.evidence.mixed import Interval, Method
from triptych.evidence.pooling import Pooled, pool
from triptych.evidence.quantiles import two_sided
from triptych.evidence.tables import Common, TableStudy, mantel_haenszel, peto

BY_VARIANCE: Mapping[str, tuple[Method, Interval]] = {
    "fixed": ("fixed", "wald"),
    **{
        f"{method}-{interval}": (method, interval)
        for method in get_args(Method)
        if method != "fixed"
        for interval in get_args(Interval)
    },
}
"""Weights by variance: how τ² is estimated, and how the interval is made."""
BY_TABLE = ("mh", "peto")
"""Weights by the tables of counts themselves: Mantel-Haenszel (risk ratio), and Peto (odds ratio)."""
METHODS = (*BY_VARIANCE, *BY_TABLE, "bayes")
"""What `--method` may be."""
PRIOR = Prior(mu_mean=0.0, mu_sd=1.0, tau="half-normal", tau_scale=0.5)
"""The prior of *bayes*, on the scale that is pooled; it is that of the SYPRES review."""


class Figures(Struct, frozen=True, kw_only=True):
    """What a method gives, on the scale that is shown; τ² stays on the scale that was pooled. Weights are percent."""

    estimate: float
    ci_low: float
    ci_high: float
    weights: tuple[float, ...] | None
    p: float | None = None
    tau2: float | None = None
    i2: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    q: float | None = None
    note: str = ""


def figures_by(
    method: str, estimates: Sequence[Estimate], tables: Sequence[TableStudy], shown: Callable[[float], float]
) -> Figures:
    """Pool two or more studies by a method. `tables` is empty where the outcome is no count of people.

    Raises:
        NotEstimable: the method needs counts and there are none, or its figures do not exist.
    """
    if method == "bayes":
        return _bayes(estimates, shown)
    if method in BY_TABLE:
        if not tables:
            raise NotEstimable(f"The method {method} pools counts of people, and this outcome is a mean. Use reml-hk.")
        return _common(mantel_haenszel(tables, "rr") if method == "mh" else peto(tables), shown)
    pooled = pooled_by(tuple(estimates), method)
    low, high = prediction(estimates, BY_VARIANCE[method][0], shown)
    return Figures(
        estimate=shown(pooled.estimate),
        ci_low=shown(pooled.ci_low),
        ci_high=shown(pooled.ci_high),
        weights=pooled.weights,
        p=pooled.p,
        tau2=pooled.tau2,
        i2=_i2(pooled),
        pi_low=low,
        pi_high=high,
        q=pooled.q,
    )


@lru_cache(maxsize=4096)
def pooled_by(estimates: tuple[Estimate, ...], method: str) -> Pooled:
    """Pool by a name of `BY_VARIANCE`. One answer asks for the same pools many times, so they are kept."""
    return pool(estimates, *BY_VARIANCE[method])


def prediction(
    estimates: Sequence[Estimate], method: Method, shown: Callable[[float], float]
) -> tuple[float | None, float | None]:
    """Where the true effect of another trial would lie: t with k - 1 and the error that does not shrink with Q.

    It is that of the published reviews; the error of Hartung and Knapp would narrow it where trials happen to agree.
    """
    if method == "fixed":
        return None, None
    plain = pooled_by(tuple(estimates), f"{method}-wald")
    reach = two_sided(0.95, plain.k - 1) * math.hypot(plain.se, math.sqrt(plain.tau2))
    return shown(plain.estimate - reach), shown(plain.estimate + reach)


def _i2(pooled: Pooled) -> float:
    """The review's definition, from Q: 68.0 for depression and not the share of τ² in the typical variance."""
    return 100 * max(0.0, 1 - (pooled.k - 1) / pooled.q) if pooled.q else 0.0


def _common(found: Common, shown: Callable[[float], float]) -> Figures:
    return Figures(
        estimate=shown(found.estimate),
        ci_low=shown(found.ci_low),
        ci_high=shown(found.ci_high),
        weights=found.weights,
        p=found.p,
        note="One common effect is assumed; trials without an event in either arm say nothing here.",
    )


def _bayes(estimates: Sequence[Estimate], shown: Callable[[float], float]) -> Figures:
    found = bayesian(estimates, PRIOR)
    return Figures(
        estimate=shown(found.mean),
        ci_low=shown(found.low),
        ci_high=shown(found.high),
        weights=None,
        tau2=found.tau_median**2,
        pi_low=shown(found.new_low),
        pi_high=shown(found.new_high),
        note=(
            f"Prior: mean effect normal (0, {PRIOR.mu_sd:g}), τ half-normal ({PRIOR.tau_scale:g}), on the scale that "
            "is pooled. The interval holds the middle 95 % of the posterior; τ² is the square of τ's median. Share of "
            f"the posterior below no effect: {found.below_zero:.3f}."
        ),
    )
