"""The questions of a medicine session at their times: prompts on effects in windows, and scales (CRL-01, CRL-04).

A participant who is inward is asked later: that is visible and no miss. A window that passed with neither answer nor
deferral is a gap, and an answer given after it does not fill it. What counts from the last dose counts anew from every
dose: what had not begun by then moves, and what had stays where it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Literal

from msgspec import Struct

from triptych.course.told import Shown
from triptych.study.session_room import Anchor, PromptRules, PromptWindow, Scale

PROMPT, OPEN = "session_prompt", "open"
NEAR = timedelta(minutes=15)
"""An answer to a scale so near to its time is the one that was due."""
BASELINE = timedelta(hours=6)
"""For so long before the first dose an answer is that of the baseline."""

Status = Literal["ahead", "open", "answered", "deferred", "gap"]


class Asked(Struct, frozen=True, kw_only=True):
    """A window of prompts: which questions are left, and whether it was put off or answered while it was open.

    From `until` on an answer belongs to the same window as it opens again after the next dose.
    """

    window: int
    opens: datetime
    closes: datetime
    until: datetime | None
    left: tuple[str, ...]
    is_deferred: bool
    is_begun: bool

    def status(self, now: datetime) -> Status:
        """Where the window stands at an instant; not answered whole when it has closed, it is a gap."""
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


def _counted(anchor: Anchor, minutes: int, doses: Sequence[datetime]) -> Iterator[datetime]:
    """The instants that lie so many minutes from an anchor; before a dose counts from the first one alone."""
    anchors = doses[:1] if anchor == "first_dose" or minutes < 0 else doses
    for dose, following in zip_longest(anchors, anchors[1:]):
        at = dose + timedelta(minutes=minutes)
        if following is None or at < following:
            yield at


def windows(rules: PromptRules, doses: Sequence[datetime], records: Iterable[Shown]) -> tuple[Asked, ...]:
    """Every window of prompts, counted from the actual doses, the first of them first."""
    said = [one for one in records if one.form == PROMPT and one.current and one.status == "filed"]
    kinds = (OPEN, *(ask.kind for ask in rules.asks))
    opened = {(at, one.opens): one for one in rules.windows for at in _counted(one.anchor, one.opens, doses)}
    found = []
    for at, number in sorted(opened):
        again = min((other for other, same in opened if same == number and other > at), default=None)
        found.append(_window(opened[at, number], (at, again), kinds, said))
    return tuple(found)


def _window(
    window: PromptWindow, span: tuple[datetime, datetime | None], kinds: Sequence[str], said: Sequence[Shown]
) -> Asked:
    opens, until = span
    closes = opens + timedelta(minutes=window.closes - window.opens)
    mine = [
        one
        for one in said
        if one.values.get("window") == window.opens
        and opens <= one.occurred_at
        and (until is None or one.occurred_at < until)
    ]
    in_time = [one for one in mine if one.occurred_at <= closes]
    answered = {one.values.get("kind") for one in mine if one.values.get("answer") != "deferred"}
    return Asked(
        window=window.opens,
        opens=opens,
        closes=closes,
        until=until,
        left=tuple(kind for kind in kinds if kind not in answered),
        is_deferred=any(one.values.get("answer") == "deferred" for one in in_time),
        is_begun=bool(in_time),
    )


def slots(scales: Iterable[Scale], doses: Sequence[datetime], records: Iterable[Shown]) -> tuple[Slot, ...]:
    """Every time at which a scale is due, by time; the nearest record that is near enough answers each."""
    filed = [one for one in records if one.current and one.status == "filed"]
    found: dict[tuple[datetime, str], Slot] = {}
    for scale in scales:
        mine = [one for one in filed if one.form in (scale.form, *scale.counts)]
        for minutes in scale.at:
            for at in _counted(scale.anchor, minutes, doses):
                low, high = (at - NEAR, at + NEAR) if minutes >= 0 else (doses[0] - BASELINE, doses[0])
                near = [one for one in mine if low <= one.occurred_at <= high]
                best = min(near, key=lambda one: abs(one.occurred_at - at), default=None)
                record = best.root if best else None
                found[at, scale.form] = Slot(form=scale.form, title=scale.title, at=at, record=record)
    return tuple(found[key] for key in sorted(found))
