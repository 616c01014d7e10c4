"""From the base to a synthesis: which contrasts an outcome has, their effects, and the pooled estimate.

Effects are made as the published reviews make them, so that ours can be held against theirs. A retracted report and
what its site is switched off for do not count unless they are asked for.
"""

import math
from collections.abc import Callable, Collection
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from triptych.evidence.base import ArmResult, Base, Contrast, OutcomeDefinition, Trial, without
from triptych.evidence.effects import event_effect, hedges_g, mean_difference
from triptych.evidence.errors import NotEstimable
from triptych.evidence.figures import Estimate, Events, Mean
from triptych.evidence.methods import figures_by
from triptych.evidence.pooling import study_interval
from triptych.evidence.quantiles import p_two_sided, two_sided
from triptych.evidence.tables import TableStudy, peto

FIGURES = ("estimate", "ci_low", "ci_high", "p", "tau2", "i2", "pi_low", "pi_high", "q")
SIDE_BY_SIDE = ("reml-wald", "reml-hk", "reml-hk-floor")
"""Shown beside one another on every page, since with few studies the second may be the narrowest."""


class StudyEffect(Struct, frozen=True, kw_only=True):
    """One trial's effect: on the scale that is shown (a ratio as a ratio), with its interval, people and weight."""

    trial: str
    title: str
    year: int
    estimate: float
    ci_low: float
    ci_high: float
    n: int
    experimental: str
    control: str
    confirmed: bool
    address: str
    weight: float | None = None


class Synthesis(Struct, frozen=True, kw_only=True):
    """An outcome's pooled estimate on the scale that is shown; one study stands alone, and without any all is none.

    `measure` is *smd*, *md*, *rr* or, by Peto, *or*. `p` is of no effect; `pi_low` and `pi_high` say where the effect
    of another trial would lie. `note` says what a method assumes.
    """

    outcome: str
    measure: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    k: int
    n: int
    tau2: float | None
    i2: float | None
    pi_low: float | None
    pi_high: float | None
    p: float | None
    q: float | None
    method: str
    studies: tuple[StudyEffect, ...]
    left_out: tuple[str, ...] = ()
    note: str = ""


def synthesize(
    base: Base,
    outcome: str,
    method: str = "",
    left_out: Collection[str] = (),
    *,
    retracted: bool = False,
) -> Synthesis:
    """Pool an outcome. Without a method it is the one of the published review, or REML with Hartung and Knapp.

    Raises:
        KeyError: there is no such outcome or method.
        NotEstimable: the effect or the interval does not exist with these figures.
    """
    definition = base.outcomes[outcome]
    method = method or default_method(definition)
    if method == "bayes" and definition.measure == "md":
        raise NotEstimable("The prior of bayes is for standardized differences and ratios, not for points of a scale.")
    found = contrasts(base, outcome, left_out, retracted=retracted)
    estimates = [effect_of(definition, trial, contrast) for trial, contrast in found]
    studies = [_study(definition, *pair, one) for pair, one in zip(found, estimates, strict=True)]
    common: dict[str, Any] = {
        "outcome": outcome,
        "measure": definition.measure,
        "k": len(found),
        "n": sum(study.n for study in studies),
        "method": method,
        "left_out": tuple(sorted({*base.left_out, *left_out})),
    }
    if not found:
        return Synthesis(**{**common, **dict.fromkeys(FIGURES)}, studies=())
    if len(found) == 1:
        alone = {**dict.fromkeys(FIGURES), **_alone(definition, estimates[0], studies[0]), "method": "single"}
        return Synthesis(**{**common, **alone}, studies=tuple(studies))
    tables = [table_of(trial, contrast) for trial, contrast in found] if definition.figures == "events" else []
    made = figures_by(method, estimates, tables, scale_of(definition))
    if method == "peto":
        common["measure"], studies = "or", _odds(studies, tables)
    weights = made.weights or (None,) * len(studies)
    weighed = (replace(study, weight=weight) for study, weight in zip(studies, weights, strict=True))
    figures = {name: getattr(made, name) for name in (*FIGURES, "note")}
    return Synthesis(**{**common, **figures}, studies=tuple(weighed))


def _alone(definition: OutcomeDefinition, one: Estimate, study: StudyEffect) -> dict[str, float]:
    """One trial by itself: a mean of few people has Student's interval, which the normal one would narrow."""
    df = None if definition.measure == "rr" else study.n - 2
    reach, shown = two_sided(0.95, df) * one.se, scale_of(definition)
    p = p_two_sided(one.yi / one.se, df)
    return {"estimate": study.estimate, "ci_low": shown(one.yi - reach), "ci_high": shown(one.yi + reach), "p": p}


def widest(base: Base, outcome: str, left_out: Collection[str] = (), *, retracted: bool = False) -> Synthesis:
    """The synthesis by whichever of the methods side by side has the widest interval: sentences rest on this one."""
    found = [synthesize(base, outcome, method, left_out, retracted=retracted) for method in SIDE_BY_SIDE]
    return max(found, key=lambda one: (one.ci_high or 0) - (one.ci_low or 0))


