"""Agreement of raters and drift of ratings, against published worked examples and programs that are not ours."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from triptych.evidence import ImpossibleFigures, NotEstimable, TooFewStudies, drift, icc, kappa

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout & Fleiss 1979, Psychological Bulletin 86:420-428, table 2: six targets, four judges; results in table 4."""

SKIN = [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]
"""SAS/STAT user's guide, FREQ procedure, getting started, "Agreement Study": two dermatologists, 88 patients."""


def pairs(table: list[list[int]]) -> tuple[list[int], list[int]]:
    cells = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [one for one, _ in cells], [other for _, other in cells]


def test_the_correlations_of_shrout_and_fleiss_come_out_with_the_limits_that_r_gives() -> None:
    one, mean = icc(SHROUT_FLEISS)
    assert (round(one.estimate, 2), round(mean.estimate, 2)) == (0.29, 0.62)
    # icc(model = "twoway", type = "agreement", unit = "single") of the R package irr.
    assert (round(one.ci_low, 3), round(one.ci_high, 3)) == (0.019, 0.761)
    # The limits of the mean are those of one rater by the formula of Spearman and Brown (McGraw & Wong 1996).
    assert mean.ci_low == pytest.approx(4 * one.ci_low / (1 + 3 * one.ci_low))
    assert mean.ci_high == pytest.approx(4 * one.ci_high / (1 + 3 * one.ci_high))


@pytest.mark.parametrize(
    ("weights", "published"),
    # The figures of the SAS manual: simple and weighted kappa with their limits; it has none with quadratic weights.
    [("none", (0.3449, 0.2030, 0.4868)), ("linear", (0.5082, 0.3798, 0.6366)), ("quadratic", None)],
)
def test_kappa_is_that_of_the_published_example_and_of_statsmodels(
    weights: str, published: tuple[float, float, float] | None
) -> None:
    found = kappa(*pairs(SKIN), range(4), weights)
    theirs = cohens_kappa(np.array(SKIN), wt=None if weights == "none" else weights)
    figures = (found.estimate, found.ci_low, found.ci_high)
    assert figures == pytest.approx((theirs.kappa, theirs.kappa_low, theirs.kappa_upp), abs=1e-10)
    if published is not None:
        assert tuple(round(figure, 4) for figure in figures) == published


def test_drift_is_a_straight_line_with_students_interval() -> None:
    days, ratings = [0.0, 20.0, 45.0, 60.0, 100.0], [5.0, 4.5, 4.75, 4.0, 3.5]
    found, line = drift(days, ratings), stats.linregress(days, ratings)
    reach = stats.t.ppf(0.975, 3) * line.stderr
    expected = (30 * line.slope, 30 * (line.slope - reach), 30 * (line.slope + reach))
    assert (found.per_30_days, found.ci_low, found.ci_high) == pytest.approx(expected)


def test_what_cannot_be_estimated_is_said_and_never_a_number() -> None:
    with pytest.raises(TooFewStudies):
        icc([[1, 2], [2, 3]])
    with pytest.raises(TooFewStudies):
        kappa([1, 1], [1, 1], [1])
    with pytest.raises(TooFewStudies):
        drift([1, 2], [3, 4])
    with pytest.raises(NotEstimable):
        icc([[4, 4], [4, 4], [4, 4]])
    with pytest.raises(NotEstimable):
        kappa([4, 4, 4], [4, 4, 4], [4, 5])
    with pytest.raises(NotEstimable):
        drift([1, 1, 1], [3, 4, 5])
    with pytest.raises(ImpossibleFigures):
        icc([[1, 2], [2], [3, 4]])
    with pytest.raises(ImpossibleFigures):
        icc([[1, float("nan")], [2, 3], [3, 4]])
    with pytest.raises(ImpossibleFigures):
        kappa([1, 2, 9], [1, 2, 2], [1, 2])
    with pytest.raises(ImpossibleFigures):
        drift([1, 2, 3], [3, 4])


def test_two_who_agree_on_everything_agree_wholly() -> None:
    one, mean = icc([[1, 1], [2, 2], [3, 3]])
    assert (one.estimate, one.ci_low, one.ci_high, mean.estimate) == (1.0, 1.0, 1.0, 1.0)
    assert kappa([1, 2, 3], [1, 2, 3], [1, 2, 3], "linear").estimate == 1.0


def test_a_constant_distance_between_two_raters_is_not_taken_for_agreement() -> None:
    one, mean = icc([[1, 3], [2, 4], [3, 5]])
    assert one.estimate < mean.estimate < 1.0
    assert (one.ci_low, one.ci_high) == (-1.0, 1.0)
    worst, of_mean = icc([[1, 3], [3, 1], [2, 2.1]])
    assert worst.ci_low >= -1.0
    assert of_mean.ci_low >= -1.0
