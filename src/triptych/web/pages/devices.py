"""Devices of a site that readings are taken from: which are in service, and the form that registers one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import may_file
from triptych.web.devices import FORM, newest
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.people import Asker, page
from triptych.web.show import show


@page
def devices(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the devices of a site; register one, or say that it is out of service."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(FORM):
        raise Http404
    form, zone, posted = asker.study.forms[FORM], asker.view.zone(), None
    may = may_file(asker.study.roles[asker.grant.role], form)
    if request.method == "POST":
        if not may:
            raise Http404
        posted = Posted.read(form, request.POST, zone)
        if file_posted(request, asker, posted, None, site=site):
            return redirect("devices", site=site)
    elif may and "new" in request.GET:
        posted = Posted.fresh(form, zone, asker.view.now)
    return show(
        request,
        asker,
        "devices.html",
        here="kits",
        status=422 if posted and (posted.problems or posted.asked) else 200,
        site=site,
        devices=sorted(newest(asker.view, site).items()),
        names={choice.code: choice.label for item in form.items for choice in item.choices},
        may=may,
        posted=posted,
        zone=zone,
    )
