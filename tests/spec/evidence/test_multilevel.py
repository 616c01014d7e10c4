"""Three levels give the numbers of rma.mv of R metafor 3.8-1, settled to 1e-15, on made-up figures."""

import pytest

from triptych.evidence import Estimate, ImpossibleFigures, ThreeLevel, TooFewStudies, three_level
from triptych.evidence.outcomes import contrasts
from triptych.evidence.robustness import effects_of
from triptych.ledger.library import evidence

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


def test_errors_that_go_together_within_a_study_are_weighed_as_metafor_weighs_them() -> None:
    """R metafor 3.8-1, rma.mv on the 15 ratings of the review's trials: errors apart, and correlated at 0.6."""
    base = evidence()
    effects = [one for trial, contrast in contrasts(base, "ptsd-severity") for one in effects_of(trial, contrast)]
    apart, together = three_level(effects), three_level(effects, correlation=0.6)
    assert (apart.estimate, apart.se, apart.between, apart.within, apart.q, apart.log_likelihood) == pytest.approx(
        (-0.6780981757, 0.1847157384, 0.1254800609, 0.0, 21.3371048552, -9.0893962233), rel=1e-6, abs=1e-6
    )
    found = (together.estimate, together.se, together.between, together.within, together.q, together.log_likelihood)
    assert found == pytest.approx(
        (-0.5659907823, 0.1253050886, 0.0, 0.0254992776, 25.3411817336, -8.4934725499), rel=1e-6, abs=1e-6
    )
    assert together.df == 5
    with pytest.raises(ImpossibleFigures):
        three_level(effects, correlation=1.0)


def test_without_dependent_outcomes_three_levels_are_refused() -> None:
    with pytest.raises(TooFewStudies):
        three_level([EFFECTS[0], EFFECTS[4]])
