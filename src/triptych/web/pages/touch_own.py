"""The touch agreement on the participants' site: what was written down, person by person, and their own signature.

A signature takes a passkey, the password or the code, and is bound to what was shown. A no is always taken.
"""

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from triptych.course.touch import AGREEMENT, SIGNATURE, digest
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.pages.agreeing import hands_of, own_hand
from triptych.web.people import Asker, found, page
from triptych.web.words import words_for


@page
def own_touch(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show every agreement as it stands, and take a signature or a no to one of them."""
    participant = asker.grant.participant or ""
    if SIGNATURE not in asker.study.forms or not asker.view.sight.sees_form(AGREEMENT):
        raise Http404
    zone, user = asker.view.zone(participant), User.objects.get(username=request.user.get_username())
    posted = Posted.fresh(asker.study.forms[SIGNATURE], zone, asker.view.now)
    if request.method == "POST" and _is_taken(request, asker, posted, user):
        return redirect("own_touch")
    if not request.user.is_authenticated:
        return redirect("home")
    stands = found(asker.view.touch(participant)).agreement
    said = {one.id: one.values for one in asker.view.records(participant) if one.form == AGREEMENT}
    people = sorted(stands.people.values(), key=lambda one: one.person)
    return render(
        request,
        "own/touch.html",
        {
            "asker": asker,
            "stands": stands,
            "people": [(one, said[one.record], digest(said[one.record])) for one in people if one.record in said],
            "posted": posted,
            "about": request.POST.get("about", ""),
            **hands_of(request, user),
            "zone": zone,
        },
        status=422 if posted.problems else 200,
    )


def _is_taken(request: HttpRequest, asker: Asker, posted: Posted, user: User) -> bool:
    """File a signature by the participant's own hand, or a no."""
    agrees = request.POST.get("answer") == "yes"
    if not agrees and request.POST.get("answer") != "no":
        raise Http404
    posted.record = request.POST.get("record", "")
    posted.language = words_for(request).language
    posted.fix({"about": request.POST.get("about", ""), "agreed": "yes" if agrees else "no", "route": "own"})
    if agrees:
        posted.fix({"shown": request.POST.get("shown", "")})
        if not own_hand(request, user):
            posted.problems.append(("", words_for(request).say["touch_wrong"]))
            return False
    return file_posted(request, asker, posted, asker.grant.participant)
