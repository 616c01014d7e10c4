"""`triptych instrument` as a person at a terminal meets it."""

import json

import pytest
from click.testing import CliRunner

from triptych.cli import main


def run(*arguments):
    return CliRunner().invoke(main, ["instrument", *arguments])


def test_the_list_names_what_is_bundled_and_why_the_rest_is_not():
    found = run("list")
    assert found.exit_code == 0
    assert "phq-9" in found.output
    assert "ffmq" in found.output.partition("Not bundled:")[2]
    listed = {one["id"]: one for one in json.loads(run("list", "--json").output)}
    assert listed["madrs"]["license"] == "C"
    assert listed["madrs"]["items"] == [f"item_{n}" for n in range(1, 11)]


@pytest.mark.parametrize(
    "answers",
    [{f"item_{n}": 3 for n in range(1, 10)}, {str(n): 3 for n in range(1, 10)}, [3] * 9],
    ids=["by id", "by number", "in order"],
)
def test_answers_are_scored_as_json(tmp_path, answers):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(answers))
    found = run("score", "phq-9", str(path), "--json")
    assert json.loads(found.output) == {
        "total": 27,
        "subscales": {},
        "flags": {"major_depression": True},
        "missing": [],
    }
    told = run("score", "phq-9", str(path)).output
    assert "Total: 27 (severe)" in told
    assert "Sum of 9 items" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("3", "An object of answers"),
        ("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "at most 9"),
        ('{"item_1": 7}', "outside what is possible"),
        ('{"item_44": 1}', "no item"),
        ('{"item_1": "often"}', "a whole number is wanted"),
        ("[" * 100_000, "not JSON"),
        ("x" * 1_000_001, "more than"),
    ],
)
def test_answers_that_cannot_be_scored_are_said(tmp_path, text, said):
    path = tmp_path / "answers.json"
    path.write_text(text)
    found = run("score", "phq-9", str(path), "--json")
    assert (found.exit_code, said in found.output) == (1, True)


def test_an_instrument_that_is_not_there_is_said():
    assert "There is no instrument" in run("check", "phq-99").output


def test_a_file_is_checked_and_scored(tmp_path):
    path = tmp_path / "scale.yaml"
    path.write_text(
        'id: scale\ntitle: Scale\nversion: "1"\nmode: self\nlicense: {kind: A, text: Free}\nitems:\n'
        '  - {id: item_1, label: One, type: integer, unit: "{score}"}\n'
        '  - {id: total, label: Total, type: integer, unit: "{score}", derived: item_1 + 1, score: total, help: More}\n'
    )
    assert run("check", str(path)).output == "scale: no problems.\n"
    answers = tmp_path / "answers.json"
    answers.write_text("[4]")
    assert json.loads(run("score", str(path), str(answers), "--json").output)["total"] == 5
    path.write_text(path.read_text().replace("item_1 + 1", "item_2 + 1"))
    wrong = run("check", str(path))
    assert (wrong.exit_code, "scale.yaml:8" in wrong.output) == (1, True)
