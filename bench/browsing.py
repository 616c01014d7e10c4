"""What a browser does with a site: one connection kept open, cookies, the fields of a form, the page that follows."""

import http.client
import time
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlencode

from bench.serving import PASSWORD

PATIENCE = 3
"""Seconds for which a connection is trusted to be open still; servers close one that rests for longer."""


class Answer(NamedTuple):
    """What came back, and how long it took."""

    status: int
    location: str
    text: str
    wall: float


class Browser:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("localhost", port)
        self._cookies: dict[str, str] = {}
        self._used = 0.0

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields))

    def log_in(self, path: str, person: str, name: str) -> None:
        """Log in by the page for it."""
        fields = {**fields_of(self.get(path).text), name: person, "password": PASSWORD}
        answer = self.post(path, fields)
        assert answer.status == 302, answer

    def also(self) -> "Browser":
        """A further connection of the same person."""
        other = Browser(self._connection.port)
        other._cookies = dict(self._cookies)
        return other

    @property
    def cookies(self) -> str:
        """The cookies as a request carries them."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": self.cookies}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.perf_counter() - self._used > PATIENCE:
            self.close()
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self._used = time.perf_counter()
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
            if "Max-Age=0" in cookie:
                del self._cookies[name]
        return Answer(answer.status, answer.headers.get("Location", ""), text, self._used - began)


def fields_of(page: str) -> dict[str, str]:
    """The fields of the forms of a page that are filled in already."""
    reader = _Fields()
    reader.feed(page)
    return reader.found


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take the value of an input."""
        has = dict(attributes)
        if tag == "input" and has.get("name") and has.get("type") not in ("radio", "checkbox", "submit"):
            self.found[str(has["name"])] = has.get("value") or ""
