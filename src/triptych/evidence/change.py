"""What would change an answer, computed: the trials it hangs on, the next trial that would turn it, people needed.

Turning means that the widest of the intervals side by side begins or ceases to include no effect.
"""

import math
from collections.abc import Collection, Iterator
from statistics import median

from triptych.evidence.base import Base, OutcomeDefinition
from triptych.evidence.errors import EvidenceError
from triptych.evidence.figures import Estimate
from triptych.evidence.grade import ENOUGH, Grade
from triptych.evidence.methods import pooled_by, prediction
from triptych.evidence.outcomes import SIDE_BY_SIDE, Synthesis, contrasts, effect_of, scale_of, widest
from triptych.evidence.sentences import excludes_no_effect, figure

SIZES = (50, 100, 200, 400, 800, 1600, 3200)
"""People in the next trial that are tried, in both arms together."""
WANTED = {
    "risk of bias": "Trials with a plan published beforehand, raters who do not know the arm, and few people lost.",
    "indirectness": "Trials in which people cannot tell their arm, or report what they guessed, and with few who had "
    "used the drug before.",
    "publication bias": "Publication of every trial that was completed.",
    "inconsistency": "Trials alike enough to show why results differ.",
}


def would_change(
    base: Base, definition: OutcomeDefinition, synthesis: Synthesis, certainty: Grade, *, retracted: bool = False
) -> tuple[str, ...]:
    """What would change the answer, from what limits it and from its own figures. `synthesis` is the widest."""
    found = [WANTED[domain.name] for domain in certainty.limits if domain.name in WANTED]
    if not synthesis.k:
        return ("A trial that compares it with something else.",)
    if synthesis.n < ENOUGH:
        found.append(f"More people: {synthesis.n} so far, and at least {ENOUGH} for precision.")
    hangs = [*_hangs_on(base, definition, synthesis, retracted=retracted)] if synthesis.k > 1 else []
    estimates = _estimates(base, definition, synthesis.left_out, retracted=retracted)
    return (*found, *hangs, _next_trial(estimates, definition, synthesis))


def _hangs_on(base: Base, definition: OutcomeDefinition, made: Synthesis, *, retracted: bool) -> Iterator[str]:
    """The trials without which the interval would begin or cease to include no effect."""
    here = excludes_no_effect(definition, made)
    turning = [
        study.title
        for study in made.studies
        if excludes_no_effect(
            definition, widest(base, definition.id, (*made.left_out, study.trial), retracted=retracted)
        )
        is not here
    ]
    verb = "include" if here else "exclude"
    if turning:
        yield f"Doubt about one trial: without {' or '.join(turning)} the interval would {verb} no effect."
    elif made.k > 2:
        yield f"No single trial by itself: without any one of them the interval would still {_other(verb)} no effect."


def _other(verb: str) -> str:
    return "exclude" if verb == "include" else "include"


def _estimates(
    base: Base, definition: OutcomeDefinition, left_out: Collection[str], *, retracted: bool
) -> list[Estimate]:
    found = contrasts(base, definition.id, left_out, retracted=retracted)
    return [effect_of(definition, trial, contrast) for trial, contrast in found]


def _next_trial(estimates: list[Estimate], definition: OutcomeDefinition, made: Synthesis) -> str:
    """The smallest next trial that would turn the answer, with no difference or with the same one again."""
    here = excludes_no_effect(definition, made)
    center = _pooled(estimates)
    people = {study.trial: study.n for study in made.studies}
    per_person = median(one.vi * people[one.study] for one in estimates)
    tried = {size: [*estimates, Estimate("next", 0.0 if here else center, per_person / size)] for size in SIZES}
    turned = next((size for size, found in tried.items() if _excludes(found) is not here), None)
    if not here:
        same = figure(scale_of(definition)(center))
        if turned is None:
            return f"No next trial of up to {SIZES[-1]:,} people that found {same} again would by itself settle it."
        return f"A next trial of about {turned} people that found {same} again: the interval would exclude no effect."
    if turned is not None:
        return f"A next trial of about {turned} people that found no difference: the interval would include no effect."
    predicted = next((size for size, found in tried.items() if _predicts_none(found)), None)
    if predicted is None:
        return f"No next trial of up to {SIZES[-1]:,} people that found no difference would by itself change it."
    return (
        f"A next trial of about {predicted} people that found no difference: the interval would still exclude no "
        "effect, but one could no longer expect another trial to find any."
    )


def _predicts_none(estimates: list[Estimate]) -> bool:
    """Whether the prediction interval includes zero."""
    low, high = prediction(estimates, "reml", float)
    return low is not None and high is not None and low <= 0 <= high


def _pooled(estimates: list[Estimate]) -> float:
    return estimates[0].yi if len(estimates) == 1 else pooled_by(tuple(estimates), "reml-wald").estimate


def _excludes(estimates: list[Estimate]) -> bool:
    """Whether the widest interval of the pooled estimates excludes zero; one that cannot be made excludes nothing."""
    try:
        found = [pooled_by(tuple(estimates), method) for method in SIDE_BY_SIDE]
    except EvidenceError:
        return False
    return all(math.isfinite(one.ci_low) and not one.ci_low <= 0 <= one.ci_high for one in found)
