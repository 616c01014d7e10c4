"""Rendering a page: what every page has, and what this one adds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from triptych.web.people import Asker

LOGS = ("adverse_event", "medicine", "contact", "deviation", "query", "observation")


def show(
    request: HttpRequest, asker: Asker, template: str, here: str = "", status: int = 200, **parts: object
) -> HttpResponse:
    """Render a page for somebody: the head of the house around it, then its own parts."""
    forms = asker.study.forms
    common = {
        "asker": asker,
        "here": here,
        "logs": [forms[name] for name in LOGS if name in forms and asker.view.sight.sees_form(name)],
        "training": asker.view.training,
    }
    return render(request, template, {**common, **parts}, status=status)
