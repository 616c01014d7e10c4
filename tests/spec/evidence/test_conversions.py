"""Conversions give the worked examples of the Cochrane Handbook, and undo what the effects themselves do."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.evidence import (
    Estimate,
    EvidenceError,
    Mean,
    from_interval,
    from_p,
    g_from_difference,
    g_from_f,
    g_from_log_odds,
    g_from_p,
    g_from_t,
    hedges_g,
    sd_from_interval,
    sd_from_se,
    sd_of_change,
)
from triptych.evidence.figures import check_level

MEANS = st.builds(Mean, mean=st.floats(-20, 20), sd=st.floats(0.5, 20), n=st.integers(5, 60))


def test_a_standard_error_becomes_a_standard_deviation_by_the_root_of_the_people():
    """Handbook 6.5.2.2: SD = SE × √n. MAPP1 prints 2.1 for 42 people, which is 13.6."""
    assert sd_from_se(2.1, 42) == pytest.approx(13.609555, abs=1e-6)


def test_an_interval_of_a_small_group_becomes_a_standard_deviation_by_t():
    """Handbook 6.5.2.2: 25 people, 95 % interval 30.0 to 34.2, so √25 × 4.2 / 4.128 = 5.09."""
    assert sd_from_interval(30.0, 34.2, 25) == pytest.approx(5.09, abs=0.005)


def test_a_standard_deviation_of_change_follows_from_both_and_their_correlation():
    """Handbook 6.5.2.8: √(6.4² + 7.1² − 2 × 0.78 × 6.4 × 7.1) = 4.5."""
    assert sd_of_change(6.4, 7.1, 0.78) == pytest.approx(4.5, abs=0.05)
    assert sd_of_change(3, 4, 0) == pytest.approx(5)


def test_a_p_value_gives_the_error_that_it_came_from():
    """Handbook 6.5.2.3: difference 3.8, p 0.008, 25 and 22 people: t 2.78, standard error 1.37."""
    found = from_p("trial", 3.8, 0.008, 45)
    assert found.yi / found.se == pytest.approx(2.78, abs=0.005)
    assert found.se == pytest.approx(1.37, abs=0.005)


def test_an_interval_of_a_ratio_is_symmetric_on_the_logarithm():
    found = from_interval("trial", 0.5, 2.0, ratio=True)
    assert found.yi == pytest.approx(0.0, abs=1e-12)
    assert found.se == pytest.approx(math.log(4) / (2 * 1.959963984540054))
    plain = from_interval("trial", -1.4, -0.2)
    assert (plain.yi, plain.se) == pytest.approx((-0.8, 1.2 / (2 * 1.959963984540054)))


@given(MEANS, MEANS)
@settings(max_examples=40, deadline=None)
def test_t_f_p_and_a_difference_lead_back_to_the_g_of_the_means(one, other):
    expected = hedges_g("trial", one, other)
    pooled = ((one.n - 1) * one.sd**2 + (other.n - 1) * other.sd**2) / (one.n + other.n - 2)
    error = math.sqrt(pooled * (1 / one.n + 1 / other.n))
    t = (one.mean - other.mean) / error
    close = {"rel": 1e-9, "abs": 1e-9}
    found = g_from_t("trial", t, one.n, other.n)
    assert (found.yi, found.vi) == pytest.approx((expected.yi, expected.vi), **close)
    assert g_from_f("trial", t * t, one.n, other.n, lower=t < 0).yi == pytest.approx(expected.yi, **close)
    told = Estimate("trial", one.mean - other.mean, error**2)
    assert g_from_difference("trial", told, one.n, other.n).yi == pytest.approx(expected.yi, **close)
    if 1e-3 < abs(t) < 5:
        from scipy import stats

        p = 2 * stats.t.sf(abs(t), one.n + other.n - 2)
        assert g_from_p("trial", p, one.n, other.n, lower=t < 0).yi == pytest.approx(expected.yi, rel=1e-6)


def test_a_log_odds_ratio_becomes_a_standardized_difference_by_the_root_of_three_over_pi():
    """Handbook 10.6: SMD = lnOR × √3/π, about lnOR / 1.81."""
    found = g_from_log_odds(Estimate("trial", 1.81, 0.25))
    assert found.yi == pytest.approx(1.0, abs=0.003)
    assert found.vi == pytest.approx(0.25 * 3 / math.pi**2)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sd_from_se(0, 10),
        lambda: sd_from_interval(2, 1, 10),
        lambda: sd_of_change(1, 1, 1.5),
        lambda: from_interval("trial", -1, 2, ratio=True),
        lambda: from_p("trial", 1.0, 0.0),
        lambda: from_p("trial", 1.0, 1.0),
        lambda: g_from_f("trial", -1, 10, 10, lower=True),
        lambda: check_level(95),
    ],
)
def test_what_no_figure_can_be_is_refused(wrong):
    with pytest.raises(EvidenceError):
        wrong()
