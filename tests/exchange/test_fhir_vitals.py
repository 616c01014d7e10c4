"""A device's readings as FHIR Observations: what is read, and what is no reading."""

from typing import Any

import pytest

from triptych.exchange import NotVitals, read_observations

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CATEGORY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code}]}


def quantity(value: Any, unit: str) -> dict[str, Any]:
    return {"value": value, "system": UCUM, "code": unit}


def observation(**more: Any) -> dict[str, Any]:
    """A pressure as the R4 profile of blood pressure has it: a panel with two components."""
    return {
        "resourceType": "Observation",
        "id": "obs-1",
        "status": "final",
        "category": [CATEGORY],
        "code": coded("85354-9"),
        "subject": {"reference": "Patient/P-1"},
        "device": {"identifier": {"value": "MON-7"}},
        "effectiveDateTime": "2026-03-02T09:50:00+01:00",
        "component": [
            {"code": coded("8480-6"), "valueQuantity": quantity(128, "mm[Hg]")},
            {"code": coded("8462-4"), "valueQuantity": quantity(81, "mm[Hg]")},
        ],
        **more,
    }


def single(code: str, value: Any, unit: str, **more: Any) -> dict[str, Any]:
    made = observation(id=f"obs-{code}", code=coded(code), valueQuantity=quantity(value, unit), **more)
    return {key: part for key, part in made.items() if key != "component"}


def bundle(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in parts]}


def test_a_bundle_of_one_moment_is_one_reading_of_who_when_and_by_which_device() -> None:
    parts = single("8867-4", 72, "/min"), single("8310-5", 98.6, "[degF]"), single("59408-5", 97.6, "%")
    found = read_observations(bundle(observation(), *parts))
    assert found.values == {"systolic": 128, "diastolic": 81, "heart_rate": 72, "temperature": 37.0, "spo2": 98}
    assert (found.participant, found.device) == ("P-1", "MON-7")
    assert found.at.isoformat() == "2026-03-02T09:50:00+01:00"
    assert found.record_id != read_observations(observation()).record_id


@pytest.mark.parametrize(
    "part",
    [{"valueQuantity": quantity(0, "/min")}, {"valueQuantity": quantity(72, "Hz")}, {"dataAbsentReason": coded("x")},
     {"valueQuantity": quantity("72", "/min")}, {"valueQuantity": quantity(-4, "/min")}, {"valueQuantity": None},
     {"status": "entered-in-error"}, {"code": {"coding": [{"system": "urn:x", "code": "8867-4"}]}}],
)  # fmt: skip
def test_zero_an_unknown_unit_and_an_absent_value_are_no_reading(part: dict[str, Any]) -> None:
    found = read_observations(bundle(observation(), {**single("8867-4", 72, "/min"), **part}))
    assert set(found.values) == {"systolic", "diastolic"}


@pytest.mark.parametrize(
    "sent",
    [{}, {"resourceType": "Patient"}, observation(category=[]), observation(subject={}), observation(device=None),
     observation(id=None), observation(effectiveDateTime="2026-03-02"), observation(component=[]), bundle(),
     observation(effectiveDateTime="2026-03-02T09:50:00"), bundle(*[observation()] * 21),
     bundle(observation(), single("8867-4", 72, "/min", subject={"reference": "Patient/P-2"}))],
)  # fmt: skip
def test_what_leaves_open_who_when_or_what_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(NotVitals):
        read_observations(sent)
