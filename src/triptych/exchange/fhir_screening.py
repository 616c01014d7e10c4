"""A FHIR R4 record as a screening case: what it says, what a person has to ask, and what became of each resource.

A record alone never makes anyone eligible: what it does not say stays absent from the case, and whatever could not be
read for certain is a question that has to be answered first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from msgspec import Struct

from triptych.exchange.fhir_bundle import Held, Line, Opened, decoded, dicts, open_bundle, read_bundle
from triptych.exchange.fhir_findings import Fact, findings
from triptych.exchange.fhir_lists import unlisted
from triptych.exchange.fhir_medicines import KINDS, medicine_list
from triptych.exchange.fhir_values import codes_of, day, names_of, words

BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
SEXES = {"M": "male", "F": "female"}
PAST = ("inactive", "remission", "resolved")
STATUSES = [[code] for code in ("active", "recurrence", "relapse", *PAST)]
NONE_KNOWN, UNTOLD = "no-known-problems", "no-problem-info"
READ = ("Patient", "Observation", "Condition", "AllergyIntolerance", "Medication", "List", "Composition", *KINDS)


UNREAD = frozenset(
    (
        "Account", "Appointment", "AppointmentResponse", "AuditEvent", "Basic", "Binary", "BodyStructure",
        "CarePlan", "CareTeam", "Claim", "ClaimResponse", "ClinicalImpression", "Communication",
        "CommunicationRequest", "Consent", "Contract", "Coverage", "Device", "DeviceRequest", "DeviceUseStatement",
        "DiagnosticReport", "DocumentManifest", "DocumentReference", "Encounter", "Endpoint", "EpisodeOfCare",
        "ExplanationOfBenefit", "FamilyMemberHistory", "Flag", "Goal", "Group", "HealthcareService", "ImagingStudy",
        "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation", "InsurancePlan", "Location",
        "Media", "MessageHeader", "NutritionOrder", "OperationOutcome", "Organization", "OrganizationAffiliation",
        "Person", "Practitioner", "PractitionerRole", "Procedure", "Provenance", "Questionnaire",
        "QuestionnaireResponse", "RelatedPerson", "RequestGroup", "ResearchStudy", "ResearchSubject",
        "RiskAssessment", "Schedule", "ServiceRequest", "Slot", "Specimen", "Substance", "Task",
        "VisionPrescription",
    )
)  # fmt: skip
"""Kinds of R4 that hold no item of a screening in a form that is read. A kind that stands nowhere is a question."""


class FromFhir(Struct, frozen=True, kw_only=True):
    """A record as a case (see the format of screening cases), and a line on every resource in it."""

    case: dict[str, Any]
    lines: tuple[Line, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """What a person has to answer before anything else counts. While there is one, nobody is eligible."""
        return tuple(f"{one.resource}: {one.text}" for one in self.lines if one.outcome == "question")


def case_of_bundle(content: bytes | dict[str, Any], on: date, planned: date | None = None) -> FromFhir:
    """Read a Bundle, as bytes or decoded, as it is known on a day, for a session planned on another.

    Raises:
        NotFhir: it is no FHIR R4 Bundle about one patient, or more than is taken.
    """
    opened = read_bundle(content) if isinstance(content, bytes) else open_bundle(content)
    lines = [*opened.lines]
    facts: list[Fact] = []
    for found in findings(opened, on):
        if isinstance(found, Fact):
            facts.append(found)
        else:
            lines.append(found)
    taken, told = medicine_list(opened, on)
    lines += told
    person, about = _person(opened, on)
    case: dict[str, Any] = {
        "evaluation_date": on.isoformat(),
        "planned_session_date": planned.isoformat() if planned else None,
        "medication_list_affirmed_complete": None,
        "participant": {**person, "pregnancy_test": None},
        "vitals": {"bp_readings_mmHg": []},
        "labs_and_ecg": {"urine_drug_screen": None, "labs_date": None, "ecg": []},
        "medications": taken,
    }
    lines += [*about, *_conditions(opened, case["participant"]), *_others(opened)]
    _place(case, facts)
    lines += unlisted(opened, lines)
    made = FromFhir(case=case, lines=tuple(lines))
    if made.questions:
        # The case must be safe by itself, wherever it goes: with a question open, nobody's list is complete.
        case["medication_list_affirmed_complete"] = None
    return made


def day_of_record(content: bytes | dict[str, Any]) -> date | None:
    """The day as of which a record was put together: of the Bundle, or of its Composition. None if it is untold.

    Raises:
        NotFhir: it is no FHIR R4 Bundle about one patient, or more than is taken.
    """
    bundle = decoded(content) if isinstance(content, bytes) else content
    opened = open_bundle(bundle)
    told = [bundle.get("timestamp") if isinstance(bundle, dict) else None]
    told += [held.body.get("date") for held in opened.of("Composition")]
    return next(filter(None, map(day, told)), None)


def _person(opened: Opened, on: date) -> tuple[dict[str, Any], list[Line]]:
    """Age and sex at birth. Administrative gender is neither, and decides nothing."""
    body, lines = opened.patient.body, []
    born = day(body.get("birthDate"))
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day)) if born and born <= on else None
    sexes = {
        SEXES.get(str(one.get("valueCode"))) for one in dicts(body.get("extension")) if one.get("url") == BIRTH_SEX
    }
    sex = sexes.pop() if len(sexes) == 1 else None
    problems = {
        "The day of birth is not told.": age is None,
        "Sex at birth is not told; administrative gender does not stand for it.": sex is None,
        "The record says of the person that they died.": "deceasedDateTime" in body
        or body.get("deceasedBoolean") is True,
        "The record of the person is not in use, or has a modifier that is not known here.": bool(
            body.get("active") is False or body.get("modifierExtension")
        ),
    }
    lines = [
        Line(resource=opened.patient.name, outcome="question", text=text) for text, is_so in problems.items() if is_so
    ]
    return {"age": age, "sex_at_birth": sex}, lines


def _conditions(opened: Opened, person: dict[str, Any]) -> Iterator[Line]:
    """Put diagnoses and past conditions into the case, and tell what became of each."""
    present: list[str] = []
    past: list[str] = []
    is_told = False
    for held in opened.of("Condition"):
        line = _condition(opened, held)
        is_told = is_told or line.outcome == "read"
        if line.outcome == "read" and line.text:
            is_past = any(code in PAST for _, code in codes_of(held.body.get("clinicalStatus")))
            (past if is_past else present).extend(names_of(held.body.get("code")))
        yield line
    person["diagnoses"] = present if is_told else None
    person["medical_history"] = past if is_told else None


def _condition(opened: Opened, held: Held) -> Line:
    body, names = held.body, names_of(held.body.get("code"))
    named, codes = (names or ("A condition without a name",))[0], [code for _, code in codes_of(body.get("code"))]
    verification = [code for _, code in codes_of(body.get("verificationStatus"))]
    if verification in (["refuted"], ["entered-in-error"]):
        return Line(resource=held.name, outcome="set_aside", text=f"{named}: {verification[0]}.")
    doubt = ""
    if not opened.is_about_patient(body.get("subject")):
        doubt = "It is not said to be about this patient."
    elif verification != ["confirmed"]:
        doubt = f"It is not confirmed ({', '.join(verification) or 'nothing is said of that'}): is it so?"
    elif [code for _, code in codes_of(body.get("clinicalStatus"))] not in STATUSES:
        doubt = "Whether they have it now is not told (clinicalStatus)."
    elif body.get("modifierExtension") or not names or {NONE_KNOWN, UNTOLD} & {*codes}:
        doubt = "What it says of the person's health cannot be taken for an answer."
    return Line(
        resource=held.name, outcome="question" if doubt else "read", text=f"{named}{': ' if doubt else ''}{doubt}"
    )


def _others(opened: Opened) -> Iterator[Line]:
    """Allergies are kept for whoever reads; of every other kind it is said how many there are."""
    for held in opened.of("AllergyIntolerance"):
        named = (names_of(held.body.get("code")) or ("an allergy without a name",))[0]
        yield Line(resource=held.name, outcome="not_read", text=f"Allergy: {named}. Kept for whoever decides.")
    for kind, count in Counter(one.kind for one in opened.resources if one.kind not in READ).items():
        known = kind in UNREAD
        text = "A screening reads none of this kind." if known else "It is not known here what it tells."
        named = words(kind) or "a resource"
        yield Line(resource=named, outcome="not_read" if known else "question", text=f"{count} in the Bundle. {text}")


def _place(case: dict[str, Any], facts: Iterable[Fact]) -> None:
    """Put facts where they stand in a case: readings and tracings all, of the rest the newest."""
    labs: list[date] = []
    for item, found in _by_item(facts).items():
        newest = found[-1]
        if item == "bp":
            case["vitals"]["bp_readings_mmHg"] = [{"date": one.on.isoformat(), **one.value} for one in found]
        elif item == "qtcf_ms":
            case["labs_and_ecg"]["ecg"] = [{"date": one.on.isoformat(), **one.value} for one in found]
        elif item == "pregnancy":
            result = "positive" if any(one.value == "positive" for one in found if one.on == newest.on) else "negative"
            case["participant"]["pregnancy_test"] = {"result": result, "date": newest.on.isoformat()}
        elif item.startswith("labs_and_ecg."):
            labs.append(newest.on)
            _set(case, item, _agreed(found))
        elif "." in item or item == "medication_list_affirmed_complete":
            _set(case, item, _agreed(found))
    _screened(case, _by_item(facts), labs)
    # One date stands for all results, so the oldest counts.
    case["labs_and_ecg"]["labs_date"] = min(labs).isoformat() if labs else None


def _by_item(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda one: one.on):
        found.setdefault(fact.item, []).append(fact)
    return found


def _agreed(found: list[Fact]) -> object:
    """The newest answer; none where two of one day differ."""
    last = [one.value for one in found if one.on == found[-1].on]
    return last[0] if all(value == last[0] for value in last) else None


def _screened(case: dict[str, Any], found: dict[str, list[Fact]], labs: list[date]) -> None:
    whole = found.get("drugs", [])
    since = whole[-1].on if whole else date.min
    drugs = sorted({one.value for one in found.get("drug", []) if one.on >= since})
    positive = any(one.value == "positive" for one in whole if one.on == since)
    if drugs or positive:
        case["labs_and_ecg"]["urine_drug_screen"] = f"positive: {', '.join(drugs) or 'not told for what'}"
    elif whole:
        case["labs_and_ecg"]["urine_drug_screen"] = "negative"
    labs += [since] if whole else []


def _set(case: dict[str, Any], path: str, value: object) -> None:
    *way, last = path.split(".")
    at = case
    for step in way:
        at = at.setdefault(step, {})
    at[last] = value
