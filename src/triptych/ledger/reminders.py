"""What is due to be told to whom: pure scheduling over courses, and the records of what has been told.

It reads no clock and writes nothing. Every notice comes from the course of an *audience* (the people who hold one
role at one site with one blinding status), derived from what that audience sees, so it cannot tell of more. A text
holds the participant's pseudonym and the title of a task or visit, never an answer, a name or an arm.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from triptych.course import Course, Grant, Planned, Task
from triptych.course.obligations import filers
from triptych.study import Study

FORM = "reminder_sent"
NOTICES = uuid.UUID("3f1d1f0e-7a51-5c0f-9a46-6f3f0a1f3c55")
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4))
"""How long to wait after each failed attempt; after one more the notice is given up, and its records say so."""

Kind = Literal["open", "raised", "escalated", "overdue", "missed"]
_WORDS: Mapping[Kind, str] = {
    "open": "Can be held now",
    "raised": "Alert",
    "escalated": "Alert, not acknowledged by anybody",
    "overdue": "Overdue",
    "missed": "Not held within its window",
}


class Audience(Struct, frozen=True, kw_only=True):
    """Who sees the same: the people with one role at one site (none: the whole study) and one blinding status."""

    role: str
    site: str | None
    blinding: str
    people: tuple[str, ...]


class Notice(Struct, frozen=True, kw_only=True):
    """Something that an instant brings and a role should be told. Its cause decides its identifier."""

    participant: str
    site: str | None
    role: str
    kind: Kind
    task: str
    about: str | None
    title: str
    at: datetime
    people: tuple[str, ...]

    @property
    def id(self) -> str:
        """The same for the same cause, in every process and after every restart."""
        cause = (self.participant, self.role, self.kind, self.task, self.about or "", self.at.timestamp())
        return str(uuid.uuid5(NOTICES, repr(cause)))

    def text(self, zone: tzinfo) -> str:
        """One line, whatever stands in the title."""
        when = self.at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
        return one_line(f"{self.participant}: {_WORDS[self.kind]}: {self.title} ({when})")


class Attempt(Struct, frozen=True, kw_only=True):
    """One recorded attempt to tell of a notice: its number, when, and who was not reached."""

    number: int
    at: datetime
    not_reached: tuple[str, ...]


class Line(Struct, frozen=True, kw_only=True):
    """What is to be told: a notice, for its people, and the number of the attempt."""

    notice: Notice
    attempt: int

    @property
    def id(self) -> str:
        """The identifier of the record of this attempt."""
        return self.notice.id if self.attempt == 1 else str(uuid.uuid5(uuid.UUID(self.notice.id), str(self.attempt)))


class Letter(Struct, frozen=True, kw_only=True):
    """Everything that one person is told at once. `id` is the same when the same is sent again.

    Somebody who has no account here is reached at `address`.
    """

    id: str
    person: str
    subject: str
    lines: tuple[str, ...]
    address: str = ""

    @property
    def body(self) -> str:
        """The text below the subject."""
        return "\n".join((*self.lines, "", *([] if self.address else ["Log in to see what is asked.", ""])))


def one_line(text: str) -> str:
    """The text without anything that could end a line, hide or turn around what follows it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def audiences(grants: Iterable[Grant], now: datetime) -> tuple[Audience, ...]:
    """The staff who hold a role now, grouped by what they see; participants' own grants are left out."""
    found: dict[tuple[str, str | None, str], list[str]] = {}
    for grant in grants:
        if grant.in_force(now) and grant.participant is None:
            found.setdefault((grant.role, grant.site, grant.blinding), []).append(grant.person)
    return tuple(
        Audience(role=role, site=site, blinding=blinding, people=tuple(dict.fromkeys(people)))
        for (role, site, blinding), people in found.items()
    )


def notices(study: Study, audience: Audience, course: Course) -> Iterator[Notice]:
    """Every notice of a course for the audience that it was derived for, past and to come.

    A task is told of at its limit, an alert when it arises and at its limit, a visit when its window opens and
    when it has closed without the visit. A task that is done has no notice.
    """
    for task in (*course.tasks, *course.alerts):
        yield from _calls(audience, course, task)
        if audience.role in task.roles:
            if task.level == "alert" and task.since is not None and not (task.calls or task.acknowledged):
                yield _notice(audience, course, "raised", task.id, task.title, task.since, task.about)
            if task.due is not None:
                yield _notice(audience, course, "overdue", task.id, task.title, task.due, task.about)
    for visit in course.visits:
        if _asks(study, visit, audience.role) and visit.since is not None:
            if visit.status == "open":
                yield _notice(audience, course, "open", visit.key, visit.title, visit.since)
            elif visit.status == "missed":
                yield _notice(audience, course, "missed", visit.key, visit.title, visit.since)


