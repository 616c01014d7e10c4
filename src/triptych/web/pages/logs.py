"""The logs: every record of one form across participants, newest first."""

from django.http import Http404, HttpRequest, HttpResponse

from triptych.web.people import Asker, page
from triptych.web.show import LOGS, show


@page
def log(request: HttpRequest, asker: Asker, form: str) -> HttpResponse:
    """Show what the asker may see of a log."""
    shown = asker.study.forms.get(form)
    if shown is None or form not in LOGS or not asker.view.sight.sees_form(form):
        raise Http404
    records = [
        seen
        for participant in asker.view.participants()
        for seen in asker.view.records(participant)
        if seen.form == form and seen.current
    ]
    records.sort(key=lambda seen: seen.occurred_at, reverse=True)
    return show(request, asker, "log.html", here=form, form=shown, records=records, zone=asker.view.zone())
