"""The casebook matrix: participants by visits, each cell a status by shape, word and color, and a way to its forms."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse

from triptych.course import Listed, Planned, slots
from triptych.course.schedule import Slot
from triptych.web.listing import Column, Listing, csv_of
from triptych.web.people import Asker, page
from triptych.web.show import show

MOST = 200
"""Participants on one page."""

Row = tuple[Listed, dict[str, Planned]]
NAME = Column[str](id="participant", title="Participant", read=lambda name: name)


@page
def matrix(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show where participants stand at every visit; only those of this page are derived."""
    columns = () if asker.view.sight.masks_visits else slots(asker.study)
    zone = asker.view.zone()
    if request.GET.get("format") == "csv":
        return csv_of(_columns(columns), _rows(asker.view.listing()), zone, "casebook")
    names = Listing([NAME], asker.view.participants(), request.GET, zone, MOST)
    rows = _rows(asker.view.listing(names.rows))
    instants = [line.next_change for line, _ in rows]
    return show(
        request, asker, "casebook.html", here="casebook", instants=instants, rows=rows, columns=columns, listing=names
    )


def _rows(lines: Iterable[Listed]) -> list[Row]:
    return [(line, {visit.key: visit for visit in line.visits}) for line in lines]


def _columns(visits: Iterable[Slot]) -> list[Column[Row]]:
    return [
        Column[Row](id="participant", title="Participant", read=lambda row: row[0].participant),
        Column[Row](id="site", title="Site", read=lambda row: row[0].site),
        *map(_column, visits),
    ]


def _column(slot: Slot) -> Column[Row]:
    """The status of one visit, by the word that the page shows."""

    def status(row: Row) -> str | None:
        visit = row[1].get(slot.key)
        return visit.status.replace("_", " ") if visit else None

    title = f"{slot.visit.title} ({slot.cycle})" if slot.cycle else slot.visit.title
    return Column(id=slot.key, title=title, read=status)
