"""Vital signs as FHIR R4 Observations of the profile `vitalsigns`, sent by a device or its gateway: readings in.

One Observation, or a Bundle of several that name one person, one device and one time. Nothing is guessed: a reading of
zero or none, of another code or unit, or with a reason why it is absent is *no reading* and stands in no value.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from triptych.exchange.fhir_bundle import dicts
from triptych.exchange.fhir_values import LOINC, amount, codes_of, words
from triptych.exchange.hl7_vitals import WHOLE, NotVitals, Readings, with_a_reading

CODES: Mapping[str, tuple[str, str]] = {
    "8480-6": ("systolic", "mm[Hg]"),
    "8462-4": ("diastolic", "mm[Hg]"),
    "8867-4": ("heart_rate", "/min"),
    "8310-5": ("temperature", "Cel"),
    "59408-5": ("spo2", "%"),
    "2708-6": ("spo2", "%"),
}
"""Items and their units by LOINC, as the R4 profiles of vital signs have them; a pressure stands in components."""
FINAL = ("final", "preliminary")
"""Statuses that are read: final, and not yet verified by a person, as devices send them."""
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
MOST = 20


def read_observations(resource: Mapping[str, Any]) -> Readings:
    """Read an Observation, or a Bundle of them.

    Raises:
        NoReading: nothing of what it names was read.
        NotVitals: it is none, or leaves open who, when or by which device.
    """
    observations = list(_observations(resource))
    who = {_named(one.get("subject"), "Patient") for one in observations}
    device = {_named(one.get("device"), "Device") for one in observations}
    times = {_time(one.get("effectiveDateTime") or one.get("effectiveInstant")) for one in observations}
    names = [_own_name(one) for one in observations]
    if len(who) != 1 or "" in who or len(device) != 1 or "" in device or "" in names:
        raise NotVitals("Each Observation names one person (subject), one device (device) and itself (identifier, id).")
    at = times.pop() if len(times) == 1 else None
    if at is None:
        raise NotVitals("All readings have one time, with its offset from UTC (effectiveDateTime).")
    values, left_out = _values(observations)
    told = values.keys() | {one.partition(":")[0] for one in left_out}
    if not told:
        raise NotVitals("There is no reading in what was sent.")
    return with_a_reading(Readings(
        control_id="fhir:" + " ".join(sorted(names)), participant=who.pop(), device=device.pop(), at=at, values=values,
        left_out=tuple(left_out), told=frozenset(told),
    ))  # fmt: skip


def _observations(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = [resource]
    if resource.get("resourceType") == "Bundle":
        found = [one.get("resource") or {} for one in dicts(resource.get("entry"))]
    if not 0 < len(found) <= MOST:
        raise NotVitals(f"Send one Observation, or a Bundle of at most {MOST}.")
    for one in found:
        is_vital = any((CATEGORY, "vital-signs") in codes_of(category) for category in dicts(one.get("category")))
        if one.get("resourceType") != "Observation" or not is_vital:
            raise NotVitals("What was sent is no Observation of the category vital-signs.")
        yield one


def _named(reference: object, kind: str) -> str:
    """What a reference names: the value of its identifier, else what stands behind the type in its reference."""
    if not isinstance(reference, Mapping):
        return ""
    identifier = reference.get("identifier")
    named = words(identifier.get("value")) if isinstance(identifier, Mapping) else ""
    written = words(reference.get("reference"))
    return named or (written.removeprefix(f"{kind}/") if written.startswith(f"{kind}/") else "")


def _own_name(observation: Mapping[str, Any]) -> str:
    identifiers = [words(one.get("value")) for one in dicts(observation.get("identifier"))]
    return next((one for one in identifiers if one), words(observation.get("id")))


def _values(observations: list[Mapping[str, Any]]) -> tuple[dict[str, float], list[str]]:
    values: dict[str, float] = {}
    left_out: list[str] = []
    doubled: set[str] = set()
    for observation in observations:
        for part in (observation, *dicts(observation.get("component"))):
            coded = next((CODES[code] for system, code in codes_of(part.get("code")) if _is_loinc(system, code)), None)
            if coded is None:
                continue
            value, why = _reading(observation, part, *coded)
            if value is None:
                left_out.append(f"{coded[0]}: {why}")
                continue
            doubled |= {coded[0]} & values.keys()
            values[coded[0]] = value
    for item in doubled:
        del values[item]
        left_out.append(f"{item}: read twice")
    return values, left_out


def _is_loinc(system: str, code: str) -> bool:
    return system == LOINC and code in CODES


def _reading(observation: Mapping[str, Any], part: Mapping[str, Any], item: str, unit: str) -> tuple[float | None, str]:
    if observation.get("status") not in FINAL:
        return None, "its status is none that is read"
    if part.get("dataAbsentReason") is not None:
        return None, "no reading"
    value = amount(part.get("valueQuantity"), unit)
    if value is None:
        return None, "its value or unit is none that is read"
    if value <= 0:
        return None, "no reading"
    return (round(value) if item in WHOLE else round(value, 1)), ""


def _time(text: object) -> datetime | None:
    """A time of FHIR with its offset; none without one, whose hour nobody could tell."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
