"""What USDM cannot say of a document. It travels in one extension, in which null stands for what a USDM class says."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from triptych.exchange.usdm_places import Course
from triptych.exchange.usdm_schedule import placed_forms, placed_phases
from triptych.exchange.usdm_treatment import DOSE_PARTS, criteria_gate, is_blinded

Part = dict[str, Any]
WHOLE = ("id", "title", "version", "version_date", "design", "population", "planned_participants")


def left_over(data: Mapping[str, Any]) -> Part:
    """The document without everything that its USDM classes say: those values are null, the keys stay."""
    rest: Part = deepcopy(dict(data))
    course = Course(data)
    phases, forms = {phase["id"] for phase in placed_phases(data)}, set(placed_forms(course))
    _blank(rest, *WHOLE)
    if rest.get("registrations"):
        rest["registrations"] = None
    _blank(rest.get("amendment") or {}, "summary")
    for phase in rest.get("phases", []):
        if phase["id"] in phases:
            _blank(phase, "title")
    for cycle in rest.get("cycles", []):
        if _is_counted(course, cycle["id"]):
            _blank(cycle, "repeats")
    for form in rest.get("forms", []):
        if form["id"] in forms:
            _blank(form, "title")
    for visit in rest.get("visits", []):
        _blank_visit(visit, course)
    _blank_treatment(rest, data)
    for condition in (criteria_gate(rest) or {}).get("conditions", []):
        _blank(condition, "text")
    return rest


def _blank(part: Part, *names: str) -> None:
    for name in names:
        if name in part:
            part[name] = None


def _is_counted(course: Course, cycle: str) -> bool:
    """Whether the turns of a cycle can be counted by the encounters of some visit."""
    return any(visit.get("cycle") == cycle and not visit.get("turns") for visit in course.visits.values())


def _blank_visit(visit: Part, course: Course) -> None:
    own = course.visits[visit["id"]]
    turns = course.turns(own)
    _blank(visit, "title", "phase", "mode", "turns")
    if len(visit.get("labels") or []) <= max(1, len(turns)) and all(visit.get("labels") or []):
        _blank(visit, "labels")
    if "forms" in visit:
        extras = {form["form"]: _without(form, "form") for form in visit["forms"]}
        visit["forms"] = {form: extra for form, extra in extras.items() if extra}
    timed = _blank_timing(visit, course)
    if visit.get("series"):
        count = visit["series"]["count"]
        _blank(visit["series"], "count", *(["every"] if timed and count > 1 else []))


def _blank_timing(visit: Part, course: Course) -> bool:
    own, all_said = course.visits[visit["id"]], True
    for number, entry in enumerate(own.get("timing", [])):
        fitting = (place for place in course.places if place.visit is own and place.number in (None, 1))
        place = next((place for place in fitting if course.timing(place) is entry), None)
        if place is not None and course.anchor(place, entry) is not None:
            _blank(visit["timing"][number], "anchor", "target", "window", "between", "previous")
        else:
            all_said = False
    return all_said


def _blank_treatment(rest: Part, data: Mapping[str, Any]) -> None:
    has_cells = bool(placed_phases(data))
    for arm in rest.get("arms", []):
        for dose in arm.get("doses", []) if arm.get("drug") and has_cells else []:
            _blank(dose, *DOSE_PARTS)
        _blank(arm, "title", *(name for name in ("drug", "therapy") if arm.get(name) and has_cells))
    for therapy in rest.get("therapies", []):
        _blank(therapy, "title", *(["sessions"] if therapy.get("sessions") else []))
    for role in rest.get("roles", []):
        _blank(role, "title")
        if is_blinded(data) and role.get("unblinded") in (["allocation"], []):
            _blank(role, "unblinded")


def marks_by_form(marks: Collection[str], data: Mapping[str, Any]) -> list[str]:
    """The unconfirmed paths, in which a form on a visit goes by its id and not by its place in the list."""
    places = _form_places(data)
    return sorted(_moved(mark, places) for mark in marks)


def marks_by_number(marks: Collection[str], data: Mapping[str, Any]) -> set[str]:
    """The unconfirmed paths as documents have them; a mark of what is no longer there is left out."""
    places = {there: here for here, there in _form_places(data).items()}
    gone = {
        mark for mark in marks if len(parts := mark.split(".")) > 3 and _is_form(parts) and _head(parts) not in places
    }
    return {_moved(mark, places) for mark in marks if mark not in gone}


def _form_places(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"visits.{visit['id']}.forms.{number}": f"visits.{visit['id']}.forms.{form['form']}"
        for visit in data.get("visits", [])
        for number, form in enumerate(visit.get("forms", []))
    }


def _is_form(parts: list[str]) -> bool:
    return parts[0] == "visits" and parts[2] == "forms"


def _head(parts: list[str]) -> str:
    return ".".join(parts[:4])


def _moved(mark: str, places: Mapping[str, str]) -> str:
    parts = mark.split(".")
    return ".".join([places.get(_head(parts), _head(parts)), *parts[4:]]) if len(parts) > 3 else mark


def _without(part: Part, name: str) -> Part:
    return {key: value for key, value in part.items() if key != name}
