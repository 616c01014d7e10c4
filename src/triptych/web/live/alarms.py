"""The alarms of a session as its screen shows them: who was reached, who answered, and what is still open.

What rings is decided by `safety`; this only gathers what people and pages have recorded about it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from triptych.course.session_calls import Message
from triptych.ledger import Seen
from triptych.safety import Alarm, Closing, session_alarms
from triptych.study import SessionRules, Study
from triptych.web.live.board import Board

ANSWER = "session_alarm"
DO = {
    "hold": "Hold the first dose",
    "withhold": "No supplemental dose. Repeat in 5 minutes",
    "notify": "Physician now",
    "emergency": "Emergency pathway",
}


class Answer(Struct, frozen=True):
    """Something that was recorded about an alarm: shown on a page, acknowledged, called about or closed."""

    what: str
    by: str
    at: datetime


class Sent(Struct, frozen=True):
    """The last message about an alarm to one person: handed over to a sender, or failed."""

    person: str
    sender: str
    at: datetime
    failed: bool


class Ringing(Struct, frozen=True, kw_only=True):
    """An alarm that stands, with everything that was recorded about it."""

    alarm: Alarm
    received_at: datetime
    answers: tuple[Answer, ...]
    action: str
    is_measured: bool
    messages: tuple[Sent, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from every other: the value and the record that raised it."""
        return f"{self.alarm.about}:{self.alarm.record}"

    def of(self, what: str) -> list[Answer]:
        """The answers of a kind, oldest first."""
        return [answer for answer in self.answers if answer.what == what]


def rules_of(study: Study) -> SessionRules:
    """What the document sets for sessions; a document that sets nothing has no alarms."""
    return study.document.session or SessionRules()


def ringing(study: Study, board: Board, seen: Sequence[Seen], told: Sequence[Message] = ()) -> list[Ringing]:
    """The alarms that stand, the most severe first."""
    found = [one for one in every_alarm(study, board, seen, told) if one.alarm.is_open]
    return sorted(found, key=lambda one: (not one.alarm.is_red, one.alarm.at))


def every_alarm(study: Study, board: Board, seen: Sequence[Seen], told: Sequence[Message] = ()) -> list[Ringing]:
    """Every alarm of the session with what was recorded about it, those that are over among them."""
    received = {one.root: one.recorded_at for one in seen}
    answers = _answers(seen)
    named = {rule.id for rule in rules_of(study).recognize}
    return [
        Ringing(
            alarm=alarm,
            received_at=received.get(alarm.record, alarm.at),
            answers=tuple(answers.get((alarm.about, alarm.record), ())),
            action=actions(study).get(alarm.about, DO[alarm.level]),
            is_measured=alarm.about not in named,
            messages=sent(told, alarm.about, alarm.record),
        )
        for alarm in session_alarms(study, board.stated, closings(seen), board.dosed_at)
    ]


def sent(told: Sequence[Message], about: str, record: str) -> tuple[Sent, ...]:
    """What became of the last message to each person about an alarm."""
    last: dict[str, Sent] = {}
    for one in told:
        if (one.about, one.record) == (about, record):
            for people, failed in ((one.reached, False), (one.not_reached, True)):
                last |= {person: Sent(person, one.sender, one.at, failed) for person in people}
    return tuple(last.values())


def closings(seen: Sequence[Seen]) -> dict[str, list[Closing]]:
    """People's words that an alarm is over, by the value or rule that it is about; those of closed alarms too."""
    found: dict[str, list[Closing]] = {}
    for (item, record), said in _answers(seen).items():
        found.setdefault(item, []).extend(Closing(one.at, record) for one in said if one.what == "closed")
    return found


def actions(study: Study) -> dict[str, str]:
    """What each recognition rule asks for first, by its id."""
    return {rule.id: rule.action for rule in rules_of(study).recognize if rule.action}


def _answers(seen: Iterable[Seen]) -> dict[tuple[str, str], list[Answer]]:
    """What was recorded about alarms, by the value and the record that raised each."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for one in sorted(seen, key=lambda one: one.occurred_at):
        if one.form == ANSWER and one.current and one.status == "filed":
            key = str(one.values.get("value")), str(one.values.get("about"))
            found.setdefault(key, []).append(Answer(str(one.values.get("answer")), one.actor, one.occurred_at))
    return found


def present(seen: Iterable[Seen]) -> tuple[bool, list[str]]:
    """Whether presence has been recorded at all, and who is in the room by the last record about each."""
    last: dict[str, str] = {}
    for one in sorted(seen, key=lambda one: one.occurred_at):
        if one.form == "session_presence" and one.current and one.status == "filed":
            last[str(one.values.get("person"))] = str(one.values.get("change"))
    return bool(last), sorted(person for person, change in last.items() if change == "came")
