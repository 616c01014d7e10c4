"""Screening of what is sent: a case, a FHIR R4 record, or a call of CDS Hooks. No record is read, and none is filed.

The answer is that of `triptych screen`, by the numbers of the study in force.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from msgspec.structs import replace
from ninja import Router

from triptych.exchange import FromRecord, NotFhir, screen_bundle
from triptych.exchange.answers import answer_of
from triptych.exchange.cds_hooks import SERVICES, Unmet, bundle_of_call, cards_of, planned_of, services
from triptych.exchange.fhir_bundle import decoded
from triptych.ledger.library import knowledge
from triptych.safety import Knowledge, profile_of, read_case, screen
from triptych.web.api.bearer import caller_of
from triptych.web.api.problems import Problem, not_here
from triptych.web.api.screening_shapes import CallIn, CardsOut, ScreeningIn, ScreeningOut, ServicesOut
from triptych.web.api.shapes import ProblemOut
from triptych.web.entry import YEARS
from triptych.web.house import house

router = Router()
PROBLEMS: dict[int, object] = dict.fromkeys((400, 401, 403, 413, 415, 422), ProblemOut)


@router.post("/screen", response={200: ScreeningOut, **PROBLEMS})
def screen_sent(request: HttpRequest, sent: ScreeningIn) -> dict[str, Any]:
    """Screen a case or a FHIR R4 Bundle, one of them, and tell the decision with every reason and what is missing."""
    known = _knowledge(request)
    planned, evaluated = _day(sent.planned, "planned"), _day(sent.evaluated, "evaluated")
    if (sent.case is None) == (sent.bundle is None):
        raise _not_screened("Send one of them: case, or bundle.")
    _once(request)
    if sent.bundle is not None:
        return answer_of(_screened(known, sent.bundle, evaluated or _today(), planned).answer)
    days = {"planned_session_date": planned, "evaluation_date": evaluated}
    case = read_case({**(sent.case or {}), **{key: day.isoformat() for key, day in days.items() if day}})
    return answer_of(screen(known.base, known.profile, known.conditions, case))


@router.get("/cds-services", response={200: ServicesOut, 401: ProblemOut, 403: ProblemOut}, exclude_none=True)
def discover(request: HttpRequest) -> dict[str, Any]:
    """Tell the services of CDS Hooks 2.0 that there are, and what has to be sent with a call."""
    return {"services": services()}


@router.post(
    "/cds-services/{service}",
    response={200: CardsOut, **PROBLEMS, 404: ProblemOut, 412: ProblemOut},
    exclude_none=True,
)
def call_service(request: HttpRequest, service: str, call: CallIn) -> dict[str, Any]:
    """Answer a call of CDS Hooks 2.0 (`patient-view`, `order-select`) with cards."""
    if service not in SERVICES:
        raise not_here()
    sent = call.dict()
    if call.hook != SERVICES[service]:
        raise _not_screened(f"This service answers the hook {SERVICES[service]}.")
    _once(request)
    try:
        bundle = bundle_of_call(sent)
    except Unmet as lacking:
        names = ", ".join(lacking.names)
        text = f"Nothing is fetched from your server. The call lacks what the templates name: {names}."
        raise Problem(412, "prefetch", text) from lacking
    read = _screened(_knowledge(request), bundle, _today(), planned_of(sent))
    return {"cards": cards_of(read, sent)}


def _knowledge(request: HttpRequest) -> Knowledge:
    known = knowledge()
    return replace(known, profile=profile_of(known.profile, caller_of(request).study))


def _today() -> date:
    return house().clock().date()


def _screened(known: Knowledge, bundle: Mapping[str, Any], evaluated: date, planned: date | None) -> FromRecord:
    try:
        return screen_bundle(known, dict(bundle), evaluated, planned)
    except NotFhir as wrong:
        raise _not_screened(str(wrong)) from wrong


def _once(request: HttpRequest) -> None:
    """Refuse a body in which a key stands twice in one object: which of the two was meant is not known."""
    try:
        decoded(request.body)
    except NotFhir as wrong:
        raise _not_screened(str(wrong)) from wrong


def _day(text: str | None, name: str) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise _not_screened(f"{name} is no day from {YEARS[0]} to {YEARS[-1]}.")
    return found


def _not_screened(text: str) -> Problem:
    return Problem(422, "not_screened", text)
