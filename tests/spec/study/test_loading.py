"""A loaded document: named by the digest of its canonical text, immutable, with every unconfirmed field marked."""

import hashlib
import json
import re

import pytest
import yaml
from msgspec.structs import fields
from tests.spec.study.documents import BASE, FILE, PRODUCT, changed, line_of, loaded

from triptych.study import StudyProblems, load_study, study_from_canonical
from triptych.study.model import Part


def reordered(value):
    """The same data with the keys of every mapping the other way round."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(one) for one in value] if isinstance(value, list) else value


def sections(text):
    """The top-level sections of a text, each with its lines."""
    found = []
    for line in text.splitlines(keepends=True):
        if line.startswith(" "):
            found[-1] += line
        else:
            found.append(line)
    return found


@pytest.mark.requirement("PSY-03")
def test_a_document_is_named_by_its_version_and_the_sha_256_of_its_canonical_text():
    study = loaded()
    assert (study.document.id, study.document.version) == ("base", "1")
    assert study.digest == hashlib.sha256(study.canonical).hexdigest()
    assert json.loads(study.canonical)["study"]["title"] == "Base"


def test_the_canonical_text_is_json_with_sorted_keys_and_no_spaces():
    study = loaded()
    data = json.loads(study.canonical)
    written = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert study.canonical == written.encode()


def test_the_order_of_fields_changes_nothing():
    data = yaml.safe_load(BASE)
    text = yaml.safe_dump(reordered(data), sort_keys=False)
    assert text != yaml.safe_dump(data, sort_keys=False)
    assert loaded(text).digest == loaded().digest


def test_comments_blank_lines_and_styles_change_nothing():
    text = "# A study\n\n" + BASE.replace("forms:\n  - id", "forms: # what is recorded\n\n  - id")
    assert loaded(text.replace("title: Base\n", "title: >-\n  Base\n")).digest == loaded().digest


def test_the_division_into_files_changes_nothing():
    files = {f"{number:02}.yaml": text for number, text in enumerate(sections(BASE))}
    assert len(files) > 10
    assert load_study(files, PRODUCT).digest == loaded().digest


def test_a_list_divided_between_files_is_joined_in_the_order_of_their_names():
    head, visits = BASE.split("  - id: end\n")
    end, forms = visits.split("forms:\n  - id: vitals\n")
    files = {"b.yaml": "visits:\n  - id: end\n" + end, "a.yaml": head, "c.yaml": "forms:\n  - id: vitals\n" + forms}
    assert load_study(files, PRODUCT).digest == loaded().digest


# Each is a place in the document and what it is changed to.
VALUES = [
    ("title: Base\n", "title: base\n"),
    ('version: "1"', 'version: "2"'),
    ("{registry: R-1}", "{registry: R-2}"),
    ("zone: Europe/Oslo", "zone: Europe/Berlin"),
    ("maximum: 120", "maximum: 121"),
    ("required: false", "required: true"),
    ("range: {min: 40, max: 300}", "range: {min: 40, max: 301}"),
    ("systolic > 60", "systolic > 61"),
    ("label: Note", "label: !unconfirmed Note"),
    ("label: Note", "label: Note, source: protocol"),
    ("- {visit: dosing, to: [rater]}", "- {visit: dosing, to: [rater, coordinator]}"),
]


@pytest.mark.parametrize(("old", "new"), VALUES)
def test_any_value_and_any_mark_changes_the_digest(old, new):
    assert loaded(changed(old, new)).digest != loaded().digest


def test_the_product_document_is_part_of_the_digest():
    product = {"product.yaml": PRODUCT["product.yaml"].replace('version: "1"', 'version: "2"')}
    assert load_study({FILE: BASE}, product).digest != loaded().digest


@pytest.mark.requirement("PSY-03")
@pytest.mark.parametrize("text", [BASE, changed("label: Note", "label: !unconfirmed Følelser 感情")])
def test_a_study_is_the_same_after_a_way_through_its_canonical_text(text):
    study = loaded(text)
    again = study_from_canonical(study.canonical)
    assert (again.digest, again.canonical) == (study.digest, study.canonical)
    assert again.document == study.document
    assert again.rules.keys() == study.rules.keys()
    assert [mark.path for mark in again.unconfirmed] == [mark.path for mark in study.unconfirmed]


NOT_CANONICAL = {
    "no JSON": b"{",
    "nothing": b"",
    "not UTF-8": b'{"format":1,"study":{"id":"\xff"}}',
    "a list": b"[]",
    "another format": b'{"format":2,"product":{},"study":{},"unconfirmed":[]}',
    "a part missing": b'{"format":1,"product":{},"study":{}}',
    "a part too many": b'{"format":1,"product":{},"study":{},"unconfirmed":[],"more":1}',
    "a study that is a list": b'{"format":1,"product":{},"study":[],"unconfirmed":[]}',
    "a mark that is a number": b'{"format":1,"product":{},"study":{},"unconfirmed":[1]}',
    "a study of nothing": b'{"format":1,"product":{},"study":{},"unconfirmed":[]}',
    "brackets without end": b'{"format":1,"product":{},"study":{"id":' + b"[" * 100_000,
}


@pytest.mark.parametrize("content", NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_what_is_not_the_canonical_text_of_a_document_is_refused(content):
    with pytest.raises(StudyProblems):
        study_from_canonical(content)


def test_a_canonical_text_with_a_wrong_field_is_refused_with_its_path():
    content = loaded().canonical.replace(b'"label":"Note"', b'"lable":"Note"')
    with pytest.raises(StudyProblems, match=r"forms\.diary\.items\.note"):
        study_from_canonical(content)


# Where the document is changed, the path of the mark, and what stands on its line.
MARKS = {
    "a scalar": ("title: Base\n", "title: !unconfirmed Base\n", "title", "title:"),
    "a number": ("initial: 80}", "initial: !unconfirmed 80}", "arms.active.doses.0.initial", "initial: !unconfirmed"),
    "a scalar below its name": ("title: Base\n", "title:\n  !unconfirmed Base\n", "title", "  !unconfirmed"),
    "a mapping": (
        "registrations: {registry: R-1}",
        "registrations: !unconfirmed {registry: R-1}",
        "registrations",
        "registrations",
    ),
    "a value of a mapping": ("{registry: R-1}", "{registry: !unconfirmed R-1}", "registrations.registry", "registry"),
    "a list": ("sees: [rating]", "sees: !unconfirmed [rating]", "roles.rater.sees", "sees: !unconfirmed"),
    "an element of a list": ("sees: [rating]", "sees: [!unconfirmed rating]", "roles.rater.sees.0", "[!unconfirmed"),
    "an entry with an id": ("- {id: limit", "- !unconfirmed {id: limit", "definitions.limit", "{id: limit"),
    "an entry without an id": (
        "      - {form: vitals}\n",
        "      - !unconfirmed {form: vitals}\n",
        "visits.dosing.forms.0",
        "- !unconfirmed",
    ),
    "a text over several lines": ("title: Base\n", "title: !unconfirmed >-\n  Base\n", "title", "title:"),
}


@pytest.mark.parametrize(("old", "new", "path", "at"), MARKS.values(), ids=MARKS)
def test_an_unconfirmed_field_is_known_with_its_path_its_file_and_its_line(old, new, path, at):
    text = changed(old, new)
    study = loaded(text)
    assert [(mark.path, mark.file, mark.line) for mark in study.unconfirmed] == [(path, FILE, line_of(text, at))]
    assert [mark.path for mark in study_from_canonical(study.canonical).unconfirmed] == [path]
    assert study.document == loaded().document


def test_a_mark_in_the_product_document_counts_as_well():
    product = {"product.yaml": PRODUCT["product.yaml"] + "design: !unconfirmed Any\n"}
    study = load_study({FILE: BASE}, product)
    assert [(mark.path, mark.file) for mark in study.unconfirmed] == [("design", "product.yaml")]


def parts_of(value):
    """Every value below a value, itself included."""
    yield value
    if isinstance(value, Part):
        for field in fields(value):
            yield from parts_of(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from parts_of(one)


def test_nothing_in_a_loaded_document_can_be_changed():
    study = loaded()
    values = list(parts_of(study.document))
    assert len(values) > 200
    assert not [value for value in values if isinstance(value, list | dict | set)]
    for part in values:
        if isinstance(part, Part):
            with pytest.raises(AttributeError):
                part.source = "changed"


@pytest.mark.parametrize("name", ["document", "canonical", "unconfirmed", "rules", "digest", "forms", "other"])
def test_no_attribute_of_a_study_can_be_set_or_deleted(name):
    study = loaded()
    with pytest.raises(AttributeError):
        setattr(study, name, None)
    with pytest.raises(AttributeError):
        delattr(study, name)


@pytest.mark.parametrize("name", ["forms", "visits", "gates", "roles", "rules"])
def test_what_a_study_holds_by_name_cannot_be_changed(name):
    held = getattr(loaded(), name)
    with pytest.raises(TypeError):
        held["new"] = None
    assert held


def test_standing_and_registrations_cannot_be_changed():
    document = loaded().document
    for mapping in (document.requires, document.registrations, loaded().visits["dosing"].requires):
        with pytest.raises(TypeError):
            mapping["treatment"] = "stopped"


def test_a_study_knows_its_parts_by_name():
    study = loaded()
    assert study.gate_of("randomization") is study.gates["randomize"]
    assert study.gate_of("vitals") is None
    assert study.setting_forms == ("vitals",)
    assert [form.id for form in study.raising_forms] == ["vitals"]


@pytest.mark.requirement("CRL-15")
def test_arms_differ_in_their_doses_from_cycle_to_cycle_and_in_their_therapy():
    text = changed("title: Control}", "title: Control, therapy: talks, doses: [{cycle: 1, initial: 40}]}")
    text += "therapies:\n  - {id: talks, title: Talks, kind: supportive}\n"
    active, control = loaded(text).document.arms
    assert [(dose.cycle, dose.initial, dose.maximum) for dose in active.doses] == [(1, 80, None), (2, 80, 120)]
    assert [(dose.cycle, dose.initial) for dose in control.doses] == [(1, 40)]
    assert (active.therapy, control.therapy) == ("", "talks")


@pytest.mark.requirement("CRL-15")
def test_two_by_two_of_therapy_and_drug_is_four_arms_of_the_document():
    arms = "".join(
        f"  - {{id: {drug}_{therapy}, title: A, drug: {drug}, therapy: {therapy}, "
        f"doses: [{{cycle: 1, initial: {dose}}}]}}\n"
        for drug, dose in (("mdma", 80), ("placebo", 0))
        for therapy in ("talks", "nothing")
    )
    codes = ", ".join(f"{{code: {d}_{t}, label: A}}" for d in ("mdma", "placebo") for t in ("talks", "nothing"))
    text = changed("choices: [{code: active, label: A}, {code: control, label: C}]", f"choices: [{codes}]")
    start, end = text.index("arms:\n"), text.index("roles:\n")
    text = f"{text[:start]}arms:\n{arms}therapies:\n  - {{id: talks, title: Talks, kind: inner_directed}}\n" + (
        f"  - {{id: nothing, title: No therapy, kind: none}}\n{text[end:]}"
    )
    found = {(arm.drug, arm.therapy) for arm in loaded(text).document.arms}
    assert found == {("mdma", "talks"), ("mdma", "nothing"), ("placebo", "talks"), ("placebo", "nothing")}


@pytest.mark.requirement("CRL-02")
def test_the_definition_of_an_adverse_event_is_one_and_the_form_shows_it():
    product = {
        "product.yaml": PRODUCT["product.yaml"]
        + (
            "forms:\n  - {id: adverse_event, title: Adverse event, log: true, help: Enter it., "
            "items: [{id: term, label: Term, type: text}]}\n"
        )
    }
    one = (
        "adverse_event: {text: Any change., includes: [welcome effects], excludes: [planned stays], "
        "severity: Five grades.}\n"
    )
    form = load_study({FILE: BASE + one}, product).forms["adverse_event"]
    said, code = form.help.split("This is definition ")
    assert said == "Any change. Included: welcome effects. Not included: planned stays. "
    assert re.fullmatch(r"[0-9a-f]{12}\. Five grades\. Enter it\.", code)
    other = load_study({FILE: BASE + one.replace("Any change.", "Any harm.")}, product)
    assert other.forms["adverse_event"].help.startswith("Any harm.")
    assert other.document.adverse_event.text == "Any harm."


def test_a_document_kept_by_an_earlier_release_is_read_and_keeps_its_name():
    kept = json.loads(loaded().canonical)
    kept["study"]["adverse_event_definition"] = "Any change."
    content = json.dumps(kept).encode()
    study = study_from_canonical(content)
    assert study.document.adverse_event.text == "Any change."
    assert study.digest == hashlib.sha256(content).hexdigest()
