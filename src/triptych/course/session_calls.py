"""Whom an open alarm of a medicine session goes to, step by step, until somebody acknowledges it (SAF-09).

Red goes to the physician who covers the session at once, and on by the document's times. Amber goes to nobody until a
repeat of its reading is late; then it goes to the physician. Acknowledging ends the calls and never the alarm. While a
value is past a limit, the pair in the room is asked for extra readings: one task a form, whatever else asks for one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.duty import on_call
from triptych.course.entries import Entries
from triptych.course.obligations import Call, Task
from triptych.course.session_facts import alarms, extras, span, stated_forms
from triptych.course.session_records import SessionRecords
from triptych.course.session_state import ending
from triptych.course.setting import Setting
from triptych.safety import Alarm, Asking
from triptych.study import Study
from triptych.study.recognition import SIGNS

COVER = "physician_cover"
PHYSICIANS, PAIR = ("physician",), ("therapist", "co_therapist")
RED = "A red alarm stands in a medicine session and nobody has acknowledged it. Open the session's screen"
KNOWN = "A red alarm stands in a medicine session"
REPEAT = "Repeat a reading of a medicine session: a value is past a limit"
AGAIN = "repeat:"
LATE = "A reading of a medicine session was not repeated after an amber alarm. Open the session's screen"


def alarm_tasks(session: SessionRecords, setting: Setting, roles: Iterable[str]) -> Iterator[Task]:
    """What the open alarms of a session ask of whom now; nothing of a session that is long over."""
    if not session.is_live:
        return
    known = set(roles)
    physicians, pair = (tuple(one for one in some if one in known) for some in (PHYSICIANS, PAIR))
    yield from _repeats(session, pair)
    for alarm in alarms(session):
        if alarm.is_open and alarm.is_red:
            yield _red(session, setting, alarm, physicians)
        elif alarm.is_open and alarm.repeat_late is not None and session.now >= alarm.repeat_late:
            yield _alert(f"not_repeated:{alarm.about}", LATE, alarm, physicians, alarm.repeat_late)


def _repeats(session: SessionRecords, roles: tuple[str, ...]) -> Iterator[Task]:
    """The extra readings that are due, one task a form; a repeat falls due at the instant at which it is late.

    An amber rule asks for the signs again. After the end of a session nothing is measured any more.
    """
    if ending(session) is not None:
        return
    grace = max(span(session.rules.repeat_late) - span(session.rules.repeat_after), timedelta())
    forms = {watch.id: watch.form for watch in session.rules.watches}
    asked = [(forms[about], one) for about, one in extras(session).items()]
    asked += [
        (SIGNS, Asking(alarm.at, alarm.record, alarm.repeat_due))
        for alarm in alarms(session)
        if alarm.about not in forms and alarm.is_open and alarm.repeat_due is not None
    ]
    first: dict[str, Asking] = {}
    for form, one in sorted(asked, key=lambda ask: ask[1].due):
        first.setdefault(form, one)
    for form, one in first.items():
        late = one.due + grace
        yield Task(
            id=f"{AGAIN}{form}",
            title=REPEAT,
            roles=roles,
            since=one.at,
            due=late,
            overdue=late <= session.now,
            about=one.record,
            form=form,
        )


class Message(Struct, frozen=True, kw_only=True):
    """An attempt to tell people of an alarm, by a sender: whom it was handed over for, and whom it did not reach."""

    about: str
    record: str
    sender: str
    at: datetime
    reached: tuple[str, ...]
    not_reached: tuple[str, ...]


def messages(entries: Entries) -> Iterator[Message]:
    """Every attempt to tell of an alarm, oldest first. Handed over is not delivered: no sender says more than that."""
    for entry in entries.of("reminder_sent"):
        values = entry.current.values
        kind, _, about = str(values.get("task")).partition(":")
        if kind in ("red", "not_repeated"):
            lists = (tuple(str(values.get(name) or "").split()) for name in ("reached", "not_reached"))
            reached, missed = lists
            yield Message(
                about=about,
                record=str(values.get("record")),
                sender=str(values.get("sender")),
                at=entry.root.recorded_at,
                reached=reached,
                not_reached=missed,
            )


def asked_once(study: Study, session: SessionRecords, tasks: Sequence[Task], raised: Iterable[Task]) -> Iterator[Task]:
    """What filed forms ask for, but for a repeat of a reading that the alarms of the session ask for already."""
    repeated = {task.form for task in tasks if task.id.startswith(AGAIN)}
    mine = {entry.id for form in repeated if form for entry in session.of(form)}
    for task in raised:
        if not (task.about in mine and _asks_for_repeat(study, task)):
            yield task


def _asks_for_repeat(study: Study, task: Task) -> bool:
    """Whether the next record of the same form ends a task."""
    form = study.forms.get(task.form or "")
    return form is not None and any(rule.id == task.id and rule.until == form.id for rule in form.raises)


def _red(session: SessionRecords, setting: Setting, alarm: Alarm, roles: tuple[str, ...]) -> Task:
    acknowledged, since = _acknowledged(session, alarm), _received(session, alarm)
    if acknowledged is not None:
        return replace(_alert(f"red:{alarm.about}", KNOWN, alarm, roles, since), acknowledged=acknowledged)
    told = tuple(calls(session, setting, since))
    return replace(_alert(f"red:{alarm.about}", RED, alarm, roles, since), calls=told)


def _alert(name: str, title: str, alarm: Alarm, roles: tuple[str, ...], since: datetime) -> Task:
    return Task(id=name, title=title, roles=roles, since=since, level="alert", about=alarm.record)


def calls(session: SessionRecords, setting: Setting, since: datetime) -> Iterator[Call]:
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
