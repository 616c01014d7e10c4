"""The questions of a medicine session at their times: prompts on effects in windows, and scales (CRL-01, CRL-04).

A participant who is inward is asked later: that is visible and no miss. A window that passed with neither answer nor
deferral is a gap, and an answer given after it does not fill it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from triptych.course.episodes import Told
from triptych.study.session_room import PromptRules, PromptWindow, Scale

PROMPT, OPEN = "session_prompt", "open"
NEAR = timedelta(minutes=15)
"""An answer to a scale so near to its time is the one that was due."""
BASELINE = timedelta(hours=6)
"""For so long before the first dose an answer is that of the baseline."""

Status = Literal["ahead", "open", "answered", "deferred", "gap"]


class Asked(Struct, frozen=True, kw_only=True):
    """A window of prompts: which questions are left, and whether it was put off or answered while it was open."""

    window: int
    opens: datetime
    closes: datetime
    left: tuple[str, ...]
    is_deferred: bool
    is_begun: bool

    def status(self, now: datetime) -> Status:
        """Where the window stands."""
        if self.is_begun and not self.left:
            return "answered"
        if self.is_deferred:
            return "deferred"
        if now < self.opens:
            return "ahead"
        return "open" if now <= self.closes else "gap"


class Slot(Struct, frozen=True, kw_only=True):
    """A time at which a scale is due, and the record that answers it."""

    form: str
    title: str
    at: datetime
    record: str | None


def windows(rules: PromptRules, dosed_at: datetime, records: Iterable[Told]) -> tuple[Asked, ...]:
    """Every window of prompts, counted from the actual first dose."""
    said = [one for one in records if one.form == PROMPT and one.current and one.status == "filed"]
    kinds = (OPEN, *(ask.kind for ask in rules.asks))
    return tuple(_window(window, dosed_at, kinds, said) for window in rules.windows)


def _window(window: PromptWindow, dosed_at: datetime, kinds: Sequence[str], said: Sequence[Told]) -> Asked:
    opens, closes = (dosed_at + timedelta(minutes=minutes) for minutes in (window.opens, window.closes))
    mine = [one for one in said if one.values.get("window") == window.opens and one.occurred_at >= opens]
    in_time = [one for one in mine if one.occurred_at <= closes]
    answered = {one.values.get("kind") for one in mine if one.values.get("answer") != "deferred"}
    return Asked(
        window=window.opens,
        opens=opens,
        closes=closes,
        left=tuple(kind for kind in kinds if kind not in answered),
        is_deferred=any(one.values.get("answer") == "deferred" for one in in_time),
        is_begun=bool(in_time),
    )


def slots(scales: Iterable[Scale], dosed_at: datetime, records: Iterable[Told]) -> tuple[Slot, ...]:
    """Every time at which a scale is due, by time; the nearest record that is near enough answers each."""
    filed = [one for one in records if one.current and one.status == "filed"]
    found = []
    for scale in scales:
        mine = [one for one in filed if one.form in (scale.form, *scale.counts)]
        for minutes in scale.at:
            at = dosed_at + timedelta(minutes=minutes)
            low, high = (at - NEAR, at + NEAR) if minutes >= 0 else (dosed_at - BASELINE, dosed_at)
            near = [one for one in mine if low <= one.occurred_at <= high]
            best = min(near, key=lambda one: abs(one.occurred_at - at), default=None)
            found.append(Slot(form=scale.form, title=scale.title, at=at, record=best.root if best else None))
    return tuple(sorted(found, key=lambda slot: slot.at))
