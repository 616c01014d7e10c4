"""GRADE for an outcome: five domains that lower the certainty and three that can raise it, each with its reason.

Imprecision and inconsistency are computed (Guyatt et al. 2011, GRADE guidelines 6 and 7); the others are recorded
judgments. Evidence starts high, since only randomized trials are pooled.
"""

from typing import Literal

from msgspec import Struct

from triptych.evidence.base import Judged, Level, OutcomeDefinition
from triptych.evidence.outcomes import Synthesis, no_effect

Certainty = Literal["high", "moderate", "low", "very low"]
CERTAINTIES: tuple[Certainty, ...] = ("high", "moderate", "low", "very low")
STEPS: dict[Level, int] = {"none": 0, "serious": 1, "very serious": 2}
ENOUGH = 400
"""People below which a mean is imprecise even where the interval excludes no effect (GRADE guidelines 6)."""
MUCH = 50.0
"""I² in percent from which trials are taken to disagree (a rule of thumb of the Cochrane Handbook, 10.10.2)."""
RAISES = ("large effect", "dose response", "confounding")
UNJUDGED = "Nobody has judged this yet."


class Domain(Struct, frozen=True):
    """One domain: how much it lowers (the last three: raises) the certainty, why, and whether it was computed."""

    name: str
    level: Level
    why: str
    computed: bool
    source: str = ""


class Grade(Struct, frozen=True):
    """The certainty of an outcome and the domains that it follows from."""

    certainty: Certainty
    domains: tuple[Domain, ...]

    @property
    def limits(self) -> tuple[Domain, ...]:
        """The domains that lower it."""
        return tuple(domain for domain in self.domains if domain.level != "none" and domain.name not in RAISES)

    @property
    def unjudged(self) -> tuple[Domain, ...]:
        """The domains that could raise it and that nobody has judged."""
        return tuple(domain for domain in self.domains if domain.name in RAISES and domain.why == UNJUDGED)


def grade(definition: OutcomeDefinition, synthesis: Synthesis) -> Grade:
    """The certainty of a synthesis. What nobody has judged lowers it: unknown is not good.

    `synthesis` is the one with the widest interval of those side by side.
    """
    recorded: dict[str, Judged] = {one.domain: one for one in definition.judged}
    domains = [_inconsistency(definition, synthesis), _imprecision(definition, synthesis)]
    for name in ("risk of bias", "indirectness", "publication bias"):
        one = recorded.get(name)
        known = Domain(name, one.level, one.why, computed=False, source=one.source) if one else None
        domains.append(known or Domain(name, "serious", UNJUDGED, computed=False))
    for name in RAISES:
        one = recorded.get(name)
        known = Domain(name, one.level, one.why, computed=False, source=one.source) if one else None
        domains.append(known or Domain(name, "none", UNJUDGED, computed=False))
    lowered = sum(STEPS[domain.level] for domain in domains if domain.name not in RAISES)
    # What is lowered is not raised again: GRADE raises only where nothing serious lowers.
    up = 0 if lowered else sum(STEPS[domain.level] for domain in domains if domain.name in RAISES)
    return Grade(CERTAINTIES[min(3, max(0, lowered - up))], tuple(domains))


def _inconsistency(definition: OutcomeDefinition, synthesis: Synthesis) -> Domain:
    name, null = "inconsistency", no_effect(definition)
    if synthesis.i2 is None:
        return Domain(name, "none", f"With {_trials(synthesis.k)} it cannot be judged.", computed=True)
    sides = {study.estimate < null for study in synthesis.studies}
    both = " and trials point in both directions" if len(sides) > 1 else ""
    why = f"I² is {synthesis.i2:.0f} %{both}."
    return Domain(name, "serious" if synthesis.i2 >= MUCH else "none", why, computed=True)


def _imprecision(definition: OutcomeDefinition, synthesis: Synthesis) -> Domain:
    name = "imprecision"
    if synthesis.ci_low is None or synthesis.ci_high is None:
        return Domain(name, "very serious", "There is no estimate.", computed=True)
    few = synthesis.n < ENOUGH
    if not synthesis.ci_low <= no_effect(definition) <= synthesis.ci_high:
        why = f"{synthesis.n} people, {'fewer than' if few else 'at least'} {ENOUGH}; the interval excludes no effect."
        return Domain(name, "serious" if few else "none", why, computed=True)
    why = f"{synthesis.n} people; the interval includes no effect."
    return Domain(name, "very serious" if few else "serious", why, computed=True)


def _trials(k: int) -> str:
    return {0: "no trial", 1: "one trial"}.get(k, f"{k} trials")
