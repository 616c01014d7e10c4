"""Devices of a site that readings are taken from: which are in service, and the form that registers one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import may_file
from triptych.web.devices import FORM, newest
from triptych.web.filing import form_of_site
from triptych.web.people import Asker, page
from triptych.web.show import show


@page
def devices(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the devices of a site; register one, or say that it is out of service."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(FORM):
        raise Http404
    form, zone = asker.study.forms[FORM], asker.view.zone()
    may = may_file(asker.study.roles[asker.grant.role], form)
    is_wanted = may and (request.method == "POST" or "new" in request.GET)
    posted, is_filed = form_of_site(request, asker, site, form if is_wanted else None)
    if is_filed:
        return redirect("devices", site=site)
    return show(
        request,
        asker,
        "devices.html",
        here="kits",
        status=posted.status if posted else 200,
        site=site,
        devices=sorted(newest(asker.view, site).items()),
        names={choice.code: choice.label for item in form.items for choice in item.choices},
        may=may,
        posted=posted,
        zone=zone,
    )
