"""A physician's device that is woken by push: switching it on and off, and what it says itself when it was woken.

Every call is the same, *open your page*. So a device that was woken after a call was sent has had that call.
"""

import json
import uuid

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from triptych.course import may_file
from triptych.ledger import Draft
from triptych.ledger.reminders import NOTICES
from triptych.web.house import house
from triptych.web.live.alarms import ANSWER
from triptych.web.pages.concern import is_from_here
from triptych.web.pages.sessions import begun
from triptych.web.pages.wrong import forgotten
from triptych.web.people import Asker, page
from triptych.web.pushing import LASTS, Device, PushSender, is_endpoint
from triptych.web.templating import HERE

MOST = 10
"""Devices of one person."""


@require_GET
@page
def worker(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The script that a push wakes; it has nothing to do with how pages open without a network."""
    return HttpResponse((HERE / "static" / "push-worker.js").read_text("utf-8"), content_type="text/javascript")


@require_POST
@page
def devices(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Switch waking on or off for the device that names its address, which is that of a known push service."""
    try:
        sent = json.loads(request.body)
        endpoint, wanted = sent["endpoint"], sent["on"]
    except (ValueError, KeyError, TypeError, RecursionError):
        endpoint, wanted = "", False
    if not isinstance(endpoint, str) or not house().push or not is_endpoint(endpoint):
        return JsonResponse(
            {"problem": "Pushes are off here, or this browser's push service is not known."}, status=422
        )
    Device.objects.filter(endpoint=endpoint).delete()  # whoever uses the device now is woken, and nobody before them
    user = User.objects.get(username=asker.actor.person)
    if wanted is True and Device.objects.filter(user=user).count() >= MOST:
        return JsonResponse({"problem": f"{MOST} devices of yours are on. Switch one off."}, status=422)
    if wanted is True:
        Device.objects.create(endpoint=endpoint, user=user, made_at=house().clock())
    return JsonResponse({"on": wanted is True})


@csrf_exempt
@require_POST
def woken(request: HttpRequest) -> HttpResponseBase:
    """Take a device's word that it was woken. The worker has no token of a form; the browser says that it is ours."""
    return _noting(request) if is_from_here(request) else forgotten(request)


@page
def _noting(request: HttpRequest, asker: Asker) -> HttpResponse:
    """File it beside each alarm about which its owner was called lately."""
    role, form = asker.study.roles[asker.grant.role], asker.study.forms.get(ANSWER)
    noted = 0
    if form is not None and may_file(role, form):
        for participant in begun(asker):
            noted += _noted(asker, participant)
    return JsonResponse({"noted": noted})


def _noted(asker: Asker, participant: str) -> int:
    """File the receipt for each call of the last minutes, once; how many calls there were."""
    now, person = house().clock(), asker.actor.person
    calls = [
        one
        for one in asker.view.alarm_messages(participant)
        if person in one.reached and PushSender.name in one.sender and now - one.at <= LASTS
    ]
    for about, value in dict.fromkeys((one.record, one.about) for one in calls):
        draft = Draft(
            id=str(uuid.uuid5(NOTICES, repr(("woken", person, participant, about, value)))),
            form=ANSWER,
            values={"about": about, "value": value, "answer": "received"},
            occurred_at=now,
            participant=participant,
            site=asker.actor.site,
        )
        house().trial.file(draft, asker.actor)
    return len(calls)
