"""The stream of a session's events: what is new since the position that a reader names, pushed as it is filed.

A position is the identifier of the last record that the reader saw, so it tells nothing of what they may not see;
where nothing that they may see has changed, nothing is sent. The board is drawn once for each audience.
"""

import asyncio
import json
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from django.db import close_old_connections
from msgspec import Struct

from triptych.course import SessionState
from triptych.ledger import Actor, View
from triptych.study.limits import SIGNAL
from triptych.web.house import House, house
from triptych.web.live.board import Board, board_of, set_aside
from triptych.web.live.calling import calls_part
from triptych.web.live.course import course_of, course_part
from triptych.web.live.drawing import drawn
from triptych.web.live.signal import Sending, Told, told_in

SILENCE = 10.0
"""Seconds after which a stream in which nothing happens says that it is still there."""
KEPT = 256
THREADS = 2
"""Threads that look for readers: more would only take turns at the same work."""
MOST = 500
"""Records that one event resumes with; a reader that missed more draws its page anew."""

Mark = tuple[object, ...]


class Drawn(Struct, frozen=True):
    """A board as it was drawn for an audience: its parts, and the visible records in the order of filing.

    `state` is where the session stands; none where nothing is planned or held. `told` are parts as an event carries
    them, by their names: written once for all readers to whom the same is news, and never with a time of day.
    """

    board: Board
    state: SessionState | None
    parts: dict[str, str]
    marks: dict[str, str]
    told: dict[tuple[str, ...], str]
    records: tuple[tuple[str, str, str], ...]
    samples: tuple[Told, ...]
    mark: Mark


class Boards:
    """The boards drawn last, each for a participant and an audience, until something is filed or time changes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawing: dict[tuple[str, str], threading.Lock] = {}
        self._kept: OrderedDict[tuple[str, str], Drawn] = OrderedDict()

    def of(self, served: House, view: View, participant: str, before: Mark | None = None) -> Drawn | None:
        """The board of whoever looks, drawn anew if it is not what stands; none where they may see nothing.

        `before` is what stood before the window was opened, where that is known: what is drawn is never older than what
        its mark says.
        """
        if not may_look(view, participant):
            return None
        key = participant, view.audience
        with self._lock:
            drawing = self._drawing.setdefault(key, threading.Lock())
        with drawing:
            mark = mark_of(served, participant)
            found = self._kept.get(key)
            if found is None or found.mark != mark:
                found = _draw(view if before == mark else _anew(served, view), participant, mark)
                if found is None:
                    return None
                self._kept[key] = found
                self._kept.move_to_end(key)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found


_boards = Boards()


def board_for(view: View, participant: str) -> Drawn | None:
    """The board of a participant for whoever looks; none where they may see nothing of a session."""
    return _boards.of(house(), view, participant)


def mark_of(served: House, participant: str) -> Mark:
    """A mark that is another whenever something was filed that may concern a participant."""
    return id(served), *served.hub.state(participant)


def may_look(view: View, participant: str) -> bool:
    """Whether a session of a participant has a screen for whoever looks."""
    return sees_session(view) and view.reaches(participant)


def sees_session(view: View) -> bool:
    """Whether a session's screen shows a viewer anything: the role sees vital signs and that a dose was given."""
    return view.sight.sees_form("vitals") and view.sight.sees_form("dose_administration")


def _anew(served: House, view: View) -> View:
    """The same window opened after the mark was read: what is drawn is never older than what its mark says."""
    return served.trial.view(view.viewer) if view.viewer else served.trial.system_view()


def _draw(view: View, participant: str, mark: Mark) -> Drawn | None:
    seen = view.records(participant)
    if not seen:
        return None
    board = board_of(view, participant, seen)
    shown = [one for one in seen if view.sight.sees_form(one.form)]
    gone = set_aside(shown)
    counting = [one for one in shown if one.root not in gone]
    course = course_of(view, participant, board)
    state = course.state if course else None
    ended_at = state.ended_at if state and state.is_ended else None
    told, touch = view.alarm_messages(participant), view.touch(participant)
    attended, alone = (state.presence, course.alone) if course and state else (None, None)
    study = view.study_of(participant)
    parts = drawn(study, board, counting, attended, alone=alone, ended_at=ended_at, told=told, touch=touch)
    parts["course"] = course_part(course, board)
    parts["calls"] = calls_part(view, board, seen)
    marks = {name: sha256(text.encode()).hexdigest()[:16] for name, text in parts.items()}
    records = tuple((one.id, one.form, one.occurred_at.isoformat()) for one in shown)
    return Drawn(board, state, parts, marks, {}, records, told_in(shown), mark)


