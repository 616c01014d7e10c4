"""Consent on paper or before a witness: the texts to be printed and signed, and what was signed entered part by part.

Each part is bound to the exact text on the page, as on the participants' site; what is left blank is not entered.
"""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec import Struct

from triptych.course import local_day, may_file
from triptych.course.consenting import ELEMENT, SIGNATURE
from triptych.ledger import Draft, Filed
from triptych.ledger.library import consent_asked, plain_evidence, plain_harm
from triptych.study import Form, fit
from triptych.study.consent import REQUIRED
from triptych.study.consent_texts import ConsentTexts
from triptych.web.entry import LOCAL, instant, new_id
from triptych.web.house import house
from triptych.web.people import Asker, found, page
from triptych.web.show import show

ROUTES = {"paper": "holder", "witness": "witness"}
"""How somebody agrees who does not do it on their own page, and who is named for it."""


class Sheet(Struct, kw_only=True):
    """What was entered from paper, as it was typed, and what is wrong with it."""

    record: str
    at: str
    sent: dict[str, str]
    problems: list[str]


@page
def consent_paper(request: HttpRequest, asker: Asker, participant: str, language: str) -> HttpResponse:
    """Show every text with room for an answer, to be printed; file what was signed on it."""
    found(asker.view.course(participant))
    consented = asker.view.consented(participant)
    role = asker.study.roles[asker.grant.role]
    if consented is None or not consented.elements or not may_file(role, asker.study.forms[ELEMENT]):
        raise Http404
    texts = found(consent_asked(asker.study, consented.version).get(language))
    zone = asker.view.zone(participant)
    sent = {name: str(value) for name, value in request.POST.items()}
    at = sent.get("occurred_at", asker.view.now.astimezone(zone).strftime(LOCAL))
    sheet = Sheet(record=sent.get("record", new_id(asker.view.now)), at=at, sent=sent, problems=[])
    if request.method == "POST":
        count = _file(asker, participant, texts, sheet)
        if not sheet.problems:
            messages.success(request, f"Consent on paper: {count} records filed.")
            return redirect("consent_record", participant=participant)
    return show(
        request,
        asker,
        "consent_paper.html",
        status=422 if sheet.problems else 200,
        participant=participant,
        texts=texts,
        languages=consent_asked(asker.study, consented.version),
        required=REQUIRED,
        sheet=sheet,
        beside={one.id: _beside(one.evidence, one.harms, texts) for one in texts.passages},
        locked=asker.view.is_consent_locked(participant),
    )


def _beside(evidence: str, harms: str, texts: ConsentTexts) -> tuple[str, ...]:
    told = plain_evidence(evidence, texts.language) if evidence else ()
    return (*told, *(plain_harm(harms, texts.language) if harms else ()))


def _file(asker: Asker, participant: str, texts: ConsentTexts, sheet: Sheet) -> int:
    """File each answer, then the signature; how many were tried. What was filed stays filed if another is refused."""
    how = _how(sheet)
    happened = instant(sheet.at, asker.view.zone(participant))
    if not is_id(sheet.record):
        raise Http404
    if happened is None:
        sheet.problems.append("Give the day and time at which it was signed.")
    given = [values for one in texts.passages if (values := _answer(one.id, texts, sheet, how))]
    if sheet.sent.get("signed") == "yes":
        given.append({"version": texts.version, "agreed": True, **how})
    if not given:
        sheet.problems.append("Nothing was entered: answer at least one part as it stands on the paper.")
    if sheet.problems or happened is None:
        return 0
    for values in given:
        form = asker.study.forms[ELEMENT if "element" in values else SIGNATURE]
        passage = texts.passage(str(values.get("element")))
        told = _refused(asker, participant, form, values, happened, sheet)
        sheet.problems.extend(f"{passage.title if passage else 'The signature'}: {text}" for text in told)
    return len(given)


def _refused(
    asker: Asker, participant: str, form: Form, values: dict[str, Any], happened: datetime, sheet: Sheet
) -> list[str]:
    """File one answer; why it was not filed, if it was not. What does not fit is said before the door is asked."""
    zone = asker.view.zone(participant)
    misfits = [one.message for one in fit(asker.study, form, values, local_day(happened, zone), zone) if one.hard]
    if misfits:
        return misfits
    draft = Draft(
        id=str(uuid.uuid5(uuid.UUID(sheet.record), str(values.get("element", SIGNATURE)))),
        form=form.id,
        values=values,
        occurred_at=happened,
        participant=participant,
        site=asker.grant.site,
    )
    outcome = house().trial.file(draft, asker.actor)
    return [] if isinstance(outcome, Filed) else [reason.text for reason in outcome.reasons]


def is_id(text: str) -> bool:
    """Whether a text can be a record's identifier."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _how(sheet: Sheet) -> dict[str, Any]:
    """The way in which it was agreed, and who is named for it."""
    route = sheet.sent.get("route", "")
    if route not in ROUTES:
        sheet.problems.append("Say whether it was signed on paper or before a witness.")
        return {}
    name = sheet.sent.get(ROUTES[route], "").strip()
    if not name:
        sheet.problems.append("Name the witness." if route == "witness" else "Say who holds the signed paper.")
    return {"route": route, ROUTES[route]: name}


def _answer(element: str, texts: ConsentTexts, sheet: Sheet, how: dict[str, Any]) -> dict[str, Any]:
    """One part as it stands on the paper; nothing where it was left blank."""
    said = sheet.sent.get(f"agreed-{element}", "")
    if said not in ("yes", "no"):
        return {}
    values: dict[str, Any] = {"element": element, "agreed": said == "yes", **how}
    if said == "yes":
        shown = sheet.sent.get(f"shown_{element}", "")
        values |= {"version": texts.version, "language": texts.language, "text": shown}
        values |= {"understood": True} if sheet.sent.get(f"understood-{element}") == "yes" else {}
    return values
