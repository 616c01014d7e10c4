"""The data types of FHIR R4 that a screening reads: names and codes, days, amounts. What is not exact is none."""

import re
from collections.abc import Mapping
from datetime import date

from triptych.exchange.fhir_bundle import dicts

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
OWN = "urn:triptych:screening-item"
"""The system of codes for what no common code names: the keys of a screening case."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?")
MAX_NAME = 300

UNITS: Mapping[str, Mapping[str, float]] = {
    "kg": {"kg": 1, "g": 0.001, "[lb_av]": 0.45359237},
    "cm": {"cm": 1, "m": 100, "mm": 0.1, "[in_i]": 2.54},
    "mm[Hg]": {"mm[Hg]": 1, "kPa": 7.500617},
    "/min": {"/min": 1, "{beats}/min": 1, "{Beats}/min": 1, "1/min": 1},
    "Cel": {"Cel": 1},
    "mmol/L": {"mmol/L": 1, "meq/L": 1},  # of ions with one charge
    "U/L": {"U/L": 1, "[iU]/L": 1, "ukat/L": 60},
    "ms": {"ms": 1, "s": 1000},
    "umol/L": {"umol/L": 1, "mg/dL": 88.4},  # of creatinine, 113.12 g/mol
    "mg": {"mg": 1, "g": 1000},
    "m[IU]/L": {"m[IU]/L": 1, "u[IU]/mL": 1},
    "%": {"%": 1},
}
"""By the unit of a case, the UCUM units taken and their factors (UCUM 2.1; 1 katal is 1 mol/s, 1 U 1 µmol/min)."""


def names_of(concept: object) -> tuple[str, ...]:
    """What a CodeableConcept is called: its text, then what its codes are called; each once, none that is empty."""
    if not isinstance(concept, Mapping):
        return ()
    written = [concept.get("text"), *(one.get("display") for one in dicts(concept.get("coding")))]
    return tuple(dict.fromkeys(name for name in map(words, written) if name))


def codes_of(concept: object) -> tuple[tuple[str, str], ...]:
    """The codes of a CodeableConcept with their systems."""
    codings = dicts(concept.get("coding")) if isinstance(concept, Mapping) else []
    pairs = [(words(one.get("system")), words(one.get("code"))) for one in codings]
    return tuple(dict.fromkeys((system, code) for system, code in pairs if code))


def words(value: object) -> str:
    """A text in one line without what cannot be seen; empty where it is none, or longer than any name is."""
    if not isinstance(value, str) or len(value) > MAX_NAME:
        return ""
    return " ".join("".join(one if one.isprintable() else " " for one in value).split())


def day(value: object) -> date | None:
    """The day of a FHIR date or dateTime, as written; none where the day is not told or does not exist.

    >>> day("2027-03-02T23:30:00-08:00"), day("2027-03"), day("2027-02-30")
    (datetime.date(2027, 3, 2), None, None)
    """
    if not isinstance(value, str) or len(value) > 40 or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def amount(quantity: object, unit: str) -> float | None:
    """A Quantity in the unit asked for; none where number, unit or system are not exact or not known.

    >>> amount({"value": 100, "system": UCUM, "code": "[lb_av]"}, "kg")
    45.359237
    >>> amount({"value": 98.6, "system": UCUM, "code": "[degF]"}, "Cel")
    37.0
    """
    if not isinstance(quantity, Mapping) or quantity.get("system") != UCUM or "comparator" in quantity:
        return None
    value, written = quantity.get("value"), quantity.get("code")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(written, str):
        return None
    if not -1e9 < value < 1e9:
        return None
    if (unit, written) == ("Cel", "[degF]"):
        return round((value - 32) / 1.8, 6)
    factor = UNITS[unit].get(written)
    return None if factor is None else round(value * factor, 6)
