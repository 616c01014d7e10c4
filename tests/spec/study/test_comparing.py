"""What differs between two documents is said in a protocol reader's words, and nothing else is."""

import pytest
from tests.spec.study.documents import BASE, changed, loaded

from triptych.study import differences

CHANGES = [
    (
        "initial: 80, maximum: 120",
        "initial: 80, maximum: 100",
        "Arms and doses",
        "Active",
        "80 to 120 mg → 80 to 100 mg",
    ),
    ("target: 8 weeks", "target: 12 weeks", "Visits", "End", "8 weeks ± 7 days after Dosing → 12 weeks ± 7 days"),
    ("forms: [{form: scale}]", "forms: [{form: scale, required: false}]", "Visits", "End", "expected → optional"),
    ("range: {min: 40, max: 300}", "range: {min: 40, max: 250}", "Forms", "Vital signs", "range 40.0–250.0"),
    ("label: Two,", "label: Second,", "Forms", "Scale", "item Second: nothing → integer"),
    (
        "rule: latest(vitals).systolic <= limit",
        "rule: latest(vitals).systolic < limit",
        "Gates",
        "Randomize",
        "<= limit →",
    ),
    ('rule: "160"', 'rule: "150"', "Rules", "Limit", "160 → 150"),
    ("start: active}", "start: stopped}", "Standing", "Treatment", "active → stopped"),
    ("sees: [rating]}", "sees: [rating, clinical]}", "Roles", "Rater", "rating → rating, clinical"),
    ("title: Base\n", "title: Other\n", "The study", "The study", "title: Base → Other"),
    ("repeats: 2}", "repeats: 2, first: 2}", "The study", "Cycle", "first: 1 → 2"),
]


@pytest.mark.parametrize(("text", "now", "section", "about", "what"), CHANGES, ids=[row[1] for row in CHANGES])
def test_a_change_is_said_where_a_reader_looks_for_it(text, now, section, about, what):
    after = changed(text, now)
    if "first: 2" in now:
        after = after.replace("{cycle: 1, initial: 80}, {cycle: 2", "{cycle: 3, initial: 80}, {cycle: 2")
    found = [d for d in differences(loaded(), loaded(after)) if d.section == section]
    assert any(one.about == about and what in one.what for one in found), found


def test_the_same_document_differs_in_nothing():
    assert differences(loaded(), loaded()) == ()


def test_what_is_added_and_taken_out_is_said_from_either_side():
    more = BASE.replace("definitions:\n", "definitions:\n  - {id: fresh, title: Fresh rule, rule: 1 + 1}\n", 1)
    assert [d.what for d in differences(loaded(), loaded(more))] == ["added"]
    assert [d.what for d in differences(loaded(more), loaded())] == ["taken out"]


def test_criteria_are_told_apart_from_other_gates():
    # The gate in front of the confirmation of eligibility is the protocol's list of criteria.
    from triptych.ledger.library import find_study

    found = differences(find_study("mapp1"), find_study("mapp2"))
    assert [d.section for d in found] == ["The study"] * 4 + ["Eligibility", "Roles"]
