"""A small two-arm blinded study on a trial in memory, with short hands for filing."""

from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands

from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

SMALL = Path(__file__).parent.parent / "studies" / "small"


@pytest.fixture(scope="session")
def small() -> Any:
    """The small two-arm study."""
    return find_study(str(SMALL))


@pytest.fixture
def hands(small: Any) -> Hands:
    """Hands on a fresh trial of the small study in memory."""
    return Hands(MemoryStore(), small)
