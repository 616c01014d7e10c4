"""From facts to judgments. This room knows no visits and no records; the course calls it with plain facts."""

from triptych.safety.alarms import Alarm, Asking, Closing, Reading, level_of, limit_alarms
from triptych.safety.case import BloodPressure, Case, Code, Ecg, Labs, Medicine, Participant, PregnancyTest, Unreadable
from triptych.safety.conditions import Conditions, read_conditions
from triptych.safety.contacts import Contact, EmergencyCard, countries_of, read_contacts
from triptych.safety.criteria import Criterion, Fact
from triptych.safety.judging import MedicineJudgment
from triptych.safety.knowledge import Active, Hazard, KnowledgeBase, Product, Row, read_knowledge
from triptych.safety.medicines import Conflict, Recorded, judge_medicines
from triptych.safety.naming import Candidate, Identified, Resolution, resolve
from triptych.safety.outcomes import PRECEDENCE, Decision
from triptych.safety.profile import Profile, profile_of, read_profile
from triptych.safety.reading import read_case
from triptych.safety.recognition import (
    Question,
    Stated,
    extra_readings,
    has_zero,
    questions,
    readings_of,
    session_alarms,
    stated_in,
)
from triptych.safety.screening import Knowledge, KnownText, Screening, screen
from triptych.safety.washout import Washout, washouts

__all__ = [
    "PRECEDENCE",
    "Active",
    "Alarm",
    "Asking",
    "BloodPressure",
    "Candidate",
    "Case",
    "Closing",
    "Code",
    "Conditions",
    "Conflict",
    "Contact",
    "Criterion",
    "Decision",
    "Ecg",
    "EmergencyCard",
    "Fact",
    "Hazard",
    "Identified",
    "Knowledge",
    "KnowledgeBase",
    "KnownText",
    "Labs",
    "Medicine",
    "MedicineJudgment",
    "Participant",
    "PregnancyTest",
    "Product",
    "Profile",
    "Question",
    "Reading",
    "Recorded",
    "Resolution",
    "Row",
    "Screening",
    "Stated",
    "Unreadable",
    "Washout",
    "countries_of",
    "extra_readings",
    "has_zero",
    "judge_medicines",
    "level_of",
    "limit_alarms",
    "profile_of",
    "questions",
    "read_case",
    "read_conditions",
    "read_contacts",
    "read_knowledge",
    "read_profile",
    "readings_of",
    "resolve",
    "screen",
    "session_alarms",
    "stated_in",
    "washouts",
]