def default_method(definition: OutcomeDefinition) -> str:
    """Paule and Mandel for ratios and REML for differences, both with Hartung and Knapp (as the published reviews)."""
    return "pm-hk" if definition.measure == "rr" else "reml-hk"


def contrasts(
    base: Base, outcome: str, left_out: Collection[str] = (), *, retracted: bool = False
) -> list[tuple[Trial, Contrast]]:
    """The trials that give something to an outcome, the oldest first, each with what it gives."""
    return [
        (trial, contrast)
        for trial in sorted(without(base.trials, left_out), key=lambda one: (one.document.year, one.id))
        for contrast in trial.document.contrasts
        if contrast.outcome == outcome
        and (retracted or not trial.report(trial.result(contrast.result).report).retracted)
    ]


def effect_of(definition: OutcomeDefinition, trial: Trial, contrast: Contrast) -> Estimate:
    """A trial's effect on the scale that is pooled, a ratio as its logarithm.

    Raises:
        NotEstimable: a figure is missing.
    """
    arms = {arm.arm: arm for arm in trial.result(contrast.result).arms}
    treated, control = arms[contrast.experimental], arms[contrast.control]
    if definition.figures == "events":
        # One half to events and people of both arms where an arm has none, as the review does.
        return event_effect(trial.id, events_of(treated), events_of(control), "rr", zeros="events")
    figures = endpoint_of if definition.figures == "endpoint" else change_of
    if definition.measure == "md":
        return mean_difference(trial.id, figures(treated), figures(control))
    return hedges_g(trial.id, figures(treated), figures(control), "approximate")


def table_of(trial: Trial, contrast: Contrast) -> TableStudy:
    """A trial's counts in both arms. Raises `NotEstimable` where one is missing."""
    arms = {arm.arm: arm for arm in trial.result(contrast.result).arms}
    return TableStudy(trial.id, events_of(arms[contrast.experimental]), events_of(arms[contrast.control]))


def events_of(arm: ArmResult) -> Events:
    """An arm's people with an event, of all. Raises `NotEstimable` where one of the two is not given."""
    if arm.events is None or arm.total is None:
        raise NotEstimable(f"The arm {arm.arm} has no count of events.")
    return Events(arm.events, arm.total)


def endpoint_of(arm: ArmResult) -> Mean:
    """An arm's mean after treatment, with the standard deviation made of a standard error where that was printed.

    Raises:
        NotEstimable: there is no mean, or neither of the two.
    """
    n = arm.n or 0
    sd = arm.sd if arm.sd is not None else arm.se * math.sqrt(n) if arm.se is not None else None
    if arm.mean is None or sd is None:
        raise NotEstimable(f"The arm {arm.arm} has no mean with a spread.")
    return Mean(arm.mean, sd, n)


def change_of(arm: ArmResult) -> Mean:
    """An arm's mean change from baseline, its standard deviation made of the error or of the interval where need be.

    An interval is read as one of 95 % by the normal distribution.

    Raises:
        NotEstimable: there is no mean change, or nothing to make a standard deviation of.
    """
    n = arm.n or 0
    sd = arm.change_sd
    if sd is None and arm.change_se is not None:
        sd = arm.change_se * math.sqrt(n)
    if sd is None and arm.change_low is not None and arm.change_high is not None:
        sd = (arm.change_high - arm.change_low) / 2 / two_sided(0.95) * math.sqrt(n)
    if arm.change_mean is None or sd is None:
        raise NotEstimable(f"The arm {arm.arm} has no change with a spread.")
    return Mean(arm.change_mean, sd, n)


def scale_of(definition: OutcomeDefinition) -> Callable[[float], float]:
    """What takes an effect from the scale that is pooled to the one that is shown: a ratio from its logarithm."""
    return math.exp if definition.measure == "rr" else float


def no_effect(definition: OutcomeDefinition) -> float:
    """What no effect is on the scale that is shown: 1 for a ratio, 0 for a difference."""
    return 1.0 if definition.measure == "rr" else 0.0


def _study(definition: OutcomeDefinition, trial: Trial, contrast: Contrast, one: Estimate) -> StudyEffect:
    shown, own = scale_of(definition), study_interval(one)
    result = trial.result(contrast.result)
    arms = [arm for arm in result.arms if arm.arm in (contrast.experimental, contrast.control)]
    titles = {arm.id: arm.title for arm in trial.document.arms}
    return StudyEffect(
        trial=trial.id,
        title=trial.document.title,
        year=trial.document.year,
        estimate=shown(one.yi),
        ci_low=shown(own.ci_low),
        ci_high=shown(own.ci_high),
        n=sum((arm.total if definition.figures == "events" else arm.n) or 0 for arm in arms),
        experimental=titles[contrast.experimental],
        control=titles[contrast.control],
        confirmed=trial.confirmed(f"results.{result.id}.arms"),
        address=result.source,
    )


def _odds(studies: list[StudyEffect], tables: list[TableStudy]) -> list[StudyEffect]:
    """The studies with their odds ratios by Peto, as they stand beside the pooled one."""
    alone = [peto([table]) for table in tables]
    return [
        replace(study, estimate=math.exp(one.estimate), ci_low=math.exp(one.ci_low), ci_high=math.exp(one.ci_high))
        for study, one in zip(studies, alone, strict=True)
    ]
