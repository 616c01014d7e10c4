"""What `triptych study check` reports of phases, cycles and visits: where it stands and what to write."""

import pytest
from tests.spec.study.documents import check_mistake

# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "a phase without visits": (
        "cycles:\n",
        "  - {id: empty, title: Empty, panel: integration}\ncycles:\n",
        "empty_phase",
        "id: empty",
        "take it out",
    ),
    "a visit held by a form that is not on it": (
        "    requires: {treatment: active}\n    timing:\n      - {cycle: first",
        "    requires: {treatment: active}\n    held_by: diary\n    timing:\n      - {cycle: first",
        "held_by_elsewhere",
        "held_by: diary",
        "Place the form",
    ),
    "a visit held by nothing that a rule could read": (
        "    requires: {treatment: active}\n    timing:\n      - {cycle: first",
        "    requires: {treatment: active}\n    held_when: 'true'\n    timing:\n      - {cycle: first",
        "held_by_missing",
        "held_when",
        "`held_by`",
    ),
    "a cycle without visits": (
        "visits:\n",
        "  - {id: empty, title: Empty, repeats: 2}\nvisits:\n",
        "empty_cycle",
        "id: empty",
        "take it out",
    ),
    "a cycle that never stands": ("repeats: 2", "repeats: 51", "bad_number", "repeats: 51", "1 to 50"),
    "a form misspelled on a visit": ("form: diary", "form: diarys", "unknown_form", "diarys", "diary"),
    "a form of the study on a visit": (
        "    group: rating\n",
        "    group: rating\n    about: study\n",
        "not_about_participant",
        "forms: [{form: scale}]",
        "Take it off",
    ),
    "a form twice on a visit": (
        "      - {form: vitals}\n",
        "      - {form: vitals}\n      - {form: vitals}\n",
        "duplicate_form",
        "    forms:\n",
        "once",
    ),
    "a phase misspelled": (
        "title: First, phase: screening",
        "title: First, phase: screning",
        "unknown_phase",
        "screning",
        "screening",
    ),
    "a cycle misspelled": (
        "cycle: dosing_cycle",
        "cycle: dosing_cycel",
        "unknown_cycle",
        "dosing_cycel",
        "dosing_cycle",
    ),
    "three labels for two cycles": ("labels: [V1, V2]", "labels: [V1, V2, V3]", "label_count", "labels:", "one label"),
    "two labels outside a cycle": (
        "title: End\n",
        "title: End\n    labels: [V3, V4]\n",
        "label_count",
        "labels: [V3",
        "one label",
    ),
    "a form that serves again and is not there": (
        "{form: vitals, within",
        "{form: vital, within",
        "unknown_form",
        "vital, within",
        "vitals",
    ),
    "a form that serves again for no time": ("within: 4 weeks", "within: 4", "shape", "within: 4", '"4"'),
    "a form that serves again until no time": ("within: 4 weeks", "within: a month", "duration", "a month", "4 weeks"),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    check_mistake(old, new, code, at, hint)
