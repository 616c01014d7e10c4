"""Who a participant is: never shown without a reason that was recorded first, and never written to the ledger."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec import structs

from triptych.course import may_file
from triptych.course.staying import may_be_called
from triptych.ledger import Draft, Filed
from triptych.study import Form
from triptych.web.entry import Posted, new_id
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.identity.sealing import Person
from triptych.web.identity.store import identity_of, keep_identity
from triptych.web.integrating import standing
from triptych.web.people import Asker, found, page
from triptych.web.show import show

LABELS = {
    "name": "Name",
    "birth_date": "Date of birth",
    "phone": "Phone",
    "address": "Address",
    "emergency_contact": "Emergency contact",
    "allergies": "Allergies",
}
MOST = 500


@page
def look(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Ask why, record it, and show the identity in the answer; a reload asks again."""
    found(asker.view.course(participant))
    form = _form(asker)
    zone = asker.view.zone(participant)
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        posted.occurred_at = asker.view.now.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        if file_posted(request, asker, posted, participant):
            return show(
                request,
                asker,
                "identity.html",
                participant=participant,
                labels=LABELS,
                person=structs.asdict(identity_of(participant)),
                may_change=form.id == "identity_look",
                may_be_called=may_be_called(standing(asker.view.records(participant))),
            )
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
    status = 422 if posted.problems else 200
    return show(
        request,
        asker,
        "identity_why.html",
        status=status,
        posted=posted,
        participant=participant,
        emergency=form.id == "identity_emergency",
    )


@page
def change(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Keep a changed identity, and record which parts were changed, never what they are."""
    found(asker.view.course(participant))
    role = asker.study.roles[asker.grant.role]
    if request.method != "POST" or not may_file(role, asker.study.forms["identity_change"]):
        raise Http404
    before = structs.asdict(identity_of(participant))
    after = before | {name: request.POST[name].strip()[:MOST] for name in LABELS if name in request.POST}
    what = [name for name in LABELS if before[name] != after[name]]
    if what:
        draft = Draft(
            id=new_id(asker.view.now),
            form="identity_change",
            values={"what": what},
            occurred_at=asker.view.now,
            participant=participant,
            site=asker.grant.site,
        )
        if not isinstance(house().trial.file(draft, asker.actor), Filed):
            raise Http404
        keep_identity(participant, Person(**after))
    return redirect("participant", participant=participant)


def _form(asker: Asker) -> Form:
    """The form that records a look: the ordinary one, or for everybody else the one for an emergency."""
    role = asker.study.roles[asker.grant.role]
    ordinary = asker.study.forms["identity_look"]
    return ordinary if may_file(role, ordinary) else asker.study.forms["identity_emergency"]
