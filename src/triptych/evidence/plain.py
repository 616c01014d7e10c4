"""The answers in plain words, for somebody without training in statistics, in English and in Spanish.

They are made of the same figures as the exact sentences, so neither language can drift from them or from the other.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from triptych.evidence.base import Base, OutcomeDefinition
from triptych.evidence.grade import Certainty, Grade
from triptych.evidence.outcomes import Synthesis, no_effect
from triptych.evidence.sentences import excludes_no_effect
from triptych.evidence.summary import Absolute, finding
from triptych.evidence.texts import ConditionText

Language = Literal["en", "es"]
SURE: Mapping[Language, Mapping[Certainty, str]] = {
    "en": {"very low": "Very unsure", "low": "Unsure", "moderate": "Fairly sure", "high": "Sure"},
    "es": {"very low": "Muy poca", "low": "Poca", "moderate": "Bastante", "high": "Mucha"},
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "one": "{name}: {k} study has been done, with {n} people.",
        "many": "{name}: {k} studies have been done, with {n} people.",
        "none": "{name}: no study has compared it with something else. So no one knows what it does here.",
        "facts": "{name}: what follows are facts from published texts. This project has pooled nothing here.",
        "open": "The results leave open if it does anything here, good or bad.",
        "better": "As a group, those who got the study dose did better than the others.",
        "worse": "As a group, those who got the study dose did worse than the others.",
        "guessed": "Most people could tell which group they were in. That can change how they feel and what they say.",
        "sure": "How sure is this? {sure}. New studies may change it.",
        "among": "Of 100 people in the other group, {control} got so well that they no longer had the illness. "
        "With the study dose it was {treated}. It could be as few as {low} or as many as {high}.",
    },
    "es": {
        "one": "{name}: se ha hecho {k} estudio, con {n} personas.",
        "many": "{name}: se han hecho {k} estudios, con {n} personas.",
        "none": "{name}: ningún estudio lo ha comparado con otra cosa. Por eso nadie sabe qué hace aquí.",
        "facts": "{name}: lo que sigue son datos de textos publicados. Este proyecto no ha combinado nada aquí.",
        "open": "Los resultados no dicen si hace algo aquí, bueno o malo.",
        "better": "Como grupo, quienes tomaron la dosis del estudio quedaron mejor que los otros.",
        "worse": "Como grupo, quienes tomaron la dosis del estudio quedaron peor que los otros.",
        "guessed": "Casi todos notaron en qué grupo estaban. Eso puede cambiar cómo se sienten y lo que dicen.",
        "sure": "¿Cuánta certeza hay? {sure}. Los nuevos estudios lo pueden cambiar.",
        "among": "De 100 personas del otro grupo, {control} mejoraron tanto que ya no tenían la enfermedad. "
        "Con la dosis del estudio fueron {treated}. Pueden ser tan pocas como {low} o tantas como {high}.",
    },
}
RECOVERED = "remission"
"""The outcome that is told among 100 people, where a condition has it."""


def plain_answer(
    definition: OutcomeDefinition, synthesis: Synthesis, certainty: Grade, language: Language = "en", name: str = ""
) -> tuple[str, ...]:
    """An answer in short sentences; `name` is what the outcome is called, by default its title."""
    words = WORDS[language]
    told = {"name": name or definition.title, "k": synthesis.k, "n": synthesis.n}
    if synthesis.estimate is None or not synthesis.k:
        return (words["none"].format(**told),)
    done = words["one" if synthesis.k == 1 else "many"].format(**told)
    sure = words["sure"].format(sure=SURE[language][certainty.certainty])
    if not excludes_no_effect(definition, synthesis):
        return done, words["open"], sure
    better = (synthesis.estimate > no_effect(definition)) is (definition.better == "higher")
    told_apart = [words["guessed"]] if any(domain.name == "indirectness" for domain in certainty.limits) else []
    return (done, words["better" if better else "worse"], *told_apart, sure)


def plain_among(found: Absolute, language: Language = "en") -> str:
    """A risk ratio among 100 people, in whole people."""
    whole = {name: round(getattr(found, name) / 10) for name in ("control", "treated", "low", "high")}
    return WORDS[language]["among"].format(**whole)


def plain_findings(base: Base, condition: ConditionText, language: Language = "en") -> tuple[str, ...]:
    """What is known about a condition, in plain words: its main outcome, and who recovered where that was counted."""
    name = condition.names[language]
    if condition.facts and not condition.main:
        return (WORDS[language]["facts"].format(name=name), *(fact.text for fact in condition.facts))
    if not condition.main:
        return (WORDS[language]["none"].format(name=name),)
    main = finding(base, condition.main)
    *told, sure = plain_answer(main.definition, main.main, main.grade, language, name)
    return (*told, *_recovered(base, condition, main.grade, language), sure)


def _recovered(base: Base, condition: ConditionText, certainty: Grade, language: Language) -> Iterator[str]:
    """Who recovered, where that was counted and the interval excludes no effect; how sure, where that differs."""
    if RECOVERED not in condition.related:
        return
    one = finding(base, RECOVERED)
    if one.absolute is None or not excludes_no_effect(one.definition, one.main):
        return
    yield plain_among(one.absolute, language)
    if one.grade.certainty != certainty.certainty:
        yield WORDS[language]["sure"].format(sure=SURE[language][one.grade.certainty])


def plain_passages(base: Base, substance: str, language: Language) -> tuple[str, ...]:
    """A paragraph for each condition in which a substance was studied, the first the one with most people."""
    told = [one for one in base.texts.conditions if one.substance == substance]
    return tuple(" ".join(plain_findings(base, one, language)) for one in told)
