"""The reference page of the rule language says what the code does: its tables and examples are run."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from tests.spec.rules.asking import NAMES
from tests.spec.rules.vectors import FILE, VECTORS, context_of, facts_of, names_of, written

from triptych.rules import Missing, compile_rule, evaluate, rule_to_json
from triptych.rules._nodes import FUNCTIONS, MAX_DEPTH, MAX_ITEMS, MAX_NODES, MAX_QUANTIFIERS, Expr, Macro
from triptych.rules._tokens import MAX_TEXT
from triptych.rules._values import MAX_LIST

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the tables below a heading, without their own headings."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [row for row, below in zip(cells, [*cells[1:], [""]], strict=True) if "---" not in (row[0], below[0])]


@pytest.mark.parametrize("row", rows_of("Examples"), ids=lambda row: row[0])
def test_an_example_answers_as_the_page_says(row):
    rule, facts, answer = row
    vector = {"rule": rule.strip("`"), "facts": json.loads(facts.strip("`"))}
    compiled = compile_rule(vector["rule"], names_of(vector))
    found = evaluate(compiled, facts_of(vector), context_of(vector))
    if answer.startswith("missing"):
        assert found == Missing(re.findall("`(.+?)`", answer))
    else:
        assert written(found) == json.loads(answer.strip("`"))


def test_every_function_is_in_the_table_and_takes_as_many_arguments():
    shown = [call for row in rows_of("Functions") for call in re.findall(r"`(\w+)\((.+?)\)`", row[0])]
    assert {name: len(arguments.split(", ")) for name, arguments in shown} == FUNCTIONS


def test_every_macro_is_in_the_table():
    assert {re.findall(r"list\.(\w+)", row[0])[0] for row in rows_of("Lists")} == set(get_args(Macro))


def test_the_bounds_are_those_of_the_code():
    bounds = [row[1].replace(",", "") for row in rows_of("Bounds")]
    assert bounds[:6] == [str(one) for one in (MAX_TEXT, MAX_NODES, MAX_DEPTH, MAX_QUANTIFIERS, MAX_ITEMS, MAX_LIST)]


def test_every_node_is_in_the_table_with_its_fields():
    nodes = {node.__struct_config__.tag: set(node.__struct_fields__) - {"at"} for node in get_args(Expr)}
    shown = {row[0].strip("`"): row[1] for row in rows_of("A rule as JSON")}
    assert shown.keys() == nodes.keys()
    assert [(of, field) for of, fields in nodes.items() for field in fields if f"`{field}`" not in shown[of]] == []


def test_the_json_of_a_rule_is_as_the_page_shows_it():
    shown = json.loads(PAGE.split("```json\n")[1].split("```")[0])
    assert json.loads(json.dumps(rule_to_json(compile_rule(shown["text"], NAMES)))) == shown


def test_every_field_of_a_vector_is_in_the_table():
    shown = {row[0].strip("`") for row in rows_of("Test vectors")}
    assert {field for vector in VECTORS for field in vector} == shown
    assert FILE.keys() == {"names", "vectors"}
