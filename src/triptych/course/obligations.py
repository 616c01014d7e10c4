"""Tasks and alerts: what filed records, open visits, queries and held records ask of which role, and until when."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from triptych.course.danger import Contexts, Stood, holds, stood
from triptych.course.entries import Entries, Entry
from triptych.course.record import Record
from triptych.course.sight import Sight, may_file
from triptych.study import Form, Raise, Study, parse_duration

RESOLUTION = "held_resolution"


class Call(Struct, frozen=True, kw_only=True):
    """One step of an alert that nobody has acknowledged: whom it goes to (none: nobody is on call) and when.

    Somebody `outside` is told that it stands, whether or not they see what it rests on.
    """

    step: str
    at: datetime
    person: str | None
    outside: bool = False


class Task(Struct, frozen=True, kw_only=True):
    """Something asked of the roles named, because of a record or a visit; `due` where there is a limit.

    `since` is none where it rests on what the viewer does not see. An urgent sign of danger (`tier`) has `calls` until
    somebody has acknowledged it.
    """

    id: str
    title: str
    roles: tuple[str, ...]
    since: datetime | None
    level: Literal["task", "alert"] = "task"
    due: datetime | None = None
    overdue: bool = False
    about: str | None = None
    visit: str | None = None
    form: str | None = None
    tier: str = ""
    acknowledged: datetime | None = None
    calls: tuple[Call, ...] = ()


def raised(study: Study, entries: Entries, sight: Sight, context: Contexts, now: datetime) -> Iterator[Task]:
    """Open tasks and alerts raised by filed forms.

    A sign of danger (a rule with a tier) stands from the moment at which the system had it until it is ended, whatever
    becomes of the record (SAF-09); everything else follows the record as it is now.
    """
    for known in study.raising_forms:
        for entry in entries.of(known.id):
            then = (entry, _before(entries, entry))
            for rule, path, version in _rules(study, entry):
                if not rule.tier and _stands(version, entries, then, rule, path, sight, context):
                    yield task_of(rule, entry.id, entry.current.occurred_at, now, version.forms[known.id])
        for entry in entries.ever.get(known.id, ()):
            yield from _signs(study, entries, entry, sight, context, now)


def _signs(
    study: Study, entries: Entries, entry: Entry, sight: Sight, context: Contexts, now: datetime
) -> Iterator[Task]:
    found: set[str] = set()
    if not any(
        rule.tier for version in entry.versions for rule in study.at(version.document).forms[entry.root.form].raises
    ):
        return
    for then in stood(entries, entry):
        for rule, path, version in _rules(study, then[0]):
            is_new = bool(rule.tier) and rule.id not in found
            if is_new and _stands(version, entries, then, rule, path, sight, context):
                found.add(rule.id)
                yield task_of(rule, entry.id, then[0].current.recorded_at, now, version.forms[entry.root.form])


def _rules(study: Study, entry: Entry) -> Iterator[tuple[Raise, str, Study]]:
    """What an entry's form raises in the version of the document that the entry was filed under."""
    version = study.at(entry.current.document)
    form = version.forms[entry.current.form]
    for rule in form.raises:
        yield rule, f"forms.{form.id}.raises.{rule.id}.when", version


def _before(entries: Entries, entry: Entry) -> Sequence[Entry]:
    same = entries.of(entry.current.form)
    return same[: next(place for place, one in enumerate(same) if one.id == entry.id)]


def _stands(
    study: Study, entries: Entries, then: Stood, rule: Raise, path: str, sight: Sight, context: Contexts
) -> bool:
    entry = then[0]
    if not sight.sees_form(rule.until or "task_done"):
        return False
    if rule.until == entry.current.form:
        if entry.id != entries.of(entry.current.form)[-1].id:
            return False
    elif is_ended(entries, entry.id, rule):
        return False
    if rule.when is None:
        return True
    reads = (f"{entry.current.form}.{name.partition('.')[2] or name}" for name in study.reads(path))
    return sight.sees_all(reads) and holds(study, path, then, context)


def is_ended(entries: Entries, about: str, rule: Raise) -> bool:
    """Whether a record has been filed that ends a task about a record."""
    if rule.until is not None:
        return (rule.until, about) in entries.about
    return any(done.current.values.get("task") == rule.id for done in entries.about.get(("task_done", about), ()))


def task_of(rule: Raise, about: str, since: datetime, now: datetime, form: Form | None = None) -> Task:
    """The task that a rule of the document raises about a record."""
    due = since + parse_duration(rule.within).span if rule.within else None
    return Task(
        id=rule.id,
        title=rule.title,
        roles=(rule.role,),
        since=since,
        level=rule.level,
        due=due,
        overdue=due is not None and due <= now,
        about=about,
        form=form.id if form else None,
        tier=rule.tier,
    )


def is_resolved(entries: Entries, held: Record) -> bool:
    """Whether somebody has filed a held record again or dismissed it."""
    return (RESOLUTION, held.id) in entries.about


def held_tasks(study: Study, entries: Entries) -> Iterator[Task]:
    """A task for every held record that nobody has filed again or dismissed.

    Nothing is derived from its answers, so one whose form can show danger rings for whoever would be told of that.
    """
    for record in entries.held:
        if not is_resolved(entries, record):
            form = study.forms.get(record.form)
            told = {rule.role for rule in form.raises if rule.tier in ("immediate", "same_day")} if form else set()
            yield Task(
                id="resolve_held",
                title="File again or dismiss a record that is held",
                roles=(record.role, *sorted(told - {record.role})),
                since=record.recorded_at,
                level="alert" if told else "task",
                about=record.id,
                form=record.form,
                tier="same_day" if told else "",
            )


class Query(Struct, frozen=True, kw_only=True):
    """A question on a record, open until it is answered and then closed."""

    id: str
    about: str
    item: str | None
    text: str
    status: Literal["open", "answered", "closed"]
    asked_by: str
    asked_at: datetime


def queries(entries: Entries) -> tuple[Query, ...]:
    """Every query on this stream's records, oldest first."""
    return tuple(
        Query(
            id=entry.id,
            about=str(entry.current.values["about"]),
            item=entry.current.values.get("item"),
            text=str(entry.current.values["text"]),
            status=_query_status(entries, entry),
            asked_by=entry.root.actor,
            asked_at=entry.root.recorded_at,
        )
        for entry in entries.of("query")
    )


def _query_status(entries: Entries, entry: Entry) -> Literal["open", "answered", "closed"]:
    if ("query_close", entry.id) in entries.about:
        return "closed"
    return "answered" if ("query_answer", entry.id) in entries.about else "open"


def query_tasks(study: Study, found: Iterable[Query]) -> Iterator[Task]:
    """A task to answer every open query, and to close every answered one."""
    wanted = {
        "open": ("answer_query", "Answer a query", "query_answer"),
        "answered": ("close_query", "Close a query", "query_close"),
    }
    for query in found:
        if query.status in wanted:
            name, title, form = wanted[query.status]
            yield Task(id=name, title=title, roles=filers(study, form), since=query.asked_at, about=query.id, form=form)


def filers(study: Study, form_id: str) -> tuple[str, ...]:
    """The roles that may file a form, in the document's order."""
    form = study.forms[form_id]
    return tuple(role.id for role in study.document.roles if may_file(role, form))
