"""What filing a form takes from a limited stock: a numbered place, or a named piece that one session has for itself.

A piece is taken once: for one participant and one session, by whichever part of its dose comes first.
"""

import uuid
from collections.abc import Iterator, Sequence

from triptych.course import Record
from triptych.ledger import judging
from triptych.ledger.drafts import Draft, Reason
from triptych.ledger.plan import Plan
from triptych.ledger.streams import STUDY
from triptych.study import Form

ALLOCATION = "allocation"


def against_stock(plan: Plan, case: judging.Case) -> Iterator[Reason]:
    """Why nothing is left to be taken; nothing where something is, or where the form takes nothing."""
    if plan.form is None or plan.form.allocates is None or not plan.takes:
        return
    kept = case.setting.study_entries if plan.stock == STUDY else case.setting.site_entries
    taken = taken_by(plan.form, [entry.current for entry in kept.of(ALLOCATION)])
    named, limit = plan.form.allocates.item, plan.form.allocates.limit
    if limit is not None and len(taken) >= limit:
        yield Reason(code="allocation_full", text=f"All {limit} places are taken.", source=plan.form.source)
    if named and _is_elsewhere(case, named, taken):
        value = case.draft.values[named]
        text = (
            f"{value} is for another participant or another session: it was authorized there, and each is used once. "
            "Take another one."
        )
        yield Reason(code="taken_elsewhere", text=text, item=named, source=plan.form.source)


def _is_elsewhere(case: judging.Case, item: str, taken: Sequence[Record]) -> bool:
    mine = {"participant": case.draft.participant, "cycle": case.draft.cycle}
    return any(
        one.values.get("value") == case.draft.values.get(item) and {name: one.values.get(name) for name in mine} != mine
        for one in taken
    )


def taken_by(form: Form, records: Sequence[Record]) -> list[Record]:
    """The records of what a form has taken so far."""
    return [record for record in records if record.form == ALLOCATION and record.values["form"] == form.id]


def taking(plan: Plan, record: Record, records: Sequence[Record]) -> Draft | None:
    """What is filed beside a record that takes something; its identifier follows from the record's."""
    form = plan.form
    named = form.allocates.item if form and form.allocates else ""
    value = record.values.get(named) if named else None
    if form is None or form.allocates is None or (record.corrects is not None if not named else value is None):
        return None
    number = 1 + len(taken_by(form, records))
    values = {"form": form.id, "about": record.id, "participant": plan.participant, "number": number}
    if named:
        values |= {"value": value, "cycle": record.cycle} if record.cycle is not None else {"value": value}
    cause = str(uuid.uuid5(uuid.UUID(record.id), ALLOCATION))
    return Draft(id=cause, form=ALLOCATION, values=values, occurred_at=record.recorded_at, origin="system")
