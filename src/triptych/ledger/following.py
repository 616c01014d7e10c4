"""Hearing of what other processes append to a ledger in PostgreSQL, by LISTEN and NOTIFY on a connection of its own.

Only the name of a stream is passed on, and only once it is committed. Where the connection is lost, what was said
meanwhile is not known, so the follower then says to look at everything again.
"""

import json
import logging
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg

from triptych.ledger.errors import LedgerError

__all__ = ["Follower"]

LOOK = 2.0
"""Seconds after which a follower looks whether it is to end."""
AGAIN = 2.0
"""Seconds after which a lost connection is tried again."""
_log = logging.getLogger(__name__)

Connection = psycopg.Connection[tuple[object, ...]]


class Follower:
    """Follows one schema until it is stopped. `own` is the name of the store whose own appends are not told."""

    def __init__(
        self, listen: Callable[[], Connection], schema: str, own: str, told: Callable[[str | None], None]
    ) -> None:
        self._listen, self._schema, self._own, self._told = listen, schema, own, told
        self._stopping = threading.Event()
        threading.Thread(target=self._run, name="triptych-follow", daemon=True).start()

    def stop(self) -> None:
        """End soon. Stopping again is harmless."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with closing(self._listen()) as connection:
                    self._told(None)
                    while not self._stopping.is_set():
                        for said in connection.notifies(timeout=LOOK):
                            self._hear(said.payload)
            except (psycopg.Error, LedgerError) as error:
                _log.warning("What other processes file is not heard of for a while: %s", type(error).__name__)
                self._stopping.wait(AGAIN)

    def _hear(self, payload: str) -> None:
        said = json.loads(payload)
        if said["in"] == self._schema and said["by"] != self._own:
            self._told(said["stream"])
