"""The served site killed in the midst of filings over HTTP: what it acknowledged stands, and sending again is safe."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from tests.doors.hands import START, Hands

from triptych.ledger.chain import verify
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger

PERSON = "coordinator-1"
SENDERS = 3


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "triptych", *words]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A ledger with one participant, and an account for the coordinator."""
    folder = tmp_path / "data"
    store = open_ledger(str(folder), write=True)
    Hands(store, find_study("mdma-mdd-norway")).contact()
    store.close()
    secret = "a long enough passphrase 7"
    subprocess.run(command("account", "add", PERSON, "--data", str(folder)), input=secret, text=True, check=True)
    return folder


@contextmanager
def served(data: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The site in a process of its own, once it listens; killed at the end, if it has not been before."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = command("serve", "--data", str(data), "--port", str(port))
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        assert any("Stop with" in line for line in process.stdout), "the site did not start"
        yield process, port
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def contacts(sender: int) -> Iterator[dict[str, Any]]:
    """Drafts without end, each with an id of its own."""
    number = 0
    while True:
        number += 1
        yield {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{sender}:{number}")),
            "form": "contact",
            "participant": "P-1",
            "occurred_at": START.isoformat(),
            "values": {"mode": "phone", "reached": True, "purpose": f"Call {number}"},
        }


def post(port: int, token: str, draft: dict[str, Any]) -> int:
    """File over HTTP; the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Host": f"localhost:{port}"}
    with closing(connection):
        connection.request("POST", "/api/records", json.dumps(draft), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


class Sender(Thread):
    """Files one draft after the other until the site is gone; `acknowledged` are those it was told stand."""

    def __init__(self, number: int, port: int, token: str, enough: Event, wanted: int) -> None:
        super().__init__()
        self.number, self.port, self.token, self.enough, self.wanted = number, port, token, enough, wanted
        self.acknowledged: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.last: dict[str, Any] = {}

    def run(self) -> None:
        for draft in contacts(self.number):
            self.last = draft
            try:
                status = post(self.port, self.token, draft)
            except (OSError, http.client.HTTPException):
                return
            self.statuses.append(status)
            if status != 201:
                self.enough.set()
                return
            self.acknowledged.append(draft)
            if len(self.acknowledged) >= self.wanted:
                self.enough.set()


@pytest.mark.requirement("P11-01")
@pytest.mark.parametrize("wanted", random.Random(11).sample(range(1, 40), 2))
def test_nothing_acknowledged_over_http_is_lost_when_the_server_is_killed(data: Path, wanted: int) -> None:
    made = subprocess.run(command("account", "token", PERSON, "--data", str(data)), capture_output=True, check=True)
    token = made.stdout.decode().strip()
    enough = Event()
    with served(data) as (process, port):
        senders = [Sender(number, port, token, enough, wanted) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        assert enough.wait(60)
        process.send_signal(signal.SIGKILL)
        for sender in senders:
            sender.join(60)
    acknowledged = [draft for sender in senders for draft in sender.acknowledged]
    assert len(acknowledged) >= wanted, [sender.statuses for sender in senders]

    with served(data) as (_, port):
        assert {post(port, token, draft) for draft in acknowledged} == {200}
        assert {post(port, token, sender.last) for sender in senders} <= {200, 201}
    store = open_ledger(str(data), write=False)
    with closing(store), store.reading() as reading:
        kept = [stored.id for stored in reading.records("participant:P-1")]
        assert not verify(reading).damages
    assert {draft["id"] for draft in acknowledged} | {sender.last["id"] for sender in senders} <= set(kept)
    assert len(kept) == len(set(kept))
