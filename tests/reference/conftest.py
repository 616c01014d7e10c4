"""Third-party data that is read in place and never kept here: in `TRIPTYCH_REFERENCE`, else beside the checkout."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "reference"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of the reference data; without it the tests say so and are left out."""
    folder = Path(os.environ.get("TRIPTYCH_REFERENCE", BESIDE))
    if not folder.is_dir():
        pytest.skip(
            f"NO REFERENCE DATA at {folder}: set TRIPTYCH_REFERENCE. What these tests compare was not compared."
        )
    return folder
