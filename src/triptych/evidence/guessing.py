"""Who guessed their arm: rates, the indices of Bang and James, the effect adjusted for the guess where counts exist.

What cannot be computed is said with its reason. None of it is a main result: see `blinding` for what it cannot tell.
"""

from collections.abc import Iterable

from msgspec import Struct

from triptych.evidence.base import GuessCell, Guesses, Trial
from triptych.evidence.blinding import Adjusted, Cell, Cells, GuessCounts, Index, bang, guess_adjusted, james
from triptych.evidence.errors import NotEstimable
from triptych.evidence.risks import Rate, wilson
from triptych.evidence.sentences import figure, interval

NO_GUESS = "No source gives how many guessed their arm."
NO_SPLIT = "No source tells those who guessed wrong from those who did not know, so James's index cannot be computed."
NO_CELLS = "No source gives the result by arm and guess, so the effect adjusted for the guess cannot be computed."


class Guessed(Struct, frozen=True, kw_only=True):
    """How many of an arm guessed right, and Bang's index: 1 where all are right, 0 by chance, below 0 the wrong way.

    Where a source does not tell them apart, whoever did not know counts among the wrong.
    """

    trial: str
    title: str
    arm: str
    rate: Rate
    wrong: int | None
    unknown: int | None
    bang: Index
    confirmed: bool
    note: str
    address: str


class Blinding(Struct, frozen=True, kw_only=True):
    """A controlled trial's index of James and its effect adjusted for the guess, or why there is none."""

    trial: str
    title: str
    masking: str
    james: Index | None
    james_why: str
    adjusted: tuple[Adjusted, ...]
    adjusted_why: str
    confirmed: bool

    @property
    def james_text(self) -> str:
        """The index in words, or why there is none."""
        if self.james is None:
            return self.james_why
        mark = "" if self.confirmed else " (recalled)"
        return f"{figure(self.james.estimate)}, 95 % interval {interval(self.james.ci_low, self.james.ci_high)}{mark}"

    @property
    def adjusted_text(self) -> str:
        """The effect had half of the guesses been right, by both ways of sharing them, or why there is none."""
        told = (
            f"{one.sharing}: {figure(one.estimate)}, 95 % interval {interval(one.ci_low, one.ci_high)}"
            for one in self.adjusted
        )
        return "; ".join(told) or self.adjusted_why


def guesses(trials: Iterable[Trial]) -> list[Guessed]:
    """The guesses that are recorded, arm by arm."""
    return [_guessed(trial, number, one) for trial in trials for number, one in enumerate(trial.document.guesses)]


def _guessed(trial: Trial, number: int, one: Guesses) -> Guessed:
    titles = {arm.id: arm.title for arm in trial.document.arms}
    wrong = one.total - one.correct if one.wrong is None else one.wrong
    return Guessed(
        trial=trial.id,
        title=trial.document.title,
        arm=titles[one.arm],
        rate=wilson(one.correct, one.total),
        wrong=one.wrong,
        unknown=one.unknown,
        bang=bang(one.correct, wrong, one.total - one.correct - wrong),
        confirmed=trial.confirmed(f"guesses.{number}"),
        note=one.note,
        address=one.source,
    )


def blinding(trials: Iterable[Trial]) -> list[Blinding]:
    """What can be said of each controlled trial's blinding."""
    return [_blinding(trial) for trial in trials if trial.document.controlled]


def _blinding(trial: Trial) -> Blinding:
    found, why = _james(trial)
    adjusted = _adjusted(trial)
    return Blinding(
        trial=trial.id,
        title=trial.document.title,
        masking=trial.document.masking,
        james=found,
        james_why=why,
        adjusted=adjusted,
        adjusted_why="" if adjusted else NO_CELLS,
        confirmed=trial.confirmed("guesses") and trial.confirmed("guess_cells"),
    )


def _james(trial: Trial) -> tuple[Index | None, str]:
    roles = {arm.id: arm.role for arm in trial.document.arms}
    counts = {roles[one.arm]: one for one in trial.document.guesses}
    if not counts:
        return None, NO_GUESS
    treated, control = counts.get("experimental"), counts.get("control")
    if treated is None or control is None or None in (treated.wrong, treated.unknown, control.wrong, control.unknown):
        return None, NO_SPLIT
    first = GuessCounts(treated.correct, treated.wrong or 0, treated.unknown or 0)
    second = GuessCounts(control.wrong or 0, control.correct, control.unknown or 0)
    try:
        return james(first, second), ""
    except NotEstimable as error:
        return None, str(error)


def _adjusted(trial: Trial) -> tuple[Adjusted, ...]:
    """The effect had half of the guesses been right: standardized within the guess, and as published."""
    roles = {arm.id: arm.role for arm in trial.document.arms}
    cells = {(roles[one.arm], one.guess): _cell(one) for one in trial.document.guess_cells}
    if len(cells) < 4:
        return ()
    four = Cells(
        treatment_treatment=cells["experimental", "treatment"],
        treatment_control=cells["experimental", "control"],
        control_treatment=cells["control", "treatment"],
        control_control=cells["control", "control"],
    )
    return guess_adjusted(four, 0.5, "equal"), guess_adjusted(four, 0.5, "proportional")


def _cell(one: GuessCell) -> Cell:
    return Cell(one.mean, one.sd**2, one.n)
