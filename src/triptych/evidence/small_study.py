"""Whether small studies tell another story than large ones: Egger's regression."""

from collections.abc import Sequence

from triptych.evidence.figures import Estimate
from triptych.evidence.mixed import Method
from triptych.evidence.regression import Coefficient, regress


def egger(estimates: Sequence[Estimate], level: float = 0.95) -> Coefficient:
    """Give Egger's test: the slope of the effects on their standard errors, weighted by 1/v, with t of k - 2.

    The weighted linear model has an error variance of its own (Egger et al. 1997). With fewer than ten studies the
    test misses most asymmetries, and not all asymmetry is bias (Cochrane Handbook 13.3.5.4).
    """
    return regress(estimates, {"standard error": [one.se for one in estimates]}, "fixed", "hk", level).coefficients[1]


def egger_mixed(estimates: Sequence[Estimate], method: Method = "reml", level: float = 0.95) -> Coefficient:
    """Give the same slope in a mixed-effects model, with wald's z (Sterne & Egger 2005; R metafor's default)."""
    return regress(estimates, {"standard error": [one.se for one in estimates]}, method, "wald", level).coefficients[1]
