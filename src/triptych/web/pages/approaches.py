"""Contacts before consent: the log, in which nobody can be recognized, and the funnel from it to enrollment."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec.structs import replace

from triptych.course import Approach, exclusions, funnel, may_file
from triptych.ledger import Seen
from triptych.ledger.library import contacts
from triptych.safety import Contact
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.identity.callers import count_callers
from triptych.web.people import Asker, page
from triptych.web.show import show

FORM = "approach"


@page
def approaches(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the log of a site with its funnel, and file a contact that is entered."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(FORM):
        raise Http404
    form, zone = asker.study.forms[FORM], asker.view.zone()
    may_add = may_file(asker.study.roles[asker.grant.role], form)
    posted = Posted.fresh(form, zone, asker.view.now)
    if request.method == "POST":
        if not may_add:
            raise Http404
        posted = Posted.read(form, request.POST, zone)
        posted.occurred_at = Posted.fresh(form, zone, asker.view.now).occurred_at
        at_site = replace(asker, grant=replace(asker.grant, site=site))
        if file_posted(request, at_site, posted, participant=None):
            return redirect("approaches", site=site)
    records = [seen for seen in asker.view.site_records(site) if seen.current]
    logged = [seen for seen in records if seen.form == FORM]
    standing = {line.participant: line.standing["enrollment"] for line in asker.view.listing() if line.site == site}
    return show(
        request,
        asker,
        "approaches.html",
        here="approaches",
        status=posted.status,
        site=site,
        posted=posted,
        desk=danger(asker, site),
        may_call=may_file(asker.study.roles[asker.grant.role], asker.study.forms["callback_list"]),
        waiting=count_callers(site),
        may_add=may_add,
        logged=list(reversed(logged)),
        excluded=exclusions(_unmet(asker, [name for name, where in standing.items() if where == "screen_failed"])),
        funnel=funnel([_approach(seen) for seen in logged], standing),
        labels={item.id: {choice.code: choice.label for choice in item.choices} for item in form.items},
        titles={seen.root: f"{seen.values['day']}, {seen.values['source']}" for seen in logged},
        zone=zone,
    )


def _unmet(asker: Asker, participants: list[str]) -> Iterator[str]:
    """The criteria not met of each screen failure that the asker may see, one a line."""
    for name in participants:
        for seen in asker.view.records(name):
            if seen.form == "screen_failure" and seen.current and isinstance(seen.values.get("unmet"), str):
                yield seen.values["unmet"]


def danger(asker: Asker, site: str) -> dict[str, object]:
    """What stands beside the telephone for a caller in danger: the clinician on duty, and the local crisis contacts."""
    reached = [seen for seen in asker.view.site_records(site) if seen.current and seen.form == "site_help"]
    return {"clinician": reached[-1].values if reached else None, "emergency": _contacts(asker)}


def _contacts(asker: Asker) -> list[Contact]:
    """Whom a caller in danger can be led to in the country of the study; a referral service is no help in a crisis."""
    defaults = asker.study.document.site_defaults
    country = defaults.country if defaults else ""
    return [one for one in contacts() if one.country == country and one.kind != "referral"]


def _approach(seen: Seen) -> Approach:
    about = seen.values.get("about")
    return Approach(id=seen.root, values=seen.values, earlier=about if isinstance(about, str) else None)
