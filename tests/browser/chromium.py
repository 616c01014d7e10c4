"""The real browser of the tests: found on this machine, or obtained; `python -m tests.browser.chromium` says which.

`TRIPTYCH_CHROMIUM` may hold its path. By default one on the PATH is used, else the one that Playwright keeps, else
Playwright is asked to download it, else Debian's package is installed where that is allowed. Without any, tests
fail; they are never skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "TRIPTYCH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HELP = (
    "The browser tests need Chromium and found none. Install it (Debian: apt-get install chromium), or let"
    f" Playwright download it (.venv/bin/playwright install chromium), or set {VARIABLE} to its path."
)
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--host-resolver-rules=MAP participant.localhost 127.0.0.1",
)
"""What keeps the browser from asking the network for anything of its own."""
DEVICES = (
    "--enable-features=WebBluetooth",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
"""Devices that are not there: Bluetooth, which Chromium leaves off on Linux, and a camera and a microphone."""


def find_chromium() -> Path:
    """The browser's program. Raises `RuntimeError` that says what to do if there is none."""
    for found in _candidates():
        if found.is_file():
            return found
    raise RuntimeError(HELP)


def _candidates() -> Iterator[Path]:
    if os.environ.get(VARIABLE):
        yield Path(os.environ[VARIABLE])
        return
    yield from (Path(found) for found in map(shutil.which, NAMES) if found)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    yield from sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)


def obtain() -> Path:
    """Find the browser, or get it first."""
    try:
        return find_chromium()
    except RuntimeError:
        for command in _ways():
            sys.stderr.write(f"No Chromium on this machine. Trying: {' '.join(command)}\n")
            if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
                continue
            try:
                return find_chromium()
            except RuntimeError:
                continue
        raise


def _ways() -> Iterator[list[str]]:
    if shutil.which("apt-get") and os.geteuid() == 0:
        yield ["sh", "-c", "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"]
    yield [sys.executable, "-m", "playwright", "install", "chromium"]


if __name__ == "__main__":
    sys.stdout.write(f"{obtain()}\n")
