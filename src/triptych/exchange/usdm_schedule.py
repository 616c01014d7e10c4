"""The schedule of a document as USDM: epochs, encounters, activities, and a timeline of scheduled instances."""

from collections.abc import Mapping
from typing import Any

from triptych.exchange.usdm_parts import Ids, Term, Thing, chained, coded, own_term, thing
from triptych.exchange.usdm_places import Course, Place
from triptych.exchange.usdm_timing import fixed, written

VISIT = Term("C25716", "Visit")
IN_PERSON, HOME = Term("C175574", "In Person"), Term("C18002", "Home")
MODES = {"site": IN_PERSON, "home": IN_PERSON, "phone": Term("C171537", "Telephone Call")}
MODES["video"] = Term("C171525", "Audio-Videoconferencing")
EPOCHS = {
    "preparation": Term("C98779", "Run-in Period"),
    "medicine": Term("C101526", "Treatment Epoch"),
    "integration": Term("C202578", "Follow-Up Epoch"),
}
SCREENING = Term("C202487", "Screening Epoch")
DOSE_FORM = "dose_administration"
NO_DURATION = "Windows count from the days on which earlier visits were really held."
ENTRY = "A person has first been in contact about the study."


def placed_phases(data: Mapping[str, Any]) -> list[Thing]:
    """The phases in which a visit stands: only these are epochs."""
    used = {visit.get("phase") for visit in data.get("visits", [])}
    return [phase for phase in data.get("phases", []) if phase["id"] in used]


def placed_forms(course: Course) -> list[str]:
    """The forms that stand on a visit, in the order in which the course comes to them."""
    return list(dict.fromkeys(form["form"] for place in course.places for form in place.visit.get("forms", [])))


def epochs(data: Mapping[str, Any], ids: Ids) -> list[Thing]:
    """The phases as `StudyEpoch`; the first one, where people are screened, is named so."""
    made = []
    for number, phase in enumerate(placed_phases(data)):
        ident = ids.of("StudyEpoch", phase["id"])
        kind = SCREENING if not number and phase.get("panel") == "preparation" else EPOCHS[phase["panel"]]
        label = phase.get("title") or phase["id"]
        made.append(thing("StudyEpoch", ident, name=phase["id"], label=label, type=coded(ident, "type", kind)))
    return chained(made)


def encounters(course: Course, ids: Ids) -> list[Thing]:
    """Every visit in each of its turns as `Encounter`."""
    made = []
    for place in course.places:
        ident, mode = ids.of("Encounter", place.key), place.visit.get("mode") or "site"
        contact = [coded(ident, "contact", MODES[mode])]
        setting = [coded(ident, "setting", HOME)] if mode == "home" else None
        timed = ids.of("Timing", place.key) if _timed(course, place) else None
        fields = {"label": place.visit.get("title") or place.visit["id"], "type": coded(ident, "type", VISIT)}
        fields |= {"contactModes": contact, "environmentalSettings": setting, "scheduledAtId": timed}
        made.append(thing("Encounter", ident, name=place.key, **fields))
    return chained(made)


def activities(course: Course, titles: Mapping[str, str], arms: list[str], ids: Ids) -> list[Thing]:
    """The forms that stand on visits as `Activity`; the one for doses has the interventions as its procedures."""
    made = []
    for form in placed_forms(course):
        ident, title = ids.of("Activity", form), titles.get(form, form)
        procedures = [_procedure(ident, form, title, arm, ids) for arm in arms] if form == DOSE_FORM else []
        surrogate = [ids.of("BiomedicalConceptSurrogate", form)]
        fields = {"label": title, "definedProcedures": procedures, "bcSurrogateIds": surrogate}
        made.append(thing("Activity", ident, name=form, **fields))
    return chained(made)


def surrogates(course: Course, titles: Mapping[str, str], ids: Ids) -> list[Thing]:
    """What each activity collects: a surrogate, since the forms carry no codes that a concept would need."""
    kind = "BiomedicalConceptSurrogate"
    return [thing(kind, ids.of(kind, form), name=form, label=titles.get(form, form)) for form in placed_forms(course)]


def timeline(course: Course, ids: Ids) -> Thing:
    """The main timeline: one instance for each encounter, in order, with its window as a timing."""
    leaves = ids.of("ScheduleTimelineExit", "main")
    instances: list[Thing] = []
    timings: list[Thing] = []
    for number, place in enumerate(course.places):
        after = course.places[number + 1].key if number + 1 < len(course.places) else None
        instances.append(_instance(place, course, after, leaves, ids))
        if made := _timing(course, place, ids, is_first=not timings and not number):
            timings.append(made)
    fields = {"name": "main", "label": "Course of a participant", "mainTimeline": True, "entryCondition": ENTRY}
    first = instances[0]["id"] if instances else ""
    varies = {"durationWillVary": True, "reasonDurationWillVary": NO_DURATION, "text": NO_DURATION}
    duration = thing("Duration", "Duration_main", **varies)
    exits = [thing("ScheduleTimelineExit", leaves)]
    parts = {"entryId": first, "exits": exits, "timings": timings, "instances": instances, "plannedDuration": duration}
    return thing("ScheduleTimeline", ids.of("ScheduleTimeline", "main"), **fields, **parts)


def _instance(place: Place, course: Course, after: str | None, leaves: str, ids: Ids) -> Thing:
    kind, labels = "ScheduledActivityInstance", place.visit.get("labels") or []
    turns = course.turns(place.visit)
    at = turns.index(place.turn) if place.turn is not None else 0
    label = labels[at] if at < len(labels) and place.number in (None, 1) else None
    way = {"defaultConditionId": ids.of(kind, after)} if after else {"timelineExitId": leaves}
    does = [ids.of("Activity", form["form"]) for form in place.visit.get("forms", [])]
    held = {
        "epochId": ids.of("StudyEpoch", place.visit["phase"]) if place.visit.get("phase") else None,
        "encounterId": ids.of("Encounter", place.key),
    }
    return thing(kind, ids.of(kind, place.key), name=place.key, label=label, activityIds=does, **held, **way)


def _timed(course: Course, place: Place) -> bool:
    entry = course.timing(place)
    return entry is not None and course.anchor(place, entry) is not None


def _timing(course: Course, place: Place, ids: Ids, *, is_first: bool) -> Thing | None:
    kind, ident = "ScheduledActivityInstance", ids.of("Timing", place.key)
    label, own = place.visit.get("title") or place.visit["id"], ids.of(kind, place.key)
    entry = course.timing(place)
    anchor = course.anchor(place, entry) if entry else None
    if entry is not None and anchor is not None:
        made = written(entry, ident, place.key, label, own, ids.of(kind, anchor))
        return made | {"description": _spelled(place)} if place.number == 2 else made
    return fixed(ident, place.key, label, own) if is_first else None


def _spelled(place: Place) -> str:
    return f"{place.visit['series']['every']} after the one before"


def _procedure(owner: str, form: str, title: str, arm: str, ids: Ids) -> Thing:
    ident = f"Procedure_{owner}_{arm}"
    code = coded(ident, "code", own_term("form", form, title))
    fields = {"procedureType": "Administration of study drug", "code": code}
    return thing(
        "Procedure", ident, name=f"{form}.{arm}", label=title, studyInterventionId=ids.of("Drug", arm), **fields
    )
