"""A screening decision written as FHIR R4: a GuidanceResponse with what it rests on and a Provenance.

It is the answer of software, for a person who decides. What is missing makes it `data-required`; nothing in it says
that somebody was found fit by a clinician. Each statement on a medicine has its source, and says if none confirms it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from triptych.exchange.fhir_writing import patient_of, statement_of
from triptych.safety import Case, Screening, Washout

MODULE = "urn:triptych:screening"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
SEVERITY = {"exclude": "high", "taper_washout": "high", "hold": "moderate", "physician_review": "moderate"}
DISCLAIMER = "An answer of software from what it was given. Qualified people decide, and answer for it."

Resource = dict[str, Any]


def decision_as_fhir(answer: Screening, case: Case, pseudonym: str, made_at: datetime, version: str) -> Resource:
    """A Bundle (collection): patient by pseudonym, medicines, the answer, what each medicine means, and who made it.

    Args:
        answer: The decision.
        case: The facts it rests on.
        pseudonym: What the patient is called in what is written; nothing else of theirs is.
        made_at: When it was decided, with its offset from UTC.
        version: Of the software.
    """
    url = _Urls(f"{pseudonym}:{made_at.isoformat()}")
    person, device = url.of("Patient"), url.of("Device")
    held: list[tuple[str, Resource]] = [(person, patient_of(pseudonym)), (device, _device(version))]
    medicines: dict[str, str] = {}
    for number, medicine in enumerate(case.medications or ()):
        medicines[medicine.as_entered or ""] = url.of(f"MedicationStatement/{number}")
        taken = {**msgspec.to_builtins(medicine), "as_entered": medicine.as_entered or "medicine without a name"}
        held.append((url.of(f"MedicationStatement/{number}"), statement_of(taken, person)))
    results, outcome = url.of("Parameters"), url.of("OperationOutcome")
    held.append((results, _parameters(answer)))
    if answer.missing_items:
        held.append((outcome, _missing(answer.missing_items)))
    response = _response(answer, case, person, made_at) | {
        "performer": {"reference": device},
        "outputParameters": {"reference": results},
        **({"evaluationMessage": [{"reference": outcome}]} if answer.missing_items else {}),
    }
    issues = [
        (url.of(f"DetectedIssue/{number}"), _issue(one, person, device, medicines, made_at))
        for number, one in enumerate(_judged(answer.washouts))
    ]
    judged = [(url.of("GuidanceResponse"), response), *issues]
    held += [*judged, (url.of("Provenance"), _provenance([one for one, _ in judged], device, made_at))]
    entries = [{"fullUrl": at, "resource": resource} for at, resource in held]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": _instant(made_at), "entry": entries}


class _Urls:
    """Names for the resources of one decision: the same for the same decision."""

    def __init__(self, about: str) -> None:
        self.about = about

    def of(self, name: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:triptych:decision:{self.about}:{name}')}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _device(version: str) -> Resource:
    name = {"name": "Triptych", "type": "manufacturer-name"}
    return {"resourceType": "Device", "deviceName": [name], "version": [{"value": version}]}


def _response(answer: Screening, case: Case, person: str, at: datetime) -> Resource:
    status = "success" if not answer.missing_items else "data-requested"
    status = "data-required" if answer.decision == "cannot_decide" else status
    planned = f" for {case.planned_session_date.isoformat()}" if case.planned_session_date else ""
    known = f"As known on {case.evaluation_date.isoformat()}{planned}." if case.evaluation_date else ""
    notes = [DISCLAIMER, known, *(f"To do: {action}" for action in answer.other_actions)]
    return {
        "resourceType": "GuidanceResponse",
        "moduleUri": MODULE,
        "status": status,
        "subject": {"reference": person},
        "occurrenceDateTime": _instant(at),
        "reasonCode": [{"text": reason} for reason in answer.reasons or ("No reason was found.",)],
        "note": [{"text": note} for note in notes if note],
    }


def _parameters(answer: Screening) -> Resource:
    parts: list[Resource] = [{"name": "decision", "valueCode": answer.decision.replace("_", "-")}]
    if answer.earliest_date is not None:
        parts.append({"name": "earliest_date", "valueDate": answer.earliest_date.isoformat()})
    parts.append({"name": "profile", "valueString": answer.profile})
    lists = (("resolved_active", answer.resolved_actives), ("missing_item", answer.missing_items))
    parts += [{"name": name, "valueString": value} for name, values in lists for value in values]
    return {"resourceType": "Parameters", "parameter": parts}


def _missing(items: Iterable[str]) -> Resource:
    found = [{"severity": "error", "code": "required", "diagnostics": f"Missing: {item}"} for item in items]
    return {"resourceType": "OperationOutcome", "issue": found}


def _judged(washouts: Iterable[Washout]) -> list[Washout]:
    """The rows that ask for something."""
    return [one for one in washouts if one.management != "allow"]


def _issue(one: Washout, person: str, device: str, medicines: Mapping[str, str], at: datetime) -> Resource:
    """What one row of the knowledge base says of one medicine with MDMA."""
    mark = "confirmed" if one.confirmed else "unconfirmed"
    hazards = ", ".join(one.hazards).replace("_", " ")
    detail = f"{one.label} with MDMA: {hazards}. {one.effect}. {one.statement}. {one.advice} [{one.row}, {mark}]"
    issue: Resource = {
        "resourceType": "DetectedIssue",
        "status": "final",
        "identifier": [{"system": f"{MODULE}:row", "value": one.row}],
        "code": {"coding": [{"system": ACT_CODE, "code": "DRG", "display": "Drug Interaction Alert"}]},
        "severity": "low" if one.satisfied else SEVERITY.get(one.management, "low"),
        "patient": {"reference": person},
        "identifiedDateTime": _instant(at),
        "author": {"reference": device},
        "detail": detail,
        "evidence": [{"code": [{"text": f"{one.source} ({mark})"}]}],
        "mitigation": [{"action": {"text": one.advice or one.statement}}],
    }
    implicated = medicines.get(one.entered)
    told = {"implicated": [{"reference": implicated}]} if implicated else {}
    return issue | told | ({"reference": one.url} if one.url else {})


def _provenance(targets: Iterable[str], device: str, at: datetime) -> Resource:
    kind = {"coding": [{"system": AGENT, "code": "assembler", "display": "Assembler"}]}
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target} for target in targets],
        "recorded": _instant(at),
        "agent": [{"type": kind, "who": {"reference": device}}],
    }
