"""Effects of a study from what its arms show: standardized and plain mean differences, and ratios of events.

Every effect is treatment minus control, or treatment over control. For an instrument on which less is better, a benefit
is below zero. A ratio is given as its natural logarithm.
"""

import math
from typing import Literal, assert_never

from triptych.evidence.errors import NotEstimable
from triptych.evidence.figures import Estimate, Events, Mean

Correction = Literal["exact", "approximate"]
"""How g is made of d. *exact*: J by the gamma function, and the variance 1/n₁ + 1/n₂ + g²/2N (Hedges 1981; R metafor).
*approximate*: J = 1 - 3/(4(N - 2) - 1), and d in the place of g in the variance (as the Metapsy databases do)."""

Measure = Literal["rr", "or", "rd"]
"""Risk ratio, odds ratio (both pooled as logarithms) and risk difference."""

Zeros = Literal["cells", "events", "refuse"]
"""What is done where a cell is empty. *cells*: where any of the four is, one half is added to each (R metafor).
*events*: where an arm has no event, one half is added to the events and to the people of both arms (Pettigrew 1986;
R meta). *refuse*: nothing; an effect that cannot be had without is refused."""


def hedges_g(study: str, treatment: Mean, control: Mean, correction: Correction = "exact") -> Estimate:
    """Give Hedges' g, in pooled standard deviations, with its large-sample variance.

    For a difference of changes from baseline, hand in the changes' means and standard deviations.

    >>> round(hedges_g("Mithoefer 2011", Mean(25.5, 26.67, 12), Mean(59.1, 26.59, 8)).yi, 3)
    -1.208
    """
    df = treatment.n + control.n - 2
    pooled = ((treatment.n - 1) * treatment.sd**2 + (control.n - 1) * control.sd**2) / df
    d = (treatment.mean - control.mean) / math.sqrt(pooled)
    return g_of_d(study, d, treatment.n, control.n, correction)


def g_of_d(study: str, d: float, n_treatment: int, n_control: int, correction: Correction = "exact") -> Estimate:
    """Give Hedges' g of a difference in pooled standard deviations, corrected for small samples."""
    people, df = n_treatment + n_control, n_treatment + n_control - 2
    match correction:
        case "exact":
            g = d * bias_factor(df)
            squared = g * g
        case "approximate":
            g = d * (1 - 3 / (4 * df - 1))
            squared = d * d
        case _:
            assert_never(correction)
    return Estimate(study, g, 1 / n_treatment + 1 / n_control + squared / (2 * people))


def bias_factor(df: float) -> float:
    """Hedges' exact factor J by which d of `df` degrees of freedom is shrunk (Hedges 1981).

    Raises:
        NotEstimable: there are fewer than two degrees of freedom.
    """
    if df < 2:
        raise NotEstimable(f"Hedges' g needs 2 degrees of freedom, at least 4 people in two arms; there are {df:g}.")
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2) - math.log(df / 2) / 2)


def mean_difference(study: str, treatment: Mean, control: Mean) -> Estimate:
    """Give the difference of means in the instrument's unit, the arms' variances not assumed equal."""
    variance = treatment.sd**2 / treatment.n + control.sd**2 / control.n
    return Estimate(study, treatment.mean - control.mean, variance)


def event_effect(study: str, treatment: Events, control: Events, measure: Measure, zeros: Zeros = "cells") -> Estimate:
    """Give the logarithm of the risk or odds ratio, or the risk difference, with its large-sample variance.

    Raises:
        NotEstimable: a ratio of two arms without events (or for odds, without people spared) says nothing, whatever is
            added to its cells; and with `refuse`, wherever the estimate or its variance does not exist.
    """
    _refuse_empty(study, treatment, control, measure)
    a, n1, c, n2 = _corrected(treatment, control, zeros)
    b, d = n1 - a, n2 - c
    try:
        match measure:
            case "rr":
                yi, vi = math.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
            case "or":
                yi, vi = math.log((a / b) / (c / d)), 1 / a + 1 / b + 1 / c + 1 / d
            case "rd":
                yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
            case _:
                assert_never(measure)
    except (ZeroDivisionError, ValueError):
        raise NotEstimable(f"{study}: {_cells(treatment, control)} give no {measure} with zeros={zeros!r}.") from None
    if vi <= 0:
        raise NotEstimable(f"{study}: {_cells(treatment, control)} give a {measure} without variance.")
    return Estimate(study, yi, vi)


def _refuse_empty(study: str, treatment: Events, control: Events, measure: Measure) -> None:
    none = treatment.events == control.events == 0
    everyone = treatment.events == treatment.total and control.events == control.total
    if measure != "rd" and (none or (measure == "or" and everyone)):
        raise NotEstimable(
            f"{study}: {_cells(treatment, control)}: with events in no one or in everyone the ratio is not known at "
            "all. Give the rates with their intervals, or the risk difference."
        )


def _corrected(treatment: Events, control: Events, zeros: Zeros) -> tuple[float, float, float, float]:
    events, people = (treatment.events, control.events), (treatment.total, control.total)
    empty = 0 in events
    full = events[0] == people[0] or events[1] == people[1]
    more, people_more = 0.0, 0.0
    if zeros == "cells" and (empty or full):
        more, people_more = 0.5, 1.0
    elif zeros == "events" and empty:
        more, people_more = 0.5, 0.5
    return events[0] + more, people[0] + people_more, events[1] + more, people[1] + people_more


def _cells(treatment: Events, control: Events) -> str:
    return f"{treatment.events} of {treatment.total} and {control.events} of {control.total}"
