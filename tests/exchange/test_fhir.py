"""A FHIR R4 record as a screening case: facts only where the record is exact, and a question wherever it is not."""

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.exchange import NotFhir, case_of_bundle, medicines_as_fhir

ON, PLANNED = date(2027, 3, 15), date(2027, 3, 20)
ME = {"reference": "Patient/p1"}
UCUM = "http://unitsofmeasure.org"
OWN = "urn:triptych:screening-item"


def observation(code: str, system: str = "http://loinc.org", on: str = "2027-03-10", **value: Any) -> dict[str, Any]:
    coded, name = {"coding": [{"system": system, "code": code}]}, code.replace("_", "-")
    return {"resourceType": "Observation", "id": f"o-{name}", "status": "final", "code": coded, "subject": ME,
            "effectiveDateTime": on, **value}  # fmt: skip


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}}


def component(code: str, value: float) -> dict[str, Any]:
    return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **quantity(value, "mm[Hg]")}


def pressure() -> dict[str, Any]:
    return observation("85354-9", component=[component("8480-6", 122), component("8462-4", 76)])


def statement(name: str = "Lexapro", **more: Any) -> dict[str, Any]:
    return {"resourceType": "MedicationStatement", "id": "m1", "status": "completed", "subject": ME,
            "medicationCodeableConcept": {"text": name}, "effectivePeriod": {"end": "2027-03-02"}, **more}  # fmt: skip


def condition(name: str = "PTSD", verified: str = "confirmed") -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "c1", "subject": ME, "code": {"text": name},
            "verificationStatus": {"coding": [{"code": verified}]}}  # fmt: skip


def patient() -> dict[str, Any]:
    sex = {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1993-01-02", "extension": [sex]}


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    held = [{"resource": one} for one in (patient(), *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": held, **more}


def whole() -> dict[str, Any]:
    """A record in which nothing is open."""
    negative = {"valueCodeableConcept": {"text": "Negative"}}
    return bundle(
        condition(), statement(), pressure(),
        observation("8867-4", **quantity(70, "/min")), observation("8310-5", **quantity(98.6, "[degF]")),
        observation("29463-7", **quantity(66, "kg")), observation("2951-2", **quantity(140, "mmol/L")),
        observation("qtcf_ms", OWN, **quantity(428, "ms")), observation("urine_drug_screen", OWN, **negative),
        observation("2106-3", **negative), observation("nursing", OWN, valueBoolean=False),
        observation("medication_list_affirmed_complete", OWN, valueBoolean=True),
    )  # fmt: skip


def read(given_bundle: dict[str, Any]) -> Any:
    return case_of_bundle(json.dumps(given_bundle).encode(), ON, PLANNED)


def test_a_record_in_which_all_is_exact_becomes_a_case_without_questions():
    made = read(whole())
    assert made.questions == ()
    case = made.case
    assert case["participant"]["age"] == 34
    assert case["participant"]["sex_at_birth"] == "female"
    assert case["participant"]["diagnoses"] == ["PTSD"]
    assert case["participant"]["weight_kg"] == 66
    assert case["participant"]["pregnancy_test"] == {"result": "negative", "date": "2027-03-10"}
    assert case["vitals"]["bp_readings_mmHg"] == [{"date": "2027-03-10", "sbp": 122, "dbp": 76}]
    assert case["vitals"]["temperature_c"] == 37
    assert case["labs_and_ecg"]["ecg"] == [{"date": "2027-03-10", "qtcf_ms": 428}]
    assert case["labs_and_ecg"]["urine_drug_screen"] == "negative"
    assert case["medication_list_affirmed_complete"] is True
    (medicine,) = case["medications"]
    assert (medicine["as_entered"], medicine["status"], medicine["last_dose_date"]) == (
        "Lexapro", "stopped", "2027-03-02")  # fmt: skip


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every value in a case that stands for a fact, and not for a name."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = {key: one for name, part in pairs for key, one in leaves(part, f"{path}/{name}").items()}
    return inner if isinstance(value, dict | list) else {path: value}


NAMES = ("as_entered", "note", "dose", "route", "reported_under", "diagnoses", "medical_history", "codes")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in pairs for place in places(part, (*path, key)))]


GARBLED: list[Any] = ["delete", None, "", "zz", [], {}, [None], 9e99, "2027-03", {"reference": "#loop"}, True]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(places(whole())[1:]), st.sampled_from(GARBLED)), min_size=1, max_size=3))
def test_whatever_is_deleted_or_garbled_adds_no_fact(changes):
    given_bundle = copy.deepcopy(whole())
    for path, put in changes:
        damage(given_bundle, path, put)
    try:
        made = read(given_bundle)
    except NotFhir:
        return
    before = leaves(read(whole()).case)
    new = {path: value for path, value in leaves(made.case).items() if value is not None and before.get(path) != value}
    facts = {path for path in new if not any(name in path for name in NAMES)}
    # A yes in the place of a no is an answer that somebody gave.
    facts -= {"/participant/nursing"}
    assert not facts or made.questions, facts


