"""A document that inherits says what it says itself and, where it is silent, what the other says."""

import pytest
from tests.spec.study.documents import BASE, FILE, PRODUCT, problems_of

from triptych.study import StudyProblems, check_study, flat_study, load_study

CHILD = 'inherits: base\nid: child\ntitle: Child\nversion: "2"\n'
SCALE = """\
id: mood-scale
title: Mood scale
version: "3"
language: en
items:
  - {id: item_1, label: Item 1, type: integer, unit: "{score}", range: {min: 0, max: 4}, required: true}
  - {id: item_2, label: Item 2, type: integer, unit: "{score}", range: {min: 0, max: !unconfirmed 4}}
  - {id: total, label: Total, type: integer, unit: "{score}", derived: "item_1 + item_2"}
"""
SHELF = {"base": {FILE: BASE}, "instruments/mood-scale": {"mood-scale.yaml": SCALE}}


def child(text="", shelf=SHELF):
    return load_study({FILE: CHILD + text}, PRODUCT, shelf)


def problems(text, shelf=SHELF):
    return check_study({FILE: CHILD + text}, PRODUCT, shelf)


def test_a_child_that_says_nothing_is_its_parent_under_its_own_name():
    base = load_study({FILE: BASE}, PRODUCT)
    assert child().document.visits == base.document.visits
    assert child().document.forms == base.document.forms
    assert (child().document.id, child().document.version) == ("child", "2")


@pytest.mark.parametrize("missing", ["id", "title", "version"])
def test_a_child_has_its_own_id_title_and_version(missing):
    text = "".join(line for line in CHILD.splitlines(keepends=True) if not line.startswith(missing))
    (found,) = check_study({FILE: text}, PRODUCT, SHELF)
    assert (found.code, missing in found.message) == ("missing_field", True)


def test_a_field_of_a_part_is_replaced_and_the_rest_of_the_part_stays():
    study = child("visits:\n  - {id: end, title: Last visit}\n")
    assert study.visits["end"].title == "Last visit"
    assert [placement.form for placement in study.visits["end"].forms] == ["scale"]
    assert list(study.visits) == list(child().visits)


def test_a_list_without_ids_is_replaced_whole():
    study = child("visits:\n  - {id: end, forms: [{form: scale}, {form: vitals, required: false}]}\n")
    assert [placement.form for placement in study.visits["end"].forms] == ["scale", "vitals"]
    study = child("visits:\n  - id: end\n    timing:\n      - {anchor: first, target: 12 weeks}\n")
    assert [timing.target for timing in study.visits["end"].timing] == ["12 weeks"]


def test_a_new_part_stands_last_or_after_the_one_it_names():
    last = child("visits:\n  - {id: extra, title: Extra, phase: screening, forms: [{form: vitals}]}\n")
    assert list(last.visits)[-1] == "extra"
    placed = child("visits:\n  - {id: extra, after: first, title: Extra, phase: screening, forms: [{form: vitals}]}\n")
    assert list(placed.visits)[:2] == ["first", "extra"]


def test_what_is_omitted_is_gone():
    study = child("omits: [visits.call, forms.diary]\n")
    assert "diary" not in study.forms
    assert not any(name.startswith("call") for name in study.visits)


def test_an_omission_of_nothing_is_a_problem_at_its_line():
    (found,) = problems("omits:\n  - visits.call\n  - visits.cal\n  - forms.diary\n")
    assert (found.code, found.line) == ("omits_nothing", 7)


def test_a_confirmed_value_replaces_an_unconfirmed_one_and_its_mark():
    marked = {"base": {FILE: BASE.replace("form_grace: 3 days", "form_grace: !unconfirmed 3 days")}}
    assert [mark.path for mark in child(shelf=marked).unconfirmed] == ["site_defaults.form_grace"]
    assert child().unconfirmed == ()
    assert child("site_defaults: {form_grace: 3 days}\n", marked).unconfirmed == ()


