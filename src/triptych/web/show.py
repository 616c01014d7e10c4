"""Rendering a page: what every page has, and what this one adds."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from triptych.course import Task, may_file
from triptych.study import Raise, Study
from triptych.web.house import house
from triptych.web.people import Asker
from triptych.web.saved import saved_for

LOGS = ("adverse_event", "medicine", "contact", "deviation", "observation")
OF_A_SITE = ("approach", "duty_rota", "site_document", "kit_release")
REPLIES = {"answer_query": "answer_query", "close_query": "close_query"}


def show(
    request: HttpRequest,
    asker: Asker,
    template: str,
    here: str = "",
    status: int = 200,
    instants: Iterable[datetime | None] = (),
    **parts: object,
) -> HttpResponse:
    """Render a page for somebody: the head of the house around it, then its own parts.

    `instants` are those at which time alone changes what the page shows; it draws itself anew at the first.
    """
    forms, sees = asker.study.forms, asker.view.sight.sees_form
    sites = asker.view.sites() if any(map(sees, OF_A_SITE)) else ()
    common = {
        "asker": asker,
        "here": here,
        "logs": [forms[name] for name in LOGS if name in forms and sees(name)],
        "in_sessions": sees("vitals") and sees("dose_administration"),
        "reviewing": sees("signature"),
        "queried": sees("query"),
        "approached": sites if sees("approach") else (),
        "followed": not asker.view.sight.masks_visits and sees("first_contact"),
        "complained": sees("complaint"),
        "rated_for": sees("fidelity_assignment"),
        "treating": sees("recall_page"),
        "duties": sites if sees("duty_rota") else (),
        "site_files": sites if sees("site_document") else (),
        "dispensing": sites if sees("kit_release") else (),
        "training": asker.view.training,
        "replays": house().replays,
        "changes_in": _seconds(asker.view.now, instants),
        "saved_for": saved_for,
        "way_of": lambda participant, task: way_of(asker, participant, task),
    }
    return render(request, template, {**common, **parts}, status=status)


def _seconds(now: datetime, changes: Iterable[datetime | None]) -> int | None:
    """Whole seconds until the first of some instants, rounded up; none if there is none."""
    first = min((instant for instant in changes if instant is not None), default=None)
    return None if first is None else max(0, ceil((first - now).total_seconds()))


def endable(study: Study, task: Task) -> bool:
    """Whether a task ends by saying that it is done, and not by another form."""
    return any(rule.id == task.id and rule.until is None for rule in _rules(study, task))


def _rules(study: Study, task: Task) -> Iterator[Raise]:
    if task.form is not None and task.form in study.forms:
        yield from study.forms[task.form].raises
    if task.form is None:
        for rule in study.document.deviations:
            yield from rule.raises


def way_of(asker: Asker, participant: str, task: Task) -> tuple[str, str] | None:
    """Where the asker does what a task asks, and in which words; none where there is no page for it."""
    role = asker.study.roles[asker.grant.role]
    if task.about is None:
        return None
    if task.id in REPLIES and task.form and may_file(role, asker.study.forms[task.form]):
        return reverse(REPLIES[task.id], kwargs={"participant": participant, "query": task.about}), task.title
    if task.tier and task.id != "resolve_held" and asker.view.sight.sees_form("acknowledgment"):
        return reverse("danger", kwargs={"participant": participant, "record": task.about}), "See to it"
    if task.id == "resolve_held":
        return reverse("record", kwargs={"participant": participant, "record": task.about}), "Look at it"
    if endable(asker.study, task):
        named = {"participant": participant, "record": task.about, "task": task.id}
        return reverse("task_done", kwargs=named), "Mark as done"
    return None
