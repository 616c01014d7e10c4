"""2,000 participants who answer within ten minutes of one reminder, and the first load of their page on a slow network.

Everybody opens the diary and sends it once, at an instant drawn evenly from the time; a shorter run keeps the pace,
with fewer of the 2,000. Sessions are made beforehand, since everybody who is reminded has one. What was acknowledged is
counted in the ledger afterwards.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlencode

from tests.browser.chromium import QUIET, find_chromium
from tests.postgres import postgres

from bench.browsing import fields_of
from bench.measuring import Row, percentile
from bench.participants import decode
from bench.serving import Server, served
from triptych.cli.scenario import SITE, Player, read_lines
from triptych.ledger import Actor, Draft, Filed
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger

PEOPLE, SECONDS, HANDS = 2000, 600.0, 24
SEED = 20261127
STUDY, FORM = "mdma-mdd-norway", "days_after"
HOST = "participant.localhost"
BORN = {"birth_date": "1980-01-01", "sex": "female", "childbearing_potential": False}
"""Whoever's age is not known has no access of their own."""
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
"""Slow 3G as WebPageTest has it: 400 kbit/s both ways and 400 ms for a round trip."""
LIMIT_KB, LIMIT_S = 150, 3.0


def rows(scale: float) -> Iterator[Row]:
    """The answers on each store, then the first load."""
    with tempfile.TemporaryDirectory() as folder:
        place, accounts = Path(folder) / "ledger", Path(folder) / "accounts"
        place.mkdir()
        _make(str(place))
        sessions = _sessions(str(place), accounts)
        with served("triptych", str(place), accounts=accounts) as server:
            yield from _answered("SQLite", server, str(place), sessions, scale)
            yield _first_load(server, sessions[0])
        with postgres() as other, other.schema() as url:
            _make(url)
            with served("triptych", url, accounts=accounts) as server:
                yield from _answered("PostgreSQL", server, url, sessions, scale)


