"""The posterior is what integrating over both parameters by another route gives."""

import math

import numpy as np
import pytest
from scipy.integrate import dblquad

from triptych.evidence import Estimate, Posterior, Prior, TooFewStudies, bayesian

EFFECTS = [Estimate("a", -0.77, 0.0547), Estimate("b", -0.59, 0.0449), Estimate("c", -0.96, 0.2528)]
PRIOR = Prior(mu_sd=1.0, tau_scale=0.5)


def density(mu: float, tau: float) -> float:
    log = -(mu**2) / 2 + math.log(2 / (math.pi * 2 * 0.5)) - tau**2 / 0.5
    for one in EFFECTS:
        variance = one.vi + tau**2
        log -= 0.5 * (math.log(2 * math.pi * variance) + (one.yi - mu) ** 2 / variance)
    return float(np.exp(log))


def share(low: float, high: float, tau: float = 5.0) -> float:
    return dblquad(density, 0, tau, low, high, epsabs=1e-11)[0]


def test_the_posterior_is_that_of_integration_over_both_parameters() -> None:
    found, everything = bayesian(EFFECTS, PRIOR), share(-6, 6)
    assert share(-6, 0) / everything == pytest.approx(found.below_zero, abs=1e-8)
    assert share(-6, found.low) / everything == pytest.approx(0.025, abs=1e-8)
    assert share(-6, 6, found.tau_high) / everything == pytest.approx(0.975, abs=1e-4)
    assert found.new_low < found.low < found.median < found.high < found.new_high


def test_a_heavier_tail_widens_and_one_study_is_refused() -> None:
    heavy: Posterior = bayesian(EFFECTS, Prior(mu_sd=1.0, tau="half-cauchy", tau_scale=0.5))
    assert heavy.tau_high > bayesian(EFFECTS, PRIOR).tau_high
    with pytest.raises(TooFewStudies):
        bayesian(EFFECTS[:1], PRIOR)