class Windows:
    """The windows through which several readers of a participant look at once, one for each of them who is the same."""

    def __init__(self, participant: str) -> None:
        self.served = house()
        self.mark = mark_of(self.served, participant)
        self._opened: dict[Actor, View] = {}

    def of(self, actor: Actor) -> View:
        """The window of a reader, opened after the mark was read."""
        if actor not in self._opened:
            self._opened[actor] = self.served.trial.view(actor)
        return self._opened[actor]


class Reader:
    """One open stream: what it has been sent, and what it is sent next."""

    def __init__(self, actor: Actor, participant: str, after: str | None, is_open: Callable[[], bool]) -> None:
        self._actor, self.participant, self._after, self._is_open = actor, participant, after, is_open
        self._sent: dict[str, str] = {}
        self._signals = Sending()

    def look(self, windows: Windows | None = None, *, rested: bool = True) -> str | None:
        """The events that are due now; none once this reader may not read on.

        The role is looked at each time; the log-in when nothing had happened for a while (`rested`).
        """
        windows = windows or Windows(self.participant)
        served, view = windows.served, windows.of(self._actor)
        coming = served.signals.open_samples(self.participant)  # before the board: what is filed meanwhile is on it
        may_read = not rested or self._is_open()
        found = _boards.of(served, view, self.participant, windows.mark) if may_read else None
        if found is None:
            return None
        return self._records(found) + self._parts(found, view.now) + self._samples([*found.samples, *coming], view)

    def _records(self, found: Drawn) -> str:
        names = [name for name, _, _ in found.records]
        new = found.records[names.index(self._after) + 1 :] if self._after in names else found.records[-1:]
        if names:
            self._after = names[-1]
        return "".join(event("record", {"id": name, "form": form, "at": at}, name) for name, form, at in new[-MOST:])

    def _samples(self, known: Sequence[Told], view: View) -> str:
        """What signals have told since the last time: what is filed, and what comes in here and is not filed yet."""
        told = self._signals.new(known) if view.sight.sees_form(SIGNAL) else None
        return event("signal", {**told, "now": view.now.timestamp() * 1000}) if told else ""

    def _parts(self, found: Drawn, now: datetime) -> str:
        changed = tuple(name for name in found.parts if self._sent.get(name) != found.marks[name])
        if not changed:
            return ""
        self._sent = found.marks
        if changed not in found.told:
            found.told[changed] = _json({name: found.parts[name] for name in changed})
        return f'event: board\ndata: {{"parts":{found.told[changed]},"now":"{now.isoformat()}"}}\n\n'


def event(name: str, data: object, position: str | None = None) -> str:
    """One event as the stream carries it."""
    head = f"id: {position}\n" if position else ""
    return f"{head}event: {name}\ndata: {_json(data)}\n\n"


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


class Looks:
    """Readers of a participant who are woken by the same filing look together, at one go on one of a few threads."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[Reader, bool, asyncio.Future[str | None]]]] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="looks")

    async def look(self, reader: Reader, *, rested: bool) -> str | None:
        """What is due to a reader now; none once it may not read on."""
        loop = asyncio.get_running_loop()
        due: asyncio.Future[str | None] = loop.create_future()
        waiting = self._waiting.setdefault(reader.participant, [])
        waiting.append((reader, rested, due))
        if len(waiting) == 1:
            loop.call_soon(self._begin, loop, reader.participant)
        return await due

    def _begin(self, loop: asyncio.AbstractEventLoop, participant: str) -> None:
        waiting = self._waiting.pop(participant)
        loop.run_in_executor(self._threads, _look, loop, participant, waiting)


def _look(
    loop: asyncio.AbstractEventLoop,
    participant: str,
    waiting: Sequence[tuple[Reader, bool, asyncio.Future[str | None]]],
) -> None:
    """Look for each of several readers; one that fails takes nothing from the others, and none waits for ever."""
    windows: Windows | None = None
    for reader, rested, due in waiting:
        try:
            close_old_connections()
            windows = windows or Windows(participant)
            found, failed = reader.look(windows, rested=rested), None
        except Exception as error:  # noqa: BLE001 -- it is raised where the reader waits
            found, failed = None, error
        loop.call_soon_threadsafe(_tell, due, found, failed)


def _tell(due: "asyncio.Future[str | None]", found: str | None, failed: Exception | None) -> None:
    if due.done():  # the reader went away
        return
    if failed is not None:
        due.set_exception(failed)
    else:
        due.set_result(found)


_looks = Looks()


async def events(reader: Reader) -> AsyncIterator[str]:
    """What a reader is sent until it goes away, may not read on, or the server stops."""
    rested, hub = True, house().hub
    with hub.listening(reader.participant) as heard:
        yield "retry: 1000\n\n"
        while not hub.is_over:
            heard.clear()
            due = await _looks.look(reader, rested=rested)
            if due is None:
                yield event("ended", {})
                return
            yield due or ": here\n\n"
            rested = True
            with suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), SILENCE)
                rested = False
