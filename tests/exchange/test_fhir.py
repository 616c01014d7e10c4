"""A FHIR R4 record as a screening case: facts only where the record is exact, and a question wherever it is not."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange import records
from tests.exchange.records import (
    GARBLED,
    ON,
    OWN,
    PLANNED,
    condition,
    facts,
    observation,
    patient,
    places,
    pressure,
    quantity,
    statement,
)
from tests.exchange.records import well as whole

from triptych.exchange import NotFhir, case_of_bundle, medicines_as_fhir


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    held = [{"resource": one} for one in (patient(), *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": held, **more}


def unconfirmed(said: str) -> dict[str, Any]:
    return condition(verificationStatus={"coding": [{"code": said}]})


def read(given_bundle: dict[str, Any]) -> Any:
    return case_of_bundle(json.dumps(given_bundle).encode(), ON, PLANNED)


def test_a_record_in_which_all_is_exact_becomes_a_case_without_questions():
    made = read(whole())
    assert made.questions == ()
    case = made.case
    assert case["participant"]["age"] == 34
    assert case["participant"]["sex_at_birth"] == "female"
    assert case["participant"]["diagnoses"] == ["Posttraumatic stress disorder"]
    assert case["participant"]["weight_kg"] == 66
    assert case["participant"]["pregnancy_test"] == {"result": "negative", "date": "2027-03-15"}
    assert case["vitals"]["bp_readings_mmHg"][-1] == {"date": "2027-03-09", "sbp": 122, "dbp": 76}
    assert case["vitals"]["temperature_c"] == 36.7
    assert case["labs_and_ecg"]["ecg"] == [{"date": "2027-03-10", "qtcf_ms": 428, "rhythm": "sinus rhythm"}]
    assert case["labs_and_ecg"]["creatinine_umol_l"] == 79.56
    assert case["labs_and_ecg"]["urine_drug_screen"] == "negative"
    assert case["medication_list_affirmed_complete"] is True
    (medicine,) = case["medications"]
    assert (medicine["as_entered"], medicine["status"], medicine["last_dose_date"]) == (
        "Lexapro", "stopped", "2027-02-23")  # fmt: skip


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every value in a case that stands for a fact, and not for a name."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = {key: one for name, part in pairs for key, one in leaves(part, f"{path}/{name}").items()}
    return inner if isinstance(value, dict | list) else {path: value}


NAMES = ("as_entered", "note", "dose", "route", "reported_under", "diagnoses", "medical_history", "codes")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(places(whole()))[1:]), st.sampled_from(("delete", *GARBLED))),
        min_size=1,
        max_size=3,
    )
)
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
    added = {path for path in new if not any(name in path for name in NAMES)}
    # A reading that is gone moves those after it up.
    added = {path for path in added if "bp_readings" not in path or new[path] not in before.values()}
    # A yes in the place of a no is an answer that somebody gave.
    added -= {"/participant/nursing"}
    assert not added or made.questions, added


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
        *(statement("Lexapro", status=said) for said in ("unknown", "not-taken", "on-hold", "active")),
        statement("Lexapro", subject=OTHER),
        *(statement("Lexapro", effectivePeriod={"end": said}) for said in ("2027-03", "2027-04-01")),
        statement("Lexapro", modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
        statement("Lexapro", medicationCodeableConcept=None),
        {**statement("Lexapro"), "medicationReference": {"reference": "#gone"}},
        {**statement("Lexapro"), "resourceType": "MedicationRequest", "status": "completed"},
        unconfirmed("differential"), condition(verificationStatus=None), condition(clinicalStatus=None),
        *(observation("8867-4", before=days, **quantity(70, "/min")) for days in (-1, 29)),
        observation("29463-7", **quantity(66, "stone")),
        observation("29463-7", valueQuantity={"value": 66, "unit": "kg"}),
        observation("2951-2", **quantity(14_000, "mmol/L")), {**pressure(), "status": "preliminary"},
        {"resourceType": "List", "id": "l", "emptyReason": {"coding": [{"code": "nilknown"}]}},
        {"resourceType": "MedicationUsage", "id": "r5"},
    ],
)  # fmt: skip
def test_what_is_not_certain_is_a_question_and_leaves_no_list_complete(resource):
    made = read(whole("collection", {**resource, "id": "another"}))
    assert made.questions
    assert made.case["medication_list_affirmed_complete"] is None


def test_what_says_of_itself_that_it_is_wrong_is_set_aside_and_told():
    made = read(bundle(unconfirmed("refuted"), statement("Lexapro", status="entered-in-error")))
    assert made.case["participant"]["diagnoses"] is None
    assert made.case["medications"] is None
    assert [line.outcome for line in made.lines] == ["set_aside", "set_aside"]


def none_known(**more: Any) -> dict[str, Any]:
    system = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    named = {"coding": [{"system": system, "code": "no-known-medications"}]}
    return statement("none", medicationCodeableConcept=named, status="active", effectivePeriod=None, **more)


def test_a_record_without_medicines_says_so_in_words_or_says_nothing():
    told, silent = (read(records.bundle([condition(), *facts(), *one])) for one in ([none_known()], []))
    assert (told.case["medications"], told.questions) == ([], ())
    assert silent.case["medications"] is None
    both = read(whole("collection", none_known() | {"id": "none"}))
    assert any("others name some" in question for question in both.questions)
    assert both.case["medication_list_affirmed_complete"] is None


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
    taken = read(bundle(statement("Lexapro", medicationCodeableConcept=coded))).case["medications"]
    assert [one["as_entered"] for one in taken] == ["Lexapro", "phenelzine"]
    assert taken[0]["codes"] == [{"system": "http://www.whocc.no/atc", "code": "N06AF03"}]


def test_a_medicine_list_that_is_written_and_read_again_is_the_same_with_its_codes():
    coding = {"system": "http://www.whocc.no/atc", "code": "N06AB10"}
    named = {"text": "Lexapro", "coding": [coding]}
    before = read(bundle(statement("Lexapro", medicationCodeableConcept=named, dosage=[{"text": "10 mg"}])))
    written = medicines_as_fhir(before, "P-1")
    assert "1993" not in json.dumps(written)
    assert read(written).case["medications"] == before.case["medications"]


def test_a_page_of_several_is_a_question():
    assert read(bundle(type="searchset", link=[{"relation": "next", "url": "x"}])).questions
    assert read(bundle(type="searchset", total=9)).questions


@pytest.mark.parametrize(
    "content",
    [b"", b"<Bundle xmlns='http://hl7.org/fhir'/>", b"[]", b"{}", b'{"resourceType":"Patient"}', b"\xff\xfe",
     b"[" * 100_000, b'{"resourceType":"Bundle","type":"batch","type":"batch","entry":[{}]}', b"[NaN]",
     b'{"resourceType":"Bundle","type":"history","entry":[{}]}', b'{"resourceType":"Bundle","type":"collection"}',
     b'{"resourceType":"Bundle","type":"collection","entry":[{}]}', b" " * 20_000_001,
     json.dumps(bundle(patient())).encode(), json.dumps(bundle(text=json.loads("[" * 200 + "]" * 200))).encode()],
)  # fmt: skip
def test_what_is_no_bundle_about_one_patient_is_refused_in_words(content):
    if b'"p1"' in content and b"text" not in content:
        content = content.replace(b'"p1"', b'"p2"', 1)
    with pytest.raises(NotFhir, match=r"[.]$"):
        case_of_bundle(content, ON)
