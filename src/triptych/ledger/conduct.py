"""Touch outside an agreement, told outside the sites: an observation in the study's own stream for each, filed once.

No role of a site sees it; whoever receives complaints and the monitor do (CON-04, CON-08).
"""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from triptych.course.complaints import OBSERVATION, code_of
from triptych.course.touch import RELATED, TOUCH
from triptych.course.touch_alarms import TASK, TouchAlarm
from triptych.ledger.drafts import Draft, System
from triptych.ledger.reminders import NOTICES

__all__ = ["TASK", "may_be_outside", "observe"]

if TYPE_CHECKING:
    from triptych.ledger.trial import Trial

SYSTEM = System(person="system", role="system")


def may_be_outside(form: str) -> bool:
    """Whether a record of a form can make a touch one outside the agreement, so that it has to be looked at."""
    return form == TOUCH or form in RELATED


def observe(trial: "Trial", participants: Iterable[str]) -> None:
    """File what is not filed yet about the touches of participants. Doing it again is harmless."""
    participants = list(participants)
    if not participants:
        return
    view = trial.system_view()
    if OBSERVATION not in view.study.forms or TOUCH not in view.study.forms:
        return
    known = {one.id for one in view.study_records() if one.form == OBSERVATION}
    for participant in participants:
        for alarm in view.touch_alarms(participant):
            name = str(uuid.uuid5(NOTICES, f"{alarm.record}:outside"))
            if name not in known:
                values = {"text": _told(participant, alarm), "code": code_of(name)}
                draft = Draft(id=name, form=OBSERVATION, values=values, occurred_at=alarm.at, origin="system")
                trial.file(draft, SYSTEM)


def _told(participant: str, alarm: TouchAlarm) -> str:
    who, kind = alarm.person or "somebody unknown", (alarm.kind or "not known").replace("_", " ")
    return f"Touch outside the agreement of {participant}, by {who} ({kind}), {alarm.why}. Record {alarm.record}."
