"""A program that acts for a person: their token, and the requests that it makes."""

import json
from typing import Any

from tests.web.routes import token_of


class Program:
    """Sends requests with a token and nothing else; what fails on the server is an answer and not an exception."""

    def __init__(self, person: str | None = None, token: str | None = None, **headers: str) -> None:
        from django.test import Client

        token = token_of(person) if person else token
        known = {"Authorization": f"Bearer {token}"} if token is not None else {}
        self._client = Client(raise_request_exception=False, enforce_csrf_checks=True, headers=known | headers)

    def get(self, path: str, **more: Any) -> Any:
        return self._client.get(f"/api{path}", **more)

    def post(self, body: object, path: str = "/records", **more: Any) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        return self._client.post(f"/api{path}", sent, content_type=more.pop("content_type", "application/json"), **more)

    def send(self, method: str, path: str, **more: Any) -> Any:
        return self._client.generic(method, f"/api{path}", **more)


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, in the one shape that all have."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    told = answer.json()
    assert set(told) == {"code", "text", "reasons"}
    assert told["code"] == code
    assert told["text"].endswith((".", "!", "?"))
    for reason in told["reasons"]:
        assert set(reason) == {"code", "text", "source", "item", "missing"}
    return told


def vitals(**more: Any) -> dict[str, Any]:
    """A filled form of vital signs."""
    return {
        "id": "019cf5e5-20c0-7ee6-b48e-b3e4130b9070",
        "form": "vitals",
        "participant": "P-1",
        "visit": "screening",
        "occurred_at": "2026-03-02T10:00:00+01:00",
        "values": {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6},
        **more,
    }
