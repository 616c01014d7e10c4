"""`python -m bench [--quick] [--only NAME]`: run the measurements and print the table for docs/performance.md."""

import argparse
import os
import platform
import sqlite3
import time
from collections.abc import Callable, Iterable

from bench import (
    appending,
    documents,
    filing,
    folding,
    judging,
    live,
    reached,
    screening,
    signalling,
    soaking,
    synthesizing,
    verifying,
    web,
)
from bench.measuring import HEADING, Row, line

PARTS: dict[str, Callable[[float], Iterable[Row]]] = {
    "append": appending.rows,
    "file": filing.rows,
    "verify": verifying.rows,
    "fold": folding.rows,
    "gate": judging.rows,
    "documents": documents.rows,
    "screening": screening.rows,
    "synthesis": synthesizing.rows,
    "web": web.rows,
    "reached": reached.rows,
    "live": live.rows,
    "signals": signalling.rows,
    "soak": soaking.rows,
}


def main() -> None:
    """Measure, and print each row as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the measurements and print the table.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    parser.add_argument("--only", choices=PARTS, help="one measurement")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    print(
        f"{machine}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {time.strftime('%Y-%m-%d')}"
    )
    print(f"\n{HEADING}", flush=True)
    for name, rows in PARTS.items():
        if options.only in (None, name):
            for row in rows(0.1 if options.quick else 1.0):
                print(line(row), flush=True)


if __name__ == "__main__":
    main()
