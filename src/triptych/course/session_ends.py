"""A medicine session that was begun and that nobody ended: it asks for somebody until its end is on record.

Nothing is concluded from silence: the session goes on as it stands, and the task only asks what became of it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from triptych.course.doses import given_doses
from triptych.course.entries import Entries, Entry
from triptych.course.obligations import Task
from triptych.course.session_facts import span, stay_ends
from triptych.course.session_records import SessionRecords
from triptych.course.session_state import ending

TASK = "unended_session"
TITLE = "A medicine session was begun and nothing says how it ended. See to the participant, and record it"
ROLES = ("coordinator", "physician")
RESTS_ON = (
    "dose_administration",
    "session_arrival",
    "overnight_stay",
    "discharge",
    "discharge_override",
    "session_exit",
    "death",
)
"""The forms that say that a session was begun, and how it ended."""


def cycles_begun(entries: Entries, cycle: int | None) -> Iterable[int | None]:
    """Every cycle in which a dose was given, and the one under way."""
    return dict.fromkeys((*(dose.current.cycle for dose in given_doses(entries)), cycle))


def late_at(session: SessionRecords) -> datetime | None:
    """The instant from which a session that nobody ended asks for somebody; none where it ended or never began."""
    rules, begun = session.rules.discharge, _begun(session)
    if rules is None or begun is None or ending(session) is not None:
        return None
    ends = stay_ends(session) or begun.current.occurred_at + span(rules.after_first)
    return ends + span(rules.late_overnight if session.since_dose("overnight_stay") else rules.late)


def unended_tasks(sessions: Iterable[SessionRecords], roles: Iterable[str]) -> Iterator[Task]:
    """An alert for each session that should have ended long ago, until its end is recorded or somebody says why."""
    known = set(roles)
    told = tuple(role for role in ROLES if role in known)
    for session in sessions:
        since, begun = late_at(session), _begun(session)
        if since is not None and begun is not None and since <= session.now and not _is_explained(session, begun):
            yield Task(id=TASK, title=TITLE, roles=told, since=since, level="alert", about=begun.id)


def _begun(session: SessionRecords) -> Entry | None:
    """The first dose of a session, or else the arrival for it; a day that was only made ready was not begun."""
    return session.doses[0] if session.doses else session.latest("session_arrival")


def _is_explained(session: SessionRecords, begun: Entry) -> bool:
    done = session.whole.about.get(("task_done", begun.id), ())
    return any(one.current.values.get("task") == TASK for one in done)
