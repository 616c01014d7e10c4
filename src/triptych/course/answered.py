"""What people and pages have recorded about an alarm that no measured value raised: about touch, or about presence."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from triptych.course.entries import Entries

ANSWER = "session_alarm"


class Answered(Struct, frozen=True):
    """What somebody did about it: their page showed it, they acknowledged it, they called."""

    what: str
    by: str
    at: datetime


class Raised(Struct, frozen=True, kw_only=True):
    """An alarm of high priority by the record that raised it: when that happened, and when the system had it."""

    value: str
    record: str
    at: datetime
    received_at: datetime
    answers: tuple[Answered, ...]

    @property
    def key(self) -> str:
        """What tells it from every other alarm on a screen."""
        return f"{self.value}:{self.record}"

    @property
    def acknowledged(self) -> datetime | None:
        """When somebody first acknowledged it."""
        return next((one.at for one in self.answers if one.what == "acknowledged"), None)

    def of(self, what: str) -> list[Answered]:
        """The answers of a kind, oldest first."""
        return [one for one in self.answers if one.what == what]


def answers_about(entries: Entries, value: str, record: str, named: str | None = None) -> Iterator[Answered]:
    """The answers about an alarm, oldest first, by the kind (`value`) and the record that raised it.

    Those of the person that the alarm names (`named`) are left out: nobody answers an alarm about themselves.
    """
    said = (one.root for one in entries.about.get((ANSWER, record), ()) if one.current.values.get("value") == value)
    for one in sorted(said, key=lambda one: one.position):
        if named is None or one.actor != named:
            yield Answered(str(one.values.get("answer")), one.actor, one.recorded_at)
