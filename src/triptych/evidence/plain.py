"""The answers in plain words, for somebody without training in statistics, in every language that has a file of words.

They are made of the same figures as the exact sentences, so no language can drift from them or from another.
"""

from collections.abc import Iterator

from triptych.evidence.base import FIRST, Base, OutcomeDefinition
from triptych.evidence.grade import Grade
from triptych.evidence.outcomes import Synthesis, no_effect
from triptych.evidence.sentences import excludes_no_effect
from triptych.evidence.summary import Absolute, finding
from triptych.evidence.texts import ConditionText, PlainWords

RECOVERED = "remission"
"""The outcome that is told among 100 people, where a condition has it."""


def plain_answer(
    definition: OutcomeDefinition, synthesis: Synthesis, certainty: Grade, plain: PlainWords, name: str = ""
) -> tuple[str, ...]:
    """An answer in short sentences; `name` is what the outcome is called, by default its title."""
    words = plain.says
    told = {"name": name or definition.title, "k": synthesis.k, "n": synthesis.n}
    if synthesis.estimate is None or not synthesis.k:
        return (words["none"].format(**told),)
    done = words["one" if synthesis.k == 1 else "many"].format(**told)
    sure = words["sure"].format(sure=plain.sure[certainty.certainty])
    if not excludes_no_effect(definition, synthesis):
        return done, words["open"], sure
    better = (synthesis.estimate > no_effect(definition)) is (definition.better == "higher")
    told_apart = [words["guessed"]] if any(domain.name == "indirectness" for domain in certainty.limits) else []
    return (done, words["better" if better else "worse"], *told_apart, sure)


def plain_among(found: Absolute, plain: PlainWords) -> str:
    """A risk ratio among 100 people, in whole people."""
    whole = {name: round(getattr(found, name) / 10) for name in ("control", "treated", "low", "high")}
    return plain.says["among"].format(**whole)


def plain_findings(base: Base, condition: ConditionText, language: str = FIRST) -> tuple[str, ...]:
    """What is known about a condition, in plain words: its main outcome, and who recovered where that was counted."""
    plain = base.plain_words(language)
    name = plain.name_of(condition)
    if condition.facts and not condition.main:
        return (plain.says["facts"].format(name=name), *(fact.text for fact in condition.facts))
    if not condition.main:
        return (plain.says["none"].format(name=name),)
    main = finding(base, condition.main)
    *told, sure = plain_answer(main.definition, main.main, main.grade, plain, name)
    return (*told, *_recovered(base, condition, main.grade, plain), sure)


def _recovered(base: Base, condition: ConditionText, certainty: Grade, plain: PlainWords) -> Iterator[str]:
    """Who recovered, where that was counted and the interval excludes no effect; how sure, where that differs."""
    if RECOVERED not in condition.related:
        return
    one = finding(base, RECOVERED)
    if one.absolute is None or not excludes_no_effect(one.definition, one.main):
        return
    yield plain_among(one.absolute, plain)
    if one.grade.certainty != certainty.certainty:
        yield plain.says["sure"].format(sure=plain.sure[one.grade.certainty])


def plain_passages(base: Base, substance: str, language: str) -> tuple[str, ...]:
    """A paragraph for each condition in which a substance was studied, the first the one with most people."""
    told = [one for one in base.texts.conditions if one.substance == substance]
    return tuple(" ".join(plain_findings(base, one, language)) for one in told)
