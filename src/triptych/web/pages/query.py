"""Queries: a question on a field, its answers and its closing; beside the field, and all of them on one page."""

from collections.abc import Iterator, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from msgspec import Struct

from triptych.course import Course, Query, may_file
from triptych.ledger import Seen
from triptych.web.pages.entry import act
from triptych.web.people import Asker, found, page
from triptych.web.show import show

STATUSES = ("open", "answered", "closed")


class Thread(Struct, frozen=True, kw_only=True):
    """One query with what was said to it, and the record it is about as the reader sees it."""

    query: Query
    record: Seen
    label: str
    title: str
    said: tuple[Seen, ...]
    days: int


def threads(asker: Asker, course: Course) -> Iterator[Thread]:
    """The queries on a participant's records that the asker sees, oldest first."""
    if not course.queries:
        return
    records = asker.view.records(course.participant)
    by_id = {seen.id: seen for seen in records}
    roots = {seen.id: seen.root for seen in records}
    for query in course.queries:
        about = by_id.get(query.about)
        if about is None:
            continue
        form = asker.study.forms.get(about.form)
        items = {item.id: item for item in form.items} if form else {}
        said = [
            seen
            for seen in records
            if seen.form in ("query_answer", "query_close")
            and seen.current
            and roots.get(str(seen.values.get("about"))) == query.id
        ]
        yield Thread(
            query=query,
            record=about,
            label=items[query.item].label if query.item in items else "",
            title=form.title if form else about.form,
            said=tuple(said),
            days=(asker.view.now - query.asked_at).days,
        )


@page
def queries(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show every query across participants, by status and age."""
    if not asker.view.sight.sees_form("query"):
        raise Http404
    status = request.GET.get("status", "")
    every = [(course, thread) for course in asker.view.courses() for thread in threads(asker, course)]
    every.sort(key=lambda one: (one[1].query.status == "closed", one[1].query.asked_at))
    return show(
        request,
        asker,
        "queries.html",
        here="queries",
        rows=[(course, thread) for course, thread in every if status not in STATUSES or thread.query.status == status],
        counts={name: sum(thread.query.status == name for _, thread in every) for name in STATUSES},
        chosen=status,
        may=may(asker),
        zone=asker.view.zone(),
    )


def may(asker: Asker) -> frozenset[str]:
    """Which of the forms about queries the asker's role may file."""
    role = asker.study.roles[asker.grant.role]
    names = ("query", "query_answer", "query_close")
    return frozenset(name for name in names if may_file(role, asker.study.forms[name]))


@page
def ask(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Open a query on a record or on one of its fields."""
    seen = found(next((s for s in asker.view.records(participant) if s.id == str(record)), None))
    form = found(asker.study.forms.get(seen.form))
    options = [("", "The whole record")]
    options += [(item.id, item.label) for item in form.items if asker.view.sight.sees_item(item)]
    item = request.POST.get("v-item", "") if request.method == "POST" else request.GET.get("item", "")
    if item not in dict(options):
        raise Http404
    return act(
        request,
        asker,
        participant,
        "query",
        {"about": seen.root, **({"item": item} if item else {})},
        to=reverse("record", kwargs={"participant": participant, "record": seen.root}),
        title=f"Query on {form.title}",
        button="Open the query",
        options={"item": (item, options)},
        seen=seen,
        about=form,
        threads=(),
    )


@page
def answer(request: HttpRequest, asker: Asker, participant: str, query: str) -> HttpResponse:
    """Answer a query."""
    return _reply(request, asker, participant, query, "query_answer", "Answer a query", "File the answer")


@page
def close(request: HttpRequest, asker: Asker, participant: str, query: str) -> HttpResponse:
    """Close a query."""
    return _reply(request, asker, participant, query, "query_close", "Close a query", "Close the query")


def _reply(
    request: HttpRequest, asker: Asker, participant: str, query: str, form: str, title: str, button: str
) -> HttpResponse:
    course = found(asker.view.course(participant))
    thread = found(_of(tuple(threads(asker, course)), str(query)))
    is_over = thread.query.status == "closed"
    if is_over and request.method != "POST":
        raise Http404
    return act(
        request,
        asker,
        participant,
        form,
        {"about": thread.query.id},
        to=reverse("record", kwargs={"participant": participant, "record": thread.record.root}),
        title=title,
        button=button,
        seen=thread.record,
        about=asker.study.forms.get(thread.record.form),
        threads=(thread,),
    )


def _of(every: Sequence[Thread], query: str) -> Thread | None:
    return next((thread for thread in every if thread.query.id == query), None)
