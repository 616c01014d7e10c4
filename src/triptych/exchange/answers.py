"""A screening's answer for programs, in the keys of the screening cases' `expected`."""

from typing import Any

from triptych.safety import Screening


def answer_of(screening: Screening) -> dict[str, Any]:
    """The six members of an answer: a decision, its earliest date, actives, reasons, what is missing, what to do."""
    earliest = screening.earliest_date
    return {
        "decision": screening.decision,
        "earliest_date": None if earliest is None else earliest.isoformat(),
        "resolved_actives": list(screening.resolved_actives),
        "reasons": list(screening.reasons),
        "missing_items": list(screening.missing_items),
        "other_actions": list(screening.other_actions),
    }
