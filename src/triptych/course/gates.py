"""Gates: sourced conditions in front of a decision. Only *open* lets the decision be filed; unknown is never a yes."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from triptych.course.facts import CourseFacts
from triptych.course.sight import Sight
from triptych.rules import Missing, RuleFault, evaluate
from triptych.study import Condition, Gate, Study

GateDecision = Literal["open", "closed", "undecided"]
ConditionState = Literal["met", "not met", "unknown", "at filing", "withheld", "fault"]


class Judged(Struct, frozen=True, kw_only=True):
    """One condition of a gate as it stands, everything that is missing to decide it, and who clears it and how."""

    id: str
    text: str
    source: str
    state: ConditionState
    missing: tuple[str, ...] = ()
    cleared_by: str = ""
    how: str = ""


class GateState(Struct, frozen=True, kw_only=True):
    """A gate as it stands, for one cycle where its conditions depend on it; `ask` is whom to ask what is withheld."""

    id: str
    title: str
    guards: str
    decision: GateDecision
    conditions: tuple[Judged, ...]
    ask: str
    cycle: int | None = None


def judge_gate(
    study: Study,
    gate: Gate,
    facts: CourseFacts,
    sight: Sight,
    cycle: int | None,
    filing: Mapping[str, object] | None = None,
) -> GateState:
    """Judge a gate for a cycle; without a filing at hand, conditions on the filing itself are left for then."""
    bound = facts.bound(cycle, {} if filing is None else {"filing": filing})
    judged = tuple(
        _judge(study, gate, condition, bound, facts, sight, at_hand=filing is not None) for condition in gate.conditions
    )
    return GateState(
        id=gate.id,
        title=gate.title,
        guards=gate.guards,
        decision=_decide(judged, with_filing=filing is not None),
        conditions=judged,
        ask=gate.ask,
        cycle=cycle if study.depends_on_cycle(gate) else None,
    )


def _judge(
    study: Study,
    gate: Gate,
    condition: Condition,
    bound: Mapping[str, object],
    facts: CourseFacts,
    sight: Sight,
    *,
    at_hand: bool,
) -> Judged:
    path = f"gates.{gate.id}.conditions.{condition.id}.rule"
    reads = study.reads(path)
    state: ConditionState
    missing: tuple[str, ...] = ()
    if not sight.sees_all(reads):
        state = "withheld"
    elif not at_hand and any(name.split(".")[0] == "filing" for name in reads):
        state = "at filing"
    else:
        state, missing = _answer(study, path, bound, facts)
    role = study.roles.get(condition.cleared_by)
    return Judged(
        id=condition.id,
        text=condition.text,
        source=condition.source,
        state=state,
        missing=missing,
        cleared_by=role.title if role else "",
        how=condition.how,
    )


def _answer(
    study: Study, path: str, bound: Mapping[str, object], facts: CourseFacts
) -> tuple[ConditionState, tuple[str, ...]]:
    try:
        answer = evaluate(study.rule(path), bound, facts.context)
    except RuleFault as fault:
        return "fault", (str(fault),)
    if isinstance(answer, Missing):
        return "unknown", tuple(sorted(answer.paths))
    return ("met", ()) if answer is True else ("not met", ())


def _decide(judged: tuple[Judged, ...], *, with_filing: bool) -> GateDecision:
    states = {condition.state for condition in judged}
    if "not met" in states:
        return "closed"
    open_states = {"met"} if with_filing else {"met", "at filing"}
    return "open" if states <= open_states else "undecided"
