"""The study home: who is where, what is held today, and what is asked of the role one acts in."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from triptych.course import may_file
from triptych.web.pages.participant import PANELS
from triptych.web.people import Asker, page
from triptych.web.show import show

NEVER = datetime.max.replace(tzinfo=UTC)


@page
def home(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show enrollment by phase, the visits open now and the open tasks of the asker's role."""
    courses = asker.view.listing()
    role = asker.study.roles[asker.grant.role]
    phases = asker.study.document.phases
    where = {phase.id: [course for course in courses if course.phase == phase.id] for phase in phases}
    asked = [(course, task) for course in courses for task in (*course.alerts, *course.tasks) if role.id in task.roles]
    return show(
        request,
        asker,
        "home.html",
        here="home",
        instants=(course.next_change for course in courses),
        panels=[(id_, title, [(p, where[p.id]) for p in phases if p.panel == id_]) for id_, title in PANELS],
        ended=[course for course in courses if course.phase not in where],
        tasks=sorted(asked, key=lambda one: (one[1].level != "alert", one[1].due or NEVER)),
        visits=[(course, visit) for course in courses for visit in course.visits if visit.status == "open"],
        zone=asker.view.zone(),
        can_add=may_file(role, asker.study.forms["first_contact"]),
    )
