"""What `triptych study check` reports of forms and their items: where it stands and what to write."""

import pytest
from tests.spec.study.documents import check_mistake

LONG = "x" * 501
# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "a value from which nothing is set": (
        "to: stopped,",
        "to: stopped, only_from: [activ],",
        "unknown_value",
        "activ]",
        "active",
    ),
    "values of an axis that is not there": (
        "{axis: treatment,",
        "{axis: treatmnt, only_from: [activ],",
        "unknown_axis",
        "treatmnt",
        "treatment",
    ),
    "a label of spaces": ("label: Note", "label: '  '", "bad_label", "label: '  '", "understand"),
    "a label too long": (
        "label: Note",
        f"label: {LONG}",
        "bad_label",
        "xxx",
        "understand",
    ),
    "a title of a gate too long": (
        "title: Randomize\n",
        f"title: {LONG}\n",
        "bad_label",
        "xxx",
        "understand",
    ),
    "an empty visit label": ("labels: [V1, V2]", "labels: [V1, '']", "bad_label", "labels:", "understand"),
    "a form on no visit": (
        "forms: [{form: diary, required: false}]",
        "forms: []",
        "placed_nowhere",
        "id: diary",
        "log: true",
    ),
    "a number without a unit": (
        '{id: one, label: One, type: integer, unit: "{score}", range: {min: 0, max: 6}}',
        "{id: one, label: One, type: integer, range: {min: 0, max: 6}}",
        "unit_missing",
        "id: one",
        "UCUM",
    ),
    "a fact in another unit": (
        'unit: "mm[Hg]"',
        'unit: "mm[Hg]"\n        fact: weight',
        "fact_misfits",
        "fact: weight",
        "unit",
    ),
    "a unit with a space": ('unit: "mm[Hg]"', 'unit: "mm Hg"', "bad_unit", "mm Hg", "mm[Hg]"),
    "a unit of a text": (
        "label: Note, type: text",
        "label: Note, type: text, unit: kg",
        "not_a_number",
        "id: note",
        "change the type",
    ),
    "limits of a text": (
        "label: Note, type: text",
        "label: Note, type: text, range: {min: 1}",
        "not_a_number",
        "id: note",
        "change the type",
    ),
    "a code item without choices": (
        "type: record}",
        "type: record}, {id: how, label: How, type: codes}",
        "no_choices",
        "id: how",
        "choices",
    ),
    "choices of a text": (
        "label: Note, type: text",
        "label: Note, type: text, choices: [{code: a, label: A}]",
        "stray_choices",
        "id: note",
        "type: code",
    ),
    "a code that stands twice": (
        "{code: sitting, label: Sitting}",
        "{code: sitting, label: A}, {code: sitting, label: B}",
        "duplicate_code",
        "label: B",
        "its own",
    ),
    "a range upside down": (
        "range: {min: 40, max: 300}",
        "range: {min: 300, max: 40}",
        "range_reversed",
        "min: 300",
        "smaller",
    ),
    "an expectation upside down": (
        "expected: {min: 90, max: 160}",
        "expected: {min: 160, max: 90}",
        "range_reversed",
        "min: 160",
        "smaller",
    ),
    "an expectation below what is possible": (
        "expected: {min: 90, max: 160}",
        "expected: {min: 39, max: 160}",
        "expected_outside",
        "min: 39",
        "Widen",
    ),
    "an expectation above what is possible": (
        "expected: {min: 90, max: 160}",
        "expected: {max: 301}",
        "expected_outside",
        "max: 301",
        "Widen",
    ),
    "an expectation that begins above what is possible": (
        "expected: {min: 90, max: 160}",
        "expected: {min: 301}",
        "expected_outside",
        "min: 301",
        "Widen",
    ),
    "a text of no length": (
        "label: Note, type: text",
        "label: Note, type: text, max_length: 0",
        "bad_number",
        "id: note",
        "1 to 100,000",
    ),
    "a missing-value code that FHIR has not": (
        "missing: [not-performed]",
        "missing: [not-preformed]",
        "unknown_missing_code",
        "missing:",
        "not-performed",
    ),
    "a derived item that is required": (
        'derived: "sum([one, two])"',
        'derived: "sum([one, two])", required: true',
        "derived_required",
        "id: total",
        "required",
    ),
    "an axis that is not there": ("{axis: treatment,", "{axis: treatmnt,", "unknown_axis", "treatmnt", "treatment"),
    "a value that the axis has not": ("to: stopped,", "to: stoped,", "unknown_value", "stoped", "stopped"),
    "a start that the axis has not": ("start: active", "start: activ", "unknown_value", "start: activ", "active"),
    "standing that is not there": (
        "requires: {treatment: active}\nphases",
        "requires: {treatmnt: active}\nphases",
        "unknown_axis",
        "treatmnt",
        "treatment",
    ),
    "a visit's standing that is not there": (
        "    requires: {treatment: active}",
        "    requires: {treatment: actve}",
        "unknown_value",
        "actve",
        "active",
    ),
    "a task for nobody": ("role: coordinator,", "role: coordinater,", "unknown_role", "coordinater", "coordinator"),
    "a task due at once": ("within: 24 hours", "within: 0 hours", "duration", "0 hours", "longer"),
    "a task due at no time": ("within: 24 hours", "within: soon", "duration", "soon", "4 weeks"),
    "a task ended by no form": ("until: answer", "until: anser", "unknown_form", "anser", "answer"),
    "a task that never ends": (
        "items: [{id: about, label: About, type: record}]",
        "items: [{id: about, label: About, type: text}]",
        "ends_nothing",
        "until: answer",
        "type: record",
    ),
    "a stock of nothing": ("{limit: 10}", "{limit: 0}", "bad_number", "limit: 0", "1 to"),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    check_mistake(old, new, code, at, hint)
