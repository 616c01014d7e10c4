"""Limits of measured values in a medicine session, as a document writes them; the medical monitor approves each.

Levels rise from `hold` (before the first dose only) over `withhold` (no supplemental dose, repeat) and `notify`
(physician now) to `emergency`.
"""

from typing import Literal

from triptych.study.treatment import Part

Level = Literal["hold", "withhold", "notify", "emergency"]
LEVELS: tuple[Level, ...] = ("hold", "withhold", "notify", "emergency")


class Limit(Part, frozen=True, kw_only=True):
    """One limit of a measured value, in its unit; exactly one of the three ends is given."""

    level: Level
    over: float | None = None
    at_least: float | None = None
    under: float | None = None
