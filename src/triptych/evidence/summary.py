"""A summary of findings: each outcome with its figures side by side, its certainty and its sentences; and as text."""

from collections.abc import Collection

from msgspec import Struct

from triptych.evidence.base import Base, OutcomeDefinition
from triptych.evidence.grade import Grade, grade
from triptych.evidence.outcomes import SIDE_BY_SIDE, Synthesis, synthesize, widest
from triptych.evidence.sentences import answer, beyond, disagreement, interval, plain_answer, would_change

NOT_RECORDED = "not recorded"


class Finding(Struct, frozen=True, kw_only=True):
    """All that is shown of one outcome. `main` is what the sentences rest on: the widest of those side by side."""

    definition: OutcomeDefinition
    main: Synthesis
    side_by_side: tuple[Synthesis, ...]
    grade: Grade
    answer: str
    more: str
    plain: tuple[str, ...]
    would_change: tuple[str, ...]


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
        plain=plain_answer(definition, main, certainty),
        would_change=would_change(definition, main, certainty),
    )


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
