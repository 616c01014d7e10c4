"""Risks and blinding beside the effects: rates by arm with intervals, numbers needed to harm, right guesses."""

from collections.abc import Iterable

from msgspec import Struct

from triptych.evidence.base import Guesses, HarmEvent, Trial
from triptych.evidence.blinding import bang
from triptych.evidence.figures import Events
from triptych.evidence.harm import event_rate, number_needed


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
    def text(self) -> str:
        """The row in one line."""
        arms = "; ".join(f"{name}: {rate.text}" for name, rate in self.rates)
        mark = "" if self.confirmed else " (recalled, not confirmed)"
        return f"{self.title}, {self.term}: {arms}. {self.needed_text}{mark}"


class Guessed(Struct, frozen=True, kw_only=True):
    """How many of an arm guessed right, and Bang's index: 1 where all are right, 0 by chance, below 0 the wrong way."""

    trial: str
    title: str
    arm: str
    rate: Rate
    bang: float
    confirmed: bool
    note: str
    address: str


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


def _harm(trial: Trial, event: HarmEvent) -> Harm:
    arms = {arm.id: arm for arm in trial.document.arms}
    rates = [(arm, wilson(arm.events or 0, arm.total or 1)) for arm in event.arms]
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


def guesses(trials: Iterable[Trial]) -> list[Guessed]:
    """The guesses that are recorded. Whoever did not know counts as wrong where a source does not tell them apart."""
    return [_guessed(trial, number, one) for trial in trials for number, one in enumerate(trial.document.guesses)]


def _guessed(trial: Trial, number: int, one: Guesses) -> Guessed:
    titles = {arm.id: arm.title for arm in trial.document.arms}
    return Guessed(
        trial=trial.id,
        title=trial.document.title,
        arm=titles[one.arm],
        rate=wilson(one.correct, one.total),
        bang=bang(one.correct, one.total - one.correct).estimate,
        confirmed=trial.confirmed(f"guesses.{number}"),
        note=one.note,
        address=one.source,
    )


def trial_flow(trial: Trial) -> str:
    """How many were randomized to each arm, where a source gives it."""
    known = [f"{arm.title}: {arm.randomized}" for arm in trial.document.arms if arm.randomized is not None]
    return f"randomized {', '.join(known)}" if known else "numbers randomized by arm not recorded"
