"""A participant's phone is lost: how they were recognized is recorded first, and then everything on it ends.

The new code is shown once, to whoever tells it to the participant. Neither it nor an address stands in the ledger.
"""

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse

from triptych.course import may_file
from triptych.web.entering import lose, reached
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.losing import FORM, account_of
from triptych.web.people import Asker, found, page
from triptych.web.show import show

LONGEST = 40


@page
def phone_lost(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Ask how the participant was recognized; once that is filed, end what was open and show the new code."""
    found(asker.view.course(participant))
    form = asker.study.forms.get(FORM)
    if form is None or not may_file(asker.study.roles[asker.grant.role], form):
        raise Http404
    zone, user, code = asker.view.zone(participant), account_of(participant), ""
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


def _renewed(user: User, phone: str) -> str:
    """A new code, shown once; the number to which links go from now on is the one of the new phone."""
    code, known = lose(user), reached(user)
    known.phone = phone.strip()[:LONGEST]
    known.save(update_fields=["phone"])
    return code
