"""A participant's screening: the decision on their records, and whether a confirmation of it still stands.

The safety room decides on the case; the study's own criteria are judged beside it. A physician's confirmation is bound
to exactly these facts.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from triptych.course.doses import actual_time, given_doses
from triptych.course.entries import Entries, Entry, local_day
from triptych.course.facts import CourseFacts, form_facts
from triptych.course.gates import ConditionState, judge_gate
from triptych.course.screening_case import Days, screening_case
from triptych.course.sight import Sight
from triptych.rules import Context, Missing
from triptych.safety import PRECEDENCE, Decision, Knowledge, Screening, profile_of, read_case, screen
from triptych.study import Gate, Study

CONFIRMATION = "screening_confirmation"
DECIDES = "eligibility_confirmation"
CONFIRMABLE: tuple[Decision, ...] = ("needs_physician_review", "eligible_on_date")
"""What a physician may confirm. Whatever is missing, or stands against a session, is not theirs to wave through."""
ANSWERS: Mapping[ConditionState, str] = {"met": "met", "not met": "not_met"}


class Read(Struct, frozen=True, kw_only=True):
    """An answer that a criterion of the study rests on; `age_days` counts to the planned day."""

    label: str
    value: str
    on: date
    age_days: int
    record: str


class StudyCriterion(Struct, frozen=True, kw_only=True):
    """One criterion of the study document: met, not met or cannot decide, with the answers it rests on (PSY-04)."""

    id: str
    title: str
    answer: str
    facts: tuple[Read, ...]
    missing: tuple[str, ...]
    source: str
    rationale: str
    confirmed: bool


class Screened(Struct, frozen=True, kw_only=True):
    """A screening for a planned day: the case as it was built, the answer on it, and what a confirmation binds to.

    `records` are the medicines on record in the order of the answer's.
    """

    planned: date
    cycle: int | None
    records: tuple[str, ...]
    case: Mapping[str, Any]
    answer: Screening
    criteria: tuple[StudyCriterion, ...]
    shown: str
    medicines_shown: str
    """What a taper plan for this day is bound to."""

    @property
    def decision(self) -> Decision:
        """The answer of the engine, and of the study's own criteria where these are stricter."""
        answers = {criterion.answer for criterion in self.criteria}
        own: Decision = "excluded" if "not_met" in answers else "cannot_decide"
        against = [own] if answers - {"met"} else []
        from_engine = self.answer.decision
        return min((from_engine, *against), key=PRECEDENCE.index)

    @property
    def may_be_confirmed(self) -> bool:
        """Whether a physician may confirm it."""
        return self.decision in CONFIRMABLE


def screened(
    study: Study,
    entries: Entries,
    facts: CourseFacts,
    sight: Sight,
    knowledge: Knowledge,
    at: tuple[date, int | None],
) -> Screened:
    """Screen a participant for a planned day and the cycle of its session, as known today.

    Args:
        study: The document in force for the participant.
        entries: What counts for the present screening attempt, as the reader sees it.
        facts: What rules read; its day is the day of evaluation.
        sight: What the reader sees.
        knowledge: What is known of medicines and conditions, and the default numbers.
        at: The planned day, and the cycle of its session.
    """
    planned, cycle = at
    case = built_case(study, entries, facts, knowledge, at)
    profile = profile_of(knowledge.profile, study)
    return Screened(
        planned=planned,
        cycle=cycle,
        records=tuple(entry.id for entry in entries.of("medicine")),
        case=case,
        answer=screen(knowledge.base, profile, knowledge.conditions, read_case(case)),
        criteria=study_criteria(study, entries, facts, sight, planned, cycle),
        shown=shown_facts(study, entries, facts.context, case),
        medicines_shown=medicines_digest(entries, planned),
    )


def built_case(
    study: Study, entries: Entries, facts: CourseFacts, knowledge: Knowledge, at: tuple[date, int | None]
) -> dict[str, Any]:
    """The case of a participant for a planned day and the cycle of its session, as known today."""
    count = profile_of(knowledge.profile, study).blood_pressure_days
    days = Days(evaluated=facts.today, planned=at[0], pressures_count=count)
    return screening_case(study, entries, facts.context, days, at[1])


def shown_facts(study: Study, entries: Entries, context: Context, case: Mapping[str, Any]) -> str:
    """The SHA-256 of the facts of a screening: the case, the answers to the study's criteria, and the document.

    The day of evaluation is no fact of its own: what it changes is in the case.
    """
    facts = {name: value for name, value in case.items() if name != "evaluation_date"}
    gate = study.gate_of(DECIDES)
    answers = {path: _answers(study, entries, context, path) for path in sorted(_paths(study, gate))}
    return hashlib.sha256(_encode({"study": study.digest, "case": facts, "criteria": answers})).hexdigest()


_encode = msgspec.json.Encoder(order="sorted").encode


