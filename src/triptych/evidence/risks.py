"""Risks beside the effects: rates by arm with intervals, numbers needed to harm, events pooled, people lost."""

import math
from collections.abc import Iterable

from msgspec import Struct

from triptych.evidence.base import HarmEvent, Trial
from triptych.evidence.figures import Events
from triptych.evidence.harm import event_rate, number_needed
from triptych.evidence.tables import TableStudy, peto


class Rate(Struct, frozen=True):
    """Events among people, with the interval of Wilson (1927)."""

    events: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of people."""
        return self.events / self.total

    @property
    def text(self) -> str:
        """The rate in words."""
        shares = f"{100 * self.share:.0f} %, 95 % interval {100 * self.low:.0f} to {100 * self.high:.0f} %"
        return f"{self.events} of {self.total} ({shares})"


class Harm(Struct, frozen=True, kw_only=True):
    """One event in one trial by arm; `needed` is the number needed to harm, none where the arms do not differ so."""

    trial: str
    title: str
    term: str
    rates: tuple[tuple[str, Rate], ...]
    needed: float | None
    needed_text: str
    confirmed: bool
    address: str

    @property
    def told(self) -> str:
        """The rates by arm in words."""
        return "; ".join(f"{name}: {rate.text}" for name, rate in self.rates)


def wilson(events: int, total: int) -> Rate:
    """The rate with its interval.

    >>> rate = wilson(0, 10)
    >>> rate.low, round(rate.high, 4)
    (0.0, 0.2775)
    """
    found = event_rate(Events(events, total), "wilson")
    return Rate(events, total, found.low, found.high)


def harms(trials: Iterable[Trial]) -> list[Harm]:
    """Every event that is recorded by arm, trial by trial."""
    return [_harm(trial, event) for trial in trials for event in trial.document.events]


class PooledHarm(Struct, frozen=True, kw_only=True):
    """An event that two or more trials counted by arm: the odds ratio by Peto, for rare events."""

    term: str
    titles: tuple[str, ...]
    estimate: float
    low: float
    high: float
    confirmed: bool


def pooled_harms(trials: Iterable[Trial]) -> list[PooledHarm]:
    """The events that are recorded under the same term in two or more trials with two arms each."""
    found: dict[str, list[tuple[Trial, HarmEvent, TableStudy]]] = {}
    for trial in trials:
        for event in trial.document.events:
            table = _table(trial, event)
            if table is not None:
                found.setdefault(event.term, []).append((trial, event, table))
    return [_pooled(term, seen) for term, seen in found.items() if len(seen) > 1]


def _pooled(term: str, seen: list[tuple[Trial, HarmEvent, TableStudy]]) -> PooledHarm:
    made = peto([table for _, _, table in seen])
    return PooledHarm(
        term=term,
        titles=tuple(trial.document.title for trial, _, _ in seen),
        estimate=math.exp(made.estimate),
        low=math.exp(made.ci_low),
        high=math.exp(made.ci_high),
        confirmed=all(trial.confirmed(f"events.{event.id}") for trial, event, _ in seen),
    )


def _table(trial: Trial, event: HarmEvent) -> TableStudy | None:
    """The counts of an event in both arms, where it has two and somebody had it."""
    roles = {arm.id: arm.role for arm in trial.document.arms}
    arms = {roles[arm.arm]: Events(arm.events, arm.total) for arm in event.arms if arm.events is not None and arm.total}
    if len(event.arms) != 2 or len(arms) != 2 or not sum(arm.events for arm in arms.values()):
        return None
    return TableStudy(trial.id, arms["experimental"], arms["control"])


def _harm(trial: Trial, event: HarmEvent) -> Harm:
    arms = {arm.id: arm for arm in trial.document.arms}
    counted = [(arm, arm.events, arm.total) for arm in event.arms]
    rates = [(arm, wilson(events, total)) for arm, events, total in counted if events is not None and total]
    by_role = {arms[arm.arm].role: rate for arm, rate in rates}
    needed, text = None, "Without a comparison."
    if len(rates) == 2 and len(by_role) == 2:
        needed, text = needed_to_harm(by_role["experimental"], by_role["control"])
    return Harm(
        trial=trial.id,
        title=trial.document.title,
        term=event.term,
        rates=tuple((arms[arm.arm].title, rate) for arm, rate in rates),
        needed=needed,
        needed_text=text,
        confirmed=trial.confirmed(f"events.{event.id}"),
        address=event.source,
    )


def needed_to_harm(treated: Rate, control: Rate) -> tuple[float | None, str]:
    """The number needed to harm, and in words with its interval (Newcombe 1998, method 10).

    An interval that includes no difference goes through infinity, so it is said instead of printed as two numbers.
    """
    found = number_needed(Events(treated.events, treated.total), Events(control.events, control.total))
    if found.number is None or not found.more:
        return None, "Not more frequent with the study dose."
    if found.unbounded:
        return found.number, f"Number needed to harm {found.number:.1f}; the interval includes no difference."
    said = f"Number needed to harm {found.number:.1f}, 95 % interval {found.low:.1f} to {found.high:.1f}."
    return found.number, said


class Flow(Struct, frozen=True):
    """How many of an arm were randomized, and how many of them the first result that counts was measured in."""

    arm: str
    randomized: int | None
    measured: int | None

    @property
    def text(self) -> str:
        """The row in words; what no source gives is said to be not recorded."""
        if self.randomized is None and self.measured is None:
            return f"{self.arm}: not recorded"
        if self.randomized is None:
            return f"{self.arm}: {self.measured} measured, number randomized not recorded"
        if self.measured is None:
            return f"{self.arm}: {self.randomized} randomized"
        lost = self.randomized - self.measured
        return f"{self.arm}: {self.randomized} randomized, {self.measured} measured ({lost} not)"


def flows(trial: Trial) -> tuple[Flow, ...]:
    """Each arm's people at the start and at the result that the trial gives to its first outcome."""
    document = trial.document
    measured: dict[str, int | None] = {}
    if document.contrasts:
        for arm in trial.result(document.contrasts[0].result).arms:
            measured[arm.arm] = arm.n if arm.n is not None else arm.total
    return tuple(
        Flow(arm.title, arm.randomized, measured.get(arm.id))
        for arm in document.arms
        if arm.randomized is not None or arm.id in measured or len(document.arms) == 1
    )


def trial_flow(trial: Trial) -> str:
    """The flow of people in one line, with what a source says of those lost."""
    told = "; ".join(one.text for one in flows(trial)) or "numbers by arm not recorded"
    return f"{told}. {trial.document.lost.text}" if trial.document.lost else told
