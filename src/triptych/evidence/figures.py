"""The figures that a synthesis starts from, checked when built: an arm's mean, an arm's events, an estimate."""

import math

from msgspec import Struct

from triptych.evidence.errors import ImpossibleFigures


class Mean(Struct, frozen=True):
    """An arm's mean and standard deviation (not its standard error) in the instrument's unit, and its people."""

    mean: float
    sd: float
    n: int

    def __post_init__(self) -> None:
        finite("mean", self.mean)
        positive("standard deviation", self.sd)
        if self.n < 2:
            raise ImpossibleFigures(f"A standard deviation of {self.n} people was given; it needs at least 2.")


class Events(Struct, frozen=True):
    """The people of an arm in whom something happened, and all of its people."""

    events: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.events <= self.total or self.total < 1:
            raise ImpossibleFigures(
                f"{self.events} events among {self.total} people were given; events lie between 0 and the people, "
                "and there is at least one person."
            )


class Estimate(Struct, frozen=True):
    """A study's estimate `yi` on the scale that is pooled (a ratio as its natural logarithm), and its variance `vi`."""

    study: str
    yi: float
    vi: float

    def __post_init__(self) -> None:
        finite("estimate", self.yi)
        positive("variance", self.vi)

    @property
    def se(self) -> float:
        """The standard error."""
        return math.sqrt(self.vi)


def finite(name: str, value: float) -> None:
    """Refuse a figure that is no number."""
    if not math.isfinite(value):
        raise ImpossibleFigures(f"The {name} {value} is not a finite number.")


def positive(name: str, value: float) -> None:
    """Refuse a figure that is not above zero."""
    finite(name, value)
    if value <= 0:
        raise ImpossibleFigures(f"The {name} {value:g} is not above zero.")


def check_level(level: float) -> None:
    """Refuse a level of confidence that is not a share, such as 95 for 0.95."""
    if not 0 < level < 1:
        raise ImpossibleFigures(f"The level {level:g} is not between 0 and 1; write 95 percent as 0.95.")
