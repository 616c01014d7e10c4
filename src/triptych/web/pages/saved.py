"""Saving what a list is filtered and sorted by under a name, and forgetting it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from triptych.web import saved
from triptych.web.people import Asker, page

LISTS = frozenset({"log", "queries", "reviews"})


@require_POST
@page
def save(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Save a list as it is shown, and show it again."""
    path, query = request.POST.get("path", ""), request.POST.get("query", "")
    try:
        is_list = resolve(path).url_name in LISTS
    except Resolver404:
        is_list = False
    if not is_list:
        raise Http404
    name = " ".join(request.POST.get("name", "").replace("\0", " ").split())
    refused = saved.save(request.user, path, name, query)
    messages.add_message(request, messages.WARNING if refused else messages.SUCCESS, refused or f"Saved as “{name}”.")
    return redirect(f"{path}?{query}")


@require_POST
@page
def forget(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Forget a list that the asker saved; nothing that it showed changes."""
    path = saved.forget(request.user, request.POST.get("saved", ""))
    if path is None:
        raise Http404
    return redirect(path)
