"""Made-up health records in FHIR R4, from a seed: whole ones, and ones with something in the way.

The shapes are those that exporters write: transactions with orders by the hundred, searches, documents with a
Composition, contained medicines, references by id and by urn. `python -m tests.exchange.records 5000` screens so many,
each whole and damaged, and says how many made somebody eligible without being whole.
"""

import copy
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from triptych.exchange import NotFhir, screen_bundle
from triptych.ledger.library import knowledge

Json = dict[str, Any]
ON, PLANNED = date(2027, 3, 15), date(2027, 3, 20)
OWN, LOINC, UCUM = "urn:triptych:screening-item", "http://loinc.org", "http://unitsofmeasure.org"
ME = {"reference": "Patient/p1"}
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def day(before: int) -> str:
    """A day so many days before the record is read."""
    return (ON - timedelta(days=before)).isoformat()


def coded(code: str, system: str = LOINC, **more: str) -> Json:
    return {"coding": [{"system": system, "code": code, **more}]}


def quantity(value: float, unit: str) -> Json:
    return {"valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}}


def observation(code: str, system: str = LOINC, before: int = 5, **value: Any) -> Json:
    """A final result; its id is the code, so that there can be one of each."""
    return {"resourceType": "Observation", "id": f"o-{code.replace('_', '-')}", "status": "final",
            "code": coded(code, system), "subject": ME, "effectiveDateTime": day(before), **value}  # fmt: skip


def pressure(systolic: float = 122, diastolic: float = 76, number: int = 0) -> Json:
    parts = [{"code": coded(code), **quantity(value, "mm[Hg]")}
             for code, value in (("8480-6", systolic), ("8462-4", diastolic))]  # fmt: skip
    return {**observation("85354-9", before=20 - 7 * number, component=parts), "id": f"o-bp-{number}"}


def statement(name: str, identifier: str = "m1", before: int | None = 13, **more: Any) -> Json:
    """A medicine taken until so many days before, or still taken."""
    end = {} if before is None else {"effectivePeriod": {"start": "2020-01-05", "end": day(before)}}
    status = "active" if before is None else "completed"
    return {"resourceType": "MedicationStatement", "id": identifier, "status": status,
            "subject": ME, "medicationCodeableConcept": {"text": name}, **end, **more}  # fmt: skip


def condition(name: str = "Posttraumatic stress disorder", identifier: str = "c1", **more: Any) -> Json:
    return {"resourceType": "Condition", "id": identifier, "subject": ME, "code": {"text": name},
            "clinicalStatus": coded("active", CLINICAL), "verificationStatus": coded("confirmed", VERIFIED),
            **more}  # fmt: skip


def patient(sex: str = "F") -> Json:
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1993-01-02", "gender": "unknown",
            "extension": [{"url": BIRTH_SEX, "valueCode": sex}]}  # fmt: skip


def facts() -> list[Json]:
    """Every result and answer that the default profile asks for, all of them within limits."""
    negative = {"valueCodeableConcept": {"text": "Negative"}}
    tracing = {**quantity(428, "ms"), "component": [{"code": coded("rhythm", OWN), "valueString": "sinus rhythm"}]}
    return [
        *(pressure(number=number) for number in range(3)),
        observation("8867-4", **quantity(70, "/min")), observation("8310-5", **quantity(36.7, "Cel")),
        observation("29463-7", **quantity(66, "kg")), observation("8302-2", **quantity(170, "cm")),
        observation("2951-2", **quantity(140, "mmol/L")), observation("2823-3", **quantity(4.2, "mmol/L")),
        observation("1742-6", **quantity(22, "U/L")), observation("1920-8", **quantity(24, "U/L")),
        observation("2160-0", **quantity(0.9, "mg/dL")), observation("3016-3", **quantity(1.8, "m[IU]/L")),
        observation("qtcf_ms", OWN, **tracing), observation("urine_drug_screen", OWN, **negative),
        observation("2106-3", before=0, **negative), observation("childbearing_potential", OWN, valueBoolean=True),
        observation("contraception", OWN, valueString="copper IUD"), observation("nursing", OWN, valueBoolean=False),
        observation("family_history_psychosis_or_bipolar", OWN, valueBoolean=False),
        observation("cssrs_ideation_max_past_month", OWN, valueInteger=1),
        observation("behaviour_past_6_months", OWN, valueBoolean=False),
        observation("planned_initial_mg", OWN, **quantity(80, "mg")),
        observation("planned_supplemental_mg", OWN, **quantity(40, "mg")),
        observation("medication_list_affirmed_complete", OWN, valueBoolean=True),
    ]  # fmt: skip


