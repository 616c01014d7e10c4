"""Three levels give the numbers of rma.mv of R metafor 3.8-1, settled to 1e-15, on made-up figures."""

import pytest

from triptych.evidence import Estimate, ThreeLevel, TooFewStudies, three_level

Y = (-0.9, -0.5, -0.2, 0.1, 0.4, -0.6, -0.1, -1.4, -0.8, -1.0, 0.3)
V = (0.04, 0.05, 0.03, 0.06, 0.05, 0.08, 0.04, 0.07, 0.05, 0.09, 0.06)
EFFECTS = [Estimate(*one) for one in zip("aaabbccdddb", Y, V, strict=True)]


def test_dependent_outcomes_pool_as_metafor_pools_them() -> None:
    found: ThreeLevel = three_level(EFFECTS)
    assert (found.estimate, found.se, found.q) == pytest.approx(
        (-0.40033451914927, 0.27518349101191, 57.06960729918008), rel=1e-7
    )
    assert (found.between, found.within) == pytest.approx((0.26593816779659, 0.04415489143025), rel=1e-6)
    assert found.log_likelihood == pytest.approx(-5.56128159306702, rel=1e-9)
    assert (found.k, found.studies, found.df) == (11, 4, 3)


def test_without_dependent_outcomes_three_levels_are_refused() -> None:
    with pytest.raises(TooFewStudies):
        three_level([EFFECTS[0], EFFECTS[4]])
