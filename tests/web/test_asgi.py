"""How requests are given threads: kept from one to the next, as many at once as are asked, and Django behind them."""

import asyncio
import gzip
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async

SECONDS = 30
AT_ONCE = 20
"""More than are kept."""


class Work:
    """An application whose synchronous part says on which thread it ran."""

    def __init__(self, ready: threading.Barrier | None = None) -> None:
        self.ready = ready
        self.threads: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(self.work, thread_sensitive=True)()

    def work(self) -> None:
        if self.ready is not None:
            self.ready.wait(SECONDS)
        self.threads.append(threading.get_ident())


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a thread of its own: that of the tests may hold the loop of a browser."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result()


async def ask(application: Any, count: int) -> None:
    """So many requests at once."""
    await asyncio.gather(*(application({"type": "http"}, None, None) for _ in range(count)))


def test_a_request_gets_the_thread_of_the_one_before_it(site: None) -> None:
    from triptych.web.asgi import Seated

    work = Work()
    application = Seated(work)

    async def one_by_one() -> None:
        for _ in range(5):
            await ask(application, 1)

    run(one_by_one())
    assert len(set(work.threads)) == 1
    assert work.threads[0] != threading.get_ident()


def test_requests_at_once_do_not_wait_for_each_other(site: None) -> None:
    from triptych.web.asgi import Seated

    work = Work(threading.Barrier(AT_ONCE))
    run(ask(Seated(work), AT_ONCE))
    assert len(set(work.threads)) == AT_ONCE


def test_a_thread_serves_again_after_a_failure(site: None) -> None:
    from triptych.web.asgi import Seated

    class Broken(Work):
        def work(self) -> None:
            super().work()
            raise LookupError

    work = Broken()
    application = Seated(work)

    async def twice() -> None:
        for _ in range(2):
            with pytest.raises(LookupError):
                await ask(application, 1)

    run(twice())
    assert len(set(work.threads)) == 1


async def answered(path: str, query: bytes = b"", takes: bytes = b"") -> list[Any]:
    """What the application that a server runs sends for a path."""
    from triptych.web.asgi import application

    told: list[Any] = []
    asked = asyncio.Event()

    async def receive() -> Any:
        if not asked.is_set():
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        told.append(message)

    head = [(b"host", b"localhost"), (b"accept-encoding", takes)]
    await application(
        {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": head}, receive, send
    )
    return told


@pytest.mark.parametrize(("path", "status"), [("/account/login/", 200), ("/static/triptych.css", 200), ("/", 302)])
def test_the_application_that_a_server_runs_answers(site: None, path: str, status: int) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, answered(path)).result()[0]["status"] == status


@pytest.mark.parametrize("takes", [b"gzip", b"identity"])
def test_a_file_of_the_pages_goes_out_small_and_is_kept_until_its_address_changes(site: None, takes: bytes) -> None:
    from triptych.web.templating import HERE

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(asyncio.run, answered("/static/triptych.css", b"v=1", takes)).result()
    head = {name.lower(): value for name, value in told[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in told[1:])
    assert (gzip.decompress(body) if takes == b"gzip" else body) == (HERE / "static" / "triptych.css").read_bytes()
    assert b"immutable" in head[b"cache-control"]
    assert (head.get(b"content-encoding") == b"gzip") is (takes == b"gzip")
