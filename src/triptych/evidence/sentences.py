"""Sentences about an outcome, made of its interval, prediction interval, number of trials, people and certainty.

No sentence is written by hand, so none can drift from the figures. None says that a treatment works: where an interval
excludes no effect the sentence gives the number, its certainty and what limits it; where it includes it, it says so.
"""

from triptych.evidence.base import OutcomeDefinition, Trial
from triptych.evidence.grade import Grade
from triptych.evidence.outcomes import Synthesis, no_effect
from triptych.evidence.texts import ConditionText

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MEASURES = {
    "smd": "standardized difference",
    "md": "difference in points",
    "rr": "risk ratio",
    "or": "odds ratio",
}
"""What a measure is called in a sentence."""


def count(number: int) -> str:
    """A number in words as far as there are any here, beyond that in digits."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def figure(value: float) -> str:
    """A figure with two decimals and a minus sign.

    >>> figure(-0.7119)
    '−0.71'
    """
    return f"{value:.2f}".replace("-", "\u2212")


def unit_of(definition: OutcomeDefinition, synthesis: Synthesis) -> str:
    """What the figures of a synthesis are in: the outcome's unit, unless the method has a measure of its own."""
    return definition.unit if synthesis.measure == definition.measure else MEASURES[synthesis.measure]


def interval(low: float, high: float) -> str:
    """An interval as two figures with two decimals, the lower end first."""
    return f"{figure(low)} to {figure(high)}"


def reach(definition: OutcomeDefinition, low: float, high: float) -> str:
    """An interval with two to six decimals: as many as it takes for an end that is not no effect not to read as it."""
    null = no_effect(definition)
    decimals = 2
    while decimals < 6 and any(end != null and round(end, decimals) == null for end in (low, high)):
        decimals += 1
    return " to ".join(f"{end:.{decimals}f}".replace("-", "\u2212") for end in (low, high))


def effect_text(definition: OutcomeDefinition, synthesis: Synthesis) -> str:
    """The effect with its interval in short, as it stands in a summary of findings."""
    if synthesis.estimate is None or synthesis.ci_low is None or synthesis.ci_high is None:
        return "not recorded"
    limits = reach(definition, synthesis.ci_low, synthesis.ci_high)
    return f"{synthesis.measure.upper()} {figure(synthesis.estimate)}, {limits}"


def excludes_no_effect(definition: OutcomeDefinition, synthesis: Synthesis) -> bool:
    """Whether the interval lies wholly on one side of no effect; touching it includes it."""
    if synthesis.ci_low is None or synthesis.ci_high is None:
        return False
    return not synthesis.ci_low <= no_effect(definition) <= synthesis.ci_high


def answer(definition: OutcomeDefinition, synthesis: Synthesis, certainty: Grade) -> str:
    """What is known of an outcome, in one sentence with its certainty, from the widest interval."""
    if synthesis.estimate is None or synthesis.ci_low is None or synthesis.ci_high is None:
        why = "no trial is left to count" if synthesis.left_out else "no controlled trial was found"
        return f"{definition.title}: {why}, so nothing can be said about an effect."
    trials = f"{count(synthesis.k)} controlled trial{'s' if synthesis.k != 1 else ''} with {synthesis.n} people"
    limits = reach(definition, synthesis.ci_low, synthesis.ci_high)
    number = f"{MEASURES[synthesis.measure]} {figure(synthesis.estimate)}, 95 % interval {limits}"
    if excludes_no_effect(definition, synthesis):
        limits = _limits(certainty)
        return f"{definition.title}: in {trials} {_which(definition, synthesis)} ({number}); {limits}."
    return (
        f"{definition.title}: {trials} do{'es' if synthesis.k == 1 else ''} not settle whether there is any effect "
        f"({number}, which includes no effect); certainty {certainty.certainty}."
    )


def _which(definition: OutcomeDefinition, synthesis: Synthesis) -> str:
    """Which arm did better, without a claim of why."""
    assert synthesis.estimate is not None
    more = synthesis.estimate > no_effect(definition)
    if definition.measure == "rr":
        return f"it was {'more' if more else 'less'} frequent in the group given the study dose"
    return f"scores were {'higher' if more else 'lower'} in the group given the study dose"


def _limits(certainty: Grade) -> str:
    names = [domain.name for domain in certainty.limits]
    text = f"the certainty of this is {certainty.certainty}"
    return f"{text}, limited by {_list(names)}" if names else text


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def beyond(definition: OutcomeDefinition, synthesis: Synthesis) -> str:
    """What the prediction interval and the people add; empty where there is neither."""
    parts = []
    if synthesis.pi_low is not None and synthesis.pi_high is not None:
        includes = synthesis.pi_low <= no_effect(definition) <= synthesis.pi_high
        told = "could have no effect or the opposite one" if includes else "would be expected on the same side"
        parts.append(
            f"Another trial {told} (95 % prediction interval {interval(synthesis.pi_low, synthesis.pi_high)})."
        )
    if definition.population == "comorbid" and synthesis.k:
        parts.append("It was measured beside another condition, and says nothing about people who have this one alone.")
    recalled = [study.title for study in synthesis.studies if not study.confirmed]
    if recalled:
        parts.append(f"Figures of {_list(recalled)} were recalled and not read at their source.")
    return " ".join(parts)


def disagreement(definition: OutcomeDefinition, side_by_side: tuple[Synthesis, ...]) -> str:
    """That the ways of making the interval do not agree about no effect; empty where they do."""
    told = {excludes_no_effect(definition, one) for one in side_by_side}
    if len(told) < 2:
        return ""
    return "Whether the interval includes no effect depends on how it is made; the widest is used here."


def condition_answer(condition: ConditionText, trials: tuple[Trial, ...], main: str) -> str:
    """The first sentence of a condition's page. `main` is the answer of its main outcome, empty where it has none."""
    if main:
        return main
    if condition.facts:
        return f"For {condition.plain} this page gives facts with their sources and no pooled estimate."
    uncontrolled = [trial for trial in trials if not trial.document.controlled]
    start = f"No controlled trial of MDMA-assisted therapy for {condition.plain} has been found"
    if uncontrolled:
        some = count(len(uncontrolled))
        return f"{start}; {some} without a comparison cannot show whether it has an effect."
    return f"{start}, so nothing can be said about an effect."
