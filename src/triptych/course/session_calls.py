"""Whom an open alarm of a medicine session goes to, step by step, until somebody acknowledges it (SAF-09).

Red goes to the physician who covers the session at once, and on by the document's times. Amber goes to nobody until a
repeat of its reading is late; then it goes to the physician. Acknowledging ends the calls and never the alarm.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from triptych.course.duty import on_call
from triptych.course.obligations import Call, Task
from triptych.course.session_facts import alarms, span, stated_forms
from triptych.course.session_records import SessionRecords
from triptych.course.setting import Setting
from triptych.safety import Alarm

COVER = "physician_cover"
PHYSICIANS, PAIR = ("physician",), ("therapist", "co_therapist")
RED = "A red alarm stands in a medicine session and nobody has acknowledged it. Open the session's screen"
KNOWN = "A red alarm stands in a medicine session"
REPEAT = "Repeat a reading of a medicine session: an amber alarm waits for it"
LATE = "A reading of a medicine session was not repeated after an amber alarm. Open the session's screen"


def alarm_tasks(session: SessionRecords, setting: Setting, roles: Iterable[str]) -> Iterator[Task]:
    """What the open alarms of a session ask of whom now; nothing of a session that is long over."""
    if not session.is_live:
        return
    known = set(roles)
    physicians, pair = (tuple(one for one in some if one in known) for some in (PHYSICIANS, PAIR))
    for alarm in alarms(session):
        if not alarm.is_open:
            continue
        if alarm.is_red:
            yield _red(session, setting, alarm, physicians)
        elif alarm.repeat_late is not None:
            yield _repeat(session, alarm, pair)
            if session.now >= alarm.repeat_late:
                yield _alert(f"not_repeated:{alarm.about}", LATE, alarm, physicians, alarm.repeat_late)


def _repeat(session: SessionRecords, alarm: Alarm, roles: tuple[str, ...]) -> Task:
    """The repeat that an amber reading asks for; it falls due at the instant from which the physician is told."""
    late = alarm.repeat_late
    return Task(
        id=f"repeat:{alarm.about}",
        title=REPEAT,
        roles=roles,
        since=alarm.at,
        due=late,
        overdue=late is not None and late <= session.now,
        about=alarm.record,
    )


def _red(session: SessionRecords, setting: Setting, alarm: Alarm, roles: tuple[str, ...]) -> Task:
    acknowledged, since = _acknowledged(session, alarm), _received(session, alarm)
    if acknowledged is not None:
        return replace(_alert(f"red:{alarm.about}", KNOWN, alarm, roles, since), acknowledged=acknowledged)
    calls = tuple(_calls(session, setting, since))
    return replace(_alert(f"red:{alarm.about}", RED, alarm, roles, since), calls=calls)


def _alert(name: str, title: str, alarm: Alarm, roles: tuple[str, ...], since: datetime) -> Task:
    return Task(id=name, title=title, roles=roles, since=since, level="alert", about=alarm.record)


def _calls(session: SessionRecords, setting: Setting, since: datetime) -> Iterator[Call]:
    """The steps of the document, each with the person it goes to: who covers the session, else by the rota."""
    cover = session.latest(COVER)
    for step in session.rules.escalate:
        at = since + span(step.after)
        covers = cover.root.actor if step.step == "cover" and cover is not None else None
        duty = "physician" if step.step == "cover" else step.step
        yield Call(step=step.step, at=at, person=covers or on_call(session.study, setting, duty, at))


def _acknowledged(session: SessionRecords, alarm: Alarm) -> datetime | None:
    """When somebody first acknowledged an alarm, by when the system had it."""
    for entry in session.of("session_alarm"):
        values = entry.current.values
        about = str(values.get("about"))
        root = session.whole.roots.get(about, about)
        if values.get("answer") == "acknowledged" and (values.get("value"), root) == (alarm.about, alarm.record):
            return entry.root.recorded_at
    return None


def _received(session: SessionRecords, alarm: Alarm) -> datetime:
    """When the system had the record that raised an alarm: nobody could be told before."""
    for form in stated_forms(session):
        for entry in session.of(form):
            if entry.id == alarm.record:
                return entry.root.recorded_at
    return alarm.at
