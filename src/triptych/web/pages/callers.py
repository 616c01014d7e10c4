"""The list of people who agreed to be called back: apart from the ledger, shown only after the look was recorded."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import local_day, may_file
from triptych.ledger import Draft, Filed
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.identity.callers import LONGEST, callers_of, count_callers, erase_caller, erase_expired, keep_caller
from triptych.web.identity.sealing import Caller
from triptych.web.pages.approaches import danger
from triptych.web.people import Asker, page
from triptych.web.show import show

FORM = "callback_list"
MOST = 80
USUAL = timedelta(days=14)


@page
def callers(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show how many wait; add somebody who agrees, show the list, or remove somebody from it."""
    form = asker.study.forms[FORM]
    if site not in asker.view.sites() or not may_file(asker.study.roles[asker.grant.role], form):
        raise Http404
    today = local_day(asker.view.now, asker.view.zone())
    erase_expired(today)
    problem, shown = "", []
    if request.method == "POST":
        match request.POST.get("do"):
            case "look":
                _record(asker, site, "looked")
                shown = callers_of(site)
            case "remove":
                if erase_caller(site, request.POST.get("caller", "")):
                    _record(asker, site, "removed")
                return redirect("callers", site=site)
            case _:
                problem = _add(request, asker, site, today)
                if not problem:
                    return redirect("callers", site=site)
    return show(
        request,
        asker,
        "callers.html",
        here="approaches",
        status=422 if problem else 200,
        site=site,
        waiting=count_callers(site),
        shown=shown,
        problem=problem,
        typed=request.POST if problem else {},
        latest=(today + LONGEST).isoformat(),
        usual=(today + USUAL).isoformat(),
        today=today.isoformat(),
        most=MOST,
        desk=danger(asker, site),
    )


def _add(request: HttpRequest, asker: Asker, site: str, today: date) -> str:
    """Keep somebody who agrees; what is wrong, if anything is."""
    if "agrees" not in request.POST:
        return "Only whoever agrees to be called back, and to this being kept until then, is put on the list."
    given = {name: request.POST.get(name, "").strip()[:MOST] for name in ("name", "phone", "when")}
    try:
        delete_on = date.fromisoformat(request.POST.get("delete_on", ""))
        keep_caller(new_id(asker.view.now), site, Caller(**given), delete_on, today)
    except ValueError as fault:
        return str(fault) if str(fault).startswith(("Give", "The day")) else "Give the day on which it is deleted."
    _record(asker, site, "added")
    return ""


def _record(asker: Asker, site: str, what: str) -> None:
    """Record what was done with the list, never whose names are on it. Nothing is shown if that cannot be recorded."""
    draft = Draft(
        id=new_id(asker.view.now),
        form=FORM,
        values={"what": what, "waiting": count_callers(site)},
        occurred_at=asker.view.now,
        site=site,
    )
    if not isinstance(house().trial.file(draft, asker.actor), Filed):
        raise Http404
