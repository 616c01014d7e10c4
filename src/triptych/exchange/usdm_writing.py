"""A study document as a USDM v4 file: one study, one version, one interventional design."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from triptych.exchange.usdm_parts import Ids, Term, Thing, aliased, as_html, coded, quantity, thing
from triptych.exchange.usdm_places import Course
from triptych.exchange.usdm_reading import EXTENSION
from triptych.exchange.usdm_rest import left_over, marks_by_form
from triptych.exchange.usdm_schedule import activities, encounters, epochs, surrogates, timeline
from triptych.exchange.usdm_treatment import (
    cells,
    criteria,
    criteria_gate,
    interventions,
    is_blinded,
    products,
    roles,
    study_arms,
)

USDM_VERSION = "4.0.0"
NOT_STATED = "Not stated in the study document."
OFFICIAL_TITLE = Term("C207616", "Official Study Title")
SPONSOR = Term("C70793", "Sponsor")
COMPANY = Term("C54149", "Pharmaceutical Company")
ISSUED_DATE, GLOBAL = Term("C215664", "Issued Date"), Term("C68846", "Global")
REGISTRY = Term("C93453", "Clinical Study Registry")
SINGLE_GROUP, PARALLEL = Term("C82640", "Single Group Study"), Term("C82639", "Parallel Study")
OPEN, DOUBLE = Term("C49659", "Open Label Study"), Term("C15228", "Double Blind Study")
INTERVENTIONAL, TREATMENT = Term("C98388", "Interventional Study"), Term("C49656", "Treatment Study")
PRIMARY_OBJECTIVE = Term("C85826", "Study Primary Objective")
PRIMARY_ENDPOINT = Term("C94496", "Primary Endpoint")
FEMALE, MALE, YEARS = Term("C16576", "Female"), Term("C20197", "Male"), Term("C29848", "Year")
NO_UPPER_AGE = 120
UNSAID = "urn:triptych:usdm-extension:not-stated:1"
UNSAID = "urn:triptych:usdm-extension:not-stated:1"
_AGE = re.compile(r"age >= ([0-9]{1,3})")


def write(data: Mapping[str, Any], unconfirmed: Collection[str], titles: Mapping[str, str], ids: Ids) -> Thing:
    """A document with its marks as a USDM file; `titles` are those of forms that the document does not define."""
    named = {**titles, **{form["id"]: form.get("title") or form["id"] for form in data.get("forms", [])}}
    rest = {"document": left_over(data), "unconfirmed": marks_by_form(unconfirmed, data)}
    text = msgspec.json.encode(rest, order="sorted").decode()
    beside = thing("ExtensionAttribute", "ExtensionAttribute_study_document", url=EXTENSION, valueString=text)
    fields = {"name": data.get("id", ""), "versions": [_version(data, named, ids)], "documentedBy": []}
    study = thing("Study", ids.of("Study"), extensionAttributes=[beside], **fields)
    return {"usdmVersion": USDM_VERSION, "systemName": "Triptych", "systemVersion": "1", "study": study}


def _version(data: Mapping[str, Any], titles: Mapping[str, str], ids: Ids) -> Thing:
    ident = ids.of("StudyVersion")
    title = ids.of("StudyTitle", "official")
    registries, identifiers = _registrations(data, ids)
    _, texts = criteria(data, ids)
    sponsor = thing(
        "StudyRole",
        ids.of("StudyRole", "sponsor"),
        name="sponsor",
        label="Sponsor",
        code=coded("sponsor", "code", SPONSOR),
        appliesToIds=[ident],
        organizationIds=[registries[0]["id"]],
    )
    summary = (data.get("amendment") or {}).get("summary")
    fields = {
        "versionIdentifier": str(data.get("version", "")),
        "dateValues": _dates(data, ids),
        "rationale": summary or NOT_STATED,
        "titles": [thing("StudyTitle", title, text=data.get("title", ""), type=coded(title, "type", OFFICIAL_TITLE))],
        "organizations": registries,
        "studyIdentifiers": identifiers,
        "roles": [sponsor, *roles(data, ident, ids)],
        "studyInterventions": interventions(data, ids),
        "administrableProducts": products(data.get("arms", []), ids),
        "bcSurrogates": surrogates(Course(data), titles, ids),
        "eligibilityCriterionItems": texts,
        "studyDesigns": [_design(data, titles, ids)],
    }
    return thing("StudyVersion", ident, **fields)


def _dates(data: Mapping[str, Any], ids: Ids) -> list[Thing]:
    if not data.get("version_date"):
        return []
    ident = ids.of("GovernanceDate", "issued")
    world = thing("GeographicScope", f"GeographicScope_{ident}", type=coded(ident, "scope", GLOBAL))
    fields = {"type": coded(ident, "type", ISSUED_DATE), "dateValue": data["version_date"], "geographicScopes": [world]}
    return [thing("GovernanceDate", ident, name="issued", label="Issued", **fields)]


def _registrations(data: Mapping[str, Any], ids: Ids) -> tuple[list[Thing], list[Thing]]:
    """The sponsor, whom the document does not name, and the registries; with the number that each has given."""
    first = ids.of("Organization", "sponsor")
    kind, beside = coded(first, "type", COMPANY), [_unsaid(first)]
    named = {"name": "Sponsor", "label": NOT_STATED, "identifierScheme": "Not stated", "identifier": "not-stated"}
    owners = [thing("Organization", first, type=kind, extensionAttributes=beside, **named)]
    number = ids.of("StudyIdentifier", "sponsor")
    identifiers = [thing("StudyIdentifier", number, text=data.get("id", ""), scopeId=first)]
    for name, text in (data.get("registrations") or {}).items():
        owner = ids.of("Organization", name)
        fields = {"identifierScheme": "Name", "identifier": name, "type": coded(owner, "type", REGISTRY)}
        owners.append(thing("Organization", owner, name=name, label=name, **fields))
        identifiers.append(thing("StudyIdentifier", ids.of("StudyIdentifier", name), text=str(text), scopeId=owner))
    return owners, identifiers


def _design(data: Mapping[str, Any], titles: Mapping[str, str], ids: Ids) -> Thing:
    ident, course, arms = ids.of("StudyDesign"), Course(data), data.get("arms", [])
    stages = epochs(data, ids)
    grid, elements = cells(data, stages, ids)
    conditions, _ = criteria(data, ids)
    drugs = [arm["id"] for arm in arms if arm.get("drug")]
    used = dict.fromkeys(one for element in elements for one in element["studyInterventionIds"])
    fields = {
        "name": "design",
        "description": data.get("design") or None,
        "rationale": NOT_STATED,
        "studyType": coded(ident, "type", INTERVENTIONAL),
        "model": coded(ident, "model", PARALLEL if len(arms) > 1 else SINGLE_GROUP),
        "intentTypes": [coded(ident, "intent", TREATMENT)],
        "blindingSchema": aliased(ident, "blinding", DOUBLE if is_blinded(data) else OPEN),
        "arms": study_arms(arms, ids),
        "epochs": stages,
        "studyCells": grid,
        "elements": elements,
        "encounters": encounters(course, ids),
        "activities": activities(course, titles, drugs, ids),
        "scheduleTimelines": [timeline(course, ids)],
        "studyInterventionIds": list(used),
        "eligibilityCriteria": conditions,
        "population": _population(data, [one["id"] for one in conditions], ids),
        "objectives": [_objective()],
    }
    return thing("InterventionalStudyDesign", ident, **fields)


def _population(data: Mapping[str, Any], conditions: list[str], ids: Ids) -> Thing:
    ident, planned = ids.of("StudyDesignPopulation"), data.get("planned_participants")
    fields = {
        "name": "population",
        "description": data.get("population") or None,
        "includesHealthySubjects": False,
        "plannedEnrollmentNumber": quantity(ident, "planned", planned) if planned is not None else None,
        "plannedSex": [coded(ident, "female", FEMALE), coded(ident, "male", MALE)],
        "plannedAge": _ages(data, ident),
        "criterionIds": conditions,
    }
    return thing("StudyDesignPopulation", ident, **fields)


def _ages(data: Mapping[str, Any], owner: str) -> Thing:
    """The range of ages that USDM asks for, from the criterion about age; that its upper end is none is marked."""
    rules = (str(condition.get("rule", "")) for condition in (criteria_gate(data) or {}).get("conditions", []))
    least = next((int(match[1]) for rule in rules if (match := _AGE.fullmatch(rule))), 0)
    low, high = quantity(owner, "age_from", least, YEARS), quantity(owner, "age_to", NO_UPPER_AGE, YEARS)
    ends = {"minValue": low, "maxValue": high, "isApproximate": False}
    return thing("Range", f"Range_{owner}_age", extensionAttributes=[_unsaid(f"{owner}_age")], **ends)


def _unsaid(owner: str) -> Thing:
    """The mark of an object that USDM asks for and the document does not state: its content is a stand-in."""
    return thing("ExtensionAttribute", f"ExtensionAttribute_{owner}", url=UNSAID, valueBoolean=True)


def _objective() -> Thing:
    level = coded("Endpoint_primary", "level", PRIMARY_ENDPOINT)
    text = {"text": as_html(NOT_STATED), "level": level, "purpose": NOT_STATED}
    endpoint = thing("Endpoint", "Endpoint_primary", name="primary_endpoint", **text)
    fields = {"text": as_html(NOT_STATED), "level": coded("Objective_primary", "level", PRIMARY_OBJECTIVE)}
    return thing("Objective", "Objective_primary", name="primary_objective", endpoints=[endpoint], **fields)
