"""The names that rules may use, and their types. The course room makes facts of the same names."""

from collections.abc import Mapping

from triptych.rules import BOOL, DATE, INT, NUMBER, TEXT, TIME, Code, ListOf, RecordOf, Type
from triptych.study.model import Form, Gate, Item, StudyDocument


def item_type(item: Item) -> Type:
    """The type of an item's answers in rules."""
    match item.type:
        case "integer":
            return INT
        case "decimal":
            return NUMBER
        case "boolean":
            return BOOL
        case "code":
            return Code(tuple(choice.code for choice in item.choices))
        case "codes":
            return ListOf(Code(tuple(choice.code for choice in item.choices)), affirmable=True)
        case "date":
            return DATE
        case "datetime":
            return TIME
        case _:
            return TEXT


def form_names(form: Form) -> dict[str, Type]:
    """What rules inside a form read: its own items, and the day it is about."""
    return {**{item.id: item_type(item) for item in form.items}, "today": DATE}


def record_type(form: Form) -> RecordOf:
    """A record of a form as gates read it: its answers and what is known of the record itself."""
    return RecordOf(form.id, {**{item.id: item_type(item) for item in form.items}, **_RECORD})


def course_names(document: StudyDocument) -> dict[str, Type]:
    """What gates and definitions read, without the definitions themselves."""
    names: dict[str, Type] = {
        form.id: ListOf(record_type(form), affirmable=form.affirmed_by is not None) for form in document.forms
    }
    axes: dict[str, Type] = {axis.id: Code(axis.values) for axis in document.axes}
    names["course"] = RecordOf("course", {**axes, **_COURSE})
    names["site"] = RecordOf("site", {"paused": BOOL, "active": BOOL})
    names["study"] = RecordOf("study", _STUDY)
    return {**names, "today": DATE, "cycle": INT}


_RECORD: Mapping[str, Type] = {
    "id": TEXT,
    "occurred_at": TIME,
    "filed_at": TIME,
    "day": DATE,
    "visit": TEXT,
    "cycle": INT,
    "actor": TEXT,
    "actor_role": TEXT,
}
_COURSE: Mapping[str, Type] = {
    "attempt": INT,
    "phase": TEXT,
    "failed_attempts": INT,
    "medicine_conflict": BOOL,
    "screening_confirmed": BOOL,
    "consent_in_force": BOOL,
    "consent_given": BOOL,
    "ended_by_consent": BOOL,
    "recording_fidelity": BOOL,
    "recording_recall": BOOL,
    "recording_training": BOOL,
    "present_agree_fidelity": BOOL,
    "present_agree_recall": BOOL,
    "present_agree_training": BOOL,
    "touch_agreed": BOOL,
    "participant_ready": BOOL,
    "abnormal_values_accepted": BOOL,
    "arm": TEXT,
    "dose_initial": NUMBER,
    "dose_maximum": NUMBER,
    "dose_supplemental": NUMBER,
    "dose_initial_given": BOOL,
    "dose_supplemental_given": BOOL,
    "last_dose_at": TIME,
    "value_holds": BOOL,
    "supplement_in_window": BOOL,
    "supplement_agreed": BOOL,
    "supplement_decided": BOOL,
    "supplement_vitals_in_limits": BOOL,
    "alarm_open": BOOL,
    "red_alarm_open": BOOL,
    "stayed_long_enough": BOOL,
    "discharge_vitals_settled": BOOL,
    "discharge_checked": BOOL,
    "distress_settled": BOOL,
    "impairing_effect_open": BOOL,
    "other_effects_marked": BOOL,
    "escort_briefed_before": BOOL,
    "escort_takes_over": BOOL,
}
_STUDY: Mapping[str, Type] = {
    "paused": BOOL,
    "activated": BOOL,
    "training": BOOL,
    "unconfirmed": INT,
    "consent_placeholders": INT,
    "allocated": INT,
}
COURSE_NAMES = frozenset(_COURSE)
"""What rules read of a course beside its axes; no axis may have one of these ids."""
RECORD_NAMES = frozenset({*_RECORD, "today", "previous", "baseline"})
"""What rules read of a record beside its answers; no item may have one of these ids."""


def gate_names(document: StudyDocument, gate: Gate, names: Mapping[str, Type]) -> Mapping[str, Type]:
    """What a gate's conditions read: the course, and as `filing` the answers being filed and by whom (`actor`)."""
    form = next((form for form in document.forms if form.id == gate.guards), None)
    return {**names, "filing": RecordOf("filing", {**form_names(form), "actor": TEXT})} if form else names
