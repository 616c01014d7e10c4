"""A rule as JSON: the tree carries the meaning, and nothing but the tree of a rule is taken for one."""

import json

import pytest
from tests.spec.rules.asking import NAMES, OSLO_WINTER

from triptych.rules import BOOL, Missing, RuleFault, RuleProblems, compile_rule, evaluate, rule_from_json, rule_to_json


def constant(value):
    return {"is": "constant", "value": value}


def name(text):
    return {"is": "name", "name": text}


def call(function, *args):
    return {"is": "call", "function": function, "args": list(args)}


def binary(op, left, right):
    return {"is": "binary", "op": op, "left": left, "right": right}


def items(*below):
    return {"is": "items", "items": list(below)}


def data(tree, **more):
    return {"text": "true", "type": "bool", "reads": [], "tree": tree, **more}


def deep(levels, wrap, core):
    for _ in range(levels):
        core = wrap(core)
    return core


def test_a_rule_as_json_holds_its_text_its_type_what_it_reads_and_its_tree():
    rule = compile_rule("latest(vitals).systolic >= 140", NAMES)
    assert json.loads(json.dumps(rule_to_json(rule))) == {
        "text": "latest(vitals).systolic >= 140",
        "type": "bool",
        "reads": ["vitals.systolic"],
        "tree": binary(
            ">=",
            {
                "is": "select",
                "of": {**call("latest", {**name("vitals"), "at": [1, 8]}), "at": [1, 1]},
                "field": "systolic",
                "at": [1, 15],
            },
            {**constant(140), "at": [1, 28]},
        )
        | {"at": [1, 25]},
    }


@pytest.mark.parametrize(
    "text",
    [
        "ready ? [1, 2].exists(x, x > 1.5e300) : -cycle % 3 != 0",
        "note == 'å𝄞\\n'",
        "medicines.filter(m, m.stopped).map(m, m.class).all(c, c in ['ssri', 'other'])",
        "arm",
        "vitals",
        "latest(medicines)",
        "has(demographics.home.minutes) && demographics == null",
        "timestamp('2026-03-02T10:00:00Z') < dosed_at",
        "-9223372036854775808",
    ],
)
def test_a_rule_is_the_same_after_json(text):
    rule = compile_rule(text, NAMES)
    again = rule_from_json(json.loads(json.dumps(rule_to_json(rule))))
    assert again == rule
    assert again.type == rule.type


@pytest.mark.parametrize(
    "data_of", [None, 1, "rule", [], {}, {"tree": constant(True)}, data(constant(True)) | {"text": 1}]
)
def test_what_is_no_rule_at_all_is_refused(data_of):
    with pytest.raises(RuleProblems, match="not a rule written as data"):
        rule_from_json(data_of)


WRONG_TREES = {
    "nothing": None,
    "a list": [],
    "an unknown node": {"is": "lambda"},
    "no node": {},
    "a node without its parts": {"is": "constant"},
    "a node with more parts than it has": {**constant(1), "then": constant(2)},
    "a place that is none": {**constant(1), "at": [1]},
    "a list as a value": constant([1]),
    "null by itself": constant(None),
    "null as a condition": {"is": "joined", "op": "&&", "parts": [constant(True), constant(None)]},
    "null in arithmetic": binary("+", constant(None), constant(1)),
    "null in an order": binary("<", name("ready"), constant(None)),
    "null on both sides": binary("==", constant(None), constant(None)),
    "infinity": constant(float("inf")),
    "not a number": constant(float("nan")),
    "an integer of 65 bits": constant(2**63),
    "half a character": constant("\ud800"),
    "an unknown operator": binary("**", constant(1), constant(2)),
    "an unknown mark": {"is": "unary", "op": "~", "arg": constant(1)},
    "conditions that are none": {"is": "joined", "op": "&&", "parts": []},
    "conditions that are one": {"is": "joined", "op": "||", "parts": [constant(True)]},
    "conditions joined by nothing known": {"is": "joined", "op": "^", "parts": [constant(True), constant(True)]},
    "an unknown function": call("eval", constant("1")),
    "a function without arguments": call("size"),
    "a function with one too many": call("size", constant("a"), constant("b")),
    "an unknown macro": {"is": "quantified", "kind": "any", "over": items(), "variable": "x", "body": constant(True)},
    "a day that is none": call("date", constant("2026-02-30")),
    "a day in another form": call("date", constant("20260228")),
    "a day worked out": call("date", name("note")),
    "a day that is a number": call("date", constant(20260228)),
    "an instant without offset": call("timestamp", constant("2026-02-28T10:00:00")),
    "an instant worked out": call("timestamp", name("note")),
}


