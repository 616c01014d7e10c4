"""What a document must keep of consent: ages that can be, words for parts there are, and rules wherever a gate asks."""

from triptych.study.consent import OPTIONAL, REQUIRED, ConsentRules
from triptych.study.references import References

READ = "consent_in_force"
LEAST, MOST = 12, 25
"""Between which years an age of majority can lie: wide, so that only what cannot be meant is reported."""


def check_consent(refs: References) -> None:
    """Report ages that cannot be, and a gate that asks for consent in a document that says nothing of it.

    A part in which a placeholder stands is no problem of the document: it is used for training, and the gate in front
    of the activation waits for `study.consent_placeholders` to be 0.
    """
    rules = refs.document.consent
    if rules is None:
        for gate in refs.document.gates:
            for condition in gate.conditions:
                if f"course.{READ}" in condition.rule:
                    message = "It asks for consent, and the document does not say which texts are agreed to."
                    path = f"gates.{gate.id}.conditions.{condition.id}.rule"
                    refs.say(path, "no_consent_rules", message, 'Write consent: {version: "2"}.')
        return
    if not rules.version.strip():
        refs.say("consent.version", "bad_label", "The version of the texts is empty.", 'Write version: "2".')
    refs.number(rules.majority, LEAST, MOST, "consent.majority")
    if rules.pediatric is not None:
        refs.number(rules.pediatric.minimum_age, 0, rules.majority - 1, "consent.pediatric.minimum_age")
        if not rules.pediatric.approval.strip():
            message = "No approval is named."
            refs.say("consent.pediatric.approval", "bad_label", message, "Write who gave it, and its number.")
    _words(refs, rules)


def _words(refs: References, rules: ConsentRules) -> None:
    """The study's own words are for parts that there are, once in a language, and say something."""
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(rules.words):
        path, place = f"consent.words.{number}", (one.part, one.language)
        refs.refer(one.part, (*REQUIRED, *OPTIONAL), "consent_part", f"{path}.part")
        if place in seen:
            message = f"The part {one.part[:60]!r} has words in {one.language} already."
            refs.say(f"{path}.part", "duplicate_words", message, "Write all paragraphs of a part in one place.")
        seen.add(place)
        if not one.paragraphs or not all(text.strip() for text in one.paragraphs):
            message, hint = "A paragraph is empty.", "Write what the study says, or leave the part out."
            refs.say(f"{path}.paragraphs", "no_words", message, hint)


def placeholders_said(rules: ConsentRules | None) -> str:
    """In which parts of the consent only a placeholder stands, in words; empty where the study has written all."""
    if rules is None or not rules.placeholders:
        return ""
    said = dict(rules.said())
    found = "; ".join(f"{language}: {said[f'own words ({language})']}" for language in ("en", "es"))
    return f"The consent is a template that the study has not filled in ({found})"
