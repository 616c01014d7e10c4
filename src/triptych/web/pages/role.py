"""Choosing the role to act in, of those that the ledger grants; and the page for what no page can read."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from triptych.web.people import CHOSEN, Asker, page


@require_POST
@page
def act_as(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Act under another of one's own grants from here on."""
    chosen = request.POST.get("grant", "")
    if chosen in {grant.id for grant in asker.grants}:
        request.session[CHOSEN] = chosen
    return redirect("home")


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that what was sent cannot be taken, and that nothing was filed."""
    is_large = isinstance(exception, RequestDataTooBig)
    return render(request, "unreadable.html", {"is_large": is_large}, status=413 if is_large else 400)
