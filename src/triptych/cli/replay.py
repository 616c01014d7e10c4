"""`triptych session replay`: a finished session told again in the order in which it was known. Nothing is written.

What belongs to one participant is copied into memory and let in record by record, so that the screen and the lines show
what a viewer could know at each instant, and no more.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
import msgspec

from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import data_option
from triptych.course.doses import GIVEN
from triptych.course.record import Record
from triptych.ledger import Actor, Draft, Outcome, Reason, Refused, View
from triptych.ledger.clock import AttendedTrial
from triptych.ledger.library import knowledge
from triptych.ledger.memory import MemoryStore
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import EVERY_STREAM, Reading, Stored
from triptych.ledger.streams import STUDY, participant_stream, site_stream

if TYPE_CHECKING:
    from triptych.web.house import House
    from triptych.web.live.board import Board, Line

DOSE = "dose_administration"
BEFORE, AFTER = timedelta(hours=2), timedelta(hours=30)
"""What is told: from so long before the first dose until so long after it."""
LONGEST = 3.0
"""Seconds that the terminal waits at most between two lines."""


class ReadOnlyTrial(AttendedTrial):
    """A trial that takes nothing."""

    def file(self, draft: Draft, actor: Actor) -> Outcome:  # noqa: ARG002 -- whatever it is
        """Refuse whatever is brought."""
        text = "This is a replay of what has happened. Nothing is filed."
        return Refused(reasons=(Reason(code="replay", text=text, final=True),))


class Replay:
    """A session to be told again. Its clock stands at `begins` and is set by whoever tells it."""

    def __init__(self, reading: Reading, participant: str, cycle: int | None) -> None:
        """Read what belongs to a participant.

        Raises:
            CommandError: the participant is not known, or has been given no dose (in that cycle).
        """
        records = [(stored, _read(stored)) for stored in reading.records(participant_stream(participant))]
        doses = [one for _, one in records if _is_dose(one, cycle)]
        if not doses:
            raise CommandError(
                f"No dose of {participant} is on record{f' in cycle {cycle}' if cycle else ''}. [replay]"
            )
        dosed = min(one.occurred_at for one in doses if one.cycle == doses[-1].cycle)
        self.participant, self.begins, self.ends = participant, dosed - BEFORE, dosed + AFTER
        which = f", cycle {doses[-1].cycle}" if doses[-1].cycle else ""
        self.title = f"the medicine session of {participant}{which}, {dosed:%d %b %Y}"
        self.now = self.begins
        sites = {one.site for _, one in records if one.site}
        others = [s for name in (STUDY, *map(site_stream, sorted(sites))) for s in reading.records(name)]
        known = sorted((_read(one).recorded_at, number, one) for number, one in enumerate(others))
        told = [(one.recorded_at, len(others) + number, stored) for number, (stored, one) in enumerate(records)]
        self._coming = [(at, stored) for at, _, stored in sorted((*known, *told))]
        self.store = MemoryStore()
        with self.store.transaction(append=[EVERY_STREAM]) as transaction:
            for digest, content in reading.documents():
                transaction.put_document(digest, content)
        self.trial = ReadOnlyTrial(self.store, knowledge(), lambda: self.now)
        self.let_in(self.begins)

    def let_in(self, until: datetime) -> bool:
        """Let in what was known by an instant; whether there was anything."""
        due = [stored for at, stored in self._coming if at <= until]
        self._coming = self._coming[len(due) :]
        self.now = max(self.now, until)
        for stored in due:
            with self.store.transaction(append=[stored.stream]) as transaction:
                transaction.append(stored)
        return bool(due)

    @property
    def next_at(self) -> datetime | None:
        """When the next record was known; none at the end of the session."""
        at = self._coming[0][0] if self._coming else None
        return at if at is not None and at <= self.ends else None

    def lines(self, actor: Actor, wait: Callable[[float], None], speed: float) -> Iterator[str]:
        """Each line of the timeline as its viewer came to know it, at so many times the speed of the clock."""
        shown = {line.id for line in _board(self.trial.view(actor), self.participant).lines}
        while (at := self.next_at) is not None:
            wait(min(LONGEST, (at - self.now) / timedelta(seconds=1) / speed))
            self.let_in(at)
            board = _board(self.trial.view(actor), self.participant)
            for line in reversed([line for line in board.lines if line.id not in shown]):
                shown.add(line.id)
                yield written(line, board)


def _read(stored: Stored) -> Record:
    return msgspec.json.decode(stored.body, type=Record)


def _is_dose(record: Record, cycle: int | None) -> bool:
    is_given = record.form == DOSE and record.values.get("outcome") in GIVEN
    return is_given and not record.held and cycle in (None, record.cycle)


def _board(view: View, participant: str) -> "Board":
    from triptych.web.live.board import board_of

    return board_of(view, participant, view.records(participant))


def written(line: "Line", board: "Board") -> str:
    """A line: since the dose, when it happened, what, by whom, and when it was known where that was late."""
    minutes = int((line.at - board.dosed_at) / timedelta(minutes=1)) if board.dosed_at else None
    sign = "−" if minutes is not None and minutes < 0 else "+"
    since = "      " if minutes is None else f"{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02d}".rjust(6)
    late = f" (known at {line.recorded_at.astimezone(board.zone):%H:%M})" if line.late else ""
    at = f"{line.at.astimezone(board.zone):%H:%M}"
    return f"{since}  {at}  {line.title}: {line.text}  [{line.by}]{late}{' held' if line.held else ''}"


@click.group()
def session() -> None:
    """Look at medicine sessions."""


@session.command()
@click.argument("participant")
@data_option
@click.option("--as", "person", required=True, help="Whose eyes it is seen with: a person who holds the role.")
@click.option("--role", required=True, help="The role they look in.")
@click.option("--site", help="The site of that role.")
@click.option("--cycle", type=int, help="The cycle of the session. The last one, if not given.")
@click.option(
    "--speed", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True, help="Times the clock."
)
@click.option("--serve", "port", type=int, help="Tell it on the session's screen, served at this port of this machine.")
def replay(participant: str, data: str, cycle: int | None, speed: float, port: int | None, **whose: str | None) -> None:
    """Tell a finished session of PARTICIPANT again, in the order in which it was known. Nothing is written.

    In the terminal a pause lasts three seconds at most; on the screen the clock runs evenly.
    """
    actor = Actor(person=str(whose["person"]), role=str(whose["role"]), site=whose["site"])
    with explained():
        store = open_ledger(data, write=False)
        try:
            with store.reading() as reading:
                told = Replay(reading, participant, cycle)
        finally:
            store.close()
    if not told.trial.view(actor).reaches(participant):
        raise CommandError(f"{actor.person} did not see {participant} as {actor.role} then. [replay]")
    if port is not None:
        _serve(data, told, port, speed)
        return
    for line in told.lines(actor, time.sleep, speed):
        click.echo(line)


def _serve(data: str, told: Replay, port: int, speed: float) -> None:
    from triptych.cli.serve import start

    clock = Even(told.begins, speed)
    told.trial = ReadOnlyTrial(told.store, knowledge(), clock)
    click.echo(f"Session               http://localhost:{port}/participants/{told.participant}/session/")
    start(data, port, told=told, clock=clock, beside=lambda served: follow(told, served, time.sleep))


def follow(told: Replay, served: "House", wait: Callable[[float], None]) -> None:
    """Let in what is known as the clock of the site comes to it, and tell the screens."""
    while told.next_at is not None:
        if told.let_in(served.clock()):
            told.trial.tell(told.participant)
        wait(0.1)


class Even:
    """A clock that began at an instant and runs evenly, so many times as fast as time."""

    def __init__(self, begins: datetime, speed: float, read: Callable[[], datetime] | None = None) -> None:
        self._read = read or (lambda: datetime.now(UTC))
        self._began, self._begins, self._speed = self._read(), begins, speed

    def __call__(self) -> datetime:
        """Now, as the replay has it."""
        return self._begins + self._speed * (self._read() - self._began)

    def speed(self) -> float:
        """How many times as fast as time it runs."""
        return self._speed
