"""A made-up monitor of the demonstration's live session: heart rate and SpO2, an hour and a half.

It is registered at the site and sends the way a gateway does. For two minutes its probe is off.
"""

import math
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from triptych.cli.live import LIVE, SCRIPT
from triptych.cli.scenario import SITE, name_id
from triptych.ledger.drafts import Actor, Draft

if TYPE_CHECKING:
    from triptych.exchange import Readings
    from triptych.web.house import House

BEGINS, ENDS = 100.0, 190.0
"""Minutes after the first dose between which it sends."""
OFF = (106.0, 108.0)
"""The minutes in which its probe is off, and reads zero."""
EVERY = timedelta(seconds=5)
NAME = "Monitor 1"
DEVICE = {"name": NAME, "kind": "continuous", "maker": "Made up", "serial": "DEMO-1", "state": "in_service",
          "checked_on": {"missing": "not-performed"}}  # fmt: skip
HIGHEST = 109.0
"""It stays under the document's limit: the alarms of this session come from its own readings."""
MEASURED = sorted((step.minutes, float(step.values["heart_rate"])) for step in SCRIPT if step.form == "vitals")


def telling(
    served: "House", dosed_at: datetime, sleep: Callable[[float], None] = time.sleep
) -> Callable[[float], None]:
    """A way to wait that first sends whatever the monitor has measured until now."""
    at = dosed_at + timedelta(minutes=BEGINS)
    ends = dosed_at + timedelta(minutes=ENDS)

    def wait(seconds: float) -> None:
        nonlocal at
        now = served.clock()
        if at == dosed_at + timedelta(minutes=BEGINS) <= now:
            _register(served, now)
        while at <= min(now, ends):
            served.signals.take(measured(at, dosed_at), Actor(person="therapist-1", role="therapist"))
            at += EVERY
        sleep(seconds)

    return wait


def _register(served: "House", now: datetime) -> None:
    draft = Draft(id=name_id(f"{LIVE}:monitor"), form="device", values=DEVICE, occurred_at=now, site=SITE)
    served.trial.file(draft, Actor(person="physician-1", role="physician"))


def measured(at: datetime, dosed_at: datetime) -> "Readings":
    """What it reads at an instant: near the typed readings, and never still; nothing while its probe is off."""
    from triptych.exchange import Readings

    minutes = (at - dosed_at) / timedelta(minutes=1)
    values = {} if OFF[0] <= minutes < OFF[1] else {"heart_rate": round(_heart_rate(minutes)), "spo2": _spo2(minutes)}
    return Readings(
        control_id=at.isoformat(), participant=LIVE, device=NAME, at=at, values=values, left_out=(),
        told=frozenset({"heart_rate", "spo2"}),
    )  # fmt: skip


def _heart_rate(minutes: float) -> float:
    place = bisect_right(MEASURED, (minutes, math.inf))
    (before, low), (after, high) = MEASURED[place - 1], MEASURED[place]
    calm = low + (high - low) * (minutes - before) / (after - before)
    return min(HIGHEST, calm - 3 + 2 * math.sin(2.1 * minutes) + 1.5 * math.sin(11.3 * minutes))


def _spo2(minutes: float) -> int:
    return round(97.4 + 0.9 * math.sin(0.7 * minutes) + 0.4 * math.sin(5.9 * minutes))
