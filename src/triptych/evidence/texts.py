"""What stands beside the figures, each with its source: conditions, legal standing, what published reviews pooled."""

from collections.abc import Mapping
from typing import Literal

from triptych.study import Part


class Retraction(Part, frozen=True, kw_only=True):
    """That a report was withdrawn: when, and what the notice said. `source` is where the notice was read."""

    on: str
    notice: str


class Ongoing(Part, frozen=True, kw_only=True):
    """A registered trial without published results."""

    id: str
    title: str
    status: str


class Fact(Part, frozen=True, kw_only=True):
    """A sentence with its source, where there is nothing to be pooled."""

    id: str
    text: str


class ConditionText(Part, frozen=True, kw_only=True):
    """A condition: what it is called, the main outcome of its page, what limits it, and what is under way.

    `names` is what it is called in plain words, by language.
    """

    id: str
    title: str
    plain: str
    names: Mapping[str, str]
    main: str = ""
    substance: str = "MDMA"
    related: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    ongoing: tuple[Ongoing, ...] = ()


class Jurisdiction(Part, frozen=True, kw_only=True):
    """The legal standing in one place, as of a day."""

    id: str
    title: str
    standing: str
    as_of: str


class Conditions(Part, frozen=True, kw_only=True):
    """The conditions with a page, the legal standing of MDMA by jurisdiction, and risks told of no arm.

    `elsewhere` is what is under way for conditions without a page.
    """

    conditions: tuple[ConditionText, ...]
    none_found: tuple[str, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    searched: str
    risks: tuple[Fact, ...] = ()
    elsewhere: tuple[Ongoing, ...] = ()


class ReviewRow(Part, frozen=True, kw_only=True):
    """A pooled result as a review prints it; `k` and `i2` are as printed, since some count effects and not trials."""

    id: str
    conditions: tuple[str, ...]
    population: str
    substance: str
    outcome: str
    metric: str
    estimate: float
    low: float | None = None
    high: float | None = None
    k: str = ""
    people: int | None = None
    i2: str = ""
    certainty: Literal["", "very low", "low", "moderate", "high"] = ""
    note: str = ""


class Review(Part, frozen=True, kw_only=True):
    """A published review. One that was withdrawn keeps its notice and gives no row."""

    id: str
    citation: str
    year: int
    rows: tuple[ReviewRow, ...]
    doi: str = ""
    conditions: tuple[str, ...] = ()
    retracted: Retraction | None = None


class Reviews(Part, frozen=True, kw_only=True):
    """The published reviews."""

    reviews: tuple[Review, ...]


class PlainWords(Part, frozen=True, kw_only=True):
    """What the answers say in plain words, in one language (BCP 47): a file of the library each.

    `harms` are the events that are told, in order, by their terms in the base; `conditions` names those that have no
    name in this language where they are described.
    """

    language: str
    sure: Mapping[str, str]
    says: Mapping[str, str]
    harms: Mapping[str, str]
    counts: Mapping[str, str]
    conditions: Mapping[str, str] = {}

    def name_of(self, condition: ConditionText) -> str:
        """What a condition is called; in the first of its names where this language has none."""
        own = condition.names.get(self.language) or self.conditions.get(condition.id)
        return own or next(iter(condition.names.values()))

    @property
    def keys(self) -> tuple[frozenset[str], ...]:
        """Everything that is said, by name: a language says all of it, or is not there."""
        return tuple(map(frozenset, (self.sure, self.says, self.harms, self.counts)))
