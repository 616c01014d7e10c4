"""Whether a list of medicines stands in the way of a dose on a day.

Each entry is judged as a screening judges it, with one question more: whether a physician cleared what is a physician's
to decide. A name that is not known is never *no interaction*, and a list that nobody affirmed complete is never clear.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from triptych.safety.case import Medicine
from triptych.safety.judging import MedicineJudgment, judge_medicine
from triptych.safety.knowledge import KnowledgeBase
from triptych.safety.outcomes import strongest
from triptych.safety.profile import Profile


class Recorded(Struct, frozen=True, kw_only=True):
    """A medicine on record; `cleared` is a physician's clearance of it as it stands."""

    medicine: Medicine
    cleared: bool = False


class Conflict(Struct, frozen=True, kw_only=True):
    """The judgment on the whole list; `conflict` is none when it cannot be decided, with the items that are missing."""

    conflict: bool | None
    judgments: tuple[MedicineJudgment, ...]
    missing: tuple[str, ...] = ()


def judge_medicines(
    base: KnowledgeBase, profile: Profile, recorded: Iterable[Recorded], on: date, *, affirmed: bool
) -> Conflict:
    """Judge a list of medicines for a dose on a day, as known on that day.

    Any conflict decides; otherwise anything unknown does. A clearance never opens what has to be washed out.

    Args:
        base: What is known of medicines.
        profile: The numbers, of the default profile or of a study.
        recorded: The list.
        on: The day of the dose.
        affirmed: Whether the list was affirmed complete.
    """
    judged = [(judge_medicine(base, profile, one.medicine, on, on), one.cleared) for one in recorded]
    missing: set[str] = set() if affirmed else {"medicine_review.complete"}
    stands_against = False
    for judgment, cleared in judged:
        match strongest(finding.decision for finding in judgment.findings):
            case "excluded" | "not_eligible_on_date":
                stands_against = True
            case "cannot_decide":
                missing |= _unknown(judgment)
            case "needs_physician_review" if not cleared:
                missing.add("medicine_clearance.cleared")
            case _:
                pass
    judgments = tuple(judgment for judgment, _ in judged)
    if stands_against:
        return Conflict(conflict=True, judgments=judgments)
    return Conflict(conflict=None if missing else False, judgments=judgments, missing=tuple(sorted(missing)))


def _unknown(judgment: MedicineJudgment) -> set[str]:
    """The items of the record whose answer would decide."""
    medicine, resolution = judgment.medicine, judgment.resolution
    found = set()
    doubted = "?" in (medicine.as_entered or "") and medicine.confirmed_as is None
    if resolution.status != "resolved" or doubted:
        found.add("medicine.name")
    asked = [one.ask for one in resolution.identified if one.ask]
    found |= {"medicine.dose" if ask.startswith("dose") else "medicine.route" for ask in asked}
    if medicine.status is None:
        found.add("medicine.ongoing")
    if medicine.status == "stopped" and any(washout.last_dose is None for washout in judgment.washouts):
        found.add("medicine.last_taken_on")
    return found or {"medicine.why"}
