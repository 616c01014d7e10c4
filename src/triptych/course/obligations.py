"""Tasks and alerts: what filed records, open visits, queries and held records ask of which role, and until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from triptych.course.entries import Entries, Entry
from triptych.course.facts import form_facts, record_facts
from triptych.course.record import Record
from triptych.course.sight import Sight, may_file
from triptych.rules import Context, evaluate
from triptych.study import Form, Raise, Study, parse_duration

RESOLUTION = "held_resolution"


class Task(Struct, frozen=True, kw_only=True):
    """Something asked of the roles named, because of a record or a visit; `due` where there is a limit.

    `since` is none where it rests on what the viewer does not see.
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


def raised(study: Study, entries: Entries, sight: Sight, context: Context, now: datetime) -> Iterator[Task]:
    """Open tasks and alerts raised by filed forms."""
    for known in study.raising_forms:
        for entry in entries.of(known.id):
            version = study.at(entry.current.document)
            form = version.forms[known.id]
            for rule in form.raises:
                path = f"forms.{form.id}.raises.{rule.id}.when"
                if _stands(version, entries, entry, rule, path, sight, context):
                    yield task_of(rule, entry.id, entry.current.occurred_at, now, form)


def _stands(
    study: Study, entries: Entries, entry: Entry, rule: Raise, path: str, sight: Sight, context: Context
) -> bool:
    if not sight.sees_form(rule.until or "task_done"):
        return False
    if rule.when is not None:
        reads = (f"{entry.current.form}.{name.partition('.')[2] or name}" for name in study.reads(path))
        if not sight.sees_all(reads) or _holds(study, entries, entry, path, context) is not True:
            return False
    if rule.until == entry.current.form:
        return entry.id == entries.of(entry.current.form)[-1].id
    return not is_ended(entries, entry.id, rule)


def _holds(study: Study, entries: Entries, entry: Entry, path: str, context: Context) -> object:
    """Evaluate a rule over an entry's own answers, and those of the records of the same form before it."""
    rule, facts = study.rule(path), dict(form_facts(study, entry, context))
    if any("." in name for name in rule.reads):
        same = entries.of(entry.current.form)
        before = same[: next(place for place, one in enumerate(same) if one.id == entry.id)]
        if before:
            facts["baseline"] = record_facts(study, before[0], context)
            facts["previous"] = record_facts(study, before[-1], context)
    return evaluate(rule, facts, context)


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
    )


def is_resolved(entries: Entries, held: Record) -> bool:
    """Whether somebody has filed a held record again or dismissed it."""
    return (RESOLUTION, held.id) in entries.about


def held_tasks(entries: Entries) -> Iterator[Task]:
    """A task for every held record that nobody has filed again or dismissed."""
    for record in entries.held:
        if not is_resolved(entries, record):
            yield Task(
                id="resolve_held",
                title="File again or dismiss a record that is held",
                roles=(record.role,),
                since=record.recorded_at,
                about=record.id,
                form=record.form,
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
    """The roles that may file a form."""
    form = study.forms[form_id]
    return tuple(role.id for role in study.document.roles if may_file(role, form))
