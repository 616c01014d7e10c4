"""A FHIR R4 record screened: the same decision as for a case, with every open question of the record in the way.

A record that leaves a question open makes nobody eligible, and nobody a physician's decision either: first somebody
has to answer it.
"""

from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from triptych.exchange.fhir_bundle import Line
from triptych.exchange.fhir_screening import FromFhir, case_of_bundle
from triptych.safety import Case, Knowledge, Screening, Unreadable, read_case, screen

HARMLESS = ("Patient", "Observation", "Condition")
"""Kinds whose questions cannot hide a medicine."""


MOST = 500
"""How many questions are told one by one."""


class FromRecord(Struct, frozen=True, kw_only=True):
    """A record screened: the answer, the facts it rests on, and what became of each resource."""

    answer: Screening
    case: Case
    made: FromFhir


def screen_bundle(
    knowledge: Knowledge, content: bytes | dict[str, Any], on: date, planned: date | None = None
) -> FromRecord:
    """Screen a Bundle as known on a day, for a session planned on another.

    Args:
        knowledge: What it is judged by; its profile is the study's, or the default.
        content: The Bundle, as bytes or decoded.
        on: The day as of which the record is read.
        planned: The day of the planned session; without it nothing can be decided.

    Raises:
        NotFhir: it is no FHIR R4 Bundle about one patient, or more than is taken.
    """
    made = case_of_bundle(content, on, planned)
    case = read_case(made.case)
    open_lines = [line for line in made.lines if line.outcome == "question"]
    case = replace(case, unreadable=(*case.unreadable, *_asked(open_lines)))
    answer = screen(knowledge.base, knowledge.profile, knowledge.conditions, case)
    if any(_may_hide(line) for line in open_lines):
        # What cannot be read may be a medicine: a date that leaves it out would be too early.
        answer = replace(answer, earliest_date=None, determined_by=())
    return FromRecord(answer=replace(answer, other_actions=(*answer.other_actions, _as_of(on))), case=case, made=made)


def _asked(lines: list[Line]) -> tuple[Unreadable, ...]:
    """The questions of a record in the place of what could not be read; beyond some, how many more there are."""
    asked = tuple(dict.fromkeys(Unreadable(line.resource, line.text) for line in lines))
    more = len(asked) - MOST
    return (*asked[:MOST], Unreadable("Bundle", f"leaves {more} more questions")) if more > 0 else asked


def _may_hide(line: Line) -> bool:
    return line.resource.partition("/")[0].partition(" ")[0] not in HARMLESS


def _as_of(on: date) -> str:
    return f"the record is read as known on {on.isoformat()}; ask what has changed since"
