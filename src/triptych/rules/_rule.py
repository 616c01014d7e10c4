"""A rule: text, checked tree and the function made of it. The tree travels as JSON, to be evaluated elsewhere alike."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from triptych.rules._check import Checker, fitting
from triptych.rules._evaluate import built
from triptych.rules._nodes import FUNCTIONS, Binary, Call, Constant, Expr, Joined, children, too_large, walk
from triptych.rules._parse import parse
from triptych.rules._quantify import Step
from triptych.rules._signatures import check_call, is_written
from triptych.rules._types import Type, type_from_json, type_to_json
from triptych.rules._values import Answer, Context, Scope, bounded
from triptych.rules.errors import RuleFault, RuleProblem, RuleProblems


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked rule: its text, its tree, the type of its answer and every path that it reads."""

    text: str
    tree: Expr
    type: Type
    reads: frozenset[str]
    step: Step = field(repr=False, compare=False)


def compile_rule(
    text: str,
    names: Mapping[str, Type],
    *,
    gate: bool = False,
    expects: Type | None = None,
    roles: Collection[str] | None = None,
) -> Rule:
    """Parse and check a rule over named facts.

    In a gate whatever turns absence into *no* is a problem. `expects` is the type that the answer must have, and
    `roles` are those that `holds_role` may ask for. Raises `RuleProblems` with everything that is wrong.

    >>> from triptych.rules import INT, ListOf, RecordOf
    >>> rule = compile_rule("latest(vitals).systolic <= 140", {"vitals": ListOf(RecordOf("vitals", {"systolic": INT}))})
    >>> sorted(rule.reads), str(rule.type)
    (['vitals.systolic'], 'bool')
    """
    tree = parse(text)
    checker = Checker(names, check_call, gate=gate, roles=roles)
    found = checker.check(tree)
    mismatch = None if expects is None else fitting(found, expects)
    problems = checker.problems() + (() if mismatch is None else (mismatch,))
    if problems:
        raise RuleProblems(problems)
    return Rule(text, tree, found.type, checker.reads(), built(tree))


def evaluate(rule: Rule, facts: Mapping[str, object], context: Context) -> Answer:
    """Answer a rule over facts: a value, or `Missing`. Raises `RuleFault` where the document is at fault."""
    return cast(Answer, rule.step(Scope(facts, context)))


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """Write a rule as plain data for JSON: its text, its tree, its type and what it reads."""
    return {
        "text": rule.text,
        "type": type_to_json(rule.type),
        "reads": sorted(rule.reads),
        "tree": msgspec.to_builtins(rule.tree),
    }


def rule_from_json(data: Mapping[str, Any]) -> Rule:
    """Read a rule from the data of `rule_to_json`. Raises `RuleProblems` on anything else."""
    try:
        tree: Expr = msgspec.convert(data["tree"], Expr)
        _refuse_wrong(tree)
        reads = msgspec.convert(data["reads"], frozenset[str])
        text = msgspec.convert(data["text"], str)
        return Rule(text, tree, type_from_json(data["type"]), reads, built(tree))
    except (KeyError, TypeError, ValueError, RecursionError, RuleFault) as error:
        problem = RuleProblem(1, 1, "This is not a rule written as data.", "Compile it from its text.")
        raise RuleProblems((problem,)) from error


def _refuse_wrong(tree: Expr) -> None:
    """Refuse a tree that no text is turned into, as far as its shape tells."""
    problem = too_large(tree)
    if problem is not None:
        raise RuleProblems((problem,))
    if _is_null(tree):
        raise ValueError("null")
    for node, _, _ in walk(tree):
        _refuse_wrong_node(node)


def _refuse_wrong_node(node: Expr) -> None:
    may_be_null = 1 if isinstance(node, Binary) and node.op in ("==", "!=") else 0
    if sum(map(_is_null, children(node))) > may_be_null:
        raise ValueError("null")
    match node:
        case Constant(value=str(text)):
            text.encode()
        case Constant(value=int() | float() as number):
            bounded(number)
        case Joined(parts=parts) if len(parts) < 2:
            raise ValueError(node.op)
        case Call(function=function, args=args) if FUNCTIONS[function] != len(args):
            raise ValueError(function)
        case Call(function="date" | "timestamp" as function, args=(Constant(value=str(text)),)):
            if not is_written(text, is_day=function == "date"):
                raise ValueError(function)
        case _:
            pass


def _is_null(node: Expr) -> bool:
    return isinstance(node, Constant) and node.value is None
