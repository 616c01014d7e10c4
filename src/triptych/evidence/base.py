"""The evidence base: one document a trial, the outcomes and the conditions, each fact with its source and its mark.

What was printed is kept as printed (a standard error stays one); what the synthesis uses is computed from it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from triptych.evidence.texts import Conditions, ConditionText, Fact, PlainWords, Retraction, Review, ReviewRow, Reviews
from triptych.study import Part, read_marked

PLAIN, FIRST = "plain/", "en"
"""Where the plain words stand among the files of the base, and the language that every other is measured by."""

Level = Literal["serious", "very serious", "none"]
Compared = Literal["inert placebo", "low dose", "another substance", "waiting list", "another treatment"]


class Report(Part, frozen=True, kw_only=True):
    """A publication of a trial."""

    id: str
    citation: str
    doi: str = ""
    retracted: Retraction | None = None


class Site(Part, frozen=True, kw_only=True):
    """Where a trial was held; `flag` says what is known against its conduct."""

    id: str
    title: str
    flag: str = ""


class TrialArm(Part, frozen=True, kw_only=True):
    """An arm; `randomized` is none where no source gives it. `compared` says what kind of control an arm is."""

    id: str
    title: str
    role: Literal["experimental", "control"]
    randomized: int | None = None
    compared: Compared | None = None


class ArmResult(Part, frozen=True, kw_only=True):
    """What was printed of one arm at one time. `se` fields are standard errors, `low` and `high` a 95 % interval."""

    arm: str
    n: int | None = None
    baseline_mean: float | None = None
    baseline_sd: float | None = None
    baseline_se: float | None = None
    mean: float | None = None
    sd: float | None = None
    se: float | None = None
    change_mean: float | None = None
    change_sd: float | None = None
    change_se: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    events: int | None = None
    total: int | None = None


class Result(Part, frozen=True, kw_only=True):
    """One instrument at one time, by arm. `report` names the publication it stands in."""

    id: str
    instrument: str
    domain: str
    timepoint: str
    arms: tuple[ArmResult, ...]
    rater: str = ""
    weeks: float | None = None
    time: Literal["primary", "secondary", "after crossover"] | None = None
    event: str = ""
    report: str = "main"
    note: str = ""


class Effect(Part, frozen=True, kw_only=True):
    """An effect between arms as printed."""

    id: str
    instrument: str
    timepoint: str
    metric: str
    estimate: float
    low: float | None = None
    high: float | None = None
    p: str = ""
    note: str = ""


class HarmEvent(Part, frozen=True, kw_only=True):
    """How many of each arm had an event."""

    id: str
    term: str
    arms: tuple[ArmResult, ...]
    timepoint: str = ""


class Guesses(Part, frozen=True, kw_only=True):
    """How many of an arm guessed their arm right.

    `wrong` and `unknown` are none where a source does not tell those who guessed wrong from those who did not know.
    """

    arm: str
    correct: int
    total: int
    wrong: int | None = None
    unknown: int | None = None
    note: str = ""


class GuessCell(Part, frozen=True, kw_only=True):
    """The result of those of one arm who made one guess: their people, mean and standard deviation."""

    arm: str
    guess: Literal["treatment", "control"]
    n: int
    mean: float
    sd: float


class Contrast(Part, frozen=True, kw_only=True):
    """Which result, with which two arms, a trial gives to an outcome."""

    outcome: str
    result: str
    experimental: str
    control: str


class Misprint(Part, frozen=True, kw_only=True):
    """What was printed and cannot be so, what is used in its place, and why. `finding` is the check it explains."""

    id: str
    where: str
    printed: str
    used: str
    why: str
    finding: str = ""


class TrialDocument(Part, frozen=True, kw_only=True):
    """One trial: what it was, what it found, and what is known against it."""

    id: str
    title: str
    substance: str
    conditions: tuple[str, ...]
    year: int
    design: str
    controlled: bool
    population: str
    reports: tuple[Report, ...]
    arms: tuple[TrialArm, ...]
    masking: str = ""
    phase: str = ""
    registrations: Mapping[str, str] = {}
    sites: tuple[Site, ...] = ()
    risk_of_bias: str = ""
    risk_of_bias_by: str = ""
    funding: str = ""
    results: tuple[Result, ...] = ()
    effects: tuple[Effect, ...] = ()
    events: tuple[HarmEvent, ...] = ()
    guesses: tuple[Guesses, ...] = ()
    guess_cells: tuple[GuessCell, ...] = ()
    lost: Fact | None = None
    excluded: tuple[Fact, ...] = ()
    prior_use: Fact | None = None
    contrasts: tuple[Contrast, ...] = ()
    misprints: tuple[Misprint, ...] = ()


class Judged(Part, frozen=True, kw_only=True):
    """A recorded judgment of one GRADE domain, with its reason."""

    domain: Literal["risk of bias", "indirectness", "publication bias", "large effect", "dose response", "confounding"]
    level: Level
    why: str


class Published(Part, frozen=True, kw_only=True):
    """What a published review gives for the same outcome, and why ours differs where it does."""

    by: str
    method: str
    estimate: float
    low: float
    high: float
    k: int
    tolerance: float
    certainty: str = ""
    difference: str = ""


class OutcomeDefinition(Part, frozen=True, kw_only=True):
    """An outcome that is pooled: the measure, which way is better, in whom it was measured, and the judgments on it."""

    id: str
    title: str
    condition: str
    measure: Literal["smd", "md", "rr"]
    figures: Literal["endpoint", "change", "events"]
    population: Literal["primary", "comorbid"]
    better: Literal["lower", "higher"]
    unit: str
    judged: tuple[Judged, ...] = ()
    published: tuple[Published, ...] = ()


class Instrument(Part, frozen=True, kw_only=True):
    """The range that an instrument's total can have."""

    id: str
    low: float
    high: float


