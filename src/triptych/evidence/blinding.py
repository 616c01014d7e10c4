"""Whether people knew their arm, by the indices of Bang and James, and the effect had half of them guessed right.

A right guess may come of a benefit as well as a benefit of a guess. No index tells these apart. The adjusted effect
conditions on what came after randomization: where benefit itself gave the arm away it corrects too much. It is a
sensitivity analysis and never the main result; expectancy before treatment is the safer covariate.
"""

import math
from typing import Literal, assert_never

from msgspec import Struct

from triptych.evidence.errors import ImpossibleFigures, NotEstimable
from triptych.evidence.figures import check_level, finite
from triptych.evidence.quantiles import two_sided


class GuessCounts(Struct, frozen=True):
    """An arm's guesses: treatment, control, or not known."""

    treatment: int
    control: int
    unknown: int = 0

    def __post_init__(self) -> None:
        if min(self.treatment, self.control, self.unknown) < 0 or self.total == 0:
            raise ImpossibleFigures(f"{self.treatment}, {self.control} and {self.unknown} are no guesses of an arm.")

    @property
    def total(self) -> int:
        """Everyone asked."""
        return self.treatment + self.control + self.unknown


class Index(Struct, frozen=True, kw_only=True):
    """An index of blinding with its standard error and two-sided normal interval, cut at the index's own bounds."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    level: float


def bang(correct: int, wrong: int, unknown: int = 0, level: float = 0.95) -> Index:
    """Give Bang's index of one arm (2004): 1 all guess right, 0 as by chance, -1 all guess wrong.

    Published limits are often one-sided 95 percent; ask for them with a level of 0.9.

    >>> round(bang(82, 25, 170).estimate, 4)
    0.2058
    """
    n = GuessCounts(correct, wrong, unknown).total
    right, other = correct / n, wrong / n
    variance = (right * (1 - right) + other * (1 - other) + 2 * right * other) / n
    return _index(right - other, variance, -1.0, level)


def james(treatment: GuessCounts, control: GuessCounts, level: float = 0.95) -> Index:
    """Give James' index of both arms (1996): 1 nobody knows, 0.5 as by chance, 0 everyone guesses right.

    A wrong guess weighs one half, and not knowing most. The standard error is by the delta method over the six cells.

    Raises:
        NotEstimable: no disagreement is expected by chance, so kappa does not exist.
    """
    cells = [treatment.treatment, treatment.control, treatment.unknown]
    cells += [control.treatment, control.control, control.unknown]
    n = sum(cells)
    shares = [cell / n for cell in cells]
    if not cells[0] + cells[1] + cells[3] + cells[4]:
        return _index(1.0, 0.0, 0.0, level)
    estimate, slopes = _james(shares)
    mean = sum(share * slope for share, slope in zip(shares, slopes, strict=True))
    variance = sum(share * (slope - mean) ** 2 for share, slope in zip(shares, slopes, strict=True)) / n
    return _index(estimate, variance, 0.0, level)


def _james(shares: list[float]) -> tuple[float, list[float]]:
    """The index and its slope in each cell's share.

    With D the weighted disagreement seen and E that of the margins, both over those who guess, K = (D - E)/E and the
    index is (1 + unknown + (1 - unknown) K)/2. Over shares of everyone that is 1 - known + known² seen/(2 chance).
    """
    tt, tc, _, ct, cc, _ = shares
    treated, untreated, said, said_other = tt + tc, ct + cc, tt + ct, tc + cc
    known, seen = treated + untreated, (tc + ct) / 2
    chance = (treated * said_other + untreated * said) / 2
    if chance <= 0:
        raise NotEstimable("By chance nobody would guess wrong, so James' index does not exist. Give Bang's by arm.")

    def slope(wrong: float, chance_slope: float) -> float:
        falls = known**2 * seen * chance_slope / (2 * chance**2)
        return -1 + known * seen / chance + known**2 * wrong / (2 * chance) - falls

    slopes = [
        slope(0.0, (said_other + untreated) / 2),
        slope(0.5, (said_other + treated) / 2),
        0.0,
        slope(0.5, (said + untreated) / 2),
        slope(0.0, (said + treated) / 2),
        0.0,
    ]
    return 1 - known + known**2 * seen / (2 * chance), slopes


def _index(estimate: float, variance: float, lowest: float, level: float) -> Index:
    check_level(level)
    se = math.sqrt(max(variance, 0.0))
    half = two_sided(level) * se
    low, high = max(lowest, estimate - half), min(1.0, estimate + half)
    return Index(estimate=estimate, se=se, ci_low=low, ci_high=high, level=level)


class Cell(Struct, frozen=True):
    """The outcome of those of one arm who made one guess: mean, variance (squared standard deviation), people."""

    mean: float
    variance: float
    n: int

    def __post_init__(self) -> None:
        finite("mean", self.mean)
        finite("variance", self.variance)
        if self.n < 1 or self.variance < 0:
            raise ImpossibleFigures(f"A cell of {self.n} people with the variance {self.variance:g} cannot be.")


class Cells(Struct, frozen=True, kw_only=True):
    """The four cells, by arm and then by guess."""

    treatment_treatment: Cell
    treatment_control: Cell
    control_treatment: Cell
    control_control: Cell

    @property
    def correct(self) -> float:
        """The share of right guesses among those who guessed."""
        right = self.treatment_treatment.n + self.control_control.n
        return right / (right + self.treatment_control.n + self.control_treatment.n)


Sharing = Literal["equal", "proportional"]
"""How right and wrong guesses are shared between the arms. *equal*: half to each; at one half it compares the arms
within each guess. *proportional*: as they were (Szigeti et al. 2023); biased where the arms guess differently."""


class Adjusted(Struct, frozen=True, kw_only=True):
    """The difference of means (treatment minus control), had the share `correct` guessed right; weights as if known."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    correct: float
    sharing: Sharing
    level: float


def guess_adjusted(cells: Cells, correct: float = 0.5, sharing: Sharing = "equal", level: float = 0.95) -> Adjusted:
    """Give the effect at a share of right guesses, in closed form; read the caveats at the top of this module.

    It is in the unit of the means, treatment less control, with a normal interval.

    Raises:
        ImpossibleFigures: the share `correct` is not between 0 and 1.
    """
    check_level(level)
    if not 0 < correct < 1:
        raise ImpossibleFigures(f"The share of right guesses {correct:g} is not between 0 and 1.")
    aa, ap, pa, pp = cells.treatment_treatment, cells.treatment_control, cells.control_treatment, cells.control_control
    match sharing:
        case "equal":
            a = b = 0.5
        case "proportional":
            a, b = pp.n / (pp.n + aa.n), ap.n / (ap.n + pa.n)
        case _:
            assert_never(sharing)
    treated = (correct * (1 - a), (1 - correct) * b)
    untreated = (correct * a, (1 - correct) * (1 - b))
    estimate, variance = 0.0, 0.0
    for sign, weights, pair in ((1, treated, (aa, ap)), (-1, untreated, (pp, pa))):
        for weight, cell in zip(weights, pair, strict=True):
            share = weight / sum(weights)
            estimate += sign * share * cell.mean
            variance += share**2 * cell.variance / cell.n
    se = math.sqrt(variance)
    half = two_sided(level) * se
    return Adjusted(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        correct=correct,
        sharing=sharing,
        level=level,
    )
