"""Rules of a document: each is compiled where it stands, and what it names wrongly is reported there."""

import pytest
from tests.spec.study.documents import FILE, changed, line_of, loaded, problems_of

DEFINITION = '  - {id: limit, title: Limit, rule: "160"}\n'
TOTAL = '      - {id: total, label: Total, type: integer, unit: "{score}", derived: "sum([one, two])"}\n'

# The place changed, what it becomes, what stands on the line reported, and a part of what is said.
CASES = {
    "of when an item is shown": (
        "shown_when: posture == 'sitting'",
        "shown_when: postur == 'sitting'",
        "postur =",
        "postur",
    ),
    "of a code that is no choice": ("posture == 'sitting'", "posture == 'standing'", "standing", "standing"),
    "of a derived item": ("sum([one, two])", "sum([one, three])", "three", "three"),
    "of a derived item of another type": ('"sum([one, two])"', "one > two", "one > two", "bool"),
    "of a check": ("rule: systolic > 60", "rule: diastolic > 60", "diastolic", "diastolic"),
    "of what filing sets": ("when: systolic > 200", "when: systolic", "when: systolic}", "bool"),
    "of what filing raises": ("when: systolic > 180", "when: systolic > 'high'", "'high'", "text"),
    "of a condition": ("latest(vitals).systolic <= limit", "latest(vitals).pulse <= limit", "pulse", "pulse"),
    "of a condition that is no rule": ("latest(vitals).systolic <= limit", '"latest(vitals"', "latest(vitals", ")"),
    "of a condition that takes absence for no": (
        "latest(vitals).systolic <= limit",
        "has(latest(vitals).systolic)",
        "has(",
        "has",
    ),
    "of a condition on what a role may do": (
        "latest(vitals).systolic <= limit",
        "\"holds_role(latest(vitals).actor, 'nurse')\"",
        "nurse",
        "nurse",
    ),
    "of a definition": ('rule: "160"', "rule: lmit + 1", "lmit", "lmit"),
    "of an affirmation": (
        "title: Answer\n",
        "title: Answer\n    affirmed_by: latest(vitals).ok\n",
        "affirmed_by",
        "ok",
    ),
}


@pytest.mark.parametrize(("old", "new", "at", "said"), CASES.values(), ids=CASES)
def test_a_mistake_in_a_rule_is_reported_where_the_rule_stands(old, new, at, said):
    text = changed(old, new)
    (found,) = problems_of(text)
    assert (found.code, found.file, found.line) == ("rule", FILE, line_of(text, at))
    assert said in f"{found.message} {found.hint}"
    assert "of the rule)" in found.message


def test_an_unknown_item_in_a_rule_is_answered_with_the_nearest():
    (found,) = problems_of(changed("rule: systolic > 60", "rule: sytolic > 60"))
    assert "systolic" in found.hint


def test_every_mistake_in_every_rule_is_reported():
    text = changed("rule: systolic > 60", "rule: a > 60").replace("when: systolic > 200", "when: b > 200")
    assert [(problem.code, problem.line) for problem in problems_of(text)] == [
        ("rule", line_of(text, "a > 60")),
        ("rule", line_of(text, "b > 200")),
    ]


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("itself", '"total + one"'),
        ("one below", '"later + one"}\n      - {id: later, label: L, type: integer, unit: "1", derived: "one"'),
    ],
)
def test_a_derived_item_may_read_only_items_that_are_worked_out_before_it(name, new):
    (found,) = problems_of(changed('"sum([one, two])"', new))
    assert (found.code, found.path) == ("derived_order", "forms.scale.items.total.derived")
    assert found.hint == "Place the item below those that it reads."


def test_a_derived_item_may_read_one_above_it():
    more = '      - {id: half, label: Half, type: decimal, unit: "{score}", derived: "total / 2.0"}\n'
    assert problems_of(changed(TOTAL, TOTAL + more)) == ()


def test_definitions_may_use_each_other_in_any_order():
    more = "  - {id: higher, title: Higher, rule: limit + 10}\n"
    assert problems_of(changed(DEFINITION, more + DEFINITION)) == ()


@pytest.mark.parametrize("rule", ["limit + 1", "other + 1"])
def test_definitions_that_use_themselves_are_reported_and_those_that_use_them_are_not(rule):
    more = "  - {id: other, title: Other, rule: limit + 1}\n  - {id: user, title: User, rule: other + 1}\n"
    text = changed(DEFINITION, DEFINITION.replace('"160"', rule) + more)
    ring = ["limit"] if rule == "limit + 1" else ["limit", "other"]
    assert [(problem.code, problem.path) for problem in problems_of(text)] == [
        ("definition_cycle", f"definitions.{name}.rule") for name in ring
    ]


@pytest.mark.parametrize("rule", ["latest(scale).total", "size('total limit') + latest(scale).total"])
def test_a_definition_may_have_the_name_of_an_item_or_of_a_word_in_quotes(rule):
    more = f'  - {{id: total, title: Total, rule: "{rule}"}}\n'
    assert problems_of(changed(DEFINITION, DEFINITION + more)) == ()


def test_what_uses_a_definition_that_is_wrong_is_not_reported():
    text = changed('rule: "160"', "rule: lmit + 1").replace("reuse:", "  - {definition: limit, to: [rater]}\nreuse:")
    assert [problem.path for problem in problems_of(text)] == ["definitions.limit.rule"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("choices: [{code: lying, label: Lying}, {code: sitting, label: Sitting}]", "choices: []", "no_choices"),
        ("{id: one, label", "{id: two, label", "duplicate_id"),
    ],
)
def test_rules_about_a_part_that_is_wrong_are_not_reported(old, new, code):
    text = changed(old, new).replace("latest(vitals).systolic <= limit", "course.treatment == 'active'")
    assert code in [problem.code for problem in problems_of(text)]
    assert "rule" not in [problem.code for problem in problems_of(text)]


def test_the_rules_of_a_study_are_found_by_their_path():
    study = loaded()
    assert sorted(study.rules) == [
        "definitions.limit.rule",
        "forms.scale.items.total.derived",
        "forms.vitals.checks.plausible.rule",
        "forms.vitals.items.why.shown_when",
        "forms.vitals.raises.look.when",
        "forms.vitals.sets.0.when",
        "gates.randomize.conditions.measured.rule",
    ]
    assert study.rule("forms.vitals.checks.plausible.rule").text == "systolic > 60"


def test_what_a_rule_reads_is_followed_through_definitions():
    text = changed('rule: "160"', "rule: latest(scale).total + cycle")
    study = loaded(text)
    condition = "gates.randomize.conditions.measured.rule"
    assert study.reads(condition) == {"vitals.systolic", "scale.total", "cycle"}
    assert study.depends_on_cycle(study.gates["randomize"])
    assert not loaded().depends_on_cycle(loaded().gates["randomize"])


@pytest.mark.parametrize(
    ("rule", "reads"),
    [
        ("latest(vitals).systolic <= limit", False),
        ("latest(vitals).day == today", True),
        ("course.medicine_conflict == false", True),
    ],
)
def test_it_is_known_whether_a_gate_depends_on_the_day(rule, reads):
    assert loaded(changed("latest(vitals).systolic <= limit", rule)).gates_read_today is reads
