"""Risk by arm: how often something happened, and how many people would have to be treated for one more to have it."""

import math
from typing import Literal, assert_never

from msgspec import Struct

from triptych.evidence.figures import Events, check_level
from triptych.evidence.quantiles import beta_quantile, two_sided

Proportion = Literal["exact", "wilson"]
"""*exact*: Clopper & Pearson 1934, never too narrow. *wilson*: Wilson 1927, right on average."""


class RateInterval(Struct, frozen=True, kw_only=True):
    """A share of people with its interval."""

    estimate: float
    low: float
    high: float


class Needed(Struct, frozen=True, kw_only=True):
    """The risk difference (treatment minus control) with its interval, and one over it.

    `number` is people treated for one more with the event (one fewer, where `more` is false); none where the arms are
    equal. It lies from `low` to `high`. Where the interval of the difference includes zero, `unbounded` is true and
    there are no such two ends: it runs from `harm_from` up through infinity and back to `benefit_from` (Altman 1998).
    """

    difference: float
    difference_low: float
    difference_high: float
    number: float | None
    more: bool
    unbounded: bool
    low: float | None
    high: float | None
    harm_from: float | None
    benefit_from: float | None


def event_rate(arm: Events, kind: Proportion = "exact", level: float = 0.95) -> RateInterval:
    """Give an arm's rate with its interval; none of 10 is not never, and has an upper limit of 31 percent.

    >>> round(event_rate(Events(0, 10)).high, 4)
    0.3085
    """
    check_level(level)
    x, n = arm.events, arm.total
    match kind:
        case "exact":
            tail = (1 - level) / 2
            low = beta_quantile(tail, x, n - x + 1) if x else 0.0
            high = beta_quantile(1 - tail, x + 1, n - x) if x < n else 1.0
        case "wilson":
            z = two_sided(level)
            middle, scale = x + z * z / 2, n + z * z
            half = z * math.sqrt(x * (n - x) / n + z * z / 4)
            low = (middle - half) / scale if x else 0.0
            high = (middle + half) / scale if x < n else 1.0
        case _:
            assert_never(kind)
    return RateInterval(estimate=x / n, low=low, high=high)


def number_needed(treatment: Events, control: Events, level: float = 0.95) -> Needed:
    """Give the number needed to treat for one more event, with the interval of Newcombe's method 10 (1998)."""
    one, other = event_rate(treatment, "wilson", level), event_rate(control, "wilson", level)
    difference = one.estimate - other.estimate
    low = difference - math.hypot(one.estimate - one.low, other.high - other.estimate)
    high = difference + math.hypot(one.high - one.estimate, other.estimate - other.low)
    unbounded = low <= 0 <= high
    ends = sorted(1 / abs(end) for end in (low, high) if end)
    return Needed(
        difference=difference,
        difference_low=low,
        difference_high=high,
        number=1 / abs(difference) if difference else None,
        more=difference > 0,
        unbounded=unbounded,
        low=None if unbounded else ends[0],
        high=None if unbounded else ends[-1],
        harm_from=1 / high if unbounded and high > 0 else None,
        benefit_from=-1 / low if unbounded and low < 0 else None,
    )
