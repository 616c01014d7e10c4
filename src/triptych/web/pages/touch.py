"""The touch agreement to look at: what stands for each person and how it is signed; who is named in an alarm."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from triptych.course import may_file
from triptych.course.touch import AGREEMENT
from triptych.course.touch_alarms import RULE
from triptych.web.people import Asker, found, page
from triptych.web.show import show


@page
def touch(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the agreement as it stands; nothing is entered here."""
    shown = found(asker.view.touch(participant))
    study = asker.view.study_of(participant)
    form = study.forms[AGREEMENT]
    kinds = next(item for item in form.items if item.id == "kinds").choices
    role = asker.study.roles[asker.grant.role]
    return show(
        request,
        asker,
        "touch.html",
        participant=participant,
        stands=shown.agreement,
        people=sorted(shown.agreement.people.values(), key=lambda one: one.person),
        signed={one.id: one for one in asker.view.records(participant) if one.form == AGREEMENT},
        ways={choice.code: choice.label for item in form.items if item.id == "signed" for choice in item.choices},
        kinds=kinds,
        zone=asker.view.zone(participant),
        path=reverse("entry", kwargs={"participant": participant, "form": AGREEMENT}) if may_file(role, form) else "",
    )


def names(asker: Asker, participant: str, value: str, record: str, person: str) -> bool:
    """Whether an alarm about touch names a person, who then cannot acknowledge it (CON-04)."""
    shown = asker.view.touch(participant) if value == RULE else None
    return any(one.record == record and one.person == person for one in shown.alarms) if shown else False
