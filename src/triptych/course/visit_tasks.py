"""What the schedule asks for: open visits to be held, and the forms of held visits to be filed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from triptych.course.obligations import Task, filers
from triptych.course.schedule import HELD, Planned
from triptych.course.visits import Visits
from triptych.study import Study


def visit_tasks(study: Study, planned: Sequence[Planned], visits: Visits, begun: datetime | None) -> Iterator[Task]:
    """The tasks of the planned visits; one of a visit without a window counts from when the course had `begun`."""
    for visit in planned:
        if visit.status == "open":
            roles = {role for form in visit.forms if form.required for role in filers(study, form.form)}
            yield Task(
                id=f"hold:{visit.key}",
                title=f"Hold the visit: {visit.title}",
                roles=tuple(sorted(roles)),
                since=visit.since or begun,
                due=visits.begins(visit.key, visit.window.closes + timedelta(days=1)) if visit.window else None,
                visit=visit.key,
            )
        yield from _form_tasks(study, visit, visits)


def _form_tasks(study: Study, visit: Planned, visits: Visits) -> Iterator[Task]:
    for form in visit.forms:
        is_asked = form.required and form.status in ("due", "missing")
        if visit.status in HELD and is_asked and visit.actual is not None:
            yield Task(
                id=f"file:{visit.key}:{form.form}",
                title=f"File {form.title} of {visit.title}",
                roles=filers(study, form.form),
                since=visits.begins(visit.key, visit.actual),
                due=visits.forms_close(visit.key, visit.actual),
                overdue=form.status == "missing",
                visit=visit.key,
                form=form.form,
            )
