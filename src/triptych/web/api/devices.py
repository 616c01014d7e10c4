"""Readings of devices as FHIR R4 Observations, filed through the door like any other record."""

from typing import Any

from django.http import HttpRequest
from ninja import Body, Query, Router, Schema, Status
from pydantic import Field

from triptych.exchange import NoReading, NotFhir, NotVitals, Readings, read_observations
from triptych.exchange.fhir_bundle import decoded
from triptych.ledger import Filed, Held, Reason
from triptych.web.api.bearer import acting
from triptych.web.api.filing import PROBLEMS, refusal, refused, said
from triptych.web.api.problems import not_here
from triptych.web.api.reading import ACTING
from triptych.web.api.shapes import NAME, FiledOut, HeldOut, TakenOut
from triptych.web.devices import draft_of, registered
from triptych.web.entry import YEARS
from triptych.web.house import house
from triptych.web.signals import not_taken

router = Router()
VITALS = "vitals"


class Where(Schema, extra="forbid"):
    """The visit that readings belong to."""

    visit: str | None = Field(None, min_length=1, max_length=200, pattern=NAME)
    cycle: int | None = Field(None, ge=1, le=9999)


ANSWERS: dict[int, object] = {201: FiledOut, 200: FiledOut | TakenOut, 202: HeldOut, **PROBLEMS}


@router.post("/vitals", response=ANSWERS, openapi_extra=ACTING)
def file_readings(request: HttpRequest, where: Query[Where], sent: Body[dict[str, Any]]) -> Status[dict[str, object]]:
    """File the readings of a device: an Observation of the profile vitalsigns, or a Bundle of them, as one record.

    The device has to be registered and in service at the site. What is no reading is told with the answer. What a
    device sends that is registered to send continuously is a sample of a signal, and answered with `taken`.
    """
    asker, readings = acting(request), _read(request, sent)
    why = house().signals.take(readings, asker.actor)
    if why == ():
        return Status(200, {"outcome": "taken", "findings": _findings(not_taken(readings))})
    if why is not None:
        raise refusal(asker, readings.participant, why)
    if not readings.values:
        raise refused([Reason(code="not_vitals", text=str(NoReading(readings)))])
    form = asker.study.forms.get(VITALS)
    if form is None:
        raise not_here()
    view = asker.view()
    course = view.course(readings.participant)
    site = asker.grant.site or (course.site if course else None)
    if readings.device not in registered(view, site):
        text = "The device is not registered as in service at this site. Register it, or type the reading."
        raise refused([Reason(code="device_not_registered", text=text)])
    draft = draft_of(form, readings, site, where.visit, where.cycle)
    outcome = house().trial.file(draft, asker.actor)
    match outcome:
        case Filed():
            findings = (*outcome.findings, *_findings(readings.left_out))
            return Status(200 if outcome.repeated else 201, {"outcome": "filed", "findings": findings, **said(outcome)})
        case Held():
            return Status(202, {"outcome": "held", "reasons": outcome.reasons, **said(outcome)})
        case _:
            raise refusal(asker, draft.participant, outcome.reasons)


def _read(request: HttpRequest, sent: dict[str, Any]) -> Readings:
    try:
        decoded(request.body)  # a key that stands twice in one object is refused
        readings = read_observations(sent)
    except NoReading as none:
        readings = none.readings
    except (NotFhir, NotVitals) as wrong:
        raise refused([Reason(code="not_vitals", text=str(wrong))]) from wrong
    if readings.at.year not in YEARS:
        raise refused([Reason(code="not_vitals", text=f"The time is in the years {YEARS[0]} to {YEARS[-1]}.")])
    return readings


def _findings(texts: tuple[str, ...]) -> tuple[Reason, ...]:
    return tuple(Reason(code="no_reading", text=text) for text in texts)
