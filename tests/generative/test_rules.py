"""The laws of the rule language on random rules: Kleene's tables, and no decision undone by an answer filled in."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.spec.rules.asking import NAMES, OSLO_WINTER
from tests.spec.rules.making import FACTS, HOLED, WORDS, conditions, holed, rules

from triptych.rules import (
    BOOL,
    Listing,
    ListOf,
    Missing,
    RecordOf,
    Rule,
    RuleFault,
    RuleProblems,
    Type,
    compile_rule,
    evaluate,
    rule_from_json,
    rule_to_json,
)

TRUTHS = (True, False, None)
ORDER = {False: 0, None: 1, True: 2}
TRUTH = {0: False, 1: None, 2: True}
LEAVES = ("p0", "p1", "p2", "p3", "p4", "p5", "p6")
UNAFFIRMED = frozenset({"review.complete"})
Tree = Any
"""The number of a leaf, or ("!", tree), or ("&&" or "||", trees)."""


def settled(answer: object) -> object:
    """An answer as the tables write it: unknown is `None`."""
    return None if isinstance(answer, Missing) else answer


def asked(text: str, names: Mapping[str, Type], facts: Mapping[str, object]) -> object:
    return evaluate(compile_rule(text, names), facts, OSLO_WINTER)


def tried(rule: Rule, facts: Mapping[str, object]) -> object:
    """The answer of a rule, or the fault."""
    try:
        return evaluate(rule, facts, OSLO_WINTER)
    except RuleFault as fault:
        return fault


# Kleene's tables


@pytest.mark.parametrize("size", [2, 3, 4])
def test_and_is_the_least_and_or_the_greatest(size):
    names: dict[str, Type] = dict.fromkeys(LEAVES[:size], BOOL)
    conjunction, disjunction = (compile_rule(op.join(names), names) for op in ("&&", "||"))
    for row in product(TRUTHS, repeat=size):
        facts = dict(zip(names, row, strict=True))
        order = [ORDER[truth] for truth in row]
        assert settled(evaluate(conjunction, facts, OSLO_WINTER)) is TRUTH[min(order)]
        assert settled(evaluate(disjunction, facts, OSLO_WINTER)) is TRUTH[max(order)]


@pytest.mark.parametrize("truth", TRUTHS)
def test_not_is_the_mirror_image(truth):
    assert settled(asked("!ready", NAMES, {"ready": truth})) is TRUTH[2 - ORDER[truth]]


def test_a_choice_is_unknown_exactly_when_its_condition_or_what_it_chooses_is():
    names: dict[str, Type] = dict.fromkeys(LEAVES[:3], BOOL)
    rule = compile_rule("p0 ? p1 : p2", names)
    for condition, yes, no in product(TRUTHS, repeat=3):
        answer = evaluate(rule, {"p0": condition, "p1": yes, "p2": no}, OSLO_WINTER)
        assert settled(answer) is (yes if condition else None if condition is None else no)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("affirmed", [True, False])
def test_exists_is_or_and_all_is_and_over_a_list_whose_end_is_unknown_until_affirmed(size, affirmed):
    names = {"flags": ListOf(BOOL, affirmable=True)}
    some, every, one = (compile_rule(f"flags.{kind}(f, f)", names) for kind in ("exists", "all", "exists_one"))
    for row in product(TRUTHS, repeat=size):
        facts = {"flags": Listing(list(row), frozenset() if affirmed else UNAFFIRMED)}
        order = [ORDER[truth] for truth in (row if affirmed else (*row, None))]
        assert settled(evaluate(some, facts, OSLO_WINTER)) is TRUTH[max(order, default=0)]
        assert settled(evaluate(every, facts, OSLO_WINTER)) is TRUTH[min(order, default=2)]
        counts = {sum(world) for world in product(*([t] if t is not None else [True, False] for t in row))}
        counts |= set() if affirmed else {count + 1 for count in counts} | {count + 2 for count in counts}
        verdicts = {count == 1 for count in counts}
        assert settled(evaluate(one, facts, OSLO_WINTER)) is (verdicts.pop() if len(verdicts) == 1 else None)


# Trees of && || and !, in which no fact stands twice


def numbered(shape: Tree, count: list[int]) -> Tree:
    """Give each leaf of a shape a number of its own."""
    if shape is None:
        count[0] += 1
        return count[0] - 1
    op, below = shape
    return (op, numbered(below, count)) if op == "!" else (op, [numbered(each, count) for each in below])


SHAPES = st.recursive(
    st.none(),
    lambda below: st.one_of(
        st.tuples(st.just("!"), below),
        st.tuples(st.sampled_from(["&&", "||"]), st.lists(below, min_size=2, max_size=3)),
    ),
    max_leaves=len(LEAVES),
)
TREES = SHAPES.map(lambda shape: numbered(shape, [0]))


def text_of(tree: Tree) -> str:
    if isinstance(tree, int):
        return LEAVES[tree]
    op, below = tree
    return f"!{text_of(below)}" if op == "!" else f"({f' {op} '.join(map(text_of, below))})"


def order_of(tree: Tree, row: Mapping[str, Any]) -> int:
    """Kleene's answer as a number."""
    if isinstance(tree, int):
        return ORDER[row[LEAVES[tree]]]
    op, below = tree
    if op == "!":
        return 2 - order_of(below, row)
    return (min if op == "&&" else max)(order_of(each, row) for each in below)


