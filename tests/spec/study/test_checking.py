"""What `triptych study check` reports of identifiers, and how it reports many mistakes together."""

import pytest
from tests.spec.study.documents import BASE, FILE, PRODUCT, changed, check_mistake, line_of, loaded, problems_of

from triptych.study import StudyProblems, load_study

# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "an id of two roles": (
        "{id: rater, title: Rater, files: [rating], sees: [rating]}",
        "{id: rater, title: Rater, files: [rating], sees: [rating]}\n  - {id: rater, title: Other, sees: [clinical]}",
        "duplicate_id",
        "title: Other",
        "own id",
    ),
    "an id of two items": ("{id: two,", "{id: one,", "duplicate_id", "{id: one, label: Two", "own id"),
    "an id of two forms": (
        "gates:\n",
        "  - {id: diary, title: Other, log: true}\ngates:\n",
        "duplicate_id",
        "title: Other",
        "own id",
    ),
    "an id of two conditions": (
        "conditions:\n",
        "conditions:\n      - {id: measured, text: Twice, rule: latest(vitals).systolic > 1}\n",
        "duplicate_id",
        "text: Measured",
        "own id",
    ),
    "an id of a visit and of a numbered visit": ("id: end\n", "id: call_2\n", "duplicate_id", "id: call_2", "own id"),
    "an id of a form and of a definition": (
        "definitions:\n",
        "definitions:\n  - {id: answer, title: Both, rule: '1'}\n",
        "duplicate_id",
        "title: Both",
        "Rename",
    ),
    "an id with a capital": ("{id: note,", "{id: Note,", "bad_id", "id: Note", "lower-case"),
    "a document id with an underscore": ("id: base", "id: base_1", "bad_id", "id: base_1", "hyphens"),
    "an id that rules use": ("id: end\n", "id: today\n", "reserved_id", "id: today", "another id"),
    "an axis named as a fact of the course": (
        "  - {id: treatment, title: Treatment, values",
        "  - {id: phase, title: Phase, values: [on], start: on}\n  - {id: treatment, title: Treatment, values",
        "reserved_id",
        "id: phase",
        "another id",
    ),
    "an item named as a fact of its record": ("{id: note,", "{id: day,", "reserved_id", "id: day", "another id"),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    check_mistake(old, new, code, at, hint)


def test_an_id_of_the_product_is_taken():
    product = f"{PRODUCT['product.yaml']}forms:\n  - {{id: diary, title: Diary, log: true}}\n"
    (found,) = problems_of(BASE, {"product.yaml": product})
    assert (found.code, found.file, found.line) == ("duplicate_id", FILE, line_of(BASE, "id: diary"))


def test_a_deviation_of_the_product_is_replaced_by_the_studys():
    rules = "deviations: [{id: missed_visit, title: Product, classification: important}]"
    study = load_study({FILE: BASE}, {"product.yaml": PRODUCT["product.yaml"] + rules})
    assert [(rule.id, rule.title) for rule in study.document.deviations] == [("missed_visit", "Missed")]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_lines():
    text = BASE
    for old, new in (
        ("Europe/Oslo", "Oslo"),
        ("guards: randomization", "guards: scale"),
        ("to: [rater]", "to: [ratr]"),
    ):
        text = text.replace(old, new)
    text = text.replace("rule: systolic > 60", "rule: diastolic > 60")
    found = problems_of(text)
    assert [problem.code for problem in found] == ["bad_zone", "rule", "no_gate", "gate_before_fact", "unknown_role"]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_study_with_problems_is_not_loaded_and_names_them_all():
    text = changed("Europe/Oslo", "Oslo")
    with pytest.raises(StudyProblems, match=r"1 problem:\nstudy.yaml:6: site_defaults.zone: 'Oslo'") as raised:
        loaded(text)
    assert raised.value.problems == problems_of(text)


def test_the_first_twenty_of_many_problems_are_shown():
    text = changed("{form: scale}", ", ".join(f"{{form: scale_{number}}}" for number in range(30)))
    with pytest.raises(StudyProblems, match="… and 10 more"):
        loaded(text)


def test_names_are_looked_for_only_as_often_as_anybody_reads_the_hint():
    text = changed("{form: scale}", ", ".join(f"{{form: diary{number}}}" for number in range(300)))
    hints = [problem.hint for problem in problems_of(text)]
    assert hints.count("Did you mean diary?") == 200
    assert hints.count("Known: answer, diary, randomization, scale, vitals.") == 100
