"""`python -m bench [--quick]`: run every measurement and print the table for docs/performance.md."""

import argparse
import platform

from bench import appending, folding, judging, verifying
from bench.measuring import Row, table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    parser.add_argument("--only", choices=["append", "verify", "fold", "gate"], help="one measurement")
    options = parser.parse_args()
    scale = 0.1 if options.quick else 1.0
    parts = {"append": appending.rows, "verify": verifying.rows, "fold": folding.rows, "gate": judging.rows}
    rows: list[Row] = []
    for name, part in parts.items():
        if options.only in (None, name):
            rows.extend(part(scale))
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