class Outcomes(Part, frozen=True, kw_only=True):
    """The outcomes that are pooled, and the ranges of the instruments."""

    outcomes: tuple[OutcomeDefinition, ...]
    instruments: tuple[Instrument, ...]


class Trial(Struct, frozen=True):
    """A trial's document, and the paths in it that their source does not confirm."""

    document: TrialDocument
    unconfirmed: frozenset[str]

    @property
    def id(self) -> str:
        """The trial's id."""
        return self.document.id

    def confirmed(self, path: str) -> bool:
        """Whether neither a path nor anything above or below it is marked as unconfirmed."""
        above = {path[:end] for end, letter in enumerate(path + ".") if letter == "."}
        return not any(mark in above or mark.startswith(path + ".") for mark in self.unconfirmed)

    def result(self, name: str) -> Result:
        """A result by id. Raises `StopIteration` where there is none: `check_base` says so first."""
        return next(result for result in self.document.results if result.id == name)

    def report(self, name: str) -> Report:
        """A report by id; the first where no report has it."""
        return next((one for one in self.document.reports if one.id == name), self.document.reports[0])


class Reviewed(Struct, frozen=True):
    """A pooled result of a published review."""

    review: Review
    row: ReviewRow
    confirmed: bool


class Base(Struct, frozen=True, dict=True):
    """All that is known, and the digest of the texts it was read from; `left_out` are trials and sites switched off."""

    trials: tuple[Trial, ...]
    definitions: Outcomes
    texts: Conditions
    unconfirmed_texts: frozenset[str]
    reviews: tuple[Review, ...]
    unconfirmed_reviews: frozenset[str]
    digest: str
    left_out: tuple[str, ...] = ()
    plain: Mapping[str, PlainWords] = {}

    def plain_words(self, language: str) -> PlainWords:
        """The plain words of a language; of the first where it has none."""
        return self.plain.get(language) or self.plain[FIRST]

    @cached_property
    def outcomes(self) -> Mapping[str, OutcomeDefinition]:
        """The outcomes by id."""
        return {outcome.id: outcome for outcome in self.definitions.outcomes}

    @cached_property
    def conditions(self) -> Mapping[str, ConditionText]:
        """The conditions by id."""
        return {condition.id: condition for condition in self.texts.conditions}

    def named(self, name: str) -> bool:
        """Whether a trial or a site has this id."""
        return any(name == trial.id or name in _sites(trial) for trial in self.trials)

    def leaving_out(self, names: Iterable[str]) -> "Base":
        """The base without some trials and sites: every result made of it follows."""
        out = tuple(sorted({*self.left_out, *names}))
        return replace(self, trials=without(self.trials, out), left_out=out)

    def of_condition(self, condition: str) -> tuple[Trial, ...]:
        """The trials of a condition, the oldest first."""
        found = (trial for trial in self.trials if condition in trial.document.conditions)
        return tuple(sorted(found, key=lambda trial: (trial.document.year, trial.id)))

    def reviewed(self, condition: str) -> tuple[Reviewed, ...]:
        """What published reviews pooled that bears on a condition, each with whether it was read at its source."""
        return tuple(
            Reviewed(review, row, f"reviews.{review.id}.rows.{row.id}" not in self.unconfirmed_reviews)
            for review in self.reviews
            for row in review.rows
            if condition in row.conditions
        )


def without(trials: Iterable[Trial], names: Iterable[str]) -> tuple[Trial, ...]:
    """The trials that are neither named nor held at a site that is named."""
    left_out = set(names)
    return tuple(trial for trial in trials if trial.id not in left_out and not left_out & _sites(trial))


def _sites(trial: Trial) -> set[str]:
    return {site.id for site in trial.document.sites}


def load_base(texts: Mapping[str, str]) -> Base:
    """The base from the texts of its files, by path. Raises `StudyProblems` for the first file that is wrong."""
    trials = []
    for name, text in sorted(texts.items()):
        if name.startswith("trials/"):
            read = read_marked(name, text, TrialDocument)
            trials.append(Trial(read.value, read.unconfirmed))
    conditions = read_marked("conditions.yaml", texts["conditions.yaml"], Conditions)
    reviews = read_marked("reviews.yaml", texts["reviews.yaml"], Reviews)
    return Base(
        trials=tuple(trials),
        definitions=read_marked("outcomes.yaml", texts["outcomes.yaml"], Outcomes).value,
        texts=conditions.value,
        unconfirmed_texts=conditions.unconfirmed,
        reviews=reviews.value.reviews,
        unconfirmed_reviews=reviews.unconfirmed,
        digest=_digest(texts),
        plain=_plain(texts),
    )


def _plain(texts: Mapping[str, str]) -> Mapping[str, PlainWords]:
    """The plain words by language, each saying all that the first says. Raises `ValueError` where one does not."""
    read = [read_marked(name, text, PlainWords).value for name, text in texts.items() if name.startswith(PLAIN)]
    found = {one.language: one for one in read}
    for one in read:
        if one.keys != found[FIRST].keys:
            raise ValueError(f"The plain words of {one.language!r} do not say the same things as those of {FIRST!r}.")
    return found


def _digest(texts: Mapping[str, str]) -> str:
    """The SHA-256 over names and texts, so that the same base has the same digest anywhere."""
    made = hashlib.sha256()
    for name, text in sorted(texts.items()):
        for part in (name, text):
            made.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return made.hexdigest()
