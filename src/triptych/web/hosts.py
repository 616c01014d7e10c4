"""Which of the two sites a request is for. The host name decides; each site has its own routes and cookie."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def is_participant_host(request: HttpRequest) -> bool:
    """Whether a request came to the participants' host name."""
    return request.get_host().partition(":")[0] in settings.PARTICIPANT_HOSTS


class HostMiddleware:
    """Give requests to the participants' host the routes of that site, so that no staff route exists there."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if is_participant_host(request):
            request.urlconf = "triptych.web.urls_participant"
        response = self._get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
