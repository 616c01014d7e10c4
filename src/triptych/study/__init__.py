"""The study document: models, loading with line numbers, checking; forms and how answers fit them.

Pure: it works on texts handed in and never reads a file or a clock.
"""

from triptych.study.amending import amendment_problems, next_version
from triptych.study.comparing import Difference, differences
from triptych.study.durations import Duration, parse_days, parse_duration
from triptych.study.education import Education, Passage, Question, read_education
from triptych.study.errors import NotADuration, Problem, StudyError, StudyProblems
from triptych.study.fitting import Misfit, answers, complete, fit, shown_items
from triptych.study.inheriting import INSTRUMENTS, Shelf
from triptych.study.instruments import (
    Instrument,
    InstrumentDocument,
    NotShipped,
    Scored,
    bands_of,
    check_instrument,
    load_instrument,
    misfits,
    read_not_shipped,
    score,
    score_notes,
)
from triptych.study.limits import LEVELS, Level, Limit, SessionRules, Watch
from triptych.study.loading import (
    Study,
    as_files,
    check_study,
    flat_data,
    flat_study,
    flat_yaml,
    known_to_each_other,
    load_study,
    new_study,
    study_from_canonical,
)
from triptych.study.marked import Marked, read_marked
from triptych.study.model import (
    Choice,
    Condition,
    DeviationClass,
    DeviationRule,
    Form,
    Gate,
    Item,
    Raise,
    Release,
    Role,
    StudyDocument,
    Unconfirmed,
)
from triptych.study.protocol import SILENT, Listing, Protocol, Section, Table, Text, protocol_text
from triptych.study.recognition import Recognition
from triptych.study.screening import Floor, ScreeningFact, ScreeningRules
from triptych.study.session_course import DischargeRules, PresenceRules, Settled, SupplementRules
from triptych.study.showing import Column, Schedule, render_text, schedule
from triptych.study.treatment import Amendment, Arm, Dose, Part
from triptych.study.visits import Panel, Placement, Timing, Visit
from triptych.study.writing import write_yaml

__all__ = [
    "INSTRUMENTS",
    "LEVELS",
    "SILENT",
    "Amendment",
    "Arm",
    "Choice",
    "Column",
    "Condition",
    "DeviationClass",
    "DeviationRule",
    "Difference",
    "DischargeRules",
    "Dose",
    "Duration",
    "Education",
    "Floor",
    "Form",
    "Gate",
    "Instrument",
    "InstrumentDocument",
    "Item",
    "Level",
    "Limit",
    "Listing",
    "Marked",
    "Misfit",
    "NotADuration",
    "NotShipped",
    "Panel",
    "Part",
    "Passage",
    "Placement",
    "PresenceRules",
    "Problem",
    "Protocol",
    "Question",
    "Raise",
    "Recognition",
    "Release",
    "Role",
    "Schedule",
    "Scored",
    "ScreeningFact",
    "ScreeningRules",
    "Section",
    "SessionRules",
    "Settled",
    "Shelf",
    "Study",
    "StudyDocument",
    "StudyError",
    "StudyProblems",
    "SupplementRules",
    "Table",
    "Text",
    "Timing",
    "Unconfirmed",
    "Visit",
    "Watch",
    "amendment_problems",
    "answers",
    "as_files",
    "bands_of",
    "check_instrument",
    "check_study",
    "complete",
    "differences",
    "fit",
    "flat_data",
    "flat_study",
    "flat_yaml",
    "known_to_each_other",
    "load_instrument",
    "load_study",
    "misfits",
    "new_study",
    "next_version",
    "parse_days",
    "parse_duration",
    "protocol_text",
    "read_education",
    "read_marked",
    "read_not_shipped",
    "render_text",
    "schedule",
    "score",
    "score_notes",
    "shown_items",
    "study_from_canonical",
    "write_yaml",
]
