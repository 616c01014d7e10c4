"""Every component of the pages in every state, for whoever designs with them and for the tests that look at them."""

from django.http import HttpRequest, HttpResponse

from triptych.web.people import Asker, page
from triptych.web.show import show


@page
def patterns(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the components."""
    return show(request, asker, "patterns.html")
