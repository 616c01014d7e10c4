"""Who may call CDS Hooks from a page of theirs in a browser (CORS): the origins that the operator names, and no other.

A token is still needed. No cookie is ever taken (there is no `Access-Control-Allow-Credentials`), and no other part of
the API answers to other origins.
"""

from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from triptych.web.api.problems import Route

HEADERS = "Authorization, Content-Type"


def crossing(route: Route, methods: str) -> Route:
    """Let a route be called from the origins in `TRIPTYCH_CDS_ORIGINS`."""

    @wraps(route)
    def answered(request: HttpRequest, **parts: object) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        is_named = bool(origin) and origin in settings.CDS_ORIGINS
        asks_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        answer = HttpResponse(status=204) if is_named and asks_first else route(request, **parts)
        if is_named:
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Allow-Methods"] = methods
            answer["Access-Control-Allow-Headers"] = HEADERS
        patch_vary_headers(answer, ["Origin"])
        return answer

    return answered
