"""The live session over HTTP: from sending a reading to its being seen by every observer, and a server that is killed.

The server is one process on SQLite, as `triptych serve` runs it. Observers are open streams of events; readings are
sent as a tablet sends them. Everything runs on the same machine, so the load is that of both sides.
"""

import asyncio
import json
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from tests.doors.hands import Hands

from bench.browsing import Browser
from bench.measuring import Row, percentile
from bench.serving import FILES, READS, served
from triptych.ledger import Actor, Filed
from triptych.ledger.chain import verify
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger

SESSIONS, OBSERVERS, SECONDS = 40, (FILES, FILES, FILES, READS, READS), 20
LIMIT = 0.250
"""Seconds within which 99 of 100 readings are to be seen, on two cores of which nobody else makes use."""
PLACE = {"visit": "dosing", "cycle": 1}
VALUES = {"systolic": 128, "diastolic": 80, "heart_rate": 72, "temperature": 36.8}
KILLS = 5
BEFORE = timedelta(hours=3)
PATIENCE = 30
"""Seconds after which a stream that says nothing fails the run."""


def rows(scale: float) -> Iterator[Row]:
    """Every figure of live sessions."""
    with tempfile.TemporaryDirectory() as folder:
        count = max(4, int(SESSIONS * scale))
        names = begun(folder, count)
        with served("triptych", folder) as server:
            used = server.cpu()
            late, lost = asyncio.run(_watched(server.port, names, max(5, int(SECONDS * scale))))
            used = server.cpu() - used
        p99 = percentile(late, 99)
        yield Row(
            f"a reading sent → seen by {len(OBSERVERS)} observers of each of {count} sessions, 1 reading/s each",
            f"p50 {1000 * median(late):.0f} ms, p99 {1000 * p99:.0f} ms; {lost} lost or out of order",
            f"{1000 * used / len(late) * len(OBSERVERS):.1f} ms CPU of the server a reading",
            "p99 250 ms, none lost",
            p99 <= LIMIT and not lost,
        )
    with tempfile.TemporaryDirectory() as folder:
        yield _killed(folder, max(2, int(KILLS * scale)))


def begun(folder: str, count: int, entries: int = 0) -> list[str]:
    """A ledger with so many sessions under way, a dose given an hour ago in each, and entries in the last."""
    store = open_ledger(folder, write=True)
    try:
        hands = Hands(store, find_study("mdma-mdd-norway"), datetime.now(UTC).replace(microsecond=0) - BEFORE)
        names = [f"P-{number}" for number in range(count)]
        for name in names:
            hands.contact(name)
            dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": hands.now.isoformat()}
            hands.file("therapist", "dose_administration", dose, name, **PLACE)
            for _ in range(8):
                hands.file("therapist", "vitals", VALUES, name, **PLACE)
            hands.later(minutes=-10)
        actor = Actor(person=FILES, role="therapist")
        hands.later(minutes=10)
        for number in range(entries):
            draft = hands.draft("session_moment", {"what": "talking" if number % 2 else "inward"}, names[-1])
            assert isinstance(hands.trial.file(draft, actor), Filed)
        return names
    finally:
        store.close()


def _cookies(port: int, person: str) -> str:
    """The cookies of somebody who has just logged in."""
    browser = Browser(port)
    browser.log_in("/account/login/", person, "login")
    browser.get("/")
    browser.close()
    return browser.cookies


def entry() -> dict[str, Any]:
    """A reading as a tablet keeps it."""
    now = datetime.now(UTC).isoformat()
    made = {"id": str(uuid.uuid4()), "form": "vitals", "values": VALUES, "occurred_at": now, "at": now}
    return {**made, "author": FILES, "device": "bench", "offset": 0.0, **PLACE}


