"""The export of a filled ledger, for tests of what stands in a file."""

import pytest
from tests.ledger.exports import exported, fill

from triptych.ledger.memory import MemoryStore


@pytest.fixture(scope="session")
def content() -> bytes:
    """The export of a filled ledger."""
    store = MemoryStore()
    fill(store)
    return exported(store)
