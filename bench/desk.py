"""A person who files the measured form, on our site or on the baseline, and what it costs the server."""

import threading
import time
import uuid
from collections.abc import Sequence
from itertools import cycle
from typing import NamedTuple

from bench.browsing import Answer, Browser, fields_of
from bench.cohorts import FORM, VISITS
from bench.serving import FILES, PARTICIPANTS, Server

SETTLE = 0.002
"""A server tidies up after it has answered; that is waited for before its CPU time is read."""
ANSWERS = {
    "systolic": "122",
    "diastolic": "81",
    "heart_rate": "72",
    "breaths": "14",
    "saturation": "98",
    "temperature": "36.7",
    "weight": "71.5",
    "pain": "1",
    "anxiety": "22",
    "calmness": "64",
    "nausea": "mild",
    "posture": "sitting",
    "note": "Resting comfortably, says the room is warm.",
}
"""All but the two that are yes or no, which the sites write differently."""


class Site:
    """How a person files on our site: where they log in, where the form is, and what it is filled with."""

    log_in = ("/account/login/", "login")

    def __init__(self, participants: Sequence[str]) -> None:
        self._places = zip(cycle(participants), cycle(VISITS), strict=False)
        self._guard = threading.Lock()
        self.filed = 0
        """Filings that the site has acknowledged."""

    def place(self) -> tuple[str, str]:
        """The participant and the visit of the next filing."""
        with self._guard:
            return next(self._places)

    def acknowledged(self) -> None:
        """Count a filing."""
        with self._guard:
            self.filed += 1

    def form(self, participant: str, visit: str) -> str:
        """Where the form is opened."""
        return f"/participants/{participant}/file/{FORM}/?visit={visit}"

    def filled(self, fields: dict[str, str], participant: str, visit: str) -> dict[str, str]:  # noqa: ARG002 -- the other site asks for it
        """The fields of an opened form with the 15 answers, under an identifier of its own."""
        answers = {f"v-{item}": value for item, value in ANSWERS.items()}
        own = {"record": str(uuid.uuid4()), "visit": visit, "v-oriented": "yes", "v-jaw_tension": "no"}
        return {**fields, **answers, **own}


class Admin(Site):
    """The same on the baseline."""

    log_in = ("/admin/login/", "username")

    def __init__(self) -> None:
        super().__init__([str(number + 1) for number in range(PARTICIPANTS)])

    def form(self, participant: str, visit: str) -> str:  # noqa: ARG002 -- the other site asks for it
        """Where the form is opened."""
        return "/admin/baseline/sessioncheck/add/"

    def filled(self, fields: dict[str, str], participant: str, visit: str) -> dict[str, str]:
        """The fields of an opened form with the 15 answers."""
        at = {"occurred_at_0": time.strftime("%Y-%m-%d"), "occurred_at_1": time.strftime("%H:%M:%S")}
        own = {"participant": participant, "visit": visit, "oriented": "on", "jaw_tension": "false", "_save": "Save"}
        return {**fields, **ANSWERS, **at, **own}


class Spent(NamedTuple):
    """CPU seconds of the server: for the filing, for the page that it leads to, and for the form opened anew."""

    filed: float
    shown: float
    opened: float


class Desk:
    """One person at one site with an open form."""

    def __init__(self, site: Site, server: Server, browser: Browser | None = None) -> None:
        self.site, self.server = site, server
        self.browser = browser or Browser(server.port)
        if browser is None:
            path, name = site.log_in
            self.browser.log_in(path, FILES, name)
        self._fields = fields_of(self.browser.get(site.form(*site.place())).text)

    def beside(self) -> "Desk":
        """The same person in the same session over a connection more."""
        return Desk(self.site, self.server, self.browser.also())

    def file(self) -> Answer:
        """Send a filled form; the answer must be that it is filed."""
        place = self.site.place()
        path = self.site.form(*place).partition("?")[0]
        answer = self.browser.post(path, self.site.filled(self._fields, *place))
        assert answer.status == 302, (answer.status, answer.text)
        self.site.acknowledged()
        return answer

    def follow(self, answer: Answer) -> None:
        """Fetch the page that an answer leads to, as a browser does."""
        assert self.browser.get(answer.location).status == 200

    def measured(self) -> Spent:
        """File, follow, and open the form anew, each with what the server spent."""
        before = self._cpu()
        answer = self.file()
        filed = self._cpu()
        self.follow(answer)
        shown = self._cpu()
        assert self.browser.get(self.site.form(*self.site.place())).status == 200
        return Spent(filed - before, shown - filed, self._cpu() - shown)

    def counted(self) -> list[str]:
        """File and follow; the statements of the filing alone."""
        self.server.statements()
        answer = self.file()
        time.sleep(SETTLE)
        told = self.server.statements()
        self.follow(answer)
        return told

    def _cpu(self) -> float:
        time.sleep(SETTLE)
        return self.server.cpu()
