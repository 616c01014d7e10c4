"""A participant's consent at a glance, for the team: each part, the signature, capacity, and what is missing."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from triptych.course import may_file
from triptych.course.consenting import CAPACITY, DOUBT, ELEMENT, PERMISSION, SIGNATURE, WITHDRAWAL
from triptych.course.withdrawing import RESTART
from triptych.ledger import Seen
from triptych.ledger.library import consent_asked, consent_texts
from triptych.rules import Missing
from triptych.web.people import Asker, found, page
from triptych.web.show import show

QUIZ = "education_answer"
FORMS = (ELEMENT, SIGNATURE, PERMISSION, CAPACITY, DOUBT, WITHDRAWAL, RESTART)
WORDS = {
    "agreed": "agreed",
    "not_asked": "not asked",
    "declined": "declined",
    "withdrawn": "taken back",
    "in_doubt": "in doubt: ask again",
    "other_version": "another version of the text",
    "text_changed": "the text is not what was shown",
    "text_unknown": "the text is not at hand",
    "placeholder": "agreed to while it was a placeholder",
    "not_understood": "the question was not answered right",
    "representative": "by a representative",
}


@page
def consent_record(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the consent of a participant, with every reason for which it is not in force."""
    found(asker.view.course(participant))
    if not asker.view.sight.sees_form(SIGNATURE):
        raise Http404
    consented = found(asker.view.consented(participant))
    asked = [one for one in asker.view.records(participant) if one.current]
    seen = [one for one in asked if one.form in FORMS]
    role = asker.study.roles[asker.grant.role]
    asks = asker.study.document.consent
    names = [name for name in FORMS if name != PERMISSION or (asks and asks.pediatric)]
    may = [form for name in names if (form := asker.study.forms.get(name)) and may_file(role, form)]
    return show(
        request,
        asker,
        "consent_record.html",
        participant=participant,
        consented=consented,
        in_force=_said(consented.in_force),
        rows=[
            (one, _titled(one.element), WORDS[one.state], _last(seen, one.element), _wrong(asked, one.element))
            for one in consented.elements
        ],
        languages=consent_asked(asker.study, consented.version) if ELEMENT in [form.id for form in may] else {},
        signatures=[one for one in seen if one.form == SIGNATURE],
        permissions=[one for one in seen if one.form == PERMISSION],
        capacities=[one for one in seen if one.form in (CAPACITY, DOUBT)],
        locked=asker.view.is_consent_locked(participant),
        may=may,
        forms=asker.study.forms,
        zone=asker.view.zone(participant),
    )


def _said(value: bool | Missing) -> str:
    if isinstance(value, Missing):
        return "cannot be said"
    return "in force" if value else "not in force"


def _titled(element: str) -> str:
    passage = consent_texts()["en"].passage(element)
    return passage.title if passage else element.replace("_", " ")


def _wrong(seen: list[Seen], element: str) -> int:
    """How often the question on a part was answered otherwise than the text says."""
    return sum(one.form == QUIZ and one.values.get("passage") == f"consent: {element}" for one in seen)


def _last(seen: list[Seen], element: str) -> Mapping[str, Any] | None:
    """What the newest answer to a part says; none where there is none."""
    answers = [one for one in seen if one.form == ELEMENT and one.values.get("element") == element]
    return max(answers, key=lambda one: one.recorded_at).values if answers else None
