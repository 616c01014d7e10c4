"""What was read of a record, written as FHIR R4: the medicine list with its codes, and an OperationOutcome of the rest.

The patient is written by a pseudonym and nothing else. A decision is written by `fhir_decision`.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from triptych.exchange.fhir_bundle import Line
from triptych.exchange.fhir_screening import FromFhir

STATUS = {"ongoing": "active", "stopped": "completed", "affirmed none": "not-taken"}
ISSUES = {
    "question": ("warning", "incomplete"),
    "set_aside": ("information", "informational"),
    "not_read": ("information", "not-supported"),
    "read": ("information", "informational"),
}


def medicines_as_fhir(made: FromFhir, pseudonym: str) -> dict[str, Any]:
    """A Bundle (collection) of the patient by pseudonym, a MedicationStatement for each medicine, and what is open."""
    person = _url(pseudonym, "Patient")
    statements = [statement_of(one, person) for one in made.case["medications"] or ()]
    told = {"resourceType": "OperationOutcome", "issue": _issues(made.lines)}
    urls = [_url(pseudonym, f"MedicationStatement/{number}") for number in range(len(statements))]
    outcome = (_url(pseudonym, "OperationOutcome"), told)
    entries = [(person, patient_of(pseudonym)), *zip(urls, statements, strict=True), outcome]
    held = [{"fullUrl": url, "resource": resource} for url, resource in entries]
    return {"resourceType": "Bundle", "type": "collection", "entry": held}


def _url(pseudonym: str, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:triptych:{pseudonym}:{name}')}"


def patient_of(pseudonym: str) -> dict[str, Any]:
    """A patient by a pseudonym and nothing else."""
    return {"resourceType": "Patient", "identifier": [{"system": "urn:triptych:participant", "value": pseudonym}]}


def statement_of(medicine: Mapping[str, Any], person: str) -> dict[str, Any]:
    """A medicine of a case as a MedicationStatement about the patient of this address."""
    coding = [{name: value for name, value in one.items() if value} for one in medicine["codes"]]
    concept = {"text": medicine["as_entered"], **({"coding": coding} if coding else {})}
    statement: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "status": STATUS.get(medicine["status"] or "", "unknown"),
        "medicationCodeableConcept": concept,
        "subject": {"reference": person},
    }
    parts = {
        "effectivePeriod": {"end": medicine["last_dose_date"]},
        "reasonCode": [{"text": medicine["reported_under"]}],
        "note": [{"text": medicine["note"]}],
        "dosage": [{"text": medicine["dose"]}],
    }
    told = ("last_dose_date", "reported_under", "note", "dose")
    present = [name for name, key in zip(parts, told, strict=True) if medicine[key]]
    return statement | {name: parts[name] for name in present}


def _issues(lines: Iterable[Line]) -> list[dict[str, Any]]:
    found = [
        {
            "severity": ISSUES[one.outcome][0],
            "code": ISSUES[one.outcome][1],
            "diagnostics": f"{one.resource}: {one.text}",
        }
        for one in lines
    ]
    return found or [{"severity": "information", "code": "informational", "diagnostics": "Nothing was in the record."}]
