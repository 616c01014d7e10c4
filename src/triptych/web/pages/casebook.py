"""The casebook matrix: participants by visits, each cell a status by shape, word and color, and a way to its forms."""

from django.http import HttpRequest, HttpResponse

from triptych.course import Course, Planned, slots
from triptych.course.schedule import Slot
from triptych.web.listing import Column, csv_of
from triptych.web.people import Asker, page
from triptych.web.show import show


@page
def matrix(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show where every participant stands at every visit."""
    courses = asker.view.listing()
    rows = [(course, {visit.key: visit for visit in course.visits}) for course in courses]
    columns = () if asker.view.sight.masks_visits else slots(asker.study)
    if request.GET.get("format") == "csv":
        listed = [
            Column[Row](id="participant", title="Participant", read=lambda row: row[0].participant),
            Column[Row](id="site", title="Site", read=lambda row: row[0].site),
            *(_column(slot) for slot in columns),
        ]
        return csv_of(listed, rows, asker.view.zone(), "casebook")
    return show(request, asker, "casebook.html", here="casebook", rows=rows, columns=columns)


Row = tuple[Course, dict[str, Planned]]


def _column(slot: Slot) -> Column[Row]:
    """The status of one visit, by the word that the page shows."""

    def status(row: Row) -> str | None:
        visit = row[1].get(slot.key)
        return visit.status.replace("_", " ") if visit else None

    title = f"{slot.visit.title} ({slot.cycle})" if slot.cycle else slot.visit.title
    return Column(id=slot.key, title=title, read=status)
