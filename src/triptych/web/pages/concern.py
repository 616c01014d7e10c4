"""The way of complaints outside the log-in: no name is asked, and no address, session or device is kept.

The page looks at no session, sets no cookie and is kept by no phone. What is sent is filed by nobody in particular.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from triptych.course.complaints import COMPLAINT, Standing, complaints, open_channel
from triptych.ledger import Filed, Refused
from triptych.ledger.complaining import file_complaint, site_boards
from triptych.ledger.view import View
from triptych.web.entry import Posted
from triptych.web.filing import reworded
from triptych.web.house import house
from triptych.web.pages.wrong import forgotten
from triptych.web.words import form_for, words_for

WAYS = ("recipient", "deputy", "ethics_board", "ethics_address", "ethics_phone", "police", "regulator")


def is_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent this. In place of a token, which needs a cookie and gets out of date."""
    if getattr(request, "_dont_enforce_csrf_checks", False):  # as Django's own check: a client of its tests
        return True
    origin = request.headers.get("Origin", "").partition("://")[2]
    return request.headers.get("Sec-Fetch-Site", "same-origin" if origin == request.get_host() else "") == "same-origin"


@csrf_exempt
def concern(request: HttpRequest) -> HttpResponse:
    """Show the form for a complaint while there is somebody to read it, and take one in."""
    if request.method == "POST" and not is_from_here(request):
        return forgotten(request)
    view = house().trial.system_view()
    channel = open_channel(view.study_records())
    form = view.study.forms.get(COMPLAINT)
    if channel is None or form is None:
        return render(request, "own/concern_closed.html", {}, status=403 if request.method == "POST" else 200)
    ways = {name: str(channel.values.get(name, "")) for name in WAYS}
    sites = {site: _title(view, site) for site in view.sites()}
    form = form_for(request, view.study, form)
    posted = Posted.fresh(form, view.zone(), view.now)
    if request.method == "POST":
        posted = Posted.read(form, request.POST, view.zone())
        sent = _sent(posted)
        words = words_for(request)
        posted.problems = [(name, reworded(words, posted, name, text)) for name, text in posted.problems]
        if sent is not None:
            own = _own_board(view, str(sent.values.get("site", "")))
            return render(request, "own/concern_sent.html", {"ways": ways | own, "sent": sent})
    status = 422 if posted.problems else 200
    parts = {"ways": ways, "posted": posted, "zone": view.zone(), "sites": sites}
    return render(request, "own/concern.html", parts, status=status)


def _title(view: View, site: str) -> str:
    """The name of a site, as participants know it."""
    opened = [seen for seen in view.site_records(site) if seen.form == "site_opening" and seen.current]
    return str(opened[-1].values.get("title", site)) if opened else site


def _own_board(view: View, site: str) -> dict[str, str]:
    """How the ethics committee of a site is reached; nothing where the study's own stands for it."""
    board = site_boards(view).get(site)
    if board is None:
        return {}
    told = {"ethics_board": "board", "ethics_address": "address", "ethics_phone": "phone"}
    return {name: str(board.values.get(item, "")) for name, item in told.items()}


def _sent(posted: Posted) -> Standing | None:
    """The complaint as it was filed; none, with the reasons on the form, if it was not."""
    served = house()
    outcome = file_complaint(served.trial, posted.record, posted.answers(), served.clock())
    if isinstance(outcome, Refused):
        for reason in outcome.reasons:
            posted.wrong(reason.item or "", reason.text, reason.code)
    if not isinstance(outcome, Filed):
        return None
    return next(
        (one for one in complaints(served.trial.system_view().study_records()) if one.id == posted.record), None
    )


@csrf_exempt
def answered(request: HttpRequest) -> HttpResponse:
    """Show what was answered to the complaint of a code. The code is sent, so that no address holds it."""
    if request.method != "POST":
        raise Http404
    if not is_from_here(request):
        return forgotten(request)
    code = "".join(sign for sign in request.POST.get("code", "").upper() if sign.isalnum())
    standing = complaints(house().trial.system_view().study_records())
    one = next((one for one in standing if one.code.replace("-", "") == code), None)
    return render(request, "own/concern_answer.html", {"one": one}, status=200 if one else 404)
