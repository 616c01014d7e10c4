"""The page on the study document names every field and every code, and what it shows passes the check."""

import ast
import inspect
import re
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from msgspec.structs import fields

from triptych.ledger.library import product_files
from triptych.study import check_study, consent, load_study, model, schedule, treatment, visits
from triptych.study.checking_forms import MISSING_CODES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/study-document.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = {f"{number:02}.yaml": text for number, text in enumerate(BLOCKS)}
SHAPES = {
    model.ScreeningRules: "Screening",
    model.SessionRules: "Medicine sessions",
    consent.ConsentRules: "Consent",
    consent.OwnWords: "Own words in the consent",
    consent.Pediatric: "Pediatric approval",
    model.AdverseEventDefinition: "The definition of an adverse event",
    model.Amendment: "Amendments",
    model.Therapy: "Therapies",
    model.Allocation: "What a form allocates",
    model.Arm: "Arms",
    model.Axis: "Axes",
    model.Band: "Bands",
    model.License: "Licenses",
    model.Check: "Checks",
    model.Choice: "Choices",
    model.Condition: "Conditions",
    model.Cycle: "Cycles",
    model.Definition: "Definitions",
    model.DeviationRule: "Deviation rules",
    treatment.Dose: "Doses",
    model.Effect: "What a form sets",
    model.Form: "Forms",
    model.Gate: "Gates",
    model.Item: "Items",
    model.Part: "Unconfirmed fields",
    model.Phase: "Phases",
    visits.Placement: "Placements",
    model.Raise: "What a form raises",
    model.Range: "Ranges",
    model.Reference: "References",
    model.Release: "Releases",
    model.Reuse: "Reuse",
    model.Role: "Roles",
    visits.Series: "Series",
    model.SiteDefaults: "Site defaults",
    model.StudyDocument: "The document",
    visits.Timing: "Timing",
    model.Visit: "Visits",
}
# Where the code of a problem stands among the arguments of what reports it.
REPORTS = {"say": 1, "problem": 1, "_stop": 1, "_report": 1, "Fault": 1, "_say": 2, "refer": 2, "_problem": 1}


def section(title):
    """The text of a section, down to the next heading."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no section {title!r}"
    return found[1]


def rows(text):
    """The cells of the table's rows, without its head."""
    return [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]


def codes():
    """Every code that the room reports."""
    found = set()
    for path in (ROOT / "src/triptych/study").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            argument = node.args[REPORTS[name]] if len(node.args) > REPORTS.get(name, 99) else None
            if isinstance(argument, ast.Constant):
                found.add(f"unknown_{argument.value}" if name == "refer" else argument.value)
    return found


def test_every_shape_of_the_document_has_its_section():
    found = [*vars(model).values(), *vars(treatment).values(), *vars(consent).values(), *vars(visits).values()]
    shapes = {value for value in found if inspect.isclass(value) and issubclass(value, model.Part)}
    assert shapes == set(SHAPES)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_is_on_the_page_with_whether_it_is_required(shape):
    named = {row[0].strip("`"): row for row in rows(section(SHAPES[shape])) if len(row) == 3}
    wanted = {field.name: field.required for field in fields(shape) if shape is model.Part or field.name != "source"}
    if shape is model.StudyDocument:
        wanted["site_defaults"] = True
    assert {name: row[2].endswith("required") for name, row in named.items()} == wanted


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_choice_and_every_default_of_a_field_is_on_the_page(shape):
    named = {row[0].strip("`"): row for row in rows(section(SHAPES[shape])) if len(row) == 3}
    hints = get_type_hints(shape)
    for field in fields(shape):
        kind = get_args(hints[field.name]) if get_origin(hints[field.name]) is Literal else ()
        shown = section(SHAPES[shape])
        assert all(f"`{choice}`" in shown for choice in kind if choice)
        if isinstance(field.default, str | int) and field.default != "":
            default = str(field.default).lower() if isinstance(field.default, bool) else field.default
            assert named[field.name][2].endswith(f"`{default}`")


def test_every_code_is_on_the_page_once_with_what_to_write():
    found = [row for row in rows(PAGE[PAGE.index("## Problems") :]) if len(row) == 3]
    assert sorted(row[0].strip("`") for row in found) == sorted(codes())
    assert all(what and write for _, what, write in found)


def test_every_missing_value_code_is_on_the_page():
    assert [code for code in MISSING_CODES if f"`{code}`" not in section("Items")] == []


def test_the_examples_of_the_page_are_a_document_that_passes_the_check():
    assert check_study(EXAMPLES, product_files()) == ()
    study = load_study(EXAMPLES, product_files())
    assert [column.title for column in schedule(study).columns] == [
        "Screening",
        "Dosing",
        "Daily call ×7",
        "Rating",
        "Visit after half a year",
    ]


@pytest.mark.parametrize(
    "name", [name for name in get_type_hints(model.StudyDocument) if name not in ("source", "language")]
)
def test_every_section_of_the_document_has_an_example(name):
    assert any(re.search(rf"^{name}:", text, re.MULTILINE) for text in EXAMPLES.values())


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_is_reported_by_a_test(code):
    tests = "".join(
        path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name
    )
    assert re.search(rf'"{code}"', tests) or code == "not_canonical"
