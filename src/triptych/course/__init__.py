"""Document and records in, course out: where a participant stands, as a pure function of records and now."""

from triptych.course.calendar import Month, months
from triptych.course.course import Course, Fold, derive_course
from triptych.course.deviations import Deviation
from triptych.course.effects import Effect, effects
from triptych.course.entries import Entries, Entry, local_day
from triptych.course.funnel import Approach, Funnel, exclusions, funnel
from triptych.course.gates import GateState, Judged, judge_gate
from triptych.course.grants import Grant, Grants
from triptych.course.listed import Listed, listed
from triptych.course.obligations import Query, Task
from triptych.course.projecting import Span, projected
from triptych.course.record import Capture, Origin, Record
from triptych.course.reviewing import CASEBOOK, Altered, review_digest, shown_digest, under_review
from triptych.course.schedule import FormState, Planned, Window, slots, slots_by_key, visits_of_form
from triptych.course.screening import CONFIRMABLE, CONFIRMATION, Screened, StudyCriterion
from triptych.course.session_presence import Attendance, Gap
from triptych.course.session_state import Phase, SessionState, Supplement
from triptych.course.setting import Setting
from triptych.course.sight import Sight, may_file
from triptych.course.signing import Signature, sees_as_signer
from triptych.course.standing import current_site
from triptych.course.tapering import PlannedMedicine, Taper
from triptych.course.training import is_trained

__all__ = [
    "CASEBOOK",
    "CONFIRMABLE",
    "CONFIRMATION",
    "Altered",
    "Approach",
    "Attendance",
    "Capture",
    "Course",
    "Deviation",
    "Effect",
    "Entries",
    "Entry",
    "Fold",
    "FormState",
    "Funnel",
    "Gap",
    "GateState",
    "Grant",
    "Grants",
    "Judged",
    "Listed",
    "Month",
    "Origin",
    "Phase",
    "Planned",
    "PlannedMedicine",
    "Query",
    "Record",
    "Screened",
    "SessionState",
    "Setting",
    "Sight",
    "Signature",
    "Span",
    "StudyCriterion",
    "Supplement",
    "Taper",
    "Task",
    "Window",
    "current_site",
    "derive_course",
    "effects",
    "exclusions",
    "funnel",
    "is_trained",
    "judge_gate",
    "listed",
    "local_day",
    "may_file",
    "months",
    "projected",
    "review_digest",
    "sees_as_signer",
    "shown_digest",
    "slots",
    "slots_by_key",
    "under_review",
    "visits_of_form",
]
