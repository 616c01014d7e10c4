"""Limits of measured values in a medicine session, as a document writes them; the medical monitor approves each.

Levels rise from `hold` (before the first dose only) over `withhold` (no supplemental dose, repeat) and `notify`
(physician now) to `emergency`.
"""

from collections.abc import Iterator
from typing import Literal

from triptych.study.recognition import Escalation, Recognition
from triptych.study.session_course import (
    DischargeRules,
    PresenceRules,
    SupplementRules,
    said_of_discharge,
    said_of_presence,
    said_of_supplement,
)
from triptych.study.session_room import PromptRules, Scale, said_of_prompts, said_of_scales
from triptych.study.treatment import Part

Level = Literal["hold", "withhold", "notify", "emergency"]
SIGNAL, SIGNALS = "session_signal", ("heart_rate", "spo2")
"""The form that keeps a minute of a device's continuous signals, and the vital signs that come as such."""
LEVELS: tuple[Level, ...] = ("hold", "withhold", "notify", "emergency")


class Limit(Part, frozen=True, kw_only=True):
    """One limit of a measured value, in its unit; exactly one of the three ends is given."""

    level: Level
    over: float | None = None
    at_least: float | None = None
    under: float | None = None


class Watch(Part, frozen=True, kw_only=True):
    """The limits of one measured value.

    `item` (else `id`) is the item of `form` that holds it. It is due at the minutes `due` from the first dose, and with
    the vital signs where it is one of them.
    """

    id: str
    title: str
    at: tuple[Limit, ...] = ()
    form: str = "vitals"
    item: str = ""
    due: tuple[int, ...] = ()

    @property
    def held_in(self) -> str:
        """The item that holds the value."""
        return self.item or self.id

    @property
    def is_signal(self) -> bool:
        """Whether the value also comes as a continuous signal."""
        return self.form == "vitals" and self.held_in in SIGNALS


class SessionRules(Part, frozen=True, kw_only=True):
    """What a document sets for its medicine sessions; each number is a proposal until the medical monitor approves it.

    `readings` are minutes from the first dose at which vital signs are due. After an amber reading a repeat is due
    after `repeat_after`; one not made after `repeat_late` is the physician's business. After the repeat a reading is
    due every `repeat_every` until the value is within limits again. Drinks above `drink_hour` (mL
    in an hour) or `drink_total` (mL since the dose) are a reason to look, never to forbid; below `drink_least` in two
    hours small amounts are offered. Every value of `limits` has to be measured for a supplemental dose; those of
    `beside` are watched where they are measured. `recognize` are rules over signs and readings together.
    `prompts` ask about effects in windows, `scales` at times. `escalate` says whom a red alarm goes to until somebody
    acknowledges it.
    """

    readings: tuple[int, ...] = ()
    repeat_after: str = "5 minutes"
    repeat_late: str = "10 minutes"
    repeat_every: str = "15 minutes"
    drink_hour: float | None = None
    drink_total: float | None = None
    drink_least: float | None = None
    limits: tuple[Watch, ...] = ()
    prompts: PromptRules | None = None
    scales: tuple[Scale, ...] = ()
    supplement: SupplementRules | None = None
    discharge: DischargeRules | None = None
    presence: PresenceRules | None = None
    beside: tuple[Watch, ...] = ()
    recognize: tuple[Recognition, ...] = ()
    escalate: tuple[Escalation, ...] = ()

    @property
    def watches(self) -> tuple[Watch, ...]:
        """Every measured value that is watched."""
        return (*self.limits, *self.beside)

    def said(self) -> Iterator[tuple[str, str]]:
        """Every number that the document sets, by name, in words."""
        if self.readings:
            yield "readings", ", ".join(f"{minutes} min" for minutes in self.readings)
        late, every = self.repeat_late, self.repeat_every
        yield "repeat", f"after {self.repeat_after}, the physician after {late}; then every {every}"
        drinks = {
            "in an hour": self.drink_hour,
            "since the dose": self.drink_total,
            "at least in two hours": self.drink_least,
        }
        yield from ((f"drinks {name}", f"{most:g} mL") for name, most in drinks.items() if most is not None)
        yield from self._said_of_watches()
        if self.prompts is not None:
            yield from said_of_prompts(self.prompts)
        yield from said_of_scales(self.scales)
        if self.supplement is not None:
            yield from said_of_supplement(self.supplement)
        if self.discharge is not None:
            yield from said_of_discharge(self.discharge)
        if self.presence is not None:
            yield from said_of_presence(self.presence)

    def _said_of_watches(self) -> Iterator[tuple[str, str]]:
        for watch in self.watches:
            if watch.at:
                yield f"limits of {watch.title}", "; ".join(_said(limit) for limit in watch.at)
            if watch.due:
                yield f"times of {watch.title}", ", ".join(f"{minutes} min" for minutes in watch.due)
        for rule in self.recognize:
            yield f"recognition of {rule.title}", f"{rule.level} {rule.rule}"
        if self.escalate:
            yield "steps of a red alarm", ", ".join(f"{one.step} after {one.after}" for one in self.escalate)


def _said(limit: Limit) -> str:
    ends = {"over": limit.over, "at least": limit.at_least, "under": limit.under}
    return f"{limit.level} " + " ".join(f"{name} {value:g}" for name, value in ends.items() if value is not None)