def named(resources: list[Json], kind: str = "List") -> Json:
    """A List or a Composition that names resources."""
    references = [{"reference": f"{one['resourceType']}/{one['id']}"} for one in resources]
    if kind == "List":
        return {"resourceType": "List", "id": "whole", "status": "current", "mode": "snapshot", "subject": ME,
                "entry": [{"item": one} for one in references]}  # fmt: skip
    return {"resourceType": "Composition", "id": "whole", "status": "final", "type": coded("60591-5"), "subject": ME,
            "date": ON.isoformat(), "title": "Summary", "author": [{"display": "Clinic"}],
            "section": [{"title": "All", "entry": references}]}  # fmt: skip


def bundle(resources: list[Json], kind: str = "collection", **more: Any) -> Json:
    """A Bundle of a kind that says of itself that it is whole."""
    listed = {"document": "Composition", "searchset": ""}.get(kind, "List")
    front = [named(resources, listed)] if listed else []
    held = [*front, patient(), *resources] if kind == "document" else [patient(), *front, *resources]
    entries: list[Json] = [{"fullUrl": f"https://ehr.example/{one['resourceType']}/{one['id']}", "resource": one}
                           for one in held]  # fmt: skip
    counted = {"total": len(entries)} if kind == "searchset" else {}
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **counted, **more}


def well(kind: str = "collection", *more: Json) -> Json:
    """A record in which nothing is open and nothing is in the way."""
    return bundle([condition(), statement("Lexapro", before=20), *facts(), *more], kind)


SAFE = ("Lexapro", "Zoloft", "Celexa", "sertraline", "escitalopram 10 mg")
AGAINST: tuple[Callable[[Random], Json], ...] = (
    lambda rng: statement(rng.choice(("Nardil", "phenelzine", "Parnate", "Norvir", "lithium carbonate")), "x", None),
    lambda rng: statement(rng.choice(("Prozac", "fluoxetine 20 mg")), "x", rng.randint(1, 60)),
    lambda rng: statement(rng.choice(("Zyvox", "Auvelity", "Symbyax", "tramadol", "Effexor")), "x", None),
    lambda rng: statement(f"flarg{rng.randint(0, 999)}ol", "x", rng.randint(1, 900)),
    lambda rng: {**statement("Zoloft", "x", None), "resourceType": "MedicationRequest", "intent": "order"},
    lambda rng: {**statement("Zoloft", "x"), "resourceType": "MedicationRequest", "status": "stopped"},
    lambda rng: {**statement("", "x"), "medicationCodeableConcept": coded("3640", "http://www.nlm.nih.gov/rxnorm")},
    lambda rng: {**statement("", "x"), "medicationCodeableConcept": None,
                 "medicationReference": {"reference": "Medication/nowhere"}},
    lambda rng: {**statement("", "x"), "medicationReference": {"reference": "#m"}, "medicationCodeableConcept": None,
                 "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Nardil"}}]},
    lambda rng: statement("Zoloft", "x", status=rng.choice(("unknown", "on-hold", "intended", "not-taken", None))),
    lambda rng: statement("Zoloft", "x", effectivePeriod={"end": rng.choice(("2027-03", "2027", "zz", None))}),
    lambda rng: condition(rng.choice(("Bipolar I disorder", "Schizophrenia", "Heart failure")), "x"),
    lambda rng: condition("PTSD", "x", verificationStatus=coded("provisional", VERIFIED)),
    lambda rng: {**pressure(rng.randint(141, 200), 80), "id": "x", "effectiveDateTime": day(1)},
    lambda rng: {**observation("2951-2", before=1, **quantity(rng.randint(110, 134), "mmol/L")), "id": "x"},
    lambda rng: {**observation("8867-4", before=1, **quantity(0, "/min")), "id": "x"},
    lambda rng: {**observation("29463-7", before=1, **quantity(rng.randint(30, 47), "kg")), "id": "x"},
    lambda rng: {**observation("2106-3", before=0, valueCodeableConcept={"text": "Positive"}), "id": "x"},
    lambda rng: {**observation("19359-9", before=1, valueCodeableConcept={"text": "Positive"}), "id": "x"},
    lambda rng: {**observation("cssrs_ideation_max_past_month", OWN, before=0, valueInteger=4), "id": "x"},
    lambda rng: {"resourceType": rng.choice(("MedicationUsage", "Observatio", "X" * 90)), "id": "x"},
)  # fmt: skip
"""What stands in the way of a session, or leaves a question, each in a resource of its own with the id `x`."""


