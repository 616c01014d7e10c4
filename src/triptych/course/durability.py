"""Whether a benefit lasts: the document's rules of recurrence and retreatment, evaluated anew at each record they read.

An evaluation has the day and the records of its time: what was filed later changes none of the earlier ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo

from msgspec import Struct

from triptych.course.deviations import Shown
from triptych.course.entries import Entries, local_day
from triptych.course.record import Record
from triptych.course.sight import Sight
from triptych.rules import Missing
from triptych.study import Study
from triptych.study.model import Definition

RETREATMENT = "retreatment"
FactsAt = Callable[[Sequence[Record], datetime], Mapping[str, object]]
"""What rules may read, from the records that there were at an instant."""


class Evaluation(Struct, frozen=True, kw_only=True):
    """One rule on one day: met, not met, or (none) not known for want of what is missing."""

    rule: str
    title: str
    judges: str
    on: date
    record: str
    met: bool | None
    missing: tuple[str, ...] = ()


def evaluations(
    study: Study, records: Sequence[Record], sight: Sight, zone: tzinfo, at: FactsAt
) -> Iterator[Evaluation]:
    """Every evaluation of the rules that a sight may know, in the order of the records."""
    for definition in study.document.definitions:
        reads = study.reads(f"definitions.{definition.id}.rule")
        if not definition.judges or not sight.sees_all(reads):
            continue
        forms = {path.partition(".")[0] for path in reads}
        for place, record in enumerate(records):
            if record.form in forms and record.status == "filed":
                facts = at(records[: place + 1], record.recorded_at)
                yield _evaluation(definition, facts[definition.id], record, zone)


def _evaluation(definition: Definition, answer: object, record: Record, zone: tzinfo) -> Evaluation:
    return Evaluation(
        rule=definition.id,
        title=definition.title,
        judges=definition.judges,
        on=local_day(record.recorded_at, zone),
        record=record.id,
        met=answer if isinstance(answer, bool) else None,
        missing=tuple(sorted(answer.paths)) if isinstance(answer, Missing) else (),
    )


def retreatments(
    study: Study, records: Sequence[Record], entries: Entries, sight: Sight, at: FactsAt
) -> Iterator[Shown]:
    """Treatment given again where no rule for it was met when it was recorded."""
    rules = [one for one in study.document.definitions if one.judges == RETREATMENT]
    if not all(sight.sees_all(study.reads(f"definitions.{one.id}.rule")) for one in rules):
        return
    for entry in entries.of(RETREATMENT):
        before = [record for record in records if record.position < entry.root.position]
        if not _is_met(rules, before, entry.root.recorded_at, at):
            yield Shown(
                key=f"retreatment_without_rule:{entry.id}",
                rule="retreatment_without_rule",
                what="Treatment was given again and no rule for it was met",
                since=entry.current.occurred_at,
                visit=entry.current.visit,
                about=entry.id,
            )


def _is_met(rules: Iterable[Definition], records: Sequence[Record], now: datetime, at: FactsAt) -> bool:
    rules = list(rules)
    facts = at(records, now) if rules else {}
    return any(facts[one.id] is True for one in rules)
