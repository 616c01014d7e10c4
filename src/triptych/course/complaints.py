"""Complaints: whether the way in is open, where each stands, and by when somebody owes an answer (CON-08).

Nothing here is about a participant's course, and no role of a site sees the records it reads.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.told import Shown

CHANNEL, TEST, COMPLAINT = "complaint_channel", "complaint_channel_test", "complaint"
ANSWER, REMOVAL, OUTCOME, SENT = "complaint_answer", "complaint_removal", "complaint_outcome", "complaint_sent"
OBSERVATION = "conduct_observation"
ROLE = "compliance"
FIRST_ANSWER, SETTLED = timedelta(days=3), timedelta(days=30)
"""By when a first answer and an outcome are owed. The days are defaults that were read in no source."""
BOARD, BOARD_TEST = "complaint_board", "complaint_board_test"
TESTED = ("recipient_received", "deputy_received", "ethics_received")


class Told(Shown, Protocol):
    """A record of the study as a view shows it."""

    @property
    def recorded_at(self) -> datetime:
        """When the system had it."""


class Standing(Struct, frozen=True, kw_only=True):
    """One complaint as it stands: what is owed by when, and what has been done."""

    id: str
    code: str
    at: datetime
    values: Mapping[str, Any]
    answer_due: datetime
    outcome_due: datetime
    replies: tuple[str, ...]
    removal: str
    outcome: str
    sent: tuple[str, ...]
    is_rating: bool = False
    """Whether nobody complained, and a rater of a recording saw boundaries crossed: then no answer is owed."""

    @property
    def asks_removal(self) -> bool:
        """Whether it is still asked to remove the person named from the participant's care."""
        return self.values.get("abuse") is True and not self.removal

    def owed(self, now: datetime) -> list[str]:
        """What is owed and overdue."""
        is_late = not (self.replies or self.is_rating) and self.answer_due <= now
        late = ["answer"] if is_late else []
        return late + (["outcome"] if not self.outcome and self.outcome_due <= now else [])


def code_of(identifier: str) -> str:
    """The code by which whoever complained asks again: the random part of the record's identifier."""
    plain = identifier.replace("-", "")[12:].upper()
    return "-".join(plain[place : place + 5] for place in range(0, len(plain), 5))


def open_channel(records: Sequence[Told]) -> Told | None:
    """The way in which complaints reach somebody, if it names people outside the sites and was tested everywhere."""
    current = [record for record in records if record.current]
    channel = next((record for record in reversed(current) if record.form == CHANNEL), None)
    if channel is None or channel.values.get("outside") is not True:
        return None
    tests = (record for record in current if record.form == TEST and record.values.get("about") == channel.root)
    is_tested = any(all(test.values.get(name) is True for name in TESTED) for test in tests)
    return channel if is_tested else None


def tested_board(records: Sequence[Told]) -> Told | None:
    """The ethics committee of a site, from the site's records, if a test message arrived there."""
    current = [record for record in records if record.current]
    board = next((record for record in reversed(current) if record.form == BOARD), None)
    tests = (one for one in current if one.form == BOARD_TEST and board and one.values.get("about") == board.root)
    return board if any(test.values.get("received") is True for test in tests) else None


def complaints(records: Sequence[Told]) -> tuple[Standing, ...]:
    """Every complaint, oldest first."""
    current = [record for record in records if record.current]
    return tuple(_standing(record, current) for record in current if record.form == COMPLAINT)


def observed(records: Sequence[Told]) -> tuple[Standing, ...]:
    """What raters of recordings saw of boundaries crossed, as it stands, oldest first."""
    current = [record for record in records if record.current]
    seen = (record for record in current if record.form == OBSERVATION and record.values.get("seen_in") == "rating")
    return tuple(replace(_standing(one, current), code=str(one.values["code"]), is_rating=True) for one in seen)


def _standing(complaint: Told, records: Sequence[Told]) -> Standing:
    about = [record for record in records if record.values.get("about") == complaint.root]
    decided = {record.form: record for record in about}
    return Standing(
        id=complaint.root,
        code=code_of(complaint.root),
        at=complaint.recorded_at,
        values=complaint.values,
        answer_due=complaint.recorded_at + FIRST_ANSWER,
        outcome_due=complaint.recorded_at + SETTLED,
        replies=tuple(str(record.values["reply"]) for record in about if record.form in (ANSWER, OUTCOME)),
        removal=str(decided[REMOVAL].values["decision"]) if REMOVAL in decided else "",
        outcome=str(decided[OUTCOME].values["outcome"]) if OUTCOME in decided else "",
        sent=tuple(f"{record.values['kind']}:{record.values['to']}" for record in about if record.form == SENT),
    )
