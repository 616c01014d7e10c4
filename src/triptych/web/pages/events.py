"""The listing of events across participants: adverse events as entered, observed effects as their episodes say."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from triptych.course import may_file
from triptych.course.episodes import EFFECT, INTENSITIES
from triptych.course.events import ASSESSMENT, DOSE, Event, events
from triptych.study import Form, Study
from triptych.web.listing import Column, Listing, item_column
from triptych.web.people import Asker
from triptych.web.show import show

KINDS = (("adverse_event", "Adverse event"), ("observed_effect", "Observed effect"))
STATUSES = (
    ("awaiting", "Awaits assessment"),
    ("assessed", "Assessed"),
    ("entered", "Entered as adverse event"),
)
TERM = "v-term"


class Line(Struct, frozen=True):
    """An event, whose it is and where."""

    participant: str
    site: str | None
    event: Event


def listing_of_events(request: HttpRequest, asker: Asker, form: Form) -> HttpResponse:
    """Show every event that the asker may see, newest first, or give it as CSV; `form` is that for adverse events."""
    lines = sorted(_lines(asker), key=lambda line: line.event.occurred_at, reverse=True)
    listing = Listing(columns_of(asker, form), lines, request.GET, asker.view.zone())
    if request.GET.get("format") == "csv":
        return listing.csv(form.id)
    able = ASSESSMENT in asker.study.forms and may_file(
        asker.study.roles[asker.grant.role], asker.study.forms[ASSESSMENT]
    )
    items = {f"v-{item.id}": item for item in form.items}
    return show(request, asker, "events.html", here=form.id, form=form, listing=listing, items=items, able=able)


def _lines(asker: Asker) -> Iterator[Line]:
    participants = asker.view.participants()
    asker.view.gather(participants)
    for participant in participants:
        records = [one for one in asker.view.records(participant) if asker.view.sight.sees_form(one.form)]
        site = records[-1].site if records else None
        for event in events(records, _effects(asker.study)):
            yield Line(participant, site, event)


def _effects(study: Study) -> Form | None:
    return study.forms.get(EFFECT)


def columns_of(asker: Asker, form: Form) -> list[Column[Line]]:
    """The columns: those of the log of adverse events, then what is derived of each event."""
    zone, sight = asker.view.zone(), asker.view.sight
    seen = [item for item in form.items if sight.sees_item(item)]
    items: list[Column[Line]] = [item_column(item, lambda line: line.event.values, zone) for item in seen]
    term = [column for column in items if column.id == TERM]
    session = () if sight.masks_visits or not sight.sees_form(DOSE) else _of_session()
    return [
        Column(id="participant", title="Participant", read=lambda line: line.participant, pick="choice"),
        Column(id="site", title="Site", read=lambda line: line.site, pick="choice"),
        Column(id="happened", title="Happened", read=lambda line: line.event.occurred_at, pick="days"),
        *term,
        Column(id="kind", title="Kind", read=lambda line: line.event.kind, choices=KINDS, pick="choice"),
        Column(id="status", title="Assessment", read=lambda line: line.event.status, choices=STATUSES, pick="choice"),
        Column(
            id="intensity",
            title="Strongest",
            read=lambda line: line.event.intensity,
            choices=tuple((code, code) for code in INTENSITIES),
            pick="choice",
        ),
        *session,
        *(column for column in items if column.id != TERM),
        Column(id="by", title="By", read=lambda line: line.event.actor, pick="choice"),
    ]


def _of_session() -> tuple[Column[Line], ...]:
    return (
        Column(id="session", title="Session", read=lambda line: line.event.session, pick="choice"),
        Column(
            id="since-first",
            title="After the first dose",
            unit="min",
            read=lambda line: _minutes(line.event.since_first),
        ),
        Column(
            id="since-last",
            title="After the last dose before it",
            unit="min",
            read=lambda line: _minutes(line.event.since_last),
        ),
    )


def _minutes(span: timedelta | None) -> int | None:
    """Whole minutes, rounded down."""
    return None if span is None else span // timedelta(minutes=1)
