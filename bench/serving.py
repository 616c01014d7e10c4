"""Serving a site in a process of its own: Triptych as `triptych serve` does, and the baseline by the same server.

`python -m bench.serving SITE FOLDER PORT [TRACE]`; with a trace every statement that reaches SQLite is written down.
"""

import ctypes
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import dbapi2
from typing import Any

from triptych.cli.serve import make_accounts, start

PASSWORD = "for measurements alone"
FILES = "therapist-1"
READS = "coordinator-1"
PHYSICIAN = "physician-1"
PARTICIPANTS = 200
"""How many participants the baseline knows."""
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "--")
"""What is not counted: transactions, the settings of a new connection, and the bodies of triggers."""


def main() -> None:
    """Serve a site until stopped."""
    site, folder, port, *trace = sys.argv[1:]
    if trace:
        _trace(Path(trace[0]))
    {"triptych": _triptych, "baseline": _baseline, "baseline kept": _baseline_kept}[site](folder, int(port))


def _triptych(place: str, port: int) -> None:
    make_accounts(place, [FILES, READS, PHYSICIAN], PASSWORD)
    start(place, port)


def _baseline(folder: str, port: int) -> None:
    """The baseline as Django's documentation has it served."""
    _prepared(folder)
    from django.core.asgi import get_asgi_application

    _run(get_asgi_application(), port)


def _baseline_kept(folder: str, port: int) -> None:
    """The baseline behind our own handler, which keeps threads, and with connections kept as ours are."""
    os.environ["BASELINE_KEPT"] = "yes"
    _prepared(folder)
    from triptych.web.asgi import Handler, Seated

    _run(Seated(Handler()), port)


def _run(application: Any, port: int) -> None:
    import uvicorn

    uvicorn.run(application, port=port, log_level="warning", lifespan="off")


def _prepared(folder: str) -> None:
    """The baseline's tables, its one user with rights to its forms and no more, and its participants."""
    os.environ |= {"BASELINE_DATA": folder, "DJANGO_SETTINGS_MODULE": "bench.baseline.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    from django.contrib.auth.models import Permission, User

    from bench.baseline.models import Participant

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    if not User.objects.exists():
        user = User.objects.create_user(FILES, password=PASSWORD, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="baseline"))
        for number in range(PARTICIPANTS):
            Participant.objects.create(name=f"P-{number:04d}")


def _trace(path: Path) -> None:
    """Have every connection made from here on write down its statements, a line each."""
    connect = sqlite3.connect
    file = path.open("a", buffering=1)

    def traced(*given: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*given, **named)
        connection.set_trace_callback(lambda said: file.write(" ".join(said.split()) + "\n"))
        return connection

    sqlite3.connect = dbapi2.connect = traced  # type: ignore[assignment] -- the class goes for the function


class Server:
    """A served site."""

    def __init__(self, process: int, port: int, trace: Path) -> None:
        self.port, self._trace, self._read = port, trace, 0
        self._process = process
        clock = ctypes.c_int()
        ctypes.CDLL(None, use_errno=True).clock_getcpuclockid(process, ctypes.byref(clock))
        self._clock = clock.value

    def cpu(self) -> float:
        """CPU seconds that the process has spent, in all its threads, by the system's own accounting."""
        return time.clock_gettime(self._clock)

    def kill(self, signal: int) -> None:
        """Send the process a signal."""
        os.kill(self._process, signal)

    def statements(self) -> list[str]:
        """The statements since the last time, without transactions and the settings of connections.

        An INSERT is told once more for each trigger that it fires.
        """
        with self._trace.open() as file:
            file.seek(self._read)
            told = file.read().splitlines()
            self._read = file.tell()
        said = [line for line in told if not line.upper().startswith(CONTROL)]
        return [
            line
            for before, line in zip(["", *said], said, strict=False)
            if line != before or not line.startswith("INSERT")
        ]


@contextmanager
def served(
    site: str, place: str, trace: Path | None = None, accounts: Path | None = None, port: int = 0
) -> Iterator[Server]:
    """Serve a site for a block, at a free port or the one given; accounts are kept with the ledger or in a folder."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
    command = [sys.executable, "-m", "bench.serving", site, place, str(port), *([str(trace)] if trace else [])]
    own = {"TRIPTYCH_ACCOUNTS": str(accounts)} if accounts else {}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **own})
    try:
        _wait(process, port)
        yield Server(process.pid, port, trace or Path(os.devnull))
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until the server listens."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server ended with {process.returncode} before it listened.")


if __name__ == "__main__":
    main()
