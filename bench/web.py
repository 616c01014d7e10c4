"""The web beside Django admin with django-simple-history: one filing over HTTP, the pages, and ten filings a second.

Both sites are served by uvicorn, one process each, and asked over connections that stay open. CPU is that of the
server's process by the system's own accounting. Statements are counted in a run of their own.
"""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import mean, median

from tests.postgres import postgres

from bench.browsing import Browser
from bench.cohorts import FORM, NAME, make
from bench.desk import SETTLE, Admin, Desk, Site
from bench.measuring import Row, percentile
from bench.participants import decode
from bench.serving import READS, Server, served
from triptych.ledger.opening import open_ledger

ROUNDS, FILINGS = 5, 30
FEW, MANY, SERVER_SIDE = 200, 2000, 40
"""Participants of the ledgers: of the casebook, of the large casebook, and of the one in PostgreSQL."""
PACE, SECONDS, PEOPLE = 10, 30, 5
LIMITS = {"statements": 8, "page queries": 15, "page CPU": 0.040, "casebook queries": 10, "casebook": 1.0}
LARGER, P99 = 1.3, 0.050


def rows(scale: float) -> Iterator[Row]:
    """Every figure of the web."""
    with tempfile.TemporaryDirectory() as folder:
        places = {name: Path(folder) / name for name in ("few", "many", "baseline", "kept", "accounts")}
        for place in places.values():
            place.mkdir()
        sites = Site(make(str(places["few"]), FEW)), Admin()
        yield from _counted(places, sites)
        with ExitStack() as stack:
            ours = stack.enter_context(served("triptych", str(places["few"])))
            theirs = stack.enter_context(served("baseline", str(places["baseline"])))
            desks = Desk(sites[0], ours), Desk(sites[1], theirs)
            kept = Desk(Admin(), stack.enter_context(served("baseline kept", str(places["kept"]))))
            yield from _filed((*desks, kept), max(10, int(FILINGS * scale)))
            yield _page(ours)
            yield _pace("SQLite", desks[0], scale, beside=desks[1])
            many = max(2 * FEW, int(MANY * scale))
            make(str(places["many"]), many)
            yield from _casebooks(ours, stack.enter_context(served("triptych", str(places["many"]))), many)
        yield _audited("SQLite", str(places["few"]), sites[0], places["baseline"], sites[1])
        with postgres() as server, server.schema() as url:
            site = Site(make(url, SERVER_SIDE))
            with served("triptych", url, accounts=places["accounts"]) as ours:
                yield _pace("PostgreSQL", Desk(site, ours), scale)
            yield _audited("PostgreSQL", url, site)


def _counted(places: dict[str, Path], sites: tuple[Site, Site]) -> Iterator[Row]:
    """Statements of filings and pages, from servers that write them down."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(served(name, str(places[place]), trace=places["accounts"] / name))
            for name, place in (("triptych", "few"), ("baseline", "baseline"))
        ]
        ours, theirs = (_statements(Desk(site, server)) for site, server in zip(sites, servers, strict=True))
        yield Row(
            "file one record of 15 items over HTTP, SQLite",
            f"{median(ours):.0f} statements (at most {max(ours)})",
            f"admin with history {median(theirs):.0f}",
            f"{LIMITS['statements']}",
            max(ours) <= LIMITS["statements"],
        )
        reader = _reader(servers[0])
        for what, path, limit in (
            ("participant page, 40 visits", f"/participants/{NAME}/", "page queries"),
            (f"casebook, {FEW} participants × 40 visits", "/casebook/", "casebook queries"),
        ):
            count = _queries(reader, servers[0], path)
            yield Row(what, f"{count} queries", "", f"{LIMITS[limit]}", count <= LIMITS[limit])


def _statements(desk: Desk) -> list[int]:
    desk.counted()
    return [len(desk.counted()) for _ in range(10)]


def _queries(reader: Browser, server: Server, path: str) -> int:
    """Statements of a page that has been shown before."""
    assert reader.get(path).status == 200
    time.sleep(SETTLE)
    server.statements()
    assert reader.get(path).status == 200
    time.sleep(SETTLE)
    return len(server.statements())


def _reader(server: Server) -> Browser:
    browser = Browser(server.port)
    browser.log_in("/account/login/", READS, "login")
    return browser


def _filed(desks: Sequence[Desk], count: int) -> Iterator[Row]:
    """CPU of a filing and of the pages around it, ours and the baseline's by turns; the round in the middle counts."""
    rounds = [[_mean(desk, count) for desk in desks] for _ in range(ROUNDS)]
    found = [[median(part) for part in zip(*turns, strict=True)] for turns in zip(*rounds, strict=True)]
    names = ("file one record over HTTP, SQLite", "the page that follows a filing", "open the form")
    for number, (what, ours, theirs, kept) in enumerate(zip(names, *found, strict=True)):
        beside = f"admin with history {theirs:.1f} ms; {ours / theirs:.2f}×; behind our handler {kept:.1f} ms"
        yield Row(what, f"{ours:.1f} ms CPU", beside, "" if number else "1×", None if number else ours <= theirs)


