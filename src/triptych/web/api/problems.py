"""Every answer of the API that is not what was asked for, in one shape: a code, words for people, and the reasons."""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from triptych.ledger import Reason
from triptych.ledger.errors import StoreUnavailable

MOST_BYTES = 2_000_000
JSON = "application/json; charset=utf-8"
BEARER = 'Bearer realm="Triptych"'
NOTHING_HERE = "There is nothing here that you may see."
_log = logging.getLogger("triptych.api")

Route = Callable[..., HttpResponse]


class Problem(Exception):
    """An answer that is not what was asked for."""

    def __init__(self, status: int, code: str, text: str, reasons: Iterable[Reason] = ()) -> None:
        self.status, self.code, self.text, self.reasons = status, code, text, tuple(reasons)
        super().__init__(code)

    def answer(self) -> HttpResponse:
        """The problem as it is sent."""
        reasons = [
            {"code": one.code, "text": one.text, "source": one.source, "item": one.item, "missing": one.missing}
            for one in self.reasons
        ]
        body = msgspec.json.encode({"code": self.code, "text": self.text, "reasons": reasons})
        return HttpResponse(body, status=self.status, content_type=JSON)


def not_here() -> Problem:
    """What is out of reach and what does not exist are answered alike."""
    return Problem(404, "not_found", NOTHING_HERE)


def malformed(text: str, reasons: Iterable[Reason] = ()) -> Problem:
    """What was sent cannot be read."""
    return Problem(400, "malformed", text, reasons)


def too_large() -> Problem:
    """More was sent than is taken."""
    return Problem(413, "too_large", f"A request holds {MOST_BYTES:,} bytes at most. Nothing was filed.")


def unauthenticated(_request: HttpRequest, _error: object) -> HttpResponse:
    """Answer whoever shows no living token, without telling what is wrong with it."""
    text = "Send a token that is in force: Authorization: Bearer triptych_KEY_SECRET."
    answer = Problem(401, "unauthenticated", text).answer()
    answer["WWW-Authenticate"] = BEARER
    return answer


def _told(_request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.answer()


def _unreadable(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name every part that does not fit. What was sent is not repeated."""
    reasons = [
        Reason(code=str(one["type"]), text=str(one["msg"]), item=".".join(map(str, one["loc"]))) for one in error.errors
    ]
    return malformed("The request does not have the form that the description asks for.", reasons).answer()


def _undecodable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that could not be read: the parser's own problem, or that it is not JSON."""
    problem = error.__cause__
    return (problem if isinstance(problem, Problem) else malformed("The body is not JSON.")).answer()


def _unavailable(_request: HttpRequest, error: StoreUnavailable) -> HttpResponse:
    _log.error("The ledger cannot be used: %s", error.code)
    text = "The ledger cannot be used at the moment. Send the same request again; a record is never filed twice."
    return Problem(503, error.code, text).answer()


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a fault of the software. The log gets the route, and not the path, which may name somebody."""
    route = request.resolver_match.route if request.resolver_match else ""
    _log.error("Fault at %s", route, exc_info=error)
    text = "The server failed. Send the same request again; a record is never filed twice."
    return Problem(500, "fault", text).answer()


def answer_problems(api: NinjaAPI) -> None:
    """Give every failure of an API the one shape."""
    answers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Problem: _told,
        AuthenticationError: unauthenticated,
        HttpError: _undecodable,
        ValidationError: _unreadable,
        Http404: lambda _request, _error: not_here().answer(),
        RequestDataTooBig: lambda _request, _error: too_large().answer(),
        StoreUnavailable: _unavailable,
        Exception: _fault,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


def shaped(route: Route) -> Route:
    """Give a route's answer to a method that it does not have the one shape."""

    @wraps(route)
    def answered(request: HttpRequest, **parts: object) -> HttpResponse:
        answer = route(request, **parts)
        if isinstance(answer, HttpResponseNotAllowed):
            allow = answer["Allow"]
            answer = Problem(405, "method", f"This address takes {allow}.").answer()
            answer["Allow"] = allow
        return answer

    return answered
