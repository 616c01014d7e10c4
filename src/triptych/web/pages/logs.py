"""The logs: every record of one form across participants, newest first, filtered and sorted as asked."""

from django.http import Http404, HttpRequest, HttpResponse

from triptych.course.events import ADVERSE_EVENT
from triptych.ledger import Seen
from triptych.study import Form
from triptych.web.listing import Column, Listing, item_column
from triptych.web.pages.events import listing_of_events
from triptych.web.people import Asker, page
from triptych.web.show import LOGS, show


def columns_of(asker: Asker, form: Form) -> list[Column[Seen]]:
    """The columns of a log: whose, when, each item that the asker sees, and who filed it."""
    zone = asker.view.zone()
    return [
        Column(id="participant", title="Participant", read=lambda seen: seen.participant, pick="choice"),
        Column(id="site", title="Site", read=lambda seen: seen.site, pick="choice"),
        Column(id="happened", title="Happened", read=lambda seen: seen.occurred_at, pick="days"),
        *(item_column(item, lambda seen: seen.values, zone) for item in form.items if asker.view.sight.sees_item(item)),
        Column(id="by", title="By", read=lambda seen: seen.actor, pick="choice"),
    ]


@page
def log(request: HttpRequest, asker: Asker, form: str) -> HttpResponse:
    """Show what the asker may see of a log, or give it as CSV; with adverse events come the observed effects."""
    shown = asker.study.forms.get(form)
    if shown is None or form not in LOGS or not asker.view.sight.sees_form(form):
        raise Http404
    if form == ADVERSE_EVENT:
        return listing_of_events(request, asker, shown)
    records = standing(asker, form)
    records.sort(key=lambda seen: seen.occurred_at, reverse=True)
    listing = Listing(columns_of(asker, shown), records, request.GET, asker.view.zone())
    if request.GET.get("format") == "csv":
        return listing.csv(form)
    items = {f"v-{item.id}": item for item in shown.items}
    return show(request, asker, "log.html", here=form, form=shown, listing=listing, items=items)


def standing(asker: Asker, form: str) -> list[Seen]:
    """The records of a form that stand, across participants: the newest versions, none entered in error."""
    found = []
    participants = asker.view.participants()
    asker.view.gather(participants)
    for participant in participants:
        records = asker.view.records(participant)
        voided = {str(one.values.get("about")) for one in records if one.form == "entered_in_error" and one.current}
        roots = {one.root for one in records if one.id in voided}
        found += [one for one in records if one.form == form and one.current and one.root not in roots]
    return found
