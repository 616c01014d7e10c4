"""The routes under `/api/`, and their description. A new operation needs a token unless it is named open here."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from ninja import NinjaAPI, Router
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from triptych.web.api import devices, filing, reading, screening
from triptych.web.api.bearer import Bearer
from triptych.web.api.crossing import crossing
from triptych.web.api.problems import JSON, MOST_BYTES, Problem, Route, answer_problems, not_here, shaped, too_large

ROOT = "api/"
EVERY = ["GET", "POST", "PUT", "PATCH", "DELETE"]
JSON_TYPE = "application/json"
router = Router()


class Reader(Parser):
    """Reads bodies of JSON and of nothing else."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The value that a body holds. Raises `Problem`, or an error of the decoder."""
        if request.content_type != JSON_TYPE:
            raise Problem(415, "media_type", f"Send JSON, as Content-Type: {JSON_TYPE}.")
        if len(request.body) > MOST_BYTES:
            raise too_large()
        return cast("dict[str, Any]", msgspec.json.decode(request.body))


class Writer(BaseRenderer):
    """Writes JSON."""

    media_type = JSON_TYPE

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> bytes:  # noqa: ARG002 -- Ninja calls it so
        """An answer's body."""
        return msgspec.json.encode(data)


def _made() -> NinjaAPI:
    api = NinjaAPI(
        title="Triptych",
        version=version("triptych"),
        description="What a person may file and see in a trial, for programs that act for them.",
        openapi_url=None,
        docs_url=None,
        auth=Bearer(),
        parser=Reader(),
        renderer=Writer(),
        urls_namespace="api",
    )
    answer_problems(api)
    api.add_router("", reading.router)
    api.add_router("", filing.router)
    api.add_router("", devices.router)
    api.add_router("", screening.router)
    api.add_router("", router)  # last, since the first route that fits is taken
    return api


@router.api_operation(EVERY, "/", include_in_schema=False)
def nothing(request: HttpRequest) -> None:
    """At the root stands nothing."""
    raise not_here()


@router.api_operation(EVERY, "/{path:rest}", include_in_schema=False)
def nowhere(request: HttpRequest, rest: str) -> None:
    """Whatever else is asked for is not here."""
    raise not_here()


API = _made()


@lru_cache(maxsize=1)
def _described() -> bytes:
    return msgspec.json.encode(API.get_openapi_schema(path_prefix=ROOT))


def description(request: HttpRequest) -> HttpResponse:
    """Give the description of the API (OpenAPI 3.1). It is open: it is the same in every trial, and tells of none."""
    return HttpResponse(_described(), content_type=JSON)


def _answered(pattern: str, route: Route) -> Route:
    """A route with its failures in one shape; what a health record calls can be called from the origins named."""
    return crossing(shaped(route), "GET, POST") if pattern.startswith("cds-services") else shaped(route)


urlpatterns = [
    path("openapi.json", csrf_exempt(shaped(require_GET(description))), name="api_description"),
    *(
        path(str(found.pattern), _answered(str(found.pattern), found.callback), name=f"api_{found.name}")
        for found in API.urls[0]
        if isinstance(found, URLPattern) and found.name != "api-root"
    ),
]
