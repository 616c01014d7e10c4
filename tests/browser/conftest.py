"""The site in a real browser: served from this process, so that a test sets the clock, and watched for what it asks.

No page may ask another host for anything, and none may log an error or break the policy of what it may load.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.chromium import DEVICES, QUIET, find_chromium
from tests.doors.hands import Hands
from tests.web.conftest import site

from triptych.cli import integrating
from triptych.cli.cohort import cohort
from triptych.cli.demo import PASSWORD, STUDY
from triptych.cli.scenario import Player, read_lines
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.web.house import House, read_clock, use_house

__all__ = ["site"]

PATIENCE = 20_000
"""Milliseconds after which the browser gives up; no passing test waits for it."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's own loop runs in the thread of the tests
    options = [*QUIET, *DEVICES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        yield started
        started.close()


@pytest.fixture(scope="session")
def port(site: None) -> Iterator[int]:
    """The port at which whatever trial is in use is served."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config("triptych.web.asgi:application", log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextmanager
def serving(player: Player, store: MemoryStore) -> Iterator[Player]:
    """Serve a trial for a block, on the player's clock, with an account for everybody in it."""
    from django.contrib.auth.models import User

    from triptych.web import accounts
    from triptych.web.saved import SavedList
    from triptych.web.written import WrittenProtocol

    house = House(store, player.clock, player.trial)
    for person in (*(f"{role.id}-1" for role in player.study.document.roles), integrating.PERSON):
        accounts.ensure(person, PASSWORD)
        account = User.objects.get(username=person)
        account.set_password(PASSWORD)
        account.save()
        for kept in (SavedList, WrittenProtocol):  # what another test of this process left to the same name
            kept.objects.filter(user_id=account.pk).delete()
    use_house(house)
    try:
        yield player
    finally:
        use_house(None)


@pytest.fixture(scope="module")
def demo(site: None) -> Iterator[Player]:
    """The dozen people of the demonstration, being served."""
    study, store = find_study(STUDY), MemoryStore()
    scenario = (study_folder(STUDY) / "scenarios" / "whole-course.jsonl").read_text("utf-8")
    now = read_clock()
    player = Player(store, study, cohort(study, read_lines(scenario), now))
    list(player.play())
    player.clock.now = now
    with serving(player, store) as served:
        yield served


@pytest.fixture
def empty(site: None) -> Iterator[Hands]:
    """A trial in which nobody is known yet, being served."""
    store = MemoryStore()
    hands = Hands(store, find_study(STUDY), datetime(2026, 1, 5, 9, tzinfo=UTC))
    with serving(hands.player, store):
        yield hands


class Watched:
    """A window of the browser, logged in as somebody, whose requests and complaints are kept."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base, self.context, self.page = base, context, context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        context.on("request", lambda asked: self._asked(asked.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._said(said.type, said.text))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:", "about:")):
            self.elsewhere.append(url)

    def _said(self, kind: str, text: str) -> None:
        # The browser itself logs every answer that is an error; those that are meant are no complaint of the page.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(f"{self.base}{path}")
        return self.page

    def log_in(self, person: str) -> Page:
        """Log in by the form."""
        page = self.open("/account/login/")
        page.fill("#id_login", person)
        page.fill("#id_password", PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{self.base}/")
        return page

    def check(self) -> None:
        """No request left for elsewhere, and the page complained of nothing."""
        assert self.elsewhere == []
        assert self.complaints == []


Windows = Callable[..., Watched]


@pytest.fixture
def window(browser: Browser, port: int) -> Iterator[Windows]:
    """Open windows, each with its own cookies; what they asked and said is checked at the end."""
    opened: list[Watched] = []

    def open_window(host: str = "localhost", **options: Any) -> Watched:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        opened.append(Watched(context, f"http://{host}:{port}"))
        return opened[-1]

    yield open_window
    for one in opened:
        one.context.close()
    for one in opened:
        one.check()