def medicines_digest(entries: Entries, planned: date) -> str:
    """The SHA-256 of what a plan is about: the medicines as they are identified, and the planned day.

    That a taper has begun, or a last dose was taken, changes no plan; another medicine or another dose does.
    """
    parts = ("name", "confirmed_as", "dose", "route")
    found = sorted(str([entry.current.values.get(part) for part in parts]) for entry in entries.of("medicine"))
    return hashlib.sha256(msgspec.json.encode([planned.isoformat(), found])).hexdigest()


def study_criteria(
    study: Study, entries: Entries, facts: CourseFacts, sight: Sight, planned: date, cycle: int | None
) -> tuple[StudyCriterion, ...]:
    """Each criterion in front of the confirmation of eligibility, with the facts that it read."""
    gate = study.gate_of(DECIDES)
    if gate is None:
        return ()
    marked = {field.path for field in study.unconfirmed}
    judged = {one.id: one for one in judge_gate(study, gate, facts, sight, cycle).conditions}
    return tuple(
        StudyCriterion(
            id=condition.id,
            title=condition.text,
            answer=ANSWERS.get(judged[condition.id].state, "cannot_decide"),
            facts=tuple(_reads(study, entries, facts.context, _paths(study, gate, condition.id), planned)),
            missing=judged[condition.id].missing,
            source=condition.source or gate.source,
            rationale=condition.rationale,
            confirmed=marked.isdisjoint(_claimed(gate, condition.id)),
        )
        for condition in gate.conditions
    )


def _claimed(gate: Gate, condition: str) -> set[str]:
    """The paths of what a criterion claims of its source; the rationale may be the document's own."""
    path = f"gates.{gate.id}.conditions"
    return {path, f"{path}.{condition}", *(f"{path}.{condition}.{part}" for part in ("text", "rule", "source"))}


def _paths(study: Study, gate: Gate | None, only: str = "") -> set[str]:
    """The items that the conditions of a gate read, as form.item."""
    if gate is None:
        return set()
    wanted = [condition.id for condition in gate.conditions if only in ("", condition.id)]
    read = {path for name in wanted for path in study.reads(f"gates.{gate.id}.conditions.{name}.rule")}
    return {path for path in read if path.split(".")[0] in study.forms and "." in path}


def _answers(study: Study, entries: Entries, context: Context, path: str) -> list[object]:
    form, _, item = path.partition(".")
    found = (form_facts(study, entry, context).get(item) for entry in entries.of(form))
    return [value if isinstance(value, bool | int | float | str | None) else str(value) for value in found]


def _reads(study: Study, entries: Entries, context: Context, paths: set[str], planned: date) -> list[Read]:
    return [
        _read(study, entry, context, path, planned)
        for path in sorted(paths)
        if (entry := entries.latest(path.partition(".")[0])) is not None
    ]


def _read(study: Study, entry: Entry, context: Context, path: str, planned: date) -> Read:
    name, _, item_id = path.partition(".")
    form = study.forms[name]
    item = next((one for one in form.items if one.id == item_id), None)
    value = form_facts(study, entry, context).get(item_id)
    on = local_day(entry.current.occurred_at, context.zone)
    label = f"{form.title}: {item.label}" if item else form.title
    return Read(label=label, value=_told(value), on=on, age_days=(planned - on).days, record=entry.id)


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "no answer" if value is None else str(value)


def is_confirmed(
    study: Study,
    entries: Entries,
    facts: CourseFacts,
    sight: Sight,
    knowledge: Knowledge,
    cycle: int | None,
) -> bool | Missing:
    """Whether the newest confirmation is for today, of exactly the facts as they stand, and could be given again.

    Once a dose has been given today, what was recorded since is of the session and makes no confirmation fall, nor do
    the vital signs that were measured after its authorization.
    """
    found = entries.latest(CONFIRMATION)
    if found is None:
        return Missing((f"{CONFIRMATION}.shown",))
    values = found.current.values
    if values.get("planned_on") != facts.today.isoformat():
        return False
    before = entries.kept(_before_doses_of(entries, facts))
    now = screened(study, before, facts, sight, knowledge, (facts.today, cycle))
    return now.shown == values.get("shown") and now.answer.decision in CONFIRMABLE


def _before_doses_of(entries: Entries, facts: CourseFacts) -> Callable[[Entry], bool]:
    """Which entries were there before the first dose of the day, by when the system had them.

    Vital signs measured once that dose was authorized are of the session too: the schedule asks for them minutes before
    it is taken, and the limits of the session judge them.
    """
    zone = facts.context.zone
    doses = (dose.root.position for dose in given_doses(entries) if local_day(actual_time(dose), zone) == facts.today)
    first = min(doses, default=None)
    if first is None:
        return lambda _: True
    allowed = (one.root.position for one in entries.of("dose_authorization") if one.root.position < first)
    authorized = max(allowed, default=first)
    return lambda entry: entry.root.position < (authorized if entry.current.form == "vitals" else first)
