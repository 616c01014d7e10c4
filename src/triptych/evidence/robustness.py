"""How much an answer hangs on single trials and on choices. It stands beside the answer and never in its place.

Every line is made like the answer itself, with the widest of the intervals side by side, unless it names its method.
Where something cannot be computed, the reason is given.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from triptych.evidence.base import Base, Contrast, Trial
from triptych.evidence.effects import hedges_g
from triptych.evidence.errors import EvidenceError
from triptych.evidence.figures import Estimate
from triptych.evidence.influence import Pull, influence
from triptych.evidence.methods import BY_TABLE
from triptych.evidence.multilevel import three_level
from triptych.evidence.outcomes import Synthesis, contrasts, effect_of, endpoint_of, synthesize, widest
from triptych.evidence.regression import Coefficient, subgroups
from triptych.evidence.sentences import reach
from triptych.evidence.small_study import egger

CORRELATION = 0.6
"""Of the errors of ratings of one trial. Assumed, as the SYPRES review assumes it."""
OTHER_WAYS = ("fixed", "dl-wald", "pm-hk", "bayes")
WAYS: Mapping[str, str] = {
    "fixed": "one common effect",
    "dl-wald": "DerSimonian and Laird, Wald",
    "pm-hk": "Paule and Mandel, Hartung and Knapp",
    "bayes": "Bayesian random effects",
    "mh": "Mantel and Haenszel, one common risk ratio",
    "peto": "Peto, one common odds ratio",
    "three-level": "every rating before crossover and every dose, three levels",
}


class Line(Struct, frozen=True, kw_only=True):
    """A pooled estimate under one choice, on the scale that is shown; `reach` is its interval in words.

    `note` says what the choice assumes.
    """

    label: str
    k: int
    n: int | None
    estimate: float
    low: float
    high: float
    reach: str
    note: str = ""


class Grouped(Struct, frozen=True, kw_only=True):
    """Trials pooled by a feature, and the p that the groups are alike; none where a group has but one trial."""

    title: str
    lines: tuple[Line, ...]
    p: float | None


class Beside(Struct, frozen=True, kw_only=True):
    """All that stands beside an answer; `absent` says what could not be computed and why."""

    without: tuple[Line, ...]
    by_year: tuple[Line, ...]
    pulls: tuple[Pull, ...]
    egger: Coefficient | None
    ways: tuple[Line, ...]
    groups: tuple[Grouped, ...]
    absent: tuple[str, ...]


def beside(base: Base, outcome: str, left_out: Collection[str] = (), *, retracted: bool = False) -> Beside:
    """What stands beside the answer of an outcome, with trials and sites left out as asked."""
    definition = base.outcomes[outcome]
    found = contrasts(base, outcome, left_out, retracted=retracted)
    estimates = [effect_of(definition, trial, contrast) for trial, contrast in found]
    many = len(found) > 2
    maker = _Maker(base, outcome, left_out, found, retracted=retracted)
    return Beside(
        without=tuple(maker.without()) if many else (),
        by_year=tuple(maker.by_year()) if len(found) > 1 else (),
        pulls=influence(estimates) if many else (),
        egger=egger(estimates) if many else None,
        ways=tuple(maker.ways()) if len(found) > 1 else (),
        groups=tuple(maker.groups(estimates)) if many else (),
        absent=tuple(_absent(len(found))),
    )


def _absent(k: int) -> Iterator[str]:
    if k < 2:
        yield "With fewer than two trials there is nothing to pool, to leave out or to add by year."
    elif k < 3:
        yield "Leaving one out, influence, Egger's test and subgroups need three trials; there are two."
    if 2 < k < 10:
        yield f"Egger's test misses most asymmetry with {k} trials, and subgroups of few trials find what is not there."


class _Maker:
    """The lines of one outcome."""

    def __init__(
        self,
        base: Base,
        outcome: str,
        left_out: Collection[str],
        found: list[tuple[Trial, Contrast]],
        *,
        retracted: bool,
    ) -> None:
        self.base, self.outcome, self.found, self.retracted = base, outcome, found, retracted
        self.left_out = tuple(left_out)
        self.definition = base.outcomes[outcome]

    def line(self, label: str, out: Sequence[str]) -> Line:
        """The answer's own interval with some more trials left out."""
        return self.told(label, widest(self.base, self.outcome, (*self.left_out, *out), retracted=self.retracted))

    def told(self, label: str, made: Synthesis) -> Line:
        """A synthesis as a line."""
        assert made.estimate is not None
        assert made.ci_low is not None
        assert made.ci_high is not None
        return Line(
            label=label,
            k=made.k,
            n=made.n,
            estimate=made.estimate,
            low=made.ci_low,
            high=made.ci_high,
            reach=reach(self.definition, made.ci_low, made.ci_high),
            note=made.note,
        )

    def without(self) -> Iterator[Line]:
        """Each trial left out in turn."""
        for trial, _ in self.found:
            yield self.line(f"without {trial.document.title}, {trial.document.year}", [trial.id])

    def by_year(self) -> Iterator[Line]:
        """The trials as they came out, the oldest first."""
        ids = [trial.id for trial, _ in self.found]
        for place, (trial, _) in enumerate(self.found, start=1):
            yield self.line(f"until {trial.document.year}, with {trial.document.title}", ids[place:])

    def ways(self) -> Iterator[Line]:
        """Other methods, each by its name."""
        methods = (*OTHER_WAYS, *(BY_TABLE if self.definition.figures == "events" else ()))
        for method in methods:
            try:
                made = synthesize(self.base, self.outcome, method, self.left_out, retracted=self.retracted)
            except EvidenceError:
                continue
            yield self.told(f"{method}: {WAYS[method]}", made)
        yield from self._repeated()

    def _repeated(self) -> Iterator[Line]:
        """Every rating before crossover and every dose of the trials, dependent within a trial."""
        if self.definition.measure != "smd" or self.definition.figures != "endpoint":
            return
        effects = [one for trial, contrast in self.found for one in effects_of(trial, contrast)]
        try:
            made = three_level(effects, correlation=CORRELATION)
        except EvidenceError:
            return
        note = (
            f"Variance between trials {made.between:.4f}, within {made.within:.4f}; errors of one trial correlated at "
            f"{CORRELATION:g}, which is assumed; t with {made.df} degrees of freedom."
        )
        yield Line(
            label=f"three-level: {WAYS['three-level']} ({made.k} effects)",
            k=made.studies,
            n=None,
            estimate=made.estimate,
            low=made.ci_low,
            high=made.ci_high,
            reach=reach(self.definition, made.ci_low, made.ci_high),
            note=note,
        )

    def groups(self, estimates: Sequence[Estimate]) -> Iterator[Grouped]:
        """By the kind of control and by phase, where the trials differ in it and each says it.

        Where both split the trials alike they are one grouping: nothing tells the two apart.
        """
        kinds = [_kind(trial, contrast) for trial, contrast in self.found]
        phases = [f"phase {trial.document.phase}" if trial.document.phase else "" for trial, _ in self.found]
        both = [f"{kind}, {phase}" for kind, phase in zip(kinds, phases, strict=True)]
        groupings = [("kind of control", kinds), ("phase", phases)]
        if all(kinds) and all(phases) and len(set(kinds)) == len(set(phases)) == len(set(both)):
            groupings = [("kind of control and phase, which go together", both)]
        for title, labels in groupings:
            if all(labels) and len(set(labels)) > 1:
                yield Grouped(title=title, lines=tuple(self._lines(labels)), p=_alike(estimates, labels))

    def _lines(self, labels: Sequence[str]) -> Iterator[Line]:
        for label in sorted(set(labels)):
            others = [trial.id for (trial, _), own in zip(self.found, labels, strict=True) if own != label]
            yield self.line(label, others)


def _kind(trial: Trial, contrast: Contrast) -> str:
    return next((arm.compared or "" for arm in trial.document.arms if arm.id == contrast.control), "")


def _alike(estimates: Sequence[Estimate], labels: Sequence[str]) -> float | None:
    if min(labels.count(label) for label in labels) < 2:
        return None
    try:
        return subgroups(estimates, labels, "reml", "wald").p
    except EvidenceError:
        return None


def effects_of(trial: Trial, contrast: Contrast) -> Iterator[Estimate]:
    """Each rating by the contrast's instrument before crossover, of each dose against the contrast's control."""
    chosen = trial.result(contrast.result)
    roles = {arm.id: arm.role for arm in trial.document.arms}
    for result in trial.document.results:
        if result.instrument != chosen.instrument or result.time not in ("primary", "secondary"):
            continue
        means = {arm.arm: arm for arm in result.arms if arm.mean is not None}
        control = means.get(contrast.control)
        if control is None:
            continue
        for name, arm in means.items():
            if roles[name] == "experimental":
                yield hedges_g(trial.id, endpoint_of(arm), endpoint_of(control), "approximate")
