"""Queries: a question on a field, its answers and its closing; beside the field, and all of them on one page."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from msgspec import Struct

from triptych.course import Course, Listed, Query, may_file
from triptych.ledger import Seen
from triptych.web.listing import Column, Listing
from triptych.web.pages.entry import act
from triptych.web.people import Asker, found, page
from triptych.web.show import show

STATUSES = ("open", "answered", "closed")


class Thread(Struct, frozen=True, kw_only=True):
    """One query with what was said to it, and the record it is about as the reader sees it.

    `days` is its age: until now, or until it was closed. `next` are the roles that are to act.
    """

    query: Query
    record: Seen
    label: str
    title: str
    said: tuple[Seen, ...]
    days: int
    next: tuple[str, ...]


def threads(asker: Asker, course: Course | Listed) -> Iterator[Thread]:
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
        closed_at = (one.recorded_at for one in said if one.form == "query_close")
        yield Thread(
            query=query,
            record=about,
            label=items[query.item].label if query.item in items else "",
            title=form.title if form else about.form,
            said=tuple(said),
            days=(next(closed_at, asker.view.now) - query.asked_at).days,
            next=next((task.roles for task in course.tasks if task.about == query.id), ()),
        )


Row = tuple[Listed, Thread]


def columns_of(asker: Asker) -> list[Column[Row]]:
    """What a list of queries shows and can be picked by."""
    roles, forms = asker.study.roles, asker.study.forms
    statuses = tuple((name, name) for name in STATUSES)
    titles = tuple((name, form.title) for name, form in forms.items() if asker.view.sight.sees_form(name))
    return [
        Column(id="participant", title="Participant", read=lambda row: row[0].participant, pick="choice"),
        Column(id="site", title="Site", read=lambda row: row[0].site, pick="choice"),
        Column(id="form", title="On", read=lambda row: row[1].record.form, choices=titles, pick="choice"),
        Column(id="item", title="Item", read=lambda row: row[1].label or None),
        Column(id="text", title="Query", read=lambda row: row[1].query.text),
        Column(id="status", title="Status", read=lambda row: row[1].query.status, choices=statuses, pick="choice"),
        Column(id="asked", title="Asked", read=lambda row: row[1].query.asked_at),
        Column(id="by", title="Asked by", read=lambda row: row[1].query.asked_by, pick="choice"),
        Column(id="age", title="Age", unit="d", read=lambda row: row[1].days, pick="least"),
        Column(id="next", title="Next", read=lambda row: ", ".join(roles[name].title for name in row[1].next) or None),
    ]


@page
def queries(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the queries across participants, oldest open ones first, or give them as CSV."""
    if not asker.view.sight.sees_form("query"):
        raise Http404
    asking = [line for line in asker.view.listing() if line.queries]
    asker.view.gather(line.participant for line in asking)
    every = [(line, thread) for line in asking for thread in threads(asker, line)]
    every.sort(key=lambda one: (one[1].query.status == "closed", one[1].query.asked_at))
    listing = Listing(columns_of(asker), every, request.GET, asker.view.zone())
    if request.GET.get("format") == "csv":
        return listing.csv("queries")
    return show(
        request,
        asker,
        "queries.html",
        here="queries",
        listing=listing,
        counts=Counter(thread.query.status for _, thread in every),
        statuses=STATUSES,
        chosen=request.GET.get("status", ""),
        people=by_participant(every),
        may=may(asker),
        zone=asker.view.zone(),
    )


class Load(Struct, frozen=True, kw_only=True):
    """How many queries one participant has by status, and the age in days of the oldest that is not closed."""

    participant: str
    counts: Mapping[str, int]
    oldest: int | None


def by_participant(every: Sequence[Row]) -> list[Load]:
    """The queries of each participant, those with the oldest unclosed query first."""
    found: dict[str, list[Thread]] = {}
    for course, thread in every:
        found.setdefault(course.participant, []).append(thread)
    loads = [
        Load(
            participant=name,
            counts=Counter(one.query.status for one in those),
            oldest=max((one.days for one in those if one.query.status != "closed"), default=None),
        )
        for name, those in found.items()
    ]
    return sorted(loads, key=lambda load: (load.oldest is None, -(load.oldest or 0), load.participant))


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
