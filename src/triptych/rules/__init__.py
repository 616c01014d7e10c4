"""The expression language of the study document: a subset of CEL's syntax, in Kleene's three values, with no `eval`.

Text becomes a checked tree; the tree becomes an answer: a value, or `Missing` with every path that is missing.
"""

from triptych.rules._rule import Rule, compile_rule, evaluate, rule_from_json, rule_to_json
from triptych.rules._types import BOOL, DATE, INT, NUMBER, TEXT, TIME, Code, ListOf, RecordOf, Type
from triptych.rules._values import Answer, Context, Listing, Missing
from triptych.rules.errors import RuleFault, RuleProblem, RuleProblems

__all__ = [
    "BOOL",
    "DATE",
    "INT",
    "NUMBER",
    "TEXT",
    "TIME",
    "Answer",
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