def _make(place: str) -> None:
    """A trial with a rota, and so many participants with an access of their own."""
    store, now = open_ledger(place, write=True), datetime.now(UTC)
    try:
        player = Player(
            store, find_study(STUDY), read_lines(json.dumps({"now": (now - timedelta(days=2)).isoformat()}))
        )
        rota = {"clinician": "physician-1", "backup": "therapist-1", "physician": "physician-1"}
        rota |= {"lead": "principal_investigator-1", "zone": "Europe/Oslo", "hands_over": 8, "works_holidays": True}
        rota |= {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
        days = {"starts_on": "2026-01-01", "ends_on": "2036-01-01"}
        reached = {"who": "The doctor on duty", "phone": "00 00 00 00", "any_hour": True, "tried_on": "2026-01-02"}
        _file(player, "administrator", "site_help", reached, site=SITE)
        _file(player, "coordinator", "duty_rota", rota | days, site=SITE)
        for number in range(PEOPLE):
            name = _name(number)
            _file(player, "coordinator", "first_contact", {"channel": "self"}, participant=name, site=SITE)
            _file(player, "coordinator", "demographics", BORN, participant=name, site=SITE, visit="screening")
            own = {"person": name, "role": "participant", "blinding": "blinded", "participant": name}
            _file(player, "administrator", "grant", own)
    finally:
        store.close()


def _file(player: Player, role: str, form: str, values: Mapping[str, object], **more: str) -> None:
    name = f"{player.clock.now.timestamp()}:{form}:{more}:{values.get('person')}"
    identifier = f"{random.Random(name).getrandbits(128):032x}"
    identifier = "-".join((identifier[:8], identifier[8:12], identifier[12:16], identifier[16:20], identifier[20:]))
    draft = Draft(id=identifier, form=form, values=dict(values), occurred_at=player.clock.now, **more)
    outcome = player.trial.file(draft, Actor(person=f"{role}-1", role=role, site=more.get("site")))
    assert isinstance(outcome, Filed), outcome


def _name(number: int) -> str:
    return f"P-{number:04d}"


def _sessions(place: str, accounts: Path) -> list[str]:
    """A session for everybody, made in a process of its own, where Django is set up on this accounts file."""
    code = (
        "import sys, json; from triptych.cli.serve import configure; configure(sys.argv[1])\n"
        "import django; django.setup()\n"
        "from triptych.web import accounts; accounts.prepare()\n"
        "from django.contrib.auth.models import User; from django.contrib.auth import *\n"
        "from importlib import import_module; from django.conf import settings\n"
        "engine = import_module(settings.SESSION_ENGINE); keys = []\n"
        "for n in range(int(sys.argv[2])):\n"
        "    user = User.objects.create(username=f'P-{n:04d}'); store = engine.SessionStore()\n"
        "    store[SESSION_KEY] = str(user.pk); store[HASH_SESSION_KEY] = user.get_session_auth_hash()\n"
        "    store[BACKEND_SESSION_KEY] = 'allauth.account.auth_backends.AuthenticationBackend'\n"
        "    store.save(); keys.append(store.session_key)\n"
        "print(json.dumps(keys))\n"
    )
    own = {**os.environ, "TRIPTYCH_ACCOUNTS": str(accounts)}
    made = subprocess.run(
        [sys.executable, "-c", code, place, str(PEOPLE)], env=own, check=True, capture_output=True, text=True
    )
    keys: list[str] = json.loads(made.stdout)
    return keys


class Phone:
    """A participant's browser, as far as it opens the diary and sends it."""

    def __init__(self, port: int, session: str) -> None:
        self._port, self._cookies = port, {"triptych": session}

    def open(self) -> None:
        """Open the diary and send nothing."""
        with closing(http.client.HTTPConnection("localhost", self._port, timeout=60)) as connection:
            self._ask(connection, "GET", None)

    def answer(self) -> tuple[float, float, bool]:
        """How long the page took, how long the sending, and whether it was acknowledged."""
        connection = http.client.HTTPConnection("localhost", self._port, timeout=60)
        try:
            page, opened = self._ask(connection, "GET", None)
            sent = {**fields_of(page), "v-mood": "6", "v-suicidal": "none", "v-sleep": "7", "edits": ""}
            where, taken = self._ask(connection, "POST", urlencode(sent))
        finally:
            connection.close()
        return opened, taken, where == "/sent/"

    def _ask(self, connection: http.client.HTTPConnection, method: str, body: str | None) -> tuple[str, float]:
        headers = {"Host": f"{HOST}:{self._port}", "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection.request(method, "/diary/", body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        taken = time.perf_counter() - began
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return (answer.headers.get("Location", "") if body is not None else text), taken


def _answered(name: str, server: Server, place: str, sessions: list[str], scale: float) -> Iterator[Row]:
    count, seconds = max(100, int(PEOPLE * scale)), max(30.0, SECONDS * scale)
    draw = random.Random(SEED)
    people = draw.sample(range(PEOPLE), count)
    times = sorted(draw.uniform(0, seconds) for _ in people)
    due: SimpleQueue[tuple[float, int] | None] = SimpleQueue()
    for one in zip(times, people, strict=True):
        due.put(one)
    for _ in range(HANDS):
        due.put(None)
    taken: list[tuple[float, float, bool]] = []
    Phone(server.port, sessions[0]).open()  # a server that is reminded from has been running for long
    begins = time.perf_counter() + 0.2
    before = server.cpu()

    def work() -> None:
        while (one := due.get()) is not None:
            time.sleep(max(0.0, begins + one[0] - time.perf_counter()))
            taken.append(Phone(server.port, sessions[one[1]]).answer())

    hands = [threading.Thread(target=work) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    used = (server.cpu() - before) / count
    what = f"{count:,} of {PEOPLE:,} participants answer within {seconds:.0f} s of one reminder, {name}"
    for part, waits in (("page", [1e3 * one[0] for one in taken]), ("sending", [1e3 * one[1] for one in taken])):
        figure = (
            f"p50 {percentile(waits, 0.5):.0f} ms, p99 {percentile(waits, 0.99):.0f} ms, longest {max(waits):.0f} ms"
        )
        yield Row(f"{what}: {part}", figure, f"{1e3 * used:.0f} ms CPU for both" if part == "page" else "", "", None)
    acknowledged = sum(one[2] for one in taken)
    store = open_ledger(place, write=False)
    with closing(store), store.reading() as reading:
        streams = [stream for stream, _ in reading.heads("participant:")]
        found = sum(decode(one.body).form == FORM for stream in streams for one in reading.records(stream))
    yield Row(
        f"{what}: acknowledged and in the ledger",
        f"{acknowledged:,} and {found:,}",
        "",
        "equal",
        acknowledged == found == count,
    )


def _first_load(server: Server, session: str) -> Row:
    """What the page of today weighs and takes when nothing of it is kept yet."""
    from playwright.sync_api import sync_playwright

    options = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
        context.add_cookies([{"name": "triptych", "value": session, "domain": HOST, "path": "/"}])
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", SLOW)
        weight: list[float] = []
        devtools.on("Network.loadingFinished", lambda told: weight.append(told["encodedDataLength"]))
        page.goto(f"http://{HOST}:{server.port}/", wait_until="load", timeout=60_000)
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1e3
        usable = page.evaluate("performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart") / 1e3
        loaded = page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart") / 1e3
        page.wait_for_timeout(1500)
        browser.close()
    kilobytes = sum(weight) / 1e3
    figure = f"{kilobytes:.0f} kB; whole, with our typefaces, after {loaded:.1f} s"
    beside = f"readable after {painted:.1f} s, usable after {usable:.1f} s"
    limit, kept = f"{LIMIT_S:.0f} s, {LIMIT_KB} kB", kilobytes <= LIMIT_KB and loaded <= LIMIT_S
    return Row("first load of a participant's page, slow 3G", figure, beside, limit, kept)
