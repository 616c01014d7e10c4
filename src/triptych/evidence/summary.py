"""A summary of findings: each outcome with its figures side by side, its certainty and its sentences; and as text."""

from collections.abc import Collection

from msgspec import Struct

from triptych.evidence.base import Base, OutcomeDefinition
from triptych.evidence.change import would_change
from triptych.evidence.grade import Grade, grade
from triptych.evidence.outcomes import SIDE_BY_SIDE, Synthesis, contrasts, synthesize, table_of, widest
from triptych.evidence.sentences import answer, beyond, disagreement, interval

NOT_RECORDED = "not recorded"


class Absolute(Struct, frozen=True):
    """Of 1,000 people, how many in the control groups had it, and how many by the risk ratio with its interval."""

    control: float
    treated: float
    low: float
    high: float


class Finding(Struct, frozen=True, kw_only=True):
    """All that is shown of one outcome. `main` is what the sentences rest on: the widest of those side by side."""

    definition: OutcomeDefinition
    main: Synthesis
    side_by_side: tuple[Synthesis, ...]
    grade: Grade
    answer: str
    more: str
    absolute: Absolute | None


def finding(base: Base, outcome: str, left_out: Collection[str] = (), *, retracted: bool = False) -> Finding:
    """Everything about one outcome, with trials and sites left out as asked."""
    definition = base.outcomes[outcome]
    sides = tuple(synthesize(base, outcome, method, left_out, retracted=retracted) for method in SIDE_BY_SIDE)
    main = widest(base, outcome, left_out, retracted=retracted)
    certainty = grade(definition, main)
    more = (beyond(definition, main), disagreement(definition, sides))
    return Finding(
        definition=definition,
        main=main,
        side_by_side=sides if main.k > 1 else (main,),
        grade=certainty,
        answer=answer(definition, main, certainty),
        more=" ".join(part for part in more if part),
        absolute=absolute(base, main, retracted=retracted),
    )


def absolute(base: Base, made: Synthesis, *, retracted: bool = False) -> Absolute | None:
    """The risk ratio on the risk of all control groups together; none for what is no risk ratio.

    A limit above everybody is everybody: a ratio may promise more than 1,000 of 1,000.
    """
    if made.measure != "rr" or made.estimate is None or made.ci_low is None or made.ci_high is None:
        return None
    found = contrasts(base, made.outcome, made.left_out, retracted=retracted)
    controls = [table_of(trial, contrast).control for trial, contrast in found]
    risk = 1000 * sum(arm.events for arm in controls) / sum(arm.total for arm in controls)
    return Absolute(risk, *(min(1000.0, risk * ratio) for ratio in (made.estimate, made.ci_low, made.ci_high)))


def changes(base: Base, one: Finding, *, retracted: bool = False) -> tuple[str, ...]:
    """What would change the answer of a finding."""
    return would_change(base, one.definition, one.main, one.grade, retracted=retracted)


def conclusions(base: Base) -> str:
    """Every conclusion of the base as a page, so that a change of one shows up as a difference between two texts."""
    lines = ["| outcome | trials | people | estimate | 95 % interval | certainty |", "|---|---|---|---|---|---|"]
    found = [finding(base, outcome) for outcome in base.outcomes]
    for one in found:
        main = one.main
        shown = NOT_RECORDED, NOT_RECORDED
        if main.estimate is not None and main.ci_low is not None and main.ci_high is not None:
            shown = f"{main.estimate:.4f}", interval(main.ci_low, main.ci_high)
        head = f"`{one.definition.id}`"
        lines.append(f"| {head} | {main.k} | {main.n} | {shown[0]} | {shown[1]} | {one.grade.certainty} |")
    lines.append("")
    lines += [f"- {one.answer} {one.more}".rstrip() for one in found]
    return "\n".join(lines) + "\n"
