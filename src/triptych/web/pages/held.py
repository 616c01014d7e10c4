"""Held records: kept word for word, counting in nothing, until somebody files them again or dismisses them."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from triptych.ledger import Draft, Filed, Refused, Seen
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.pages.entry import act, drawn, form_of
from triptych.web.people import Asker, found, page

RESOLUTION = "held_resolution"


def resolutions(records: tuple[Seen, ...]) -> dict[str, Seen]:
    """What became of held records, by the held record's identifier."""
    return {
        str(seen.values.get("about")): seen
        for seen in records
        if seen.form == RESOLUTION and seen.current and seen.status == "filed"
    }


def _held(asker: Asker, participant: str, record: str) -> Seen:
    """A held record that nobody has dealt with."""
    records = asker.view.records(participant)
    seen = found(next((s for s in records if s.id == str(record) and s.status == "held"), None))
    if seen.id in resolutions(records):
        raise Http404
    return seen


@page
def again(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Put the answers of a held record into its form, and file it anew.

    The new record's identifier follows from the held one's, so that a held record is filed again once at most.
    """
    seen = _held(asker, participant, record)
    zone = asker.view.zone(participant)
    wanted = form_of(asker, seen.form)
    if request.method == "POST":
        posted = Posted.read(wanted, request.POST, zone)
    else:
        posted = Posted.of(wanted, zone, asker.view.now, seen.values, seen.occurred_at)
        posted.visit, posted.cycle = seen.visit or "", str(seen.cycle or "")
    posted.record = str(uuid.uuid5(uuid.UUID(seen.id), "again"))
    posted.corrects = seen.corrects or ""
    posted.reason = posted.reason or seen.reason or ""
    if request.method == "POST" and file_posted(request, asker, posted, participant):
        if isinstance(posted.outcome, Filed):
            _resolve(request, asker, participant, seen, posted)
        return redirect("participant", participant=participant)
    return drawn(request, asker, posted, participant, again=seen)


def _resolve(request: HttpRequest, asker: Asker, participant: str, seen: Seen, posted: Posted) -> None:
    draft = Draft(
        id=str(uuid.uuid5(uuid.UUID(seen.id), RESOLUTION)),
        form=RESOLUTION,
        values={"about": seen.id, "outcome": "filed", "filed_as": posted.record, "why": "Filed again from its form"},
        occurred_at=asker.view.now,
        participant=participant,
        site=asker.grant.site,
    )
    outcome = house().trial.file(draft, asker.actor)
    if isinstance(outcome, Refused):
        messages.warning(request, "The record is filed. The held one could not be marked as dealt with; dismiss it.")


@page
def dismiss(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Dismiss a held record, and say why. It stays readable."""
    seen = _held(asker, participant, record)
    return act(
        request,
        asker,
        participant,
        RESOLUTION,
        {"about": seen.id, "outcome": "dismissed"},
        to=reverse("participant", kwargs={"participant": participant}),
        title="Dismiss a held record",
        button="Dismiss the record",
        without=("filed_as",),
        seen=seen,
        about=asker.study.forms.get(seen.form),
        threads=(),
    )