def still_decide(tree: Tree, row: Mapping[str, Any]) -> set[str]:
    """The missing facts that change the answer in some world, found by trying all worlds."""
    holes = [name for name in LEAVES if row[name] is None]
    found = set()
    for world in product((True, False), repeat=len(holes)):
        filled = {**row, **dict(zip(holes, world, strict=True))}
        answer = order_of(tree, filled)
        found |= {name for name in holes if order_of(tree, {**filled, name: not filled[name]}) != answer}
    return found


@settings(max_examples=250, deadline=None)
@given(TREES, st.fixed_dictionaries({name: st.sampled_from(TRUTHS) for name in LEAVES}))
def test_what_is_missing_is_exactly_what_can_still_change_the_answer(tree, row):
    answer = asked(text_of(tree), dict.fromkeys(LEAVES, BOOL), row)
    assert settled(answer) is TRUTH[order_of(tree, row)]
    assert (answer.paths if isinstance(answer, Missing) else set()) == still_decide(tree, row)


# Random rules over the whole language


def is_of(answer: object, of: Type) -> bool:
    """Whether an answer is of the type that the checker found."""
    match answer:
        case Missing():
            return True
        case Listing(items=items):
            return isinstance(of, ListOf) and all(is_of(item, of.element) for item in items)
        case dict():
            return isinstance(of, RecordOf)
        case bool():
            return of == BOOL
        case int():
            return str(of) in ("int", "number")
        case float():
            return str(of) == "number"
        case datetime():
            return str(of) == "timestamp"
        case date():
            return str(of) == "date"
        case _:
            return isinstance(answer, str) and str(of) == "text"


@settings(max_examples=150, deadline=None)
@given(rules(), HOLED)
def test_a_rule_answers_with_its_type_and_alike_after_it_has_been_json(text, facts):
    rule = compile_rule(text, NAMES)
    answer = tried(rule, facts)
    again = tried(rule_from_json(json.loads(json.dumps(rule_to_json(rule)))), facts)
    assert isinstance(answer, RuleFault) or is_of(answer, rule.type)
    assert type(answer) is type(again)
    assert str(answer) == str(again)


@settings(max_examples=150, deadline=None)
@given(rules(), HOLED)
def test_what_is_missing_is_something_that_the_rule_reads(text, facts):
    rule = compile_rule(text, NAMES)
    answer = tried(rule, facts)
    if isinstance(answer, Missing):
        assert answer.paths
        read = {*rule.reads, *(path.rpartition(".")[0] for path in rule.reads), *UNAFFIRMED}
        assert answer.paths <= read


@settings(max_examples=250, deadline=None)
@given(st.data(), conditions(gate=True), FACTS)
def test_no_answer_that_is_filled_in_undoes_a_decision_of_a_gate(data, text, after):
    rule = compile_rule(text, NAMES, gate=True)
    # A newer record is a newer latest one; everything else only waits for lists to be whole.
    before = data.draw(holed(after, grows="latest" not in text))
    decided = tried(rule, before)
    if isinstance(decided, bool):
        found = tried(rule, after)
        event(f"decided {decided}")
        assert found is decided or isinstance(found, RuleFault)