def _calls(audience: Audience, course: Course, task: Task) -> Iterator[Notice]:
    """Whom an alert goes to, step by step: who is on call, or everybody of its role where nobody is."""
    for call in task.calls:
        kind: Kind = "escalated" if call.at > task.calls[0].at else "raised"
        told = _notice(audience, course, kind, task.id, task.title, call.at, task.about)
        if call.person is not None and (call.outside or call.person in audience.people):
            yield replace(told, role=call.step, people=(call.person,))
        elif call.person is None and audience.role in task.roles:
            yield told


def _asks(study: Study, visit: Planned, role: str) -> bool:
    return any(form.required and role in filers(study, form.form) for form in visit.forms)


def _notice(
    audience: Audience, course: Course, kind: Kind, task: str, title: str, at: datetime, about: str | None = None
) -> Notice:
    return Notice(
        participant=course.participant,
        site=course.site,
        role=audience.role,
        kind=kind,
        task=task,
        about=about,
        title=title,
        at=at,
        people=audience.people,
    )


def gathered(study: Study, seen: Iterable[tuple[Audience, Course]]) -> tuple[Notice, ...]:
    """The notices of many audiences, each once, for everybody in any audience that it stands in; by instant."""
    found: dict[str, Notice] = {}
    for audience, course in seen:
        for notice in notices(study, audience, course):
            before = found.get(notice.id, notice).people
            people = tuple(sorted({*before, *notice.people}))
            found[notice.id] = replace(notice, people=people)
    return tuple(sorted(found.values(), key=lambda notice: (notice.at, notice.id)))


def attempt(values: Mapping[str, Any], recorded_at: datetime) -> Attempt:
    """Read the record of an attempt."""
    missed = values.get("not_reached")
    return Attempt(number=values["attempt"], at=recorded_at, not_reached=tuple(missed.split("\n")) if missed else ())


def _pending(notice: Notice, attempts: Sequence[Attempt]) -> tuple[datetime, Line] | None:
    """When and to whom a notice is told next; none if it has been told or is given up.

    A later attempt is only for those whom the last did not reach and who still hold the role.
    """
    last = max(attempts, key=lambda one: one.number, default=None)
    if last is None:
        return notice.at, Line(notice=notice, attempt=1)
    people = tuple(person for person in notice.people if person in last.not_reached)
    if not people or last.number > len(WAITS):
        return None
    return last.at + WAITS[last.number - 1], Line(notice=replace(notice, people=people), attempt=last.number + 1)


def due(found: Iterable[Notice], told: Mapping[str, Sequence[Attempt]], now: datetime) -> tuple[Line, ...]:
    """What is to be told now, given every recorded attempt by the notice's identifier."""
    pending = (_pending(notice, told.get(notice.id, ())) for notice in found)
    return tuple(one[1] for one in pending if one is not None and one[0] <= now)


def next_instant(
    courses: Iterable[Course], found: Iterable[Notice], told: Mapping[str, Sequence[Attempt]], now: datetime
) -> datetime | None:
    """The earliest instant at which a course stands differently or something falls due, with no new record."""
    changes = [course.next_change for course in courses]
    pending = (_pending(notice, told.get(notice.id, ())) for notice in found)
    instants = (*changes, *(one[0] for one in pending if one is not None))
    return min((instant for instant in instants if instant is not None and instant > now), default=None)


def letters(title: str, lines: Iterable[tuple[Line, tzinfo]]) -> tuple[Letter, ...]:
    """Everything due, gathered into one letter a person; the same words are said once."""
    said: dict[str, dict[str, None]] = {}
    causes: dict[str, list[str]] = {}
    for line, zone in lines:
        for person in line.notice.people:
            said.setdefault(person, {})[line.notice.text(zone)] = None
            causes.setdefault(person, []).append(line.id)
    return tuple(_letter(title, person, tuple(texts), causes[person]) for person, texts in sorted(said.items()))


def _letter(title: str, person: str, texts: tuple[str, ...], causes: list[str]) -> Letter:
    what = texts[0] if len(texts) == 1 else f"{len(texts)} reminders"
    return Letter(
        id=str(uuid.uuid5(NOTICES, repr((person, sorted(causes))))),
        person=person,
        subject=one_line(f"{title}: {what}")[:200],
        lines=texts,
    )


def told_values(line: Line, sender: str, reached: Iterable[str], not_reached: Iterable[str]) -> dict[str, Any]:
    """The answers of the record of an attempt."""
    notice = line.notice
    values = {
        "notice": notice.id,
        "attempt": line.attempt,
        "kind": notice.kind,
        "task": notice.task[:200] or "visit",
        "record": notice.about,
        "due": notice.at.astimezone(UTC).isoformat(),
        "role": notice.role,
        "sender": sender,
        "reached": "\n".join(reached),
        "not_reached": "\n".join(not_reached),
    }
    return {key: value for key, value in values.items() if value not in (None, "")}
