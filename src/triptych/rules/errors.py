"""Errors of the rule language. Their messages never hold an answer of a participant.

RuleError
├── RuleProblems   the text is not a rule that may stand in a document
└── RuleFault      a rule cannot be evaluated: an error of the document, never a missing answer
"""

from typing import ClassVar, NamedTuple


class RuleProblem(NamedTuple):
    """One thing that is wrong with a rule, at a line and column counted from 1, and what to write instead."""

    line: int
    column: int
    message: str
    hint: str = ""


class RuleError(Exception):
    """A rule is wrong."""

    code: ClassVar[str] = "rule"


class RuleProblems(RuleError):
    """The text is not a rule; `problems` lists everything found."""

    code: ClassVar[str] = "rule_problems"

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        super().__init__("; ".join(f"{p.line}:{p.column}: {p.message}" for p in problems))
        self.problems = problems


class RuleFault(RuleError):
    """A rule failed while it was evaluated."""

    code: ClassVar[str] = "rule_fault"
