"""Touch outside the agreement: an alarm of high priority until somebody else than the person named has reviewed it.

It goes at once to those who lead and to whoever receives complaints, on by the document's times, and to nobody by a
role of the person named. What the person named says about it counts for nothing (CON-04, CON-05).
"""

from collections.abc import Iterator
from datetime import datetime

from triptych.course.answered import Raised, answers_about
from triptych.course.complaints import ROLE as COMPLIANCE
from triptych.course.deviations import Shown
from triptych.course.duty import on_call
from triptych.course.entries import Entries, Entry
from triptych.course.obligations import Call, Task
from triptych.course.record import Record
from triptych.course.session_facts import span
from triptych.course.setting import Setting
from triptych.course.touch import TOUCH, agreement, versions
from triptych.study import Study

RULE, REVIEW = "touch_outside_agreement", "safety_review"
TASK = f"red:{RULE}"
"""The alert, named as every red alarm of a session is."""
FIRST, ELSE = ("principal_investigator", "physician"), ("monitor", "coordinator")
"""Who is told at once, and who where nobody of those is left. No role of the person named."""
TITLE = "Touch outside the agreement: see to the participant and separate who is named, now"


class TouchAlarm(Raised, frozen=True, kw_only=True):
    """A touch outside the agreement: who is named, the kind of touch, why it is outside, and whether it was reviewed.

    Answers of the person named are not among its answers.
    """

    person: str | None
    kind: str | None
    why: str
    reviewed: bool


def touch_alarms(entries: Entries) -> Iterator[TouchAlarm]:
    """Every touch outside the agreement as it stood at that moment.

    It stands whatever becomes of its record: nobody takes it back by a correction or by setting it aside.
    """
    touches = entries.ever.get(TOUCH, ())
    known = versions(entries) if touches else []
    for entry in touches:
        for version in entry.versions:
            person, kind = version.values.get("person"), version.values.get("kind")
            why = agreement(known, version.occurred_at).outside(person, kind)
            if why is not None:
                yield _alarm(entries, entry, version, why)
                break


def _alarm(entries: Entries, entry: Entry, version: Record, why: str) -> TouchAlarm:
    person, kind = version.values.get("person"), version.values.get("kind")
    named = person if isinstance(person, str) else None
    reviews = entries.about.get((REVIEW, entry.id), ())
    return TouchAlarm(
        value=RULE,
        record=entry.id,
        at=version.occurred_at,
        received_at=version.recorded_at,
        person=named,
        kind=kind if isinstance(kind, str) else None,
        why=why,
        answers=tuple(answers_about(entries, RULE, entry.id, named)),
        reviewed=any(review.root.actor != named for review in reviews),
    )


def touch_deviations(entries: Entries) -> Iterator[Shown]:
    """Each as a deviation."""
    for one in touch_alarms(entries):
        yield Shown(key=f"{RULE}:{one.record}", rule=RULE, what=f"A touch {one.why}", since=one.at, about=one.record)


def touch_tasks(study: Study, entries: Entries, setting: Setting, now: datetime) -> Iterator[Task]:
    """An alert for each touch outside the agreement, until somebody else than the person named has reviewed it."""
    for one in touch_alarms(entries):
        if one.reviewed:
            continue
        free = [role for role in (*FIRST, *ELSE) if role in study.roles and not _holds(setting, one.person, role, now)]
        roles = tuple(role for role in free if role in FIRST) or tuple(free)
        yield Task(
            id=TASK,
            title=TITLE,
            roles=roles,
            since=one.at,
            level="alert",
            about=one.record,
            form=TOUCH,
            acknowledged=one.acknowledged,
            calls=tuple(_calls(study, setting, one)),
        )


def _calls(study: Study, setting: Setting, one: TouchAlarm) -> Iterator[Call]:
    """Whoever receives complaints and the leads at once; then, until it is acknowledged, by the document's times."""
    at = one.received_at
    for person in recipients(setting, at):
        yield Call(step=COMPLIANCE, at=at, person=person, outside=True)
    if one.acknowledged is not None:
        return
    yield Call(step="lead", at=at, person=None)
    rules = study.document.session
    for step in rules.escalate if rules else ():
        if span(step.after):
            duty = "physician" if step.step == "cover" else step.step
            found = on_call(study, setting, duty, at + span(step.after))
            yield Call(step=duty, at=at + span(step.after), person=None if found == one.person else found)


def recipients(setting: Setting, at: datetime) -> list[str]:
    """Everybody who holds the role that receives complaints, and no other, at an instant."""
    held = {grant.person for grant in setting.grants.all if grant.role == COMPLIANCE}
    return sorted(person for person in held if setting.grants.held(person, COMPLIANCE, None, at) is not None)


def _holds(setting: Setting, person: str | None, role: str, now: datetime) -> bool:
    return person is not None and setting.holds_role(person, role, now)
