"""An alert of danger: what was answered, whom it goes to, who has taken it on, and what is to be recorded.

Everything is filed on the forms that every trial has; the page only leads to them, about the right record.
"""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from triptych.course import may_file
from triptych.course.duty import ACKNOWLEDGMENT, PLAN
from triptych.ledger import Seen
from triptych.web.pages.entry import act
from triptych.web.people import Asker, found, page
from triptych.web.show import show

CALL = "danger_call"


def record_of(asker: Asker, participant: str, record: str) -> Seen:
    """The record that an alert is about, as it stands now."""
    seen = asker.view.records(participant)
    asked = found(next((one for one in seen if one.id == str(record)), None))
    return found(next((one for one in reversed(seen) if one.root == asked.root), None))


def to_file(participant: str, form: str, record: str) -> str:
    """The address of a form about a record."""
    named = {"participant": participant, "form": form}
    return f"{reverse('entry', kwargs=named)}?{urlencode({'about': record})}"


@page
def danger(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Show an alert, what has been done about it, and what is to be done next."""
    course = found(asker.view.course(participant))
    seen = record_of(asker, participant, record)
    if not asker.view.sight.sees_form(ACKNOWLEDGMENT):
        raise Http404
    role = asker.study.roles[asker.grant.role]
    everything = [one for one in asker.view.records(participant) if one.current]
    about = [one for one in everything if one.values.get("about") == seen.root]
    return show(
        request,
        asker,
        "danger.html",
        instants=[course.next_change],
        participant=participant,
        seen=seen,
        form=asker.study.forms.get(seen.form),
        alerts=[task for task in course.alerts if task.about == seen.root],
        read_by=asker.view.acknowledged(participant, seen.root),
        done=[one for one in about if one.form in (CALL, PLAN)],
        mine={name for name in (ACKNOWLEDGMENT, CALL, PLAN) if may_file(role, asker.study.forms[name])},
        to_call=to_file(participant, CALL, seen.root),
        to_plan=to_file(participant, PLAN, seen.root),
        forms=asker.study.forms,
        zone=asker.view.zone(participant),
    )


@page
def acknowledge(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Take an alert on: only then does the participant see a name and a time."""
    found(asker.view.course(participant))
    seen = record_of(asker, participant, record)
    return act(
        request,
        asker,
        participant,
        ACKNOWLEDGMENT,
        {"about": seen.root},
        to=reverse("danger", kwargs={"participant": participant, "record": seen.root}),
        title="Take this alert on",
        button="I have read it and take it on",
        seen=seen,
        about=asker.study.forms.get(seen.form),
        threads=(),
    )
