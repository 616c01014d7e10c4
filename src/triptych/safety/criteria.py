"""Each criterion of a screening evaluated: met, not met or not decidable, with the facts used, their days and ages."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from triptych.safety.case import Case
from triptych.safety.outcomes import Decision, Finding, strongest
from triptych.safety.profile import Profile

Met = Literal["met", "not_met", "cannot_decide"]


class Fact(Struct, frozen=True, kw_only=True):
    """A fact as it was used: its name, its value in words, its day and how many days before the session that was."""

    name: str
    value: str
    on: date | None = None
    age_days: int | None = None


class Criterion(Struct, frozen=True, kw_only=True):
    """One criterion with its answer. `decision` is what it leads to by itself."""

    id: str
    title: str
    answer: Met
    decision: Decision
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    rationale: str = ""
    source: str = ""
    confirmed: bool = False


def criterion(profile: Profile, code: str, findings: Iterable[Finding], facts: Sequence[Fact] = ()) -> Criterion:
    """Put one criterion together from what was found; the profile says what it is called and where it comes from."""
    found = tuple(findings)
    decision = strongest(finding.decision for finding in found)
    said = profile.statements.get(code)
    answer: Met = "met" if decision == "eligible_on_date" else "cannot_decide"
    if decision in {"excluded", "not_eligible_on_date"}:
        answer = "not_met"
    return Criterion(
        id=code,
        title=said.title if said else code,
        answer=answer,
        decision=decision,
        facts=tuple(facts),
        findings=found,
        rationale=said.rationale if said else "",
        source=said.source if said else "",
        confirmed=said.confirmed if said else False,
    )


def missing(code: str, what: str, case: Case, path: str = "") -> Finding:
    """An absent fact; if something unreadable stood there, what it was."""
    why = next((f": {one.path} {one.why}" for one in case.unreadable if path and one.path == path), "")
    return Finding("cannot_decide", f"{what} is missing{why} ({code})", missing=(f"{what}{why}",))


def ok(reason: str, actions: tuple[str, ...] = ()) -> Finding:
    """A finding that stands in nobody's way, with what to do all the same."""
    return Finding("eligible_on_date", reason, actions=actions)


def dated(case: Case, name: str, value: object, on: date | None) -> Fact:
    """A fact with its day and its age on the planned session, in days; no age where one of the two days is unknown."""
    planned = case.planned_session_date
    return Fact(name=name, value=str(value), on=on, age_days=(planned - on).days if planned and on else None)


def day_problem(case: Case, code: str, what: str, on: date | None, limit: int) -> tuple[Finding, ...]:
    """Why a day makes a fact unusable: none, after the evaluation, or too long before the planned session."""
    if on is None:
        return (Finding("cannot_decide", f"{what} has no date ({code})", missing=(f"date of {what}",)),)
    evaluated, planned = case.evaluation_date, case.planned_session_date
    if evaluated is not None and on > evaluated:
        why = f"{what} is dated {on}, after the day of evaluation ({code})"
        return (Finding("cannot_decide", why, missing=(f"date of {what}",)),)
    if planned is not None and (planned - on).days > limit:
        days = (planned - on).days
        why = f"{what} of {on} is {days} d old on the planned day; {limit} d at most ({code})"
        return (Finding("cannot_decide", why, missing=(f"{what} not older than {limit} d",)),)
    return ()


def number(value: float) -> str:
    """A number as a person writes it, with no more decimals than it has."""
    return f"{value:g}"
