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
from triptych.web.people import PARTICIPANT, Asker, found, page
from triptych.web.show import show

CALL, WELFARE = "danger_call", "welfare_check"


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
    records = asker.view.records(participant)
    everything = [one for one in records if one.current]
    about = [one for one in everything if one.values.get("about") == seen.root and one.form in (CALL, PLAN)]
    calls = {one.root for one in about if one.form == CALL}
    decided = [one for one in everything if one.form == WELFARE and one.values.get("about") in calls]
    undecided = next((task for task in course.alerts if task.about in calls), None)
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
        by_participant=any(one.id == seen.root and one.role == PARTICIPANT for one in records),
        done=sorted([*about, *decided], key=lambda one: one.occurred_at),
        undecided=undecided,
        mine={name for name in (ACKNOWLEDGMENT, CALL, PLAN, WELFARE) if may_file(role, asker.study.forms[name])},
        to_decide=to_file(participant, WELFARE, undecided.about or "") if undecided else "",
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
