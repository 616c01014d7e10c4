"""Reasons against an agreement: who is too young, when nothing may be signed, and words that are not those of the text.

A no, a withdrawal and a doubt are never judged here: they are always accepted.
"""

from collections.abc import Iterator

from triptych.course import Fold
from triptych.course.consent_lock import AFTER
from triptych.course.consenting import ELEMENT, PERMISSION, SIGNATURE, may_take_part
from triptych.course.touch import SIGNATURE as TOUCH_SIGNATURE
from triptych.course.touch import digest
from triptych.ledger.drafts import Reason
from triptych.ledger.judging import Case
from triptych.safety import KnownText
from triptych.study.consent import ConsentRules

PARTICIPANT = "participant"


def is_agreement(case: Case) -> bool:
    """Whether a draft agrees to the consent or to a part of it, or gives permission, and does not decline."""
    return (
        case.draft.form in (SIGNATURE, ELEMENT, PERMISSION, TOUCH_SIGNATURE) and case.draft.values.get("agreed") is True
    )


def agreeing(case: Case, fold: Fold) -> Iterator[Reason]:
    """Why this may not be agreed to now, by this person, in these words; judged on the whole ledger."""
    final = case.draft.origin == "direct"
    rules = case.study.document.consent
    if may_take_part(rules, fold.age(case.draft.occurred_at)) is False:
        text = "The participant is under the age at which the study document lets anybody take part."
        yield Reason(code="under_age", text=text, source="P11-05", final=final)
    if rules is None:
        return
    if fold.consent_lock(case.now) or fold.consent_lock(case.draft.occurred_at):
        hours = int(AFTER.total_seconds() // 3600)
        text = (
            f"From a dose until {hours} hours after the recorded discharge nothing is signed and nothing is added. "
            "Saying no, withdrawing and stopping are possible at any time."
        )
        yield Reason(code="after_a_dose", text=text, source="CON-05", final=final)
    yield from _route(case, rules, final=final)
    if case.draft.form == ELEMENT:
        yield from _text(case, fold, final=final)
    if case.draft.form == TOUCH_SIGNATURE:
        yield from _touch(case, fold)


def _route(case: Case, rules: ConsentRules, *, final: bool) -> Iterator[Reason]:
    """Only participants sign on their own page, and only the team tells of paper, a witness or a representative."""
    route = case.draft.values.get("route")
    is_own = case.actor.role == PARTICIPANT
    if (route == "own" and not is_own) or (is_own and route != "own"):
        text = (
            "Participants agree on their own page, and the team records what was agreed on paper or before a witness."
        )
        yield Reason(code="other_route", text=text, source="P11-10", final=final, item="route")
    elif route == "spoken":
        text = "Saying so is enough to decline. To agree takes a signature."
        yield Reason(code="other_route", text=text, source="P11-10", final=final, item="route")
    elif route == "representative" and not rules.representative:
        text = "The study document lets no representative sign."
        yield Reason(code="no_representative", text=text, final=final, item="route")


def _touch(case: Case, fold: Fold) -> Iterator[Reason]:
    """The touch agreement that is signed is the one that was shown, as it stands (P11-09)."""
    signed = fold.entries.entry(str(case.draft.values.get("about")))
    stands = signed.current if signed is not None and signed.id not in fold.entries.voided else None
    if stands is None or digest(stands.values) != case.draft.values.get("shown"):
        text = "What was shown is not the agreement as it stands. Read it again and sign it then."
        yield Reason(code="not_what_was_shown", text=text, source="P11-09", final=True)


def _text(case: Case, fold: Fold, *, final: bool) -> Iterator[Reason]:
    """The text is known here, is exactly the one that was shown, and its question was answered as it says (EMA-05)."""
    values = case.draft.values
    key = (str(values.get("version")), str(values.get("language")), str(values.get("element")))
    known: KnownText | None = fold.consent_texts.get(key)
    if known is None:
        text = f"There is no text of this part in version {key[0]!r} in the language {key[1]!r}."
        yield Reason(code="no_such_text", text=text, final=final, item="version")
    elif known.digest != values.get("text"):
        text = "What was shown is not the text of this part. Read it again and agree to it then."
        yield Reason(code="other_text", text=text, source="EMA-05", final=final, item="text")
    elif known.is_placeholder and case.setting.activated:
        text = "In this part stands a placeholder: the study has not written what only it can say. Nobody agrees to it."
        yield Reason(code="placeholder", text=text, source="CON-07", final=final, item="text")
    elif known.asks and values.get("understood") is not True:
        text = "The question about this part has not been answered as the text says. Go over it together."
        yield Reason(code="not_understood", text=text, source="CON-07", final=final, item="understood")
