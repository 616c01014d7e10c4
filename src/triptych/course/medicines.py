"""From medicine records to the facts that the safety room judges."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from triptych.course.entries import Entries, Entry
from triptych.safety import Conflict, Knowledge, Recorded, judge_medicines, profile_of, read_case
from triptych.study import Study


def medicine_conflict(study: Study, entries: Entries, knowledge: Knowledge, on: date) -> Conflict:
    """Judge the recorded medicines for a dose on a day, by the study's numbers."""
    records = entries.of("medicine")
    listed = read_case({"medications": [medicine_of(entry) for entry in records]}).medications or ()
    taken = [
        Recorded(medicine=medicine, cleared=_cleared(entries, entry))
        for entry, medicine in zip(records, listed, strict=True)
    ]
    profile = profile_of(knowledge.profile, study)
    return judge_medicines(knowledge.base, profile, taken, on, affirmed=affirmed_complete(entries))


def affirmed_complete(entries: Entries) -> bool:
    """Whether the newest review says that the list is complete and no medicine was recorded after it; no review, no."""
    review = entries.latest("medicine_review")
    return (
        review is not None
        and review.current.values.get("complete") is True
        and all(entry.versions[-1].recorded_at <= review.root.recorded_at for entry in entries.of("medicine"))
    )


def medicine_of(entry: Entry) -> Mapping[str, Any]:
    """A medicine on record as an entry of a screening case."""
    values = entry.current.values

    def text(name: str) -> str | None:
        return values[name] if isinstance(values.get(name), str) else None

    return {
        "as_entered": text("name"),
        "dose": text("dose"),
        "route": text("route"),
        "status": _status(values.get("ongoing")),
        "last_dose_date": text("last_taken_on"),
        "note": text("why"),
        "confirmed_as": text("confirmed_as"),
        "codes": [_code(line) for line in (text("codes") or "").splitlines() if line.strip()],
    }


def _status(ongoing: object) -> str | None:
    if not isinstance(ongoing, bool):
        return None
    return "ongoing" if ongoing else "stopped"


def _code(line: str) -> dict[str, str]:
    """A code as it is kept in the record: system, code and words, apart by a bar."""
    system, _, rest = line.partition("|")
    code, _, display = rest.partition("|")
    return {"system": system.strip(), "code": code.strip(), "display": display.strip()}


def _cleared(entries: Entries, entry: Entry) -> bool:
    """A clearance counts for the version of the medicine that the physician saw."""
    found = entries.about.get(("medicine_clearance", entry.id), ())
    if not found:
        return False
    newest = found[-1]
    return newest.current.values.get("cleared") is True and newest.root.recorded_at >= entry.versions[-1].recorded_at
