"""The study document: models, loading with line numbers, checking; forms and how answers fit them.

Pure: it works on texts handed in and never reads a file or a clock.
"""

from triptych.study.durations import Duration, parse_days, parse_duration
from triptych.study.errors import NotADuration, Problem, StudyError, StudyProblems
from triptych.study.fitting import Misfit, answers, complete, fit, shown_items
from triptych.study.inheriting import Shelf
from triptych.study.loading import Study, check_study, flat_study, load_study, study_from_canonical
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
from triptych.study.showing import Schedule, render_text, schedule
from triptych.study.treatment import Arm
from triptych.study.writing import write_yaml

__all__ = [
    "Arm",
    "Choice",
    "Condition",
    "DeviationClass",
    "DeviationRule",
    "Duration",
    "Form",
    "Gate",
    "Item",
    "Misfit",
    "NotADuration",
    "Panel",
    "Placement",
    "Problem",
    "Raise",
    "Release",
    "Role",
    "Schedule",
    "Shelf",
    "Study",
    "StudyDocument",
    "StudyError",
    "StudyProblems",
    "Timing",
    "Unconfirmed",
    "Visit",
    "answers",
    "check_study",
    "complete",
    "fit",
    "flat_study",
    "load_study",
    "parse_days",
    "parse_duration",
    "render_text",
    "schedule",
    "shown_items",
    "study_from_canonical",
    "write_yaml",
]
