"""What ratings of fidelity say: agreement of each pair of raters, drift over time, means by arm where arms are known.

What cannot be estimated is none, with the number of recordings beside it, and never a figure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct

from triptych.course.fidelity import BOUNDARIES, ITEMS, Drawn
from triptych.evidence.agreement import Agreement, Drift, average, drift, icc, kappa
from triptych.evidence.errors import EvidenceError

SCALE = range(7)
"""The numbers that an item of the rating goes by."""
Found = TypeVar("Found")


class Pair(Struct, frozen=True, kw_only=True):
    """How far two raters agree in one item. `weighted` is kappa with linear weights."""

    raters: tuple[str, str]
    item: str
    n: int
    same: int
    one: Agreement | None
    mean: Agreement | None
    plain: Agreement | None
    weighted: Agreement | None


class Course(Struct, frozen=True, kw_only=True):
    """How the ratings of one item go over time: the mean of the raters of each recording, by the day of the session."""

    item: str
    n: int
    drift: Drift | None


class OfArm(Struct, frozen=True, kw_only=True):
    """The mean of one item in one arm, with its interval, over recordings."""

    arm: str
    item: str
    n: int
    mean: tuple[float, float, float] | None


def pairs(drawn: Iterable[Drawn]) -> tuple[Pair, ...]:
    """The agreement of each pair of raters over the recordings that both could rate."""
    both: dict[tuple[str, str], list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for one in drawn:
        if len(one.ratings) == 2 and all(rating.values.get("usable") is True for rating in one.ratings):
            first, second = one.ratings
            both.setdefault((first.rater, second.rater), []).append((first.values, second.values))
    return tuple(
        _pair(raters, item, found) for raters, found in sorted(both.items()) for item in (*ITEMS, "boundaries")
    )


def _pair(raters: tuple[str, str], item: str, found: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Pair:
    first, second = [one[item] for one, _ in found], [other[item] for _, other in found]
    categories = BOUNDARIES if item == "boundaries" else tuple(SCALE)
    numbers = [(one, other) for one, other in zip(first, second, strict=True)]
    both = None if item == "boundaries" else estimated(lambda: icc(numbers))
    return Pair(
        raters=raters,
        item=item,
        n=len(found),
        same=sum(one == other for one, other in numbers),
        one=both[0] if both else None,
        mean=both[1] if both else None,
        plain=estimated(lambda: kappa(first, second, categories)),
        weighted=estimated(lambda: kappa(first, second, categories, "linear")),
    )


def over_time(drawn: Iterable[Drawn], days: Mapping[str, date]) -> tuple[Course, ...]:
    """Drift of each item over the sessions whose day is known."""
    drawn = [one for one in drawn if one.session in days]
    return tuple(_over_time(item, drawn, days) for item in ITEMS)


def _over_time(item: str, drawn: Sequence[Drawn], days: Mapping[str, date]) -> Course:
    means = [(float(days[one.session].toordinal()), mean) for one in drawn if (mean := mean_of(one, item)) is not None]
    found = estimated(lambda: drift([day for day, _ in means], [mean for _, mean in means]))
    return Course(item=item, n=len(means), drift=found)


def by_arm(drawn: Iterable[Drawn], arms: Mapping[str, str]) -> tuple[OfArm, ...]:
    """The mean of each item in each arm, over the sessions whose participant's arm is known to whoever asks."""
    drawn = [one for one in drawn if one.session in arms]
    return tuple(
        _of_arm(arm, item, [one for one in drawn if arms[one.session] == arm])
        for item in ITEMS
        for arm in sorted(set(arms.values()))
    )


def _of_arm(arm: str, item: str, drawn: Sequence[Drawn]) -> OfArm:
    means = [mean for one in drawn if (mean := mean_of(one, item)) is not None]
    return OfArm(arm=arm, item=item, n=len(means), mean=estimated(lambda: average(means)))


def mean_of(one: Drawn, item: str) -> float | None:
    """The mean of an item over the ratings of a recording; none where nobody could rate it."""
    values = [rating.values[item] for rating in one.ratings if isinstance(rating.values.get(item), int)]
    return sum(values) / len(values) if values else None


def estimated(work: Callable[[], Found]) -> Found | None:
    """What was estimated; none where the figures do not allow it."""
    try:
        return work()
    except EvidenceError:
        return None
