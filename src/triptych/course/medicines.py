"""From medicine records to the facts that the safety room judges."""

from datetime import date

from triptych.course.entries import Entries, Entry
from triptych.safety import Conflict, MedicineTable, Taken, judge_medicines


def medicine_conflict(entries: Entries, table: MedicineTable, on: date) -> Conflict:
    """Judge the recorded medicines for a dose on a day."""
    recorded = entries.of("medicine")
    taken = (_taken(entries, entry) for entry in recorded)
    return judge_medicines(table, taken, on, affirmed=affirmed_complete(entries))


def affirmed_complete(entries: Entries) -> bool:
    """Whether the newest review says that the list is complete and no medicine was recorded after it."""
    review = entries.latest("medicine_review")
    return (
        review is not None
        and review.current.values.get("complete") is True
        and all(entry.versions[-1].recorded_at <= review.root.recorded_at for entry in entries.of("medicine"))
    )


def _taken(entries: Entries, entry: Entry) -> Taken:
    values = entry.current.values
    ongoing, last = values.get("ongoing"), values.get("last_taken_on")
    return Taken(
        name=str(values.get("name", "")),
        ongoing=ongoing if isinstance(ongoing, bool) else None,
        last_taken_on=date.fromisoformat(last) if isinstance(last, str) else None,
        cleared=_cleared(entries, entry),
    )


def _cleared(entries: Entries, entry: Entry) -> bool:
    """A clearance counts for the version of the medicine that the physician saw."""
    found = entries.about.get(("medicine_clearance", entry.id), ())
    if not found:
        return False
    newest = found[-1]
    return newest.current.values.get("cleared") is True and newest.root.recorded_at >= entry.versions[-1].recorded_at
