"""Whether a benefit lasts: the document's rules of recurrence and retreatment, evaluated anew at each record they read.

An evaluation has the day, the records and the version of the document of its time: what was filed or amended later
changes none of the earlier ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
FactsAt = Callable[[Study, Sequence[Record], datetime], Mapping[str, object]]
"""What the rules of a version may read, from the records that there were at an instant."""


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
    for place, record in enumerate(records):
        version = study.at(record.document)
        read = [one for one in version.document.definitions if one.judges and _is_read(version, one, record, sight)]
        if read and record.status == "filed":
            facts = at(version, records[: place + 1], record.recorded_at)
            yield from (_evaluation(one, facts[one.id], record, zone) for one in read)


def _is_read(version: Study, definition: Definition, record: Record, sight: Sight) -> bool:
    """Whether a rule that a sight may know reads a form, and so is evaluated anew at a record of it."""
    reads = version.reads(f"definitions.{definition.id}.rule")
    return sight.sees_all(reads) and any(path.partition(".")[0] == record.form for path in reads)


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
    """Treatment given again where no rule for it, in the version of its time, was met when it was recorded."""
    for entry in entries.of(RETREATMENT):
        version = study.at(entry.root.document)
        rules = [one for one in version.document.definitions if one.judges == RETREATMENT]
        if not all(sight.sees_all(version.reads(f"definitions.{one.id}.rule")) for one in rules):
            continue
        before = [record for record in records if record.position < entry.root.position]
        facts = at(version, before, entry.root.recorded_at) if rules else {}
        if not any(facts[one.id] is True for one in rules):
            yield Shown(
                key=f"retreatment_without_rule:{entry.id}",
                rule="retreatment_without_rule",
                what="Treatment was given again and no rule for it was met",
                since=entry.current.occurred_at,
                visit=entry.current.visit,
                about=entry.id,
            )
