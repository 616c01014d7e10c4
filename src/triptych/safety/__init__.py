"""From facts to judgments. This room knows no visits and no records; the course calls it with plain facts."""

from triptych.safety.alarms import Alarm, Closing, Reading, level_of, limit_alarms
from triptych.safety.contacts import Contact, countries_of, read_contacts
from triptych.safety.medicines import Conflict, Finding, MedicineTable, Taken, judge_medicines, read_medicines

__all__ = [
    "Alarm",
    "Closing",
    "Conflict",
    "Contact",
    "Finding",
    "MedicineTable",
    "Reading",
    "Taken",
    "countries_of",
    "judge_medicines",
    "level_of",
    "limit_alarms",
    "read_contacts",
    "read_medicines",
]
