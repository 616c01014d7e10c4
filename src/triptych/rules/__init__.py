"""The expression language of the study document: a subset of CEL's syntax, in Kleene's three values, with no `eval`.

Text becomes a checked tree; the tree becomes an answer: a value, or `Missing` with every path that is missing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from triptych.rules._check import Checker
from triptych.rules._evaluate import Context, Listing, Missing, Scope, Step, built
from triptych.rules._nodes import Expr
from triptych.rules._parse import parse
from triptych.rules._types import BOOL, DATE, INT, NUMBER, TEXT, TIME, Code, ListOf, RecordOf, Type, alike
from triptych.rules.errors import RuleFault, RuleProblem, RuleProblems

__all__ = [
    "BOOL",
    "DATE",
    "INT",
    "NUMBER",
    "TEXT",
    "TIME",
    "Code",
    "Context",
    "ListOf",
    "Listing",
    "Missing",
    "RecordOf",
    "Rule",
    "RuleFault",
    "RuleProblem",
    "RuleProblems",
    "Type",
    "compile_rule",
    "evaluate",
    "rule_from_json",
    "rule_to_json",
]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A checked rule: its text, its tree, and every path that it reads."""

    text: str
    tree: Expr
    reads: frozenset[str]
    step: Step = field(repr=False)
    type: Type = BOOL


def compile_rule(
    text: str,
    names: Mapping[str, Type],
    *,
    gate: bool = False,
    expects: Type | None = None,
    roles: Collection[str] | None = None,
) -> Rule:
    """Parse and check a rule over named facts. Raises `RuleProblems` with every problem found."""
    tree = parse(text)
    checker = Checker(names, gate=gate, roles=roles)
    found = checker.check(tree)
    problems = list(checker.problems)
    if expects is not None and not alike(found, expects):
        problems.append(RuleProblem(1, 1, f"The rule answers with a {found}, and a {expects} is wanted."))
    if problems:
        raise RuleProblems(tuple(problems))
    return Rule(text, tree, frozenset(checker.reads), built(tree), found)


def evaluate(rule: Rule, facts: Mapping[str, object], context: Context) -> Any:
    """Answer a rule over facts: a value, or `Missing`. Raises `RuleFault` where the document is at fault."""
    return rule.step(Scope(facts, context))


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """The checked tree as plain data for JSON."""
    return {"text": rule.text, "reads": sorted(rule.reads), "tree": msgspec.to_builtins(rule.tree)}


def rule_from_json(data: Mapping[str, Any]) -> Rule:
    """A rule from the data of `rule_to_json`. Raises `msgspec.ValidationError` on anything else."""
    tree: Expr = msgspec.convert(data["tree"], Expr)
    return Rule(data["text"], tree, frozenset(data["reads"]), built(tree))