def _mean(desk: Desk, count: int) -> list[float]:
    taken = [desk.measured() for _ in range(count)]
    return [1e3 * mean(part) for part in zip(*taken, strict=True)]


def _page(server: Server) -> Row:
    reader, path = _reader(server), f"/participants/{NAME}/"
    times = [_taken(reader, server, path) for _ in range(40)]
    cpu = median(cpu for cpu, _ in times)
    figure = f"{1e3 * cpu:.1f} ms CPU"
    return Row(
        "participant page, 40 visits", figure, "", f"{1e3 * LIMITS['page CPU']:.0f} ms", cpu <= LIMITS["page CPU"]
    )


def _casebooks(few: Server, many: Server, count: int) -> Iterator[Row]:
    """The time of the first page of the casebook, in a small and a large ledger by turns."""
    path, readers = "/casebook/", [(_reader(server), server) for server in (few, many)]
    first = [_taken(*one, path) for one in readers]
    taken = [[_taken(*one, path) for one in readers] for _ in range(9)]
    small, large = ([median(part) for part in zip(*turns, strict=True)] for turns in zip(*taken, strict=True))
    yield Row(
        f"casebook, {FEW} participants × 40 visits",
        f"{small[1]:.2f} s ({small[0]:.2f} s CPU)",
        f"after a start {first[0][1]:.2f} s",
        f"{LIMITS['casebook']:.0f} s",
        max(small[1], first[0][1]) <= LIMITS["casebook"],
    )
    ratio = large[1] / small[1]
    yield Row(
        f"casebook, a page of {count:,} participants",
        f"{large[1]:.2f} s ({large[0]:.2f} s CPU)",
        f"{FEW} participants {small[1]:.2f} s; {ratio:.2f}×; after a start {first[1][1]:.2f} s",
        f"{LARGER}×",
        ratio <= LARGER,
    )


def _taken(reader: Browser, server: Server, path: str) -> tuple[float, float]:
    before = server.cpu()
    answer = reader.get(path)
    assert answer.status == 200
    time.sleep(SETTLE)
    return server.cpu() - before, answer.wall


def _pace(name: str, desk: Desk, scale: float, beside: Desk | None = None) -> Row:
    """How long filings at an even pace wait, from when each is due; each person then fetches the page it leads to."""
    waits = [1e3 * wait for wait in _paced(desk, SECONDS * scale)]
    p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
    peer = ""
    if beside is not None:
        others = [1e3 * wait for wait in _paced(beside, SECONDS * scale / 3)]
        peer = f"admin with history p50 {percentile(others, 0.5):.1f} ms, p99 {percentile(others, 0.99):.1f} ms"
    what = f"{PACE} filings a second for {SECONDS * scale:.0f} s, {name}"
    figure = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {max(waits):.1f} ms"
    return Row(what, figure, peer, f"p99 {1e3 * P99:.0f} ms", p99 <= 1e3 * P99)


def _paced(desk: Desk, seconds: float) -> list[float]:
    people = [desk.beside() for _ in range(PEOPLE)]
    for person in people:
        person.follow(person.file())
    waits: list[float] = []
    begins = time.perf_counter() + 0.1

    def work(number: int) -> None:
        for turn in range(number, int(PACE * seconds), PEOPLE):
            due = begins + turn / PACE
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = people[number].file()
            waits.append(time.perf_counter() - due)
            people[number].follow(answer)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in people:
        person.browser.close()
    assert len(waits) == int(PACE * seconds)
    return waits


def _audited(name: str, place: str, site: Site, baseline: Path | None = None, admin: Site | None = None) -> Row:
    """Whether every acknowledged filing left one record, and on the baseline one row of history."""
    store = open_ledger(place, write=False)
    with closing(store), store.reading() as reading:
        streams = [stream for stream, _ in reading.heads("participant:")]
        found = sum(decode(one.body).form == FORM for stream in streams for one in reading.records(stream))
    peer, kept = "", found == site.filed
    if baseline is not None and admin is not None:
        with closing(sqlite3.connect(baseline / "baseline.sqlite3")) as connection:
            tables = ("baseline_sessioncheck", "baseline_historicalsessioncheck")
            stand, history = (connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
        peer = f"admin with history {admin.filed:,} filings, {stand:,} rows, {history:,} rows of history"
        kept = kept and admin.filed == stand == history
    what = f"filings acknowledged and records in the ledger afterwards, {name}"
    return Row(what, f"{site.filed:,} and {found:,}", peer, "equal", kept)
