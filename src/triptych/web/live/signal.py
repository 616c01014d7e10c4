"""The continuous signals of a session's screen: the samples of the last half hour, each sent once to each reader."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from triptych.course.signals import Sample, samples_of
from triptych.ledger import Seen
from triptych.study.limits import SIGNAL

SHOWN = timedelta(minutes=30)
"""How far back from the newest sample the screen shows them."""
MOST = 3600
"""Samples that are sent to a page at once, and that it keeps."""

Told = tuple[str, Sample]
"""A sample with the device that told it."""


def told_in(seen: Sequence[Seen]) -> tuple[Told, ...]:
    """The samples of the last half hour that stand in the ledger."""
    mine = [one for one in seen if one.form == SIGNAL and one.current and one.status == "filed"]
    if not mine:
        return ()
    begins = max(one.occurred_at for one in mine) - SHOWN
    recent = [one for one in mine if one.occurred_at >= begins]
    return tuple((one.capture.device, sample) for one in recent if one.capture for sample in samples_of(one.values))


class Sending:
    """What one reader has been sent of each device."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def new(self, told: Iterable[Told]) -> Mapping[str, Any]:
        """What is new since the last time; nothing where that is nothing. `whole` says that it is the first time."""
        is_first = not self._last
        fresh = [one for one in told if one[0] not in self._last or one[1].at > self._last[one[0]]]
        for device, sample in fresh:
            self._last[device] = max(sample.at, self._last.get(device, sample.at))
        if not fresh:
            return {}
        newest = sorted(fresh, key=lambda one: one[1].at)[-MOST:]
        return {"whole": is_first, "samples": [_shown(sample) for _, sample in newest]}


def _shown(sample: Sample) -> Mapping[str, float | None]:
    """A sample as the page reads it: milliseconds, and each value; one that was not told is left out."""
    return {"at": sample.at.timestamp() * 1000, **sample.values}
