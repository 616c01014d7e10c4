"""SciPy, loaded by the first computation that needs it: it takes longer to load than most commands take to run."""

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Literal


@cache
def scipy(part: Literal["optimize", "special"]) -> ModuleType:
    """A part of SciPy by its name, loaded once."""
    return import_module(f"scipy.{part}")