async def _watched(port: int, names: list[str], seconds: int) -> tuple[list[float], int]:
    """Delays of every delivery in seconds, and how many readings were not seen once and in order by an observer."""
    sent: dict[str, float] = {}
    seen: dict[tuple[str, int], list[tuple[str, float]]] = defaultdict(list)
    order: dict[str, list[str]] = defaultdict(list)
    cookies = {person: await asyncio.to_thread(_cookies, port, person) for person in set(OBSERVERS)}
    watchers = [
        asyncio.create_task(_listen(port, name, cookies[person], seen[name, number]))
        for name in names
        for number, person in enumerate(OBSERVERS)
    ]
    async with asyncio.timeout(PATIENCE):
        while any(not told for told in seen.values()):  # noqa: ASYNC110 -- two hundred streams, and only once
            await asyncio.sleep(0.2)
    for told in seen.values():
        told.clear()
    await asyncio.gather(*(_send(port, name, cookies[FILES], sent, order[name], seconds, at / len(names))
                           for at, name in enumerate(names)))  # fmt: skip
    await asyncio.sleep(3)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    late = [at - sent[record] for told in seen.values() for record, at in told if record in sent]
    wrong = sum(
        len(order[name]) - len(told) if len(told) != len(order[name]) else sum(
            one != record for one, (record, _) in zip(order[name], told, strict=True)
        )
        for (name, _), told in seen.items()
    )  # fmt: skip
    return late, wrong


async def _listen(port: int, name: str, cookie: str, told: list[tuple[str, float]]) -> None:
    """Keep one stream of events open and note when each record was told."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    path = f"/participants/{name}/session/events/"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b"id: "):
            told.append((line[4:].strip().decode(), time.perf_counter()))


def _posted(name: str, cookie: str, records: list[dict[str, Any]]) -> bytes:
    """A request that sends what an outbox holds."""
    token = dict(part.split("=", 1) for part in cookie.split("; "))["csrftoken"]
    body = json.dumps({"records": records})
    head = (
        f"POST /participants/{name}/session/outbox/ HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookie}",
        f"X-CSRFToken: {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(head) + f"\r\n\r\n{body}").encode()


async def _answered(reader: asyncio.StreamReader) -> list[dict[str, Any]]:
    """What the server answers about each entry."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    answers: list[dict[str, Any]] = json.loads(await reader.readexactly(length))["answers"]
    assert {answer["outcome"] for answer in answers} == {"filed"}, answers
    return answers


async def _send(
    port: int, name: str, cookie: str, sent: dict[str, float], order: list[str], seconds: int, delay: float
) -> None:
    """Send one reading a second over one connection."""
    await asyncio.sleep(delay)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(seconds):
        began = time.perf_counter()
        record = entry()
        sent[record["id"]] = began
        order.append(record["id"])
        writer.write(_posted(name, cookie, [record]))
        await _answered(reader)
        await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - began)))
    writer.close()


def _killed(folder: str, kills: int) -> Row:
    """A server killed while entries are sent: each is sent until it is answered, and all are there once."""
    import signal

    names = begun(folder, 2)
    accepted: list[str] = []
    waiting = [entry() for _ in range(40 * kills)]
    total = len(waiting)
    for number in range(kills + 1):
        with served("triptych", folder) as server:
            cookie = _cookies(server.port, FILES)
            until = total if number == kills else 20 + 13 * number
            asyncio.run(_drain(server.port, names[0], cookie, waiting, accepted, until))
            if number < kills:
                server.kill(signal.SIGKILL)
    store = open_ledger(folder, write=False)
    try:
        with store.reading() as reading:
            sound = not verify(reading).damages
            there = sum(reading.find(one) is not None for one in accepted)
    finally:
        store.close()
    return Row(
        f"{total} entries sent while the server is killed {kills} times",
        f"{total - there} lost, chains {'verify' if sound else 'do not verify'}",
        "",
        "none lost",
        there == total and sound,
    )


async def _drain(
    port: int, name: str, cookie: str, waiting: list[dict[str, Any]], accepted: list[str], most: int
) -> None:
    """Send entries in batches of five until so many are answered; the last answer before a kill is not awaited."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while waiting and done < most:
        writer.write(_posted(name, cookie, waiting[:5]))
        if done + 5 >= most and len(waiting) > 5:
            return
        accepted.extend(answer["id"] for answer in await _answered(reader))
        del waiting[:5]
        done += 5
