"""A participant's phone is lost: how they were recognized is recorded first, and then everything on it ends.

The new code is shown once, to whoever tells it to the participant. Neither it nor an address stands in the ledger.
"""

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse

from triptych.course import may_file
from triptych.web.entering import lose, reached
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.people import PARTICIPANT, Asker, found, page
from triptych.web.show import show

FORM = "phone_lost"
LONGEST = 40


@page
def phone_lost(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Ask how the participant was recognized; once that is filed, end what was open and show the new code."""
    found(asker.view.course(participant))
    form = asker.study.forms.get(FORM)
    if form is None or not may_file(asker.study.roles[asker.grant.role], form):
        raise Http404
    zone, user, code = asker.view.zone(participant), _account(participant), ""
    posted = Posted.fresh(form, zone, asker.view.now)
    if request.method == "POST":
        now, posted = posted.occurred_at, Posted.read(form, request.POST, zone)
        posted.occurred_at, posted.visit, posted.cycle, posted.corrects = now, "", "", ""
        if user is not None and file_posted(request, asker, posted, participant):
            code = _renewed(user, request.POST.get("phone", ""))
    return show(
        request,
        asker,
        "phone_lost.html",
        status=422 if posted.problems else 200,
        participant=participant,
        posted=posted,
        person=user.get_username() if user else "",
        has_email=bool(user and user.email),
        code=code,
    )


def _account(participant: str) -> User | None:
    """The account by which a participant gets in, if they have one that may."""
    whole = house().trial.system_view()
    named = [one.person for one in whole.grants() if one.role == PARTICIPANT and one.participant == participant]
    return User.objects.filter(username__in=named, is_active=True).first()


def _renewed(user: User, phone: str) -> str:
    """End everything on the lost phone, and send nothing more to its number; the new code."""
    known = reached(user)
    known.phone = phone.strip()[:LONGEST]
    known.save(update_fields=["phone"])
    return lose(user)