PAIRS = {"pairs": ListOf(RecordOf("pair", {"a": BOOL, "b": BOOL}), affirmable=True), "ready": BOOL}
KEPT = (
    "pairs",
    "pairs.filter(p, p.a)",
    "pairs.filter(p, ready)",
    "pairs.filter(p, p.a).filter(q, q.b || ready)",
    "(ready ? pairs : pairs.filter(p, p.a))",
)
ASKED = (
    "{}.exists(x, x.b)",
    "{}.all(x, x.b)",
    "{}.exists_one(x, x.b)",
    "{}.exists(x, true)",
    "latest({}).b",
    "true in {}.map(x, x.b)",
    "{}.map(x, x.a && x.b).all(y, y)",
    "size({}) == 1",
    "size({}.map(x, x.b)) > 1",
    "max({}.map(x, x.b ? 1 : 2)) == 2",
    "sum({}.map(x, x.b ? 1 : 0)) == 1",
)
PAIR = st.fixed_dictionaries({"a": st.sampled_from(TRUTHS), "b": st.sampled_from(TRUTHS)})


def worlds(pairs: list[dict[str, Any]], ready: bool | None) -> Iterator[dict[str, Any]]:
    """Every way to fill in what is missing."""
    answers = [ready, *(pair[name] for pair in pairs for name in "ab")]
    for first, *rest in product(*([answer] if answer is not None else [True, False] for answer in answers)):
        filled = [{"a": a, "b": b} for a, b in zip(rest[::2], rest[1::2], strict=True)]
        yield {"ready": first, "pairs": filled}


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("asking", ASKED)
@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(PAIR, max_size=2), ready=st.sampled_from(TRUTHS), affirmed=st.booleans())
def test_a_decision_over_a_list_holds_in_every_world(kept, asking, pairs, ready, affirmed):
    rule = compile_rule(asking.format(kept), PAIRS)
    facts = {"pairs": Listing(pairs, frozenset() if affirmed else UNAFFIRMED), "ready": ready}
    answer = evaluate(rule, facts, OSLO_WINTER)
    if not isinstance(answer, Missing):
        # A newer record is a newer latest one; everything else waits for the list to be whole.
        more = [] if affirmed or "latest" in asking else [{"a": None, "b": None}]
        for world in (*worlds(pairs, ready), *worlds([*pairs, *more], ready)):
            assert settled(evaluate(rule, world, OSLO_WINTER)) is answer


# Whatever is handed in


PIECES = [
    "ready",
    "cycle",
    "vitals",
    "medicines",
    "x",
    "1",
    "2.5",
    "'a'",
    "true",
    "null",
    "latest",
    "exists",
    "has",
    "in",
]
SOUP = st.lists(st.sampled_from([*PIECES, *"()[].,?:!<>=+-*/%&|'\"\\ \n", "&&", "||", "==", *WORDS]), max_size=25)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=30), SOUP.map("".join), SOUP.map(" ".join)), st.booleans(), HOLED)
def test_any_text_is_a_rule_that_answers_or_is_told_its_problems(text, gate, facts):
    try:
        rule = compile_rule(text, NAMES, gate=gate)
    except RuleProblems:
        event("refused")
    else:
        tried(rule, facts)


@settings(max_examples=200, deadline=None)
@given(rules(), st.integers(0, 200), st.sampled_from([*PIECES, "", "(", ")", "!", "null", "]", ",", "\ud800"]))
def test_a_rule_with_a_slip_is_a_rule_or_is_told_its_problems(text, place, slip):
    place %= len(text)
    with suppress(RuleProblems):
        compile_rule(text[:place] + slip + text[place + 1 :], NAMES)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(["is", "op", "arg", "of"]), below),
    max_leaves=4,
)


def places_in(data: Any) -> list[tuple[Any, Any]]:
    """Every place of JSON data that can be written to: a container and a key."""
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    return [place for key in keys for place in ((data, key), *places_in(data[key]))]


@settings(max_examples=150, deadline=None)
@given(st.data(), rules(), HOLED)
def test_a_tree_that_was_tampered_with_is_refused_or_answers_or_is_at_fault(data, text, facts):
    sent = json.loads(json.dumps(rule_to_json(compile_rule(text, NAMES))))
    places = places_in(sent)
    container, key = data.draw(st.sampled_from(places))
    other, other_key = data.draw(st.sampled_from(places))
    container[key] = data.draw(st.one_of(JUNK, st.just(json.loads(json.dumps(other[other_key])))))
    try:
        rule = rule_from_json(sent)
    except RuleProblems:
        event("refused")
    else:
        event("a rule all the same")
        assert tried(rule, facts) is not None
