"""The session's screen in real browsers: how soon a danger is seen, how a full session opens, and a soak.

Tablets and the physician's page are pages of one Chromium; the server is a process of its own on SQLite, killed and
started again where that is measured. Entries are made by the page's own buttons.
"""

import os
import random
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.chromium import QUIET, find_chromium

from bench.live import begun
from bench.measuring import Row, percentile
from bench.serving import FILES, PASSWORD, PHYSICIAN, Server, served
from triptych.ledger.chain import verify
from triptych.ledger.opening import open_ledger

RED = {"systolic": 230, "diastolic": 130, "heart_rate": 165, "temperature": 40}
CALM = {"systolic": 128, "diastolic": 80, "heart_rate": 72, "temperature": 36.8}
SEEN_S, TABLET_S, OPEN_S = 1.0, 0.1, 1.0
"""Limits in seconds: to the physician's page, on the tablet itself without a network, to open a long session."""
ROOMS, SOAK_S, KILLS, CUTS = 4, 600, 10, 20
ENTRIES = 5000
DANGERS = 35
"""Sessions in each of which three dangers are filed, and one without a network."""
GROWTH = 1.25
"""How much the memory of a page may grow from the second quarter of the soak to its end."""
SEED = 20261127

SAW = """() => {
  window.seen = {};
  const look = () => {
    for (const one of document.querySelectorAll('.alarm[data-alarm]')) window.seen[one.dataset.alarm] ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
  look();
}"""
ENTER = """async (values) => {
  document.querySelector('[data-open=vitals]').click();
  const fields = () => [...document.querySelectorAll('#entry .fields [data-item]')];
  const keys = [...document.querySelectorAll('#entry .keys button')];
  for (const { dataset } of fields()) {
    const [name, value] = [dataset.item, values[dataset.item]];
    if (value === undefined) continue;
    document.querySelector(`#entry .fields [data-item=${name}]`).click();
    for (const sign of String(value)) keys.find((key) => key.textContent === sign).click();
  }
  const before = new Set(Object.keys(window.seen));
  const at = Date.now();
  document.querySelector('#entry .primary').click();
  return { at, before: [...before] };
}"""
TAP = """() => { document.querySelector('#tiles button').click(); window.tapped = (window.tapped ?? 0) + 1; }"""


def rows(scale: float) -> Iterator[Row]:
    """Every figure of the screen."""
    yield from seen(scale)
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        yield from _soaked(browser, folder, max(40, int(SOAK_S * scale)), max(2, int(KILLS * scale)))


def seen(scale: float) -> Iterator[Row]:
    """How soon dangers are seen and a long session opens."""
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        rooms = max(3, int(DANGERS * scale))
        names = begun(folder, rooms + 1, max(200, int(ENTRIES * scale)))
        with served("triptych", folder) as server:
            yield from _dangers(browser, server, names[:-1])
            yield _opened(browser, server, names[-1], max(200, int(ENTRIES * scale)))


@contextmanager
def _browser() -> Iterator[Browser]:
    options = [*QUIET, "--js-flags=--expose-gc", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        try:
            yield browser
        finally:
            browser.close()


def _window(browser: Browser, server: Server, person: str) -> BrowserContext:
    """A browser of its own in which somebody has logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"http://localhost:{server.port}/account/login/")
    page.fill("#id_login", person)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"http://localhost:{server.port}/")
    page.close()
    return context


def _page(context: BrowserContext, server: Server, name: str) -> Page:
    page = context.new_page()
    page.goto(f"http://localhost:{server.port}/participants/{name}/session/")
    page.locator("body[data-ready][data-kept]").wait_for()
    return page


def _dangers(browser: Browser, server: Server, names: list[str]) -> Iterator[Row]:
    """A red reading: on the physician's page while all is connected, then on the tablet that has no network."""
    far, near = [], []
    with ExitStack() as stack:
        tablet = stack.enter_context(_closing(_window(browser, server, FILES)))
        physician = stack.enter_context(_closing(_window(browser, server, PHYSICIAN)))
        for name in names:
            room, desk = _page(tablet, server, name), _page(physician, server, name)
            room.evaluate(SAW)
            desk.evaluate(SAW)
            for item in list(RED)[:3]:
                entered = room.evaluate(ENTER, CALM | {item: RED[item]})
                far.append(_until(desk, entered))
            tablet.set_offline(True)
            near.append(_until(room, room.evaluate(ENTER, CALM | {"temperature": RED["temperature"]})))
            tablet.set_offline(False)
            room.close()
            desk.close()
    p99 = percentile(far, 99)
    yield Row(
        f"a red reading filed on a tablet → its alarm on the physician's page ({len(far)} alarms)",
        f"p50 {1000 * median(far):.0f} ms, p99 {1000 * p99:.0f} ms",
        "",
        "p99 1 s",
        p99 <= SEEN_S,
    )
    yield Row(
        f"a red reading → its alarm on the same tablet, the network cut ({len(near)} alarms)",
        f"p50 {1000 * median(near):.0f} ms, most {1000 * max(near):.0f} ms",
        "",
        "100 ms",
        max(near) <= TABLET_S,
    )


@contextmanager
def _closing(context: BrowserContext) -> Iterator[BrowserContext]:
    try:
        yield context
    finally:
        context.close()


def _until(page: Page, entered: dict[str, object]) -> float:
    """Seconds from filing to a new alarm's being in the page, both read from the machine's one clock."""
    page.wait_for_function(
        "(before) => Object.keys(window.seen).some((key) => !before.includes(key))", arg=entered["before"]
    )
    at: float = page.evaluate(
        "(before) => Object.entries(window.seen).find(([key]) => !before.includes(key))[1]", entered["before"]
    )
    return (at - float(str(entered["at"]))) / 1000


def _opened(browser: Browser, server: Server, name: str, count: int) -> Row:
    """From asking for the page to its being ready for entries."""
    with _closing(_window(browser, server, FILES)) as context:
        found = []
        for _ in range(7):
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"http://localhost:{server.port}/participants/{name}/session/", wait_until="commit")
            page.locator("body[data-ready]").wait_for()
            found.append(time.perf_counter() - began)
            page.close()
    later = found[1:]
    return Row(
        f"a session with {count:,} entries opens until it is ready for entries",
        f"p50 {1000 * median(later):.0f} ms, most {1000 * max(later):.0f} ms; the first {1000 * found[0]:.0f} ms",
        "",
        "1 s",
        max(later) <= OPEN_S,
    )


