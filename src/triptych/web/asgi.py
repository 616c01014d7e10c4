"""The application that a server runs: Django, and the files of the pages beside it.

A request's synchronous code runs at one go on one of a few threads that outlive it, so that the connections that a
thread keeps to its databases serve the requests after it, too. Django by itself makes a thread for each request.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django import setup
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from triptych.web.statics import Files

KEPT = 8
"""Threads that are kept when nothing is asked. More are made while more requests run at once."""

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
"""What an application is, to whatever serves it (ASGI 3)."""


class Handler(ASGIHandler):
    """Django with the whole chain of middleware and the view on one thread, and not each step handed there."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 -- Django calls it so
        """Build the chain for synchronous code."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request on its thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


class Seated:
    """Gives each request a thread, the one that was left last."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._free: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request."""
        thread = self._free.pop() if self._free else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._application(scope, receive, send)
        finally:
            if len(self._free) < KEPT:
                self._free.append(thread)
            else:
                thread.shutdown(wait=False)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.web.settings")
setup(set_prefix=False)
application = Seated(Files(Handler()))