def test_a_problem_stands_in_the_file_that_says_it():
    broken = {"base": {FILE: BASE.replace("phase: screening, forms", "phase: screning, forms")}}
    (found,) = problems("", broken)
    assert found.file == f"base/{FILE}"
    (own,) = problems("visits:\n  - {id: end, phase: nowhere}\n")
    assert (own.file, own.line) == (FILE, 6)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("inherits: nothing\n", "unknown_study"),
        ("inherits: instruments/mood-scale\n", "unknown_study"),
        ("inherits: [base]\n", "unknown_study"),
        ("omits: [visits.call]\n", "omits_nothing"),
        ("inherits: base\nomits: all\n", "shape"),
        ("inherits: base\nvisits:\n  - {id: extra, after: nowhere, title: E, phase: screening}\n", "unknown_part"),
        ("inherits: base\nforms:\n  - {id: mood, title: Mood, instrument: mod-scale}\n", "unknown_instrument"),
    ],
)
def test_what_cannot_be_inherited_is_said(text, code):
    found = check_study({FILE: f'id: child\ntitle: Child\nversion: "1"\n{text}'}, PRODUCT, SHELF)
    assert code in {problem.code for problem in found}


def test_a_ring_of_inheritance_is_said_and_ends():
    one, two = (
        BASE.replace("id: base", "id: one\ninherits: two", 1),
        BASE.replace("id: base", "id: two\ninherits: one", 1),
    )
    found = check_study({FILE: CHILD.replace("base", "one")}, PRODUCT, {"one": {FILE: one}, "two": {FILE: two}})
    assert [problem.code for problem in found] == ["inherits_itself"]


def test_a_long_line_of_ancestors_is_said_and_ends():
    shelf = {f"s{n}": {FILE: f'inherits: s{n + 1}\nid: s{n}\ntitle: S\nversion: "1"\n'} for n in range(50)}
    found = check_study({FILE: CHILD.replace("base", "s0")}, PRODUCT, shelf)
    assert {problem.code for problem in found} == {"inherits_itself"}


def test_without_a_shelf_there_is_nothing_to_inherit_from():
    assert [problem.code for problem in problems_of(CHILD)] == ["unknown_study"]


MOOD = """\
visits:
  - {id: end, forms: [{form: scale}, {form: mood}]}
forms:
  - id: mood
    instrument: mood-scale
    group: rating
    items:
      - {id: item_1, label: Own wording}
"""


def test_a_form_is_laid_over_its_instrument():
    form = child(MOOD).forms["mood"]
    assert (form.title, form.group, form.instrument, form.instrument_version) == (
        "Mood scale",
        "rating",
        "mood-scale",
        "3",
    )
    assert [(item.id, item.label) for item in form.items] == [
        ("item_1", "Own wording"),
        ("item_2", "Item 2"),
        ("total", "Total"),
    ]
    assert form.items[0].range == form.items[1].range


def test_marks_of_an_instrument_travel_into_the_study():
    assert [mark.path for mark in child(MOOD).unconfirmed] == ["forms.mood.items.item_2.range.max"]


DANGER = """\
raises:
  - {id: danger, title: Danger, role: coordinator, level: alert, tier: same_day, when: item_1 >= 3, until: answer}
"""


@pytest.mark.requirement("SAF-09")
@pytest.mark.parametrize(
    ("own", "codes"),
    [
        ("", []),
        ("    raises: [{id: danger, tier: immediate, within: 1 hour}]\n", []),
        ("    raises: [{id: danger, tier: next_contact}]\n", ["tier_lowered"]),
        ("    raises: [{id: more, title: More, role: rater}]\n", []),
        ("    raises: []\n", ["tier_lowered"]),
    ],
)
def test_a_study_may_raise_a_sign_of_danger_and_not_lower_it(own, codes):
    shelf = {**SHELF, "instruments/mood-scale": {"mood-scale.yaml": SCALE + DANGER}}
    found = [problem.code for problem in problems(MOOD + own, shelf)]
    assert [code for code in found if code != "danger_without_plan"] == codes


@pytest.mark.requirement("SAF-09")
def test_a_sign_of_danger_that_ends_with_anything_but_a_plan_is_a_problem():
    ended = {**SHELF, "instruments/mood-scale": {"mood-scale.yaml": SCALE + DANGER}}
    assert [problem.code for problem in problems(MOOD, ended)] == ["danger_without_plan"]


def test_the_flat_document_is_the_same_study():
    flat = flat_study({FILE: CHILD + MOOD}, SHELF)
    assert "inherits" not in flat
    again = load_study({FILE: flat}, PRODUCT)
    assert again.digest == child(MOOD).digest


def test_a_document_that_cannot_be_read_has_no_flat_form():
    with pytest.raises(StudyProblems):
        flat_study({FILE: CHILD.replace("base", "nothing")}, SHELF)