def _soaked(browser: Browser, folder: str, seconds: int, kills: int) -> Iterator[Row]:
    """One entry a second in each of four sessions while the server is killed and the network is cut."""
    names, chance = begun(folder, ROOMS), random.Random(SEED)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    dead = sorted(chance.sample(range(5, seconds - 10), kills))
    cuts = [sorted(chance.sample(range(5, seconds - 15), 2)) for _ in range(ROOMS * CUTS // 8)]
    held = ExitStack()
    server = held.enter_context(served("triptych", folder, port=port))
    contexts = [_window(browser, server, FILES) for _ in names]
    pages = [_page(context, server, name) for context, name in zip(contexts, names, strict=True)]
    sizes = []
    for second in range(seconds):
        began = time.perf_counter()
        if second in dead:
            server.kill(signal.SIGKILL)
            held.close()
            held = ExitStack()
            server = held.enter_context(served("triptych", folder, port=port))
        for number, context in enumerate(contexts):
            context.set_offline(any(one <= second < one + 8 for one in cuts[number % len(cuts)]))
        for page in pages:
            page.evaluate(TAP)
        if second % max(1, seconds // 20) == 0:
            sizes.append(sum(map(_heap, pages)))
        time.sleep(max(0.0, 1 - (time.perf_counter() - began)))
    for context in contexts:
        context.set_offline(False)
    for page in pages:
        page.locator("#sending[data-state=received]").wait_for(timeout=60_000)
    tapped = [int(page.evaluate("() => window.tapped")) for page in pages]
    held.close()
    lost, doubled, sound = _counted(folder, names, tapped)
    yield Row(
        f"{sum(tapped):,} entries in {ROOMS} sessions over {seconds} s, the server killed {kills} times, networks cut",
        f"{lost} lost, {doubled} doubled, chains {'verify' if sound else 'do not verify'}",
        "",
        "none lost or doubled",
        not lost and not doubled and sound,
    )
    early, last = median(sizes[5:10]), median(sizes[-3:])
    yield Row(
        f"memory of the {ROOMS} pages over it (JavaScript heap after collection)",
        f"{early / 2**20:.1f} MB in the second quarter, {last / 2**20:.1f} MB at the end",
        "",
        "flat",
        last <= GROWTH * early,
    )


def _heap(page: Page) -> float:
    page.evaluate("() => gc()")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return float(metrics["JSHeapUsedSize"])


def _counted(folder: str, names: list[str], tapped: list[int]) -> tuple[int, int, bool]:
    """How many entries the ledger lacks, how many it has more than once, and whether its chains verify."""
    from triptych.ledger import Trial
    from triptych.ledger.library import knowledge
    from triptych.web.house import read_clock

    store = open_ledger(folder, write=False)
    try:
        view = Trial(store, knowledge(), read_clock).system_view()
        there = [sum(one.form == "session_moment" for one in view.records(name)) for name in names]
        with store.reading() as reading:
            sound = not verify(reading).damages
    finally:
        store.close()
    lost = sum(max(0, made - kept) for made, kept in zip(tapped, there, strict=True))
    doubled = sum(max(0, kept - made) for made, kept in zip(tapped, there, strict=True))
    return lost, doubled, sound
