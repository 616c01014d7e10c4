"""The pages for what could not be read, and for what the site failed at."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from triptych.web.house import read_clock


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that what was sent cannot be taken, and that nothing was filed."""
    is_large = isinstance(exception, RequestDataTooBig)
    return render(request, "unreadable.html", {"is_large": is_large}, status=413 if is_large else 400)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that the site failed, what stands, and that sending again is safe."""
    parts = {"at": f"{read_clock():%-d %b %Y %H:%M:%S}"}
    return render(request, "broken.html", parts, status=500)


def forgotten(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form without the token of its page was not filed."""
    return render(request, "403_csrf.html", status=403)
