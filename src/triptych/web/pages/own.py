"""What participants see of their own: today, one thing a page, and always the way to help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from triptych.web.people import Asker, found, page


@page
def today(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show what is next for the participant."""
    course = found(asker.view.course(asker.grant.participant or ""))
    return render(request, "own/today.html", {"asker": asker, "course": course})
