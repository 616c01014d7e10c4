"""Fields of the wrong name or kind: each is reported with what to write, and nothing that only follows from it."""

import pytest
from tests.spec.study.documents import BASE, FILE, PRODUCT, changed, line_of, loaded, problems_of

from triptych.study import check_study, load_study

ANSWER = "  - id: answer\n    title: Answer\n    log: true\n    items: [{id: about, label: About, type: record}]\n"
SITE = "site_defaults:\n  zone: Europe/Oslo\n  form_grace: 3 days\n  late_entry: 24 hours\n"

# The place changed, what it becomes, the code, what stands on the line reported, and what to write.
CASES = {
    "a field misspelled": ("label: Note", "labl: Note, label: Note", "unknown_field", "labl", "Did you mean label?"),
    "a field of another kind of part": (
        "text: Low}",
        "text: Low, unit: kg}",
        "unknown_field",
        "unit: kg",
        "Its fields are: source, id, rule, text, hard.",
    ),
    "a section misspelled": ("releases:\n", "relases:\n", "unknown_field", "relases", "Did you mean releases?"),
    "a section nobody knows": ("releases:\n", "zzz:\n", "unknown_field", "zzz", "The fields are: source, id, title,"),
    "an item without a label": ("label: Note, ", "", "missing_field", "{id: note", "Write `label: …`."),
    "a form without an id": (
        "  - id: diary\n    title",
        "  - title",
        "missing_field",
        "- title: Diary",
        "Write `id: …`.",
    ),
    "a document without a title": ("title: Base\n", "", "missing_field", "id: base", "Write `title: …` in study.yaml."),
    "a version written as a number": ('version: "1"', "version: 1", "shape", "version", 'Write it in quotes: "1".'),
    "a version written as a decimal": (
        'version: "1"',
        "version: 1.0",
        "shape",
        "version",
        'Write it in quotes: "1.0".',
    ),
    "a code that YAML takes for a boolean": (
        "{code: lying,",
        "{code: true,",
        "shape",
        "code: true",
        'Write it in quotes: "true".',
    ),
    "a title that is missing behind its colon": ("title: Base\n", "title:\n", "shape", "title:", "Write a text."),
    "a boolean in capitals": ("required: false", "required: False", "shape", "required: False", "lower case"),
    "a boolean in quotes": ("required: false", 'required: "false"', "shape", 'required: "false"', "without quotes"),
    "a count in words": ("repeats: 2", "repeats: two", "shape", "repeats: two", "Write digits"),
    "a count with a fraction": ("repeats: 2", "repeats: 2.5", "shape", "repeats: 2.5", "Write digits"),
    "an octal number": ("repeats: 2", "repeats: 02", "shape", "repeats: 02", "Write digits"),
    "an infinite limit": ("max: 300}", "max: .inf}", "shape", "max: .inf", "Write digits"),
    "a limit with its unit": ("max: 300}", "max: 300 mmHg}", "shape", "max: 300 mmHg", "without a unit"),
    "a type that is none": ("label: Note, type: text", "label: Note, type: txt", "shape", "txt", "Did you mean text?"),
    "a panel that is none": (
        "panel: medicine",
        "panel: zzz",
        "shape",
        "zzz",
        "Write one of: preparation, medicine, int",
    ),
    "a list that is a text": ("sees: [rating]", "sees: rating", "shape", "sees: rating", "in brackets"),
    "a list that is empty behind its colon": (
        "reuse:\n  - {form: vitals, within: 4 weeks}\n",
        "reuse:\n",
        "shape",
        "reuse:",
        "in brackets",
    ),
    "a window of three": (
        '["-7 days", "+7 days"]}\n    forms: [',
        '["-7 days", "0 days", "+7 days"]}\n    forms: [',
        "shape",
        '"0 days"',
        "the earlier and the later",
    ),
    "a window that is a text": (
        'between: ["1 week", "3 weeks"]',
        "between: 1 to 3 weeks",
        "shape",
        "1 to 3",
        '["-7 days", "+7 days"]',
    ),
    "a form that is a text": (ANSWER, "  - answer\n", "shape", "  - answer", "Its fields are: source, id, title"),
    "a range that is a list": (
        "range: {min: 40, max: 300}",
        "range: [40, 300]",
        "shape",
        "range: [40",
        "Its fields are: source, min, max.",
    ),
    "a mapping that is a list": (
        "registrations: {registry: R-1}",
        "registrations: [R-1]",
        "shape",
        "registrations",
        "{name: value}",
    ),
    "a mapping that holds a number": ("{registry: R-1}", "{registry: 1}", "shape", "registry", 'quotes: "1"'),
    "site defaults that are a text": (
        SITE,
        "site_defaults: Europe/Oslo\n",
        "shape",
        "site_defaults",
        "Its fields are: source, zone",
    ),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_field_of_the_wrong_shape_is_reported_once_and_nothing_follows_from_it(old, new, code, at, hint):
    text = changed(old, new)
    (found,) = problems_of(text)
    assert (found.code, found.file, found.line) == (code, FILE, line_of(text, at))
    assert hint in found.hint


def test_every_wrong_field_of_one_form_is_reported():
    text = (
        changed("label: Posture", "lable: Posture").replace("type: code\n", "type: cod\n").replace("min: 40", "min: x")
    )
    found = problems_of(text)
    assert [(problem.code, problem.line) for problem in found] == [
        ("shape", line_of(text, "min: x")),
        ("missing_field", line_of(text, "id: posture")),
        ("unknown_field", line_of(text, "lable")),
        ("shape", line_of(text, "type: cod\n")),
    ]


LISTS = ("arms", "roles", "axes", "phases", "cycles", "visits", "forms", "gates", "definitions", "releases", "reuse")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_lost_makes_nothing_else_look_wrong(name):
    lines = BASE.splitlines()
    start = lines.index(f"{name}:")
    end = next((n for n, line in enumerate(lines[start + 1 :], start + 1) if not line.startswith(" ")), len(lines))
    text = "\n".join([*lines[:start], f"{name}: lost", *lines[end:]])
    found = problems_of(text)
    assert [(problem.code, problem.line) for problem in found] == [("shape", start + 1)]


ENTRIES = ["active", "control", "coordinator", "rater", "treatment", "screening", "treatment_phase", "dosing_cycle"]
ENTRIES += [
    "first",
    "dosing",
    "call",
    "end",
    "vitals",
    "diary",
    "answer",
    "scale",
    "randomization",
    "randomize",
    "limit",
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_that_is_lost_makes_nothing_else_look_wrong(entry):
    text = BASE.replace(f"id: {entry}\n", f"id: {entry}\n    wrong: 1\n", 1)
    if text == BASE:
        text = BASE.replace(f"{{id: {entry}, title", f"{{id: {entry}, wrong: 1, title", 1)
    (found,) = problems_of(text)
    assert (found.code, found.line) == ("unknown_field", line_of(text, "wrong: 1"))


def test_what_does_not_hang_on_a_lost_entry_is_still_reported():
    text = changed("label: Note", "lable: Note").replace("form: scale}", "form: scales}").replace("Europe/Oslo", "Oslo")
    text = text.replace("latest(vitals).systolic <=", "latest(vitals).diastolic <=")
    assert [problem.code for problem in problems_of(text)] == [
        "bad_zone",
        "unknown_form",
        "missing_field",
        "unknown_field",
        "rule",
    ]


def test_a_problem_in_a_list_that_goes_on_in_another_file_names_that_file_and_its_line():
    files = {
        "a.yaml": BASE,
        "b.yaml": "# more\nreleases:\n  - {visit: dosing, to: [coordinator]}\n  - {visit: dosin, to: [rater]}\n",
    }
    (found,) = check_study(files, PRODUCT)
    assert (found.code, found.file, found.line) == ("unknown_visit", "b.yaml", 4)
    files["b.yaml"] = files["b.yaml"].replace("visit: dosin,", "visits: dosing,")
    (found,) = check_study(files, PRODUCT)
    assert (found.code, found.file, found.line) == ("unknown_field", "b.yaml", 4)


def test_a_problem_of_the_product_document_is_reported_in_its_file():
    broken = {"product.yaml": f"{PRODUCT['product.yaml']}forms:\n  - {{id: extra, title: Extra, lgo: true}}\n"}
    (found,) = check_study({FILE: BASE}, broken)
    assert (found.code, found.file, found.line) == ("unknown_field", "product.yaml", 5)


def test_a_whole_number_may_stand_for_a_decimal():
    assert load_study({FILE: BASE}, PRODUCT).document.arms[0].doses[0].initial == 80.0


def test_a_field_that_may_be_left_out_may_be_empty():
    text = changed("label: Note, type: text", "label: Note, type: text, unit: , derived: ~, secret: null")
    assert loaded(text).forms["diary"].items[0].unit is None


def test_an_empty_field_beside_a_wrong_one_is_not_reported():
    (found,) = problems_of(changed("label: Note, type: text", "label: Note, type: text, unit: , hepl: x"))
    assert (found.code, found.hint) == ("unknown_field", "Did you mean help?")
