"""Choosing the role to act in, of those that the ledger grants."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
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
