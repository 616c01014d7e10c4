"""Plumbing of the `requirement` mark: one id of the catalog, refused at collection if unknown."""

import csv
from pathlib import Path

import pytest

CATALOG = Path(__file__).parents[1] / "docs" / "requirements.csv"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark without exactly one id, and an id that the catalog does not have."""
    with CATALOG.open(encoding="utf-8", newline="") as lines:
        known = {row["id"] for row in csv.DictReader(lines)}
    faults = [
        f"{item.nodeid}: requirement{mark.args} needs exactly one id of {CATALOG.name}"
        for item in items
        for mark in item.iter_markers("requirement")
        if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in known
    ]
    if faults:
        raise pytest.UsageError(*faults)
