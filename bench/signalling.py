"""Continuous signals over HTTP: what a sample costs, and how soon it is acknowledged and seen by an observer.

The server is one process on SQLite, as `triptych serve` runs it. Gateways send FHIR bundles of heart rate and
SpO2, each one a second; an observer of each session has its stream of events open. Everything runs on the same machine.
"""

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench.live import _cookies, begun
from bench.measuring import Row, percentile
from bench.serving import FILES, PASSWORD, PHYSICIAN, READS, served
from triptych.ledger import Actor, Draft, Filed, Trial
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger

SESSIONS, SECONDS = 40, 65
LIMIT = 1.0
"""Seconds within which a sample is to be on the screen."""
MONITOR = {"kind": "continuous", "maker": "Bench", "serial": "1", "checked_on": "2026-01-10", "state": "in_service"}
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def rows(scale: float) -> Iterator[Row]:
    """The figures of one second's sampling in many sessions."""
    with tempfile.TemporaryDirectory() as folder:
        count, seconds = max(4, int(SESSIONS * scale)), max(5, int(SECONDS * scale))
        names = begun(folder, count)
        _registered(folder)
        token = _token(folder)
        with served("triptych", folder) as server:
            cookie = _cookies(server.port, READS)
            used = server.cpu()
            acknowledged, seen, began = asyncio.run(_measured(server.port, names, token, cookie, seconds))
            used = server.cpu() - used
        total = count * seconds
        yield Row(
            f"a sample of heart rate and SpO2 sent → acknowledged, on disk; {count} sessions, 1 sample/s each",
            f"p50 {1000 * median(acknowledged):.0f} ms, p99 {1000 * percentile(acknowledged, 99):.0f} ms",
            f"{1000 * used / total:.1f} ms CPU of the server a sample, {100 * used / began:.0f} % of a core in all",
            "",
            len(acknowledged) == total,
        )
        yield Row(
            "the same → seen by an observer of its session",
            f"p50 {1000 * median(seen):.0f} ms, p99 {1000 * percentile(seen, 99):.0f} ms; {total - len(seen)} not seen",
            "",
            "p99 1 s, none lost",
            len(seen) == total and percentile(seen, 99) <= LIMIT,
        )


def _registered(folder: str) -> None:
    """A monitor at the site that sends continuously."""
    now = datetime.now(UTC)
    values = {"name": "bench", **MONITOR}
    draft = Draft(id=str(uuid.uuid4()), form="device", values=values, occurred_at=now, site="site-1")
    store = open_ledger(folder, write=True)
    try:
        trial = Trial(store, knowledge(), lambda: now)
        assert isinstance(trial.file(draft, Actor(person=PHYSICIAN, role="physician")), Filed)
    finally:
        store.close()


def _token(folder: str) -> str:
    """A token of the person for whom the gateways send."""
    told = ""
    for command in ("add", "token"):
        run = [
            sys.executable,
            "-c",
            "from triptych.cli import main; main()",
            "account",
            command,
            FILES,
            "--data",
            folder,
        ]
        told = subprocess.run(run, check=True, capture_output=True, text=True, input=f"{PASSWORD}\n").stdout
    return told.split()[-1]


def sample(participant: str, at: datetime, number: int) -> str:
    """What a gateway sends of one instant."""
    values = (("8867-4", 70 + number % 20, "/min"), ("59408-5", 96 + number % 4, "%"))
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {
            "resourceType": "Observation", "id": f"{code}-{number}", "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "subject": {"reference": f"Patient/{participant}"}, "device": {"identifier": {"value": "bench"}},
            "effectiveDateTime": at.isoformat(),
            "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit},
        }}
        for code, value, unit in values
    ]})  # fmt: skip


async def _measured(
    port: int, names: list[str], token: str, cookie: str, seconds: int
) -> tuple[list[float], list[float], float]:
    """Delays until a sample was acknowledged and until it was seen, and how long it all took; in seconds."""
    sent: dict[tuple[str, int], float] = {}
    acknowledged: list[float] = []
    seen: dict[tuple[str, int], float] = {}
    watchers = [asyncio.create_task(_watch(port, name, cookie, seen)) for name in names]
    await asyncio.sleep(2)
    began = time.perf_counter()
    await asyncio.gather(
        *(_send(port, name, token, sent, acknowledged, seconds, at / len(names)) for at, name in enumerate(names))
    )
    took = time.perf_counter() - began
    await asyncio.sleep(1)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    return acknowledged, [seen[key] - at for key, at in sent.items() if key in seen], took


async def _watch(port: int, name: str, cookie: str, seen: dict[tuple[str, int], float]) -> None:
    """Keep a stream of events open and note when each sample was told, by its time in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    path = f"/participants/{name}/session/events/"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b'data: {"whole"'):
            for at in re.findall(rb'"at":(\d+)', line):
                seen.setdefault((name, int(at)), time.perf_counter())


async def _send(
    port: int, name: str, token: str, sent: dict[tuple[str, int], float], acknowledged: list[float], seconds: int,
    delay: float,
) -> None:  # fmt: skip
    """Send one sample a second over one connection."""
    await asyncio.sleep(delay)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(seconds):
        now = datetime.now(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        began = time.perf_counter()
        sent[name, round(now.timestamp() * 1000)] = began
        writer.write(_posted(token, sample(name, now, number)))
        told = await _answered(reader)
        assert told["outcome"] == "taken", told
        acknowledged.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - began)))
    writer.close()


def _posted(token: str, body: str) -> bytes:
    head = (
        "POST /api/vitals HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}",
        "Content-Type: application/json", f"Content-Length: {len(body)}",
    )  # fmt: skip
    return ("\r\n".join(head) + f"\r\n\r\n{body}").encode()


async def _answered(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    told: dict[str, Any] = json.loads(await reader.readexactly(length))
    return told
