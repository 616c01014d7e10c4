"""Rates and numbers needed, with published examples of their intervals."""

import pytest

from triptych.evidence import Events, Needed, RateInterval, event_rate, number_needed


@pytest.mark.parametrize(
    ("arm", "kind", "low", "high"),
    [
        # Newcombe, Stat Med 1998;17:857, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        (Events(81, 263), "wilson", 0.2553, 0.3662),
        (Events(81, 263), "exact", 0.2527, 0.3676),
        (Events(15, 148), "wilson", 0.0624, 0.1605),
        (Events(15, 148), "exact", 0.0578, 0.1617),
        (Events(0, 20), "wilson", 0.0, 0.1611),
        (Events(0, 20), "exact", 0.0, 0.1684),
        (Events(1, 29), "wilson", 0.0061, 0.1718),
        (Events(1, 29), "exact", 0.0009, 0.1776),
    ],
)
def test_the_intervals_of_a_rate_are_those_published(arm, kind, low, high) -> None:
    found: RateInterval = event_rate(arm, kind)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_number_needed_to_harm_has_both_ends_where_the_arms_differ() -> None:
    # Newcombe, Stat Med 1998;17:873, table II, method 10: 56 of 70 against 48 of 80, 0.0524 to 0.3339.
    found: Needed = number_needed(Events(56, 70), Events(48, 80))
    assert (round(found.difference_low, 4), round(found.difference_high, 4)) == (0.0524, 0.3339)
    assert (found.number, found.more, found.unbounded) == (pytest.approx(5), True, False)
    assert (found.low, found.high) == (pytest.approx(1 / 0.3339, rel=1e-3), pytest.approx(1 / 0.0524, rel=1e-3))


def test_where_the_arms_may_be_equal_the_number_runs_through_infinity() -> None:
    found = number_needed(Events(3, 20), Events(2, 20))
    assert found.unbounded
    assert found.low is found.high is None
    assert found.harm_from is not None
    assert found.benefit_from is not None
    assert found.harm_from < found.number
    assert number_needed(Events(2, 20), Events(2, 20)).number is None
