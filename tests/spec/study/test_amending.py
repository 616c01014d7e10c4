"""An amendment may not make anything that was recorded mean something else."""

import pytest
from tests.spec.study.documents import BASE, loaded

from triptych.study import amendment_problems

NEXT = BASE.replace('version: "1"', 'version: "2"\namendment: {of: "1", summary: Something changes}', 1)
HARMLESS = [
    "",
    "range: {min: 40, max: 300} → range: {min: 40, max: 250}",
    "target: 8 weeks → target: 12 weeks",
    "label: Systolic\n → label: Systolic pressure\n",
    "      - {id: why, label: Why sitting, type: text, shown_when: posture == 'sitting'}\n → ",
    "{code: sitting, label: Sitting}] → {code: sitting, label: Sitting}, {code: standing, label: Standing}]",
]
HARMFUL = [
    ('amendment: {of: "1", summary: Something changes}\n → ', "no_amendment"),
    ('{of: "1", → {of: "0",', "amends_another"),
    ("id: base\n → id: other\n", "another_study"),
    ('version: "2" → version: "1"', "same_version"),
    ('unit: "mm[Hg]" → unit: "kPa"', "item_changed"),
    ("label: Note, type: text → label: Note, type: date", "item_changed"),
    ("label: Lying → label: On the back", "code_changed"),
    ("values: [active, stopped], start: active → values: [active, halted], start: active", "axis_lost"),
    ("{id: answer → {id: answer, about: site", "form_changed"),
]


def amended(change):
    before, _, after = change.partition(" → ")
    assert before in NEXT
    return loaded(NEXT.replace(before, after, 1))


@pytest.mark.parametrize("change", HARMLESS)
def test_what_leaves_the_records_alone_may_follow(change):
    assert amendment_problems(loaded(), amended(change) if change else loaded(NEXT)) == ()


@pytest.mark.parametrize(("change", "code"), HARMFUL, ids=[code for _, code in HARMFUL])
def test_what_would_change_a_meaning_is_said(change, code):
    text = {
        "axis_lost": lambda: loaded(
            NEXT.replace("values: [active, stopped]", "values: [active, halted]").replace("to: stopped", "to: halted")
        ),
        "form_changed": lambda: loaded(NEXT.replace("  - id: answer\n", "  - id: answer\n    about: site\n")),
    }.get(code, lambda: amended(change))()
    assert [problem.code for problem in amendment_problems(loaded(), text)] == [code]


def test_a_secret_is_never_lifted_by_an_amendment():
    hidden = BASE.replace(
        "{id: note, label: Note, type: text}", "{id: note, label: Note, type: text, secret: allocation}"
    )
    assert [p.code for p in amendment_problems(loaded(hidden), loaded(NEXT))] == ["secret_lost"]


def test_an_axis_that_is_gone_is_said():
    more = BASE.replace("axes:\n", "axes:\n  - {id: extra, title: Extra, values: [a], start: a}\n")
    assert [p.code for p in amendment_problems(loaded(more), loaded(NEXT))] == ["axis_lost"]


def test_other_words_in_the_consent_are_another_version_of_it():
    asked = 'consent: {version: "2", words: [{part: costs, language: en, paragraphs: [Nothing]}]}\n'
    before, after = loaded(asked + BASE), NEXT
    said = asked.replace("Nothing", "Ten euros")
    assert [p.code for p in amendment_problems(before, loaded(said + after))] == ["consent_changed"]
    assert amendment_problems(before, loaded(asked + after)) == ()
    own = said.replace('version: "2"', 'version: "3", texts: "2"')
    assert amendment_problems(before, loaded(own + after)) == ()
