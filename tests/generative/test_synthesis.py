"""Laws of pooling: order, sign and unit of the estimates do not matter, and no answer is ever not a number."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from triptych.evidence import Estimate, EvidenceError, ImpossibleFigures, NotEstimable, TooFewStudies, pool

STUDIES = st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=2, max_size=8).map(
    lambda pairs: [Estimate(str(i), y, v) for i, (y, v) in enumerate(pairs)]
)
METHODS = st.sampled_from(["fixed", "dl", "pm", "reml"])
INTERVALS = st.sampled_from(["wald", "hk-floor"])


@settings(max_examples=40, deadline=None)
@given(studies=STUDIES, method=METHODS, interval=INTERVALS, unit=st.sampled_from([-1.0, 1000.0, 1e-3]))
def test_order_sign_and_unit_do_not_matter(studies, method, interval, unit) -> None:
    found = pool(studies, method, interval)
    turned = pool(studies[::-1], method, interval)
    moved = pool([Estimate(one.study, unit * one.yi, unit**2 * one.vi) for one in studies], method, interval)
    assert turned.estimate == pytest.approx(found.estimate, rel=1e-6, abs=1e-6)
    assert moved.estimate / unit == pytest.approx(found.estimate, rel=1e-6, abs=1e-6)
    assert moved.se / abs(unit) == pytest.approx(found.se, rel=1e-6)
    assert moved.tau2 / unit**2 == pytest.approx(found.tau2, rel=1e-5, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(studies=STUDIES, method=METHODS)
def test_intervals_hold_their_estimate_and_the_floor_is_never_below_wald(studies, method) -> None:
    wald, floor = pool(studies, method, "wald"), pool(studies, method, "hk-floor")
    for found in (wald, floor):
        assert found.ci_low < found.estimate < found.ci_high
        assert all(math.isfinite(value) for value in (found.p, found.q, found.i2_low, found.tau2_high, found.h2))
        assert sum(found.weights) == pytest.approx(100)
        if found.pi_low is not None:
            assert found.pi_low <= found.ci_low * (1 - 1e-12 * math.copysign(1, found.ci_low)) + 1e-9
    assert floor.se >= wald.se * (1 - 1e-12)


@settings(max_examples=30, deadline=None)
@given(value=st.floats(-5, 5), variance=st.floats(0.01, 4), level=st.floats(-1, 2))
def test_what_cannot_be_pooled_is_refused(value, variance, level) -> None:
    one = Estimate("one", value, variance)
    for estimates in ([], [one]):
        with pytest.raises(TooFewStudies):
            pool(estimates)
    with pytest.raises(NotEstimable):
        pool([one, one, one], "reml", "hk")
    for broken in (0.0, -variance, math.nan, math.inf):
        with pytest.raises(ImpossibleFigures):
            Estimate("broken", value, broken)
    assume(not 0 < level < 1)
    with pytest.raises(EvidenceError):
        pool([one, one], level=level)
