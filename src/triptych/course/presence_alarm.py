"""Nobody with a participant who has to have somebody there: an alarm of high priority, at once (CON-01).

It goes the way of every red alarm until somebody acknowledges it, and ends when somebody is there again.
"""

from collections.abc import Iterable, Iterator

from triptych.course.answered import Raised, answers_about
from triptych.course.obligations import Task
from triptych.course.session_calls import PAIR, PHYSICIANS, calls
from triptych.course.session_presence import Attendance
from triptych.course.session_records import SessionRecords
from triptych.course.setting import Setting

VALUE = "presence"
TITLE = "Nobody is with a participant in a medicine session. Somebody goes in now, and records it"


def presence_alarm(session: SessionRecords, found: Attendance) -> Raised | None:
    """The alarm as it stands; none while somebody is there, nobody has to be, or nobody recorded who is."""
    left = [one for one in session.of("session_presence") if one.current.values.get("change") == "left"]
    if not (left and found.nobody and session.is_live):
        return None
    last = max(left, key=lambda one: (one.current.occurred_at, one.root.position))
    return Raised(
        value=VALUE,
        record=last.id,
        at=last.current.occurred_at,
        received_at=last.current.recorded_at,
        answers=tuple(answers_about(session.whole, VALUE, last.id)),
    )


def presence_tasks(
    session: SessionRecords, found: Attendance, setting: Setting, roles: Iterable[str]
) -> Iterator[Task]:
    """The alert that the alarm is, with whom it goes to until somebody acknowledges it."""
    alarm, known = presence_alarm(session, found), set(roles)
    if alarm is not None:
        is_known = alarm.acknowledged is not None
        yield Task(
            id=f"red:{VALUE}",
            title=TITLE,
            roles=tuple(role for role in (*PHYSICIANS, *PAIR) if role in known),
            since=alarm.at,
            level="alert",
            about=alarm.record,
            acknowledged=alarm.acknowledged,
            calls=() if is_known else tuple(calls(session, setting, alarm.received_at)),
        )