@pytest.mark.parametrize("tree", WRONG_TREES.values(), ids=WRONG_TREES)
def test_what_is_no_tree_of_a_rule_is_refused(tree):
    with pytest.raises(RuleProblems, match="not a rule written as data"):
        rule_from_json(data(tree))


@pytest.mark.parametrize(
    "of", [None, 1, "nope", {}, {"codes": "abc"}, {"list": "bool"}, {"record": 1, "fields": {}}, {"record": "r"}]
)
def test_what_is_no_type_is_refused(of):
    with pytest.raises(RuleProblems):
        rule_from_json(data(constant(True), type=of))


@pytest.mark.parametrize("reads", ["vitals", [1], None, {"a": 1}])
def test_what_is_no_list_of_paths_is_refused(reads):
    with pytest.raises(RuleProblems):
        rule_from_json(data(constant(True), reads=reads))


def denied(tree):
    return {"is": "unary", "op": "!", "arg": tree}


def quantified(tree):
    return {"is": "quantified", "kind": "exists", "over": items(), "variable": "x", "body": tree}


TOO_LARGE = {
    "41 deep": (deep(40, denied, constant(True)), "nested more than 40 deep"),
    "100,000 deep": (deep(100_000, denied, constant(True)), "not a rule written as data"),
    "401 parts": ({"is": "joined", "op": "&&", "parts": [constant(True)] * 400}, "more than 400 parts"),
    "a million parts": ({"is": "joined", "op": "&&", "parts": [constant(True)] * 1_000_000}, "more than 400 parts"),
    "3 quantifiers deep": (deep(3, quantified, constant(True)), "Quantifiers are nested more than 2 deep"),
    "201 values": (items(*[constant(1)] * 201), "at most 200 values"),
}


@pytest.mark.parametrize(("tree", "message"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_tree_beyond_the_bounds_of_a_rule_is_refused(tree, message):
    with pytest.raises(RuleProblems, match=message):
        rule_from_json(data(tree))


def test_a_type_that_never_ends_is_refused():
    with pytest.raises(RuleProblems):
        rule_from_json(data(constant(True), type=deep(100_000, lambda of: {"list": of, "affirmable": True}, "int")))


def test_data_that_holds_itself_is_refused():
    tree = {"is": "unary", "op": "!"}
    tree["arg"] = tree
    with pytest.raises(RuleProblems):
        rule_from_json(data(tree))


UNCHECKED = [
    binary("+", constant("a"), constant("b")),
    binary("<", constant(True), constant(False)),
    binary("==", constant(1), constant("a")),
    binary("in", constant(1), constant(1)),
    binary("%", constant(1.5), constant(1)),
    binary("==", items(), items()),
    {"is": "joined", "op": "||", "parts": [constant(1), constant(2)]},
    {"is": "choose", "condition": constant("yes"), "yes": constant(1), "no": constant(2)},
    {"is": "unary", "op": "-", "arg": constant(True)},
    {"is": "unary", "op": "!", "arg": constant(1)},
    {"is": "select", "of": constant(1), "field": "systolic"},
    {"is": "select", "of": items(), "field": "systolic"},
    {"is": "quantified", "kind": "exists", "over": constant("abc"), "variable": "x", "body": constant(True)},
    {"is": "quantified", "kind": "filter", "over": items(constant(1)), "variable": "x", "body": name("x")},
    {"is": "quantified", "kind": "exists_one", "over": items(constant(1)), "variable": "x", "body": name("x")},
    call("sum", items(constant("a"))),
    call("max", items(constant(1), constant("a"))),
    call("max", items(items())),
    call("mean", items()),
    call("size", constant(1)),
    call("count_answered", constant(1)),
    call("latest", constant(1)),
    call("latest", items()),
    call("double", constant("1")),
    call("local_day", constant("2026-01-01")),
    call("days_between", constant(1), constant(2)),
    call("add_days", call("date", constant("2026-01-01")), constant(1.5)),
    call("add_days", call("date", constant("2026-01-01")), constant(True)),
    call("holds_role", constant(1), constant("physician")),
]


@pytest.mark.parametrize("tree", UNCHECKED, ids=str)
def test_a_tree_that_no_checker_has_passed_is_at_fault_and_never_a_yes(tree):
    with pytest.raises(RuleFault):
        evaluate(rule_from_json(data(tree)), {}, OSLO_WINTER)


def test_a_name_that_is_no_name_is_a_missing_fact():
    rule = rule_from_json(data(name("__class__")))
    assert rule.type == BOOL
    assert evaluate(rule, {}, OSLO_WINTER) == Missing(["__class__"])
