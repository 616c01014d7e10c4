"""Replies that a gateway for text messages or mail hands on: one that says stop ends the reminders."""

import hmac
import json
import os
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from triptych.course.whereabouts import ITEM, zone_named
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.own_reminders import WISHES, stop, wishes_of
from triptych.web.pages.wrong import forgotten
from triptych.web.people import Asker, page
from triptych.web.words import form_for, language_of, words_for


def is_gateway(request: HttpRequest) -> bool:
    """Whether the gateway shows the token that it was given; without one set, nothing is taken."""
    token = os.environ.get("TRIPTYCH_REPLY_TOKEN", "")
    return bool(token) and hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {token}")


@csrf_exempt
@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """Take a reply: `{"from": ADDRESS, "text": TEXT}`. The answer does not say whether the address is known."""
    if not is_gateway(request):
        return forgotten(request)
    try:
        told = json.loads(request.body)
        stop(house(), str(told["from"]), str(told["text"]))
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    return JsonResponse({"taken": True})


@page
def wishes(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show how a participant wants to be reminded, and file it."""
    participant = asker.grant.participant or ""
    zone, form = asker.view.zone(participant), form_for(request, asker.study, asker.study.forms[WISHES])
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        posted.fix({})
        if _is_zone(request, posted) and file_posted(request, asker, posted, participant):
            return redirect("home")
    else:
        known = wishes_of(asker.view.records(participant))
        posted = Posted.of(form, zone, asker.view.now, known, asker.view.now)
    parts = {"asker": asker, "posted": posted, "zone": zone, "site_zone": zone.key, "zones": _zones()}
    parts["asked_in"] = language_of(asker.study, form, words_for(request).language)
    return render(request, "own/wishes.html", parts, status=422 if posted.problems else 200)


def _is_zone(request: HttpRequest, posted: Posted) -> bool:
    """Whether the time zone, where one is given, is one; a slip is said and changes nobody's days."""
    name = posted.answers().get(ITEM)
    if name is None or zone_named(name) is not None:
        return True
    posted.problems.append((ITEM, words_for(request).say["zone_wrong"]))
    return False


def _zones() -> list[str]:
    """The names to choose from: those of places, without the old ones and the abbreviations."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
