"""From facts to judgments. This room knows no visits and no records; the course calls it with plain facts."""

from triptych.safety.medicines import Conflict, Finding, MedicineTable, Taken, judge_medicines, read_medicines

__all__ = ["Conflict", "Finding", "MedicineTable", "Taken", "judge_medicines", "read_medicines"]
