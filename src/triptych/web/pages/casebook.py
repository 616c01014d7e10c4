"""The casebook matrix: participants by visits, each cell a status by shape, word and color, and a way to its forms."""

from django.http import HttpRequest, HttpResponse

from triptych.course import slots
from triptych.web.people import Asker, page
from triptych.web.show import show


@page
def matrix(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show where every participant stands at every visit."""
    courses = list(asker.view.courses())
    rows = [(course, {visit.key: visit for visit in course.visits}) for course in courses]
    columns = () if asker.view.sight.masks_visits else slots(asker.study)
    return show(request, asker, "casebook.html", here="casebook", rows=rows, columns=columns)
