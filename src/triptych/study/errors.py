"""Errors of the study room.

StudyError
├── NotADuration    a text is not a duration
└── StudyProblems   a document has problems and is not loaded
"""

from typing import ClassVar, NamedTuple


class Problem(NamedTuple):
    """One thing wrong with a document: where, what, and what to write instead."""

    file: str
    line: int
    path: str
    code: str
    message: str
    hint: str = ""

    def render(self) -> str:
        """The problem in one line, as compilers print theirs; what cannot be seen is written as an escape."""
        path = f" {self.path}:" if self.path else ""
        hint = f" {self.hint}" if self.hint else ""
        text = f"{self.file}:{self.line}:{path} {self.message}{hint} [{self.code}]"
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


class StudyError(Exception):
    """A study document cannot be used."""

    code: ClassVar[str] = "study"


class NotADuration(StudyError):
    """A text is not a duration."""

    code: ClassVar[str] = "not_a_duration"


class StudyProblems(StudyError):
    """A document has problems; `problems` lists them all."""

    code: ClassVar[str] = "study_problems"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        shown = "\n".join(problem.render() for problem in problems[:20])
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        super().__init__(f"The study document has {count}:\n{shown}{more}")
        self.problems = problems
