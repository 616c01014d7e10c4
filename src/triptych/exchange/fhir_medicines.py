"""Medicines in a FHIR R4 record as those of a screening case: who is said to take what, and until when.

A prescription, a dispensing and an administration name a medicine too. What is not said for certain stays open: no
status becomes *stopped* and no day becomes the last dose unless the record says exactly that.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from triptych.exchange.fhir_bundle import Body, Held, Line, Opened, dicts
from triptych.exchange.fhir_values import codes_of, day, names_of, words

KINDS = ("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense")
WITHOUT = ("no-known-medications", "787481004")
"""Codes by which the International Patient Summary and SNOMED CT say that no medicines are known."""
UNTOLD = ("no-medication-info",)
NONE_TAKEN = "No medicines are known, it says. Whether that is complete, a person affirms."
UNNAMED = "medicine without a name"
Found = tuple[dict[str, Any] | None, Line]


def medicine_list(opened: Opened, on: date) -> tuple[list[dict[str, Any]] | None, list[Line]]:
    """The medicines of a record as they stood on a day, each once, and what became of their resources.

    The list is empty only where the record says that no medicines are known, and none where it says nothing.
    """
    found = list(_medicines(opened, on))
    taken: list[dict[str, Any]] = []
    seen: set[str] = set()
    for medicine, _ in found:
        key = repr(medicine)
        taken += [medicine] if medicine is not None and key not in seen else []
        seen.add(key)
    lines = [line for _, line in found]
    said = [line for line in lines if line.text == NONE_TAKEN]
    if said and taken:
        lines += [_contradicted(line) for line in said]
    return (taken if taken or said else None), lines


def _contradicted(line: Line) -> Line:
    return Line(
        resource=line.resource, outcome="question", text="It says that there are no medicines; others name some."
    )


def _medicines(opened: Opened, on: date) -> Iterator[Found]:
    for held in opened.of(*KINDS):
        yield from _medicine(opened, held, on)
    for held in opened.of("List", "Composition"):
        yield from ((None, line) for line in _empty_lists(held))


def _medicine(opened: Opened, held: Held, on: date) -> Iterator[Found]:
    body = held.body
    aside = _aside(held)
    if aside:
        yield None, Line(resource=held.name, outcome="set_aside", text=aside)
        return
    concept, lost = _concept(opened, body)
    codes = codes_of(concept)
    if any(code in WITHOUT for _, code in codes) and not lost:
        yield None, _none_known(opened, held)
        return
    names = names_of(concept) or tuple(f"{system} {code}" for system, code in codes) or (UNNAMED,)
    status, last, doubts = _course(held, on)
    doubts += ["What it is cannot be read: the reference leads nowhere."] if lost else []
    doubts += ["No medicine is named."] if names == (UNNAMED,) and not lost else []
    doubts += ["It says that nothing is told of medicines."] if any(code in UNTOLD for _, code in codes) else []
    doubts += [] if opened.is_about_patient(body.get("subject")) else ["It is not said to be about this patient."]
    doubts += ["It has a modifier that is not known here."] if body.get("modifierExtension") else []
    if doubts:
        status, last = ("ongoing" if status == "ongoing" else None), None
    taken = {**_details(body), "status": status, "last_dose_date": last.isoformat() if last else None}
    # Each name is judged: where text and code mean different medicines, neither is lost.
    kept = [{"system": system, "code": code} for system, code in codes]
    for name in names:
        yield {"as_entered": name, **taken, "codes": kept}, _line(held, name, status, doubts)


def _none_known(opened: Opened, held: Held) -> Line:
    """What is said by whoever says that there is nothing; anything but a plain statement of it is a question."""
    body = held.body
    is_plain = held.kind == "MedicationStatement" and body.get("status") in ("active", "completed")
    is_plain = is_plain and opened.is_about_patient(body.get("subject")) and not body.get("modifierExtension")
    is_plain = is_plain and len(codes_of(body.get("medicationCodeableConcept"))) == 1
    text = NONE_TAKEN if is_plain else "It seems to say that no medicines are known: is that so?"
    return Line(resource=held.name, outcome="read" if is_plain else "question", text=text)


def _line(held: Held, name: str, status: str | None, doubts: list[str]) -> Line:
    if doubts:
        return Line(resource=held.name, outcome="question", text=f"{name}: {' '.join(doubts)}")
    return Line(resource=held.name, outcome="read", text=f"{name}: {status}")


def _aside(held: Held) -> str:
    if held.body.get("status") == "entered-in-error":
        return "It was entered in error."
    if held.kind == "MedicationRequest" and held.body.get("doNotPerform") is True:
        return "It asks not to give a medicine."
    return ""


def _concept(opened: Opened, body: Body) -> tuple[object, bool]:
    """What the medicine is, and whether a reference to it is lost."""
    concept, reference = body.get("medicationCodeableConcept"), body.get("medicationReference")
    if reference is None:
        return concept, False
    found = opened.find(reference, body)
    if found is None or found.get("resourceType") != "Medication" or found.get("status") == "entered-in-error":
        shown = reference.get("display") if isinstance(reference, Mapping) else None
        return {"text": shown}, True
    parts = [dict(one["itemCodeableConcept"]) for one in dicts(found.get("ingredient")) if _is_concept(one)]
    known = found.get("code")
    if names_of(known) or not parts:
        return known, False
    return {"text": " + ".join(names_of(one)[0] for one in parts if names_of(one))}, False


def _is_concept(ingredient: Body) -> bool:
    return isinstance(ingredient.get("itemCodeableConcept"), Mapping)


def _course(held: Held, on: date) -> tuple[str | None, date | None, list[str]]:
    """Whether it is taken, the day of the last dose, and what is doubtful about both."""
    status = held.body.get("status")
    if held.kind == "MedicationRequest" and status in ("active", "draft"):
        return "ongoing", None, []
    if held.kind != "MedicationStatement":
        return None, None, ["It is not known from this alone whether it is taken, or until when it was."]
    if status == "active":
        end = _end(held.body)
        late = ["It is said to be taken, and to have ended."] if end is not None and end < on else []
        return (None if late else "ongoing"), None, late
    if status in ("completed", "stopped"):
        end = _end(held.body)
        if end is None or end > on:
            return "stopped", None, ["The day of the last dose is not told."]
        return "stopped", end, []
    return None, None, [f"Its status, {words(status) or 'none'}, does not tell whether it was taken, or until when."]


def _end(body: Body) -> date | None:
    period = body.get("effectivePeriod")
    if isinstance(period, Mapping):
        start, end = day(period.get("start")), day(period.get("end"))
        return None if start is not None and end is not None and end < start else end
    return day(body.get("effectiveDateTime"))


def _details(body: Body) -> dict[str, Any]:
    doses = dicts(body.get("dosage")) or dicts(body.get("dosageInstruction"))
    dose = doses[0] if doses else {}
    reasons = [name for one in dicts(body.get("reasonCode")) for name in names_of(one)[:1]]
    notes = [words(one.get("text")) for one in dicts(body.get("note"))]
    return {
        "dose": words(dose.get("text")) or None,
        "route": (names_of(dose.get("route")) or (None,))[0],
        "reported_under": "; ".join(reasons) or None,
        "note": "; ".join(filter(None, notes)) or None,
    }


def _empty_lists(held: Held) -> Iterator[Line]:
    """What empty lists say of why they are. None of it stands for a person's word that nothing is missing."""
    parts = dicts(held.body.get("section")) if held.kind == "Composition" else [held.body]
    for part in parts:
        reasons = [code for _, code in codes_of(part.get("emptyReason"))]
        if reasons:
            title = words(part.get("title")) or "A list"
            text = f"{title} is empty ({', '.join(reasons)}). That is not a person's word that nothing is missing."
            yield Line(resource=held.name, outcome="question", text=text)