def crowd(rng: Random, count: int) -> Iterator[Json]:
    """What else an exporter writes: encounters, claims and reports that no screening reads."""
    kinds = ("Encounter", "Claim", "ExplanationOfBenefit", "DiagnosticReport", "Immunization", "Procedure", "CareTeam")
    for number in range(count):
        kind = rng.choice(kinds)
        yield {"resourceType": kind, "id": f"{kind.lower()}-{number}", "status": "finished", "subject": ME}


def made(seed: int) -> tuple[Json, bool]:
    """A record, and whether nothing in it is in the way."""
    rng = Random(seed)
    kind = rng.choice(("collection", "document", "searchset", "transaction", "batch"))
    medicines = [statement(rng.choice(SAFE), f"m{number}", rng.randint(15, 400)) for number in range(rng.randint(1, 4))]
    against = rng.sample(AGAINST, rng.choice((0, 1, 1, 2)))
    extra = [{**one(rng), "id": f"x{number}"} for number, one in enumerate(against)]
    resources = [condition(), *medicines, *facts(), *extra, *crowd(rng, rng.randint(0, 30))]
    rng.shuffle(resources)
    return bundle(resources, kind), not extra


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a record."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    yield path
    for key, part in pairs:
        yield from places(part, (*path, key))


def without(record: Json, path: tuple[Any, ...]) -> Json:
    """A record without what stands at a path."""
    left = copy.deepcopy(record)
    at: Any = left
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return left


GARBLED: tuple[Any, ...] = (None, "", "zz", [], {}, [None], 9e99, -1, "2027-03", {"reference": "#loop"}, True, "\ud800")


def garbled(record: Json, rng: Random) -> Json:
    """A record with one to four places deleted or put something else into."""
    left = copy.deepcopy(record)
    for _ in range(rng.randint(1, 4)):
        found = [path for path in places(left) if path]
        if not found:
            break
        *way, last = rng.choice(found)
        at: Any = left
        for step in way:
            at = at[step]
        if rng.random() < 0.4:
            del at[last]
        else:
            at[last] = copy.deepcopy(rng.choice(GARBLED))
    return left


def decision(record: Json) -> str:
    """What a record is decided to be; `refused` where it is no record."""
    try:
        return screen_bundle(knowledge(), record, ON, PLANNED).answer.decision
    except NotFhir:
        return "refused"


def main(count: int) -> None:
    """Screen so many records, whole and damaged, and tell what came of them."""
    found: Counter[str] = Counter()
    wrong, begun = [], time.perf_counter()
    for seed in range(count):
        record, is_clear = made(seed)
        rng = Random(seed)
        fields = [path for path in places(record) if len(path) > 2]
        whole = decision(record)
        found[f"whole: {whole}"] += 1
        wrong += [f"{seed}: {whole}"] if is_clear != (whole == "eligible_on_date") else []
        entry = rng.randrange(len(record["entry"]))
        for kind, changed in (
            ("an entry dropped", without(record, ("entry", entry))),
            ("a field dropped", without(record, rng.choice(fields))),
            ("garbled", json.loads(json.dumps(garbled(record, rng)))),
        ):
            became = decision(changed)
            found[f"{kind}: {became}"] += 1
            wrong += [f"{seed}: {kind}"] if became == "eligible_on_date" and not is_clear else []
    seconds = time.perf_counter() - begun
    sys.stdout.write("".join(f"{count:8,}  {name}\n" for name, count in sorted(found.items())))
    sys.stdout.write(f"{4 * count:,} screenings in {seconds:.0f} s; to be looked at: {len(wrong)} {wrong[:40]}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
