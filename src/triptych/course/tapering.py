"""The taper plan: what a participant may be shown of their wash-outs, and only once everybody has signed.

A plan is in force when the participant has consented, a physician has signed it, whoever prescribes has signed it, the
medicines are those that it is about, and nothing has happened since that stops a taper.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from triptych.course.entries import Entries, Entry
from triptych.course.screening import Screened
from triptych.course.signing import Signature
from triptych.safety import MedicineJudgment, Washout

PLAN, AGREEMENT = "taper_plan", "prescriber_agreement"
PHYSICIAN = "physician"
Waiting = Literal["never_stop", "taken", "waiting", "over", "hold", "not_timed", "free"]


class PlannedMedicine(Struct, frozen=True, kw_only=True):
    """One medicine of a plan, as a participant is told of it. `over_on` is the first day after the waiting time."""

    name: str
    waiting: Waiting
    days: int | None
    last_dose: date | None
    over_on: date | None
    stop_by: date | None
    restart_from: date | None
    restart_note: str
    prescriber: str
    suicidality_checks: bool


class Taper(Struct, frozen=True, kw_only=True):
    """A participant's newest plan; `lacks` says what keeps it from being shown, and is empty when it is in force."""

    record: str
    planned: date
    values: Mapping[str, Any]
    physician: str
    prescriber: str
    medicines: tuple[PlannedMedicine, ...]
    judged: tuple[MedicineJudgment, ...]
    lacks: tuple[str, ...]

    @property
    def in_force(self) -> bool:
        """Whether it may be shown and printed for the participant."""
        return not self.lacks


def taper_of(
    plan: Entry, entries: Entries, signatures: Sequence[Signature], screened: Screened, *, consents: bool
) -> Taper:
    """Derive a plan as it stands.

    Args:
        plan: The newest plan.
        entries: What counts for the present screening attempt.
        signatures: The signatures of the stream, each with whether it stands.
        screened: The screening for the plan's day.
        consents: Whether the consent is in force.
    """
    physician, prescriber = _signers(plan, entries, signatures)
    planned = date.fromisoformat(plan.current.values["planned_on"])
    return Taper(
        record=plan.id,
        planned=planned,
        values=plan.current.values,
        physician=physician,
        prescriber=prescriber,
        medicines=tuple(_medicines(entries, screened)),
        judged=screened.answer.medicines,
        lacks=tuple(_lacks(plan, entries, (physician, prescriber), screened, consents=consents)),
    )


def _signers(plan: Entry, entries: Entries, signatures: Sequence[Signature]) -> tuple[str, str]:
    """Who signed as physician and who as prescriber, empty for nobody; one person never counts as both."""
    stand = [one for one in signatures if one.stands and one.about and entries.roots.get(one.about) == plan.id]
    physician = next((one.by for one in stand if one.role == PHYSICIAN), "")
    account = plan.current.values.get("account")
    here = next((one.by for one in stand if one.by == account and one.by != physician), "")
    on_paper = [
        entry
        for entry in entries.about.get((AGREEMENT, plan.id), ())
        if entry.root.position > plan.versions[-1].position
    ]
    paper = str(on_paper[-1].current.values["name"]) if on_paper else ""
    return physician, here or paper


def _lacks(
    plan: Entry, entries: Entries, signed: tuple[str, str], screened: Screened, *, consents: bool
) -> Iterator[str]:
    physician, prescriber = signed
    if not consents:
        yield "The consent is not signed and in force."
    if not physician:
        yield "A physician has not signed it as it stands."
    if not prescriber:
        yield "The prescriber has not signed it as it stands."
    if plan.current.values.get("shown") != screened.medicines_shown:
        yield "The medicines are no longer those that it was written for. Write and sign it anew."
    if any(one.resolution.status != "resolved" for one in screened.answer.medicines if not one.not_taken):
        yield "A medicine on the list is not identified."
    if screened.case["medication_list_affirmed_complete"] is not True:
        yield "Nobody has affirmed that the list of medicines is complete since it last changed."
    yield from _stops(plan, entries)


def _stops(plan: Entry, entries: Entries) -> Iterator[str]:
    """What stops a taper: it has become worse, signs of withdrawal, or a higher C-SSRS than when it was written."""
    since = plan.versions[-1].position
    calls = [entry.current.values for entry in entries.of("taper_call") if entry.versions[-1].position > since]
    if any(values.get("low_mood") is True for values in calls):
        yield "The participant's mood has become worse: a physician decides, and writes a new plan."
    if any(values.get("withdrawal_signs") is True for values in calls):
        yield "There are signs of withdrawal: a physician decides, and writes a new plan."
    if _has_risen(entries, plan):
        yield "The C-SSRS has risen since it was written: a physician decides, and writes a new plan."


def _has_risen(entries: Entries, plan: Entry) -> bool:
    """Whether a later C-SSRS shows more ideation than the last one before the plan, or behavior."""
    since = plan.versions[-1].position
    before = [entry for entry in entries.of("cssrs") if entry.versions[-1].position <= since]
    later = [entry for entry in entries.of("cssrs") if entry.versions[-1].position > since]
    level = _ideation(before[-1]) if before else 0
    return any(_ideation(entry) > level or entry.current.values.get("behavior") is True for entry in later)


def _ideation(entry: Entry) -> int:
    """The ideation of a record: the score, or the highest of the five types that was answered with yes."""
    values = entry.current.values
    said = values.get("ideation")
    if isinstance(said, int):
        return said
    return max((number for number in range(1, 6) if values.get(f"ideation_{number}") is True), default=0)


def _medicines(entries: Entries, screened: Screened) -> Iterator[PlannedMedicine]:
    for record, judged in zip(screened.records, screened.answer.medicines, strict=True):
        entry = entries.entry(record)
        prescriber = entry.current.values.get("prescriber") if entry else None
        if not judged.not_taken:
            yield _medicine(judged, prescriber if isinstance(prescriber, str) else "")


def _medicine(judged: MedicineJudgment, prescriber: str) -> PlannedMedicine:
    """One medicine under the row that keeps it out longest; a row that never lets it be stopped comes first."""
    timed = [one for one in judged.washouts if one.management in ("exclude", "taper_washout", "hold")]
    never = any(one.never_stop for one in judged.washouts)
    longest = max(timed, key=lambda one: -1 if one.required_days is None else one.required_days, default=None)
    restarts = [one.restart_from for one in judged.washouts if one.restart_from]
    notes = dict.fromkeys(one.must_not_restart for one in judged.washouts if one.must_not_restart)
    waiting = _waiting(judged, longest, never=never)
    dated = longest is not None and waiting in ("waiting", "over")
    return PlannedMedicine(
        name=judged.medicine.as_entered or "",
        waiting=waiting,
        days=longest.required_days if longest and not never else None,
        last_dose=longest.last_dose if longest and dated else None,
        over_on=longest.satisfied_on if longest and dated else None,
        stop_by=longest.stop_by if longest and waiting == "hold" else None,
        restart_from=max(restarts, default=None) if not never else None,
        restart_note=" ".join(notes) if not never else "",
        prescriber=prescriber,
        suicidality_checks=any(one.suicidality_checks for one in judged.washouts),
    )


def _waiting(judged: MedicineJudgment, longest: Washout | None, *, never: bool) -> Waiting:
    if never:
        return "never_stop"
    if longest is None:
        return "free"
    if any(one.management != "allow" and one.required_days is None for one in judged.washouts):
        return "not_timed"
    if longest.ongoing is not False or longest.satisfied_on is None:
        return "hold" if longest.management == "hold" else "taken"
    return "over" if longest.satisfied else "waiting"
