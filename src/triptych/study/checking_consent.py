"""What a document must keep of consent: ages that can be, and rules of consent wherever a gate asks for them."""

from triptych.study.references import References

READ = "consent_in_force"
LEAST, MOST = 12, 25
"""Between which years an age of majority can lie: wide, so that only what cannot be meant is reported."""


def check_consent(refs: References) -> None:
    """Report ages that cannot be, and a gate that asks for consent in a document that says nothing of it."""
    rules = refs.document.consent
    if rules is None:
        for gate in refs.document.gates:
            for condition in gate.conditions:
                if f"course.{READ}" in condition.rule:
                    message = "It asks for consent, and the document does not say which texts are agreed to."
                    path = f"gates.{gate.id}.conditions.{condition.id}.rule"
                    refs.say(path, "no_consent_rules", message, 'Write consent: {version: "1"}.')
        return
    if not rules.version.strip():
        refs.say("consent.version", "bad_label", "The version of the texts is empty.", 'Write version: "1".')
    refs.number(rules.majority, LEAST, MOST, "consent.majority")
    if rules.pediatric is not None:
        refs.number(rules.pediatric.minimum_age, 0, rules.majority - 1, "consent.pediatric.minimum_age")
        if not rules.pediatric.approval.strip():
            message = "No approval is named."
            refs.say("consent.pediatric.approval", "bad_label", message, "Write who gave it, and its number.")
