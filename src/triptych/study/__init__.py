"""The study document: models, loading with line numbers, checking; forms and how answers fit them.

Pure: it works on texts handed in and never reads a file or a clock.
"""

from triptych.study.amending import amendment_problems
from triptych.study.comparing import Difference, differences
from triptych.study.durations import Duration, parse_days, parse_duration
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
from triptych.study.loading import (
    Study,
    check_study,
    flat_study,
    flat_yaml,
    known_to_each_other,
    load_study,
    new_study,
    study_from_canonical,
)
from triptych.study.model import (
    Choice,
    Condition,
    DeviationClass,
    DeviationRule,
    Form,
    Gate,
    Item,
    Panel,
    Placement,
    Raise,
    Release,
    Role,
    StudyDocument,
    Timing,
    Unconfirmed,
    Visit,
)
from triptych.study.showing import Column, Schedule, render_text, schedule
from triptych.study.treatment import Amendment, Arm, Dose
from triptych.study.writing import write_yaml

__all__ = [
    "INSTRUMENTS",
    "Amendment",
    "Arm",
    "Choice",
    "Column",
    "Condition",
    "DeviationClass",
    "DeviationRule",
    "Difference",
    "Dose",
    "Duration",
    "Form",
    "Gate",
    "Instrument",
    "InstrumentDocument",
    "Item",
    "Misfit",
    "NotADuration",
    "NotShipped",
    "Panel",
    "Placement",
    "Problem",
    "Raise",
    "Release",
    "Role",
    "Schedule",
    "Scored",
    "Shelf",
    "Study",
    "StudyDocument",
    "StudyError",
    "StudyProblems",
    "Timing",
    "Unconfirmed",
    "Visit",
    "amendment_problems",
    "answers",
    "bands_of",
    "check_instrument",
    "check_study",
    "complete",
    "differences",
    "fit",
    "flat_study",
    "flat_yaml",
    "known_to_each_other",
    "load_instrument",
    "load_study",
    "misfits",
    "new_study",
    "parse_days",
    "parse_duration",
    "read_not_shipped",
    "render_text",
    "schedule",
    "score",
    "score_notes",
    "shown_items",
    "study_from_canonical",
    "write_yaml",
]