def damage(given_bundle: Any, path: tuple[Any, ...], put: Any) -> None:
    """Put something else in a place, if an earlier change left it there."""
    at = given_bundle
    try:
        for step in path[:-1]:
            at = at[step]
        if put == "delete":
            del at[path[-1]]
        else:
            at[path[-1]] = copy.deepcopy(put)
    except (KeyError, IndexError, TypeError):
        return


OTHER = {"reference": "Patient/p2"}


@pytest.mark.parametrize(
    "resource",
    [
        statement(status="unknown"), statement(status="not-taken"), statement(status="on-hold"),
        statement(subject=OTHER),
        statement(effectivePeriod={"end": "2027-03"}), statement(effectivePeriod={"end": "2027-04-01"}),
        statement(status="active"), statement(modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
        statement(medicationCodeableConcept=None), {**statement(), "medicationReference": {"reference": "#gone"}},
        {**statement(), "resourceType": "MedicationRequest", "status": "completed"},
        condition(verified="differential"), observation("8867-4", on="2027-03-16", **quantity(70, "/min")),
        observation("29463-7", **quantity(66, "stone")),
        observation("29463-7", valueQuantity={"value": 66, "unit": "kg"}),
        observation("2951-2", **quantity(14_000, "mmol/L")), {**pressure(), "status": "preliminary"},
        {"resourceType": "List", "id": "l", "emptyReason": {"coding": [{"code": "nilknown"}]}},
        {"resourceType": "MedicationUsage", "id": "r5"},
    ],
)  # fmt: skip
def test_what_is_not_certain_is_a_question_and_leaves_no_list_complete(resource):
    given_bundle = whole()
    given_bundle["entry"].append({"resource": {**resource, "id": "another"}})
    made = read(given_bundle)
    assert made.questions
    assert made.case["medication_list_affirmed_complete"] is None


def test_what_says_of_itself_that_it_is_wrong_is_set_aside_and_told():
    made = read(bundle(condition(verified="refuted"), statement(status="entered-in-error")))
    assert made.case["participant"]["diagnoses"] is None
    assert made.case["medications"] == []
    assert [line.outcome for line in made.lines] == ["set_aside", "set_aside"]


def test_one_drug_that_was_not_found_is_no_negative_screen_and_one_that_was_is_positive():
    absent = observation("19359-9", valueCodeableConcept={"text": "Negative"})
    assert read(bundle(absent)).case["labs_and_ecg"]["urine_drug_screen"] is None
    found = {**absent, "valueCodeableConcept": {"text": "Positive"}}
    screen = observation("urine_drug_screen", OWN, valueString="negative")
    assert read(bundle(screen, found)).case["labs_and_ecg"]["urine_drug_screen"] == "positive: cocaine"


def test_text_and_code_that_name_different_medicines_are_both_in_the_list():
    coded = {
        "text": "Lexapro",
        "coding": [{"system": "http://www.whocc.no/atc", "code": "N06AF03", "display": "phenelzine"}],
    }
    taken = read(bundle(statement(medicationCodeableConcept=coded))).case["medications"]
    assert [one["as_entered"] for one in taken] == ["Lexapro", "phenelzine"]
    assert taken[0]["codes"] == [{"system": "http://www.whocc.no/atc", "code": "N06AF03"}]


def test_a_medicine_list_that_is_written_and_read_again_is_the_same_with_its_codes():
    coding = {"system": "http://www.whocc.no/atc", "code": "N06AB10"}
    named = {"text": "Lexapro", "coding": [coding]}
    before = read(bundle(statement(medicationCodeableConcept=named, dosage=[{"text": "10 mg"}])))
    written = medicines_as_fhir(before, "P-1")
    assert "1993" not in json.dumps(written)
    assert read(written).case["medications"] == before.case["medications"]


def test_a_page_of_several_is_a_question():
    assert read(bundle(type="searchset", link=[{"relation": "next", "url": "x"}])).questions
    assert read(bundle(type="searchset", total=9)).questions


@pytest.mark.parametrize(
    "content",
    [b"", b"<Bundle xmlns='http://hl7.org/fhir'/>", b"[]", b"{}", b'{"resourceType":"Patient"}', b"\xff\xfe",
     b"[" * 100_000,
     b'{"resourceType":"Bundle","type":"history","entry":[{}]}', b'{"resourceType":"Bundle","type":"collection"}',
     b'{"resourceType":"Bundle","type":"collection","entry":[{}]}', b" " * 20_000_001,
     json.dumps(bundle(patient())).encode(), json.dumps(bundle(text=json.loads("[" * 200 + "]" * 200))).encode()],
)  # fmt: skip
def test_what_is_no_bundle_about_one_patient_is_refused_in_words(content):
    if b'"p1"' in content and b"text" not in content:
        content = content.replace(b'"p1"', b'"p2"', 1)
    with pytest.raises(NotFhir, match=r"[.]$"):
        case_of_bundle(content, ON)
