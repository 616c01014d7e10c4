"""The clock task: what time alone changes is derived again at its instant, pushed to listeners, and told to staff.

One thread sleeps until the earliest instant of any participant or until it is told that something was filed;
nothing polls. Participants are looked at one after the other, in the order in which they were heard of. What falls
due is handed to a second thread, which sends and then files `reminder_sent`, so a sender that hangs never holds up
the pages.

It sends first and files after it: a record says only what has happened, and a process that is killed in between
sends once more after its restart (with the same identifier, by which a mailbox or a folder knows it again) rather
than never. What has been filed is never sent again. A failed attempt is filed too, and tried again after `WAITS`.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from msgspec.structs import replace

from triptych.ledger.conduct import TASK, may_be_outside, observe
from triptych.ledger.drafts import Actor, Draft, Filed, Held, Outcome, Refused, System
from triptych.ledger.holding import Holder, NoRival
from triptych.ledger.reminders import (
    FORM,
    Attempt,
    Audience,
    Letter,
    Line,
    attempt,
    audiences,
    due,
    gathered,
    letters,
    next_instant,
    told_values,
)
from triptych.ledger.seen import Seen
from triptych.ledger.store import Store
from triptych.ledger.trial import Trial
from triptych.ledger.view import View
from triptych.safety import Knowledge

__all__ = ["AttendedTrial", "ClockTask", "Sender"]

SYSTEM = System(person="system", role="system")
LONGEST = timedelta(minutes=15)
"""The longest sleep towards an instant: then the clock is read again, which may have been set or have stood still."""
AFTER_FAILURE = timedelta(minutes=1)
EASE = 4
"""After work it rests so many times as long as that took, so that it takes a fifth of a processor from the pages."""

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """A way to reach people. Whatever it raises counts as not sent and is tried again."""

    name: str

    def send(self, letter: Letter) -> None:
        """Hand a letter over. The same `letter.id` may come twice; it is the same letter."""


class AttendedTrial(Trial):
    """A trial that tells its listeners, after the commit, about whom something was filed; none stands for all."""

    def __init__(self, store: Store, knowledge: Knowledge, clock: Callable[[], datetime]) -> None:
        super().__init__(store, knowledge, clock)
        self.listeners: list[Callable[[str | None], None]] = []

    def file(self, draft: Draft, actor: Actor) -> Outcome:
        """File a draft, then tell the listeners if a record was added."""
        outcome = super().file(draft, actor)
        if isinstance(outcome, Filed | Held) and not outcome.repeated:
            self.tell(draft.participant)
            if draft.participant is not None and may_be_outside(draft.form):
                observe(self, [draft.participant])
        return outcome

    def tell(self, participant: str | None) -> None:
        """Tell the listeners that something was filed about a participant; none stands for all."""
        for listener in self.listeners:
            listener(participant)

    def tell_of(self, stream: str | None) -> None:
        """Tell the listeners about whom another process filed, by the stream that it appended to."""
        kind, _, name = (stream or "").partition(":")
        self.tell(name if kind == "participant" else None)


def sleep(woken: threading.Condition, seconds: float | None) -> None:
    """Wait, holding the condition, until it is notified or the seconds have passed."""
    woken.wait(seconds)


class ClockTask:
    """Runs in the process that holds the ledger. `changed` is told which participants time alone has changed."""

    def __init__(
        self,
        trial: Trial,
        sender: Sender,
        clock: Callable[[], datetime],
        *,
        holder: Holder | None = None,
        changed: Callable[[frozenset[str]], None] = lambda _: None,
        sleep: Callable[[threading.Condition, float | None], None] = sleep,
        post: Executor | None = None,
        also: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """Make the task. `also` is done whenever it wakes, beside the sending, and says when it is to be done again."""
        self._trial, self._sender, self._clock, self._changed, self._sleep = trial, sender, clock, changed, sleep
        self._holder = holder or NoRival()
        self._post = post or ThreadPoolExecutor(1, thread_name_prefix="triptych-post")
        self._thread = threading.Thread(target=self._run, name="triptych-clock", daemon=True)
        self._woken = threading.Condition()
        self._heard: dict[str | None, None] = {None: None}
        self._stopping = False
        self._ended = threading.Event()
        self._sending: set[str] = set()
        self._unfiled: dict[str, tuple[Line, Draft]] = {}
        self._next: dict[str, datetime] = {}
        self._last: datetime | None = None
        self._also = also
        self._also_at: datetime | None = None

    def start(self) -> None:
        """Begin, as soon as no other process holds the task."""
        self._thread.start()

    def woken(self, participant: str | None = None) -> None:
        """Hear that something was filed about a participant, or (none) about a site or the study."""
        with self._woken:
            self._heard[participant] = None
            self._woken.notify_all()

    def stop(self) -> None:
        """End once what is being sent has been sent and filed. Stopping again is harmless."""
        with self._woken:
            self._stopping = True
            self._woken.notify_all()
        self._ended.set()
        self._holder.give_up()
        if self._thread.ident is not None:
            self._thread.join()
        self._post.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopping:
            heard: dict[str | None, None] = {}
            failed, began = False, time.thread_time()
            try:
                if not self._holder.take():
                    break
                heard = self._take_heard()
                self._work(heard)
            except Exception:  # noqa: BLE001 -- whatever fails, reminders go on when it is mended
                _log.exception("The clock task failed and tries again in %s", AFTER_FAILURE)
                failed = True
            self._ended.wait(EASE * (time.thread_time() - began))
            self._rest(heard if failed else {}, failed=failed)
        self._holder.give_up()

    def _take_heard(self) -> dict[str | None, None]:
        """Whoever was heard of first; everybody, where something concerns everybody."""
        with self._woken:
            if None in self._heard:
                heard, self._heard = self._heard, {}
                return heard
            first = next(iter(self._heard), None)
            return {} if first is None else {first: self._heard.pop(first)}

    def _rest(self, again: Mapping[str | None, None], *, failed: bool) -> None:
        """Sleep until the next instant, or for a while after a failure; what was heard meanwhile is not slept over."""
        with self._woken:
            if not self._stopping and (failed or not self._heard):
                self._sleep(self._woken, self._seconds(failed=failed))
            self._heard.update(again)

    def _seconds(self, *, failed: bool) -> float | None:
        if failed or self._unfiled:
            return AFTER_FAILURE.total_seconds()
        earliest = min((*self._next.values(), *([self._also_at] if self._also_at else [])), default=None)
        if earliest is None:
            return None
        return min(max(earliest - self._clock(), timedelta()), LONGEST).total_seconds()

    def _work(self, heard: Collection[str | None]) -> None:
        with self._woken:
            sending = frozenset(self._sending)  # before the view: what is filed after it is neither told there nor here
        whole = self._trial.system_view()
        self._post.submit(self._do_also)
        self._file_again()
        is_set_back = self._last is not None and whole.now < self._last
        self._last = whole.now
        reached = {name for name, at in self._next.items() if at <= whole.now}
        if None in heard or is_set_back:
            names = set(whole.participants())
        else:
            names = {name for name in heard if name is not None} | reached
        if reached:
            self._changed(frozenset(reached))
        views = self._views(whole) if names else ()
        due_now = (line for name in sorted(names) for line in self._due(whole, name, views))
        lines = [(line, zone) for line, zone in due_now if line.notice.id not in sending]
        if lines:
            outside = sorted({line.notice.participant for line, _ in lines if line.notice.task == TASK})
            if outside:  # where a process died before it was filed
                self._post.submit(observe, self._trial, outside)
            self._send(whole, lines)

    def _do_also(self) -> None:
        try:
            again = self._also()
        except Exception:  # noqa: BLE001 -- whatever fails, it is tried again
            _log.exception("What is done beside the reminders failed and is tried again")
            again = self._clock() + AFTER_FAILURE
        with self._woken:
            is_sooner = again is not None and (self._also_at is None or again < self._also_at)
            self._also_at = again
            if is_sooner:
                self._woken.notify_all()

    def _views(self, whole: View) -> tuple[tuple[Audience, View], ...]:
        """What each audience may read; one of its people stands for all."""
        return tuple(
            (audience, self._trial.view(Actor(person=audience.people[0], role=audience.role, site=audience.site)))
            for audience in audiences(whole.grants(), whole.now)
        )

    def _due(self, whole: View, name: str, views: Iterable[tuple[Audience, View]]) -> list[tuple[Line, tzinfo]]:
        """What is to be told about a participant now; when to look at them again is noted."""
        courses = ((audience, view.course(name)) for audience, view in views)
        seen = [(audience, course) for audience, course in courses if course is not None]
        found = gathered(whole.study, seen)
        records = whole.records(name) if found and found[0].at <= whole.now else ()
        told = _told(records)
        instant = next_instant((course for _, course in seen), found, told, whole.now)
        lines: tuple[Line, ...] = due(found, told, whole.now)
        if lines and records[-1].recorded_at > whole.now:  # the clock has been set back, so nothing can be filed
            lines, instant = (), min(instant or records[-1].recorded_at, records[-1].recorded_at)
        self._next.pop(name, None)
        if instant is not None:
            self._next[name] = instant
        zone = whole.zone(name)
        return [(line, zone) for line in lines]

    def _send(self, whole: View, lines: Sequence[tuple[Line, tzinfo]]) -> None:
        if FORM not in whole.study.forms:
            _log.warning("The study document in force is older than reminders; none are sent.")
            return
        with self._woken:
            self._sending |= {line.notice.id for line, _ in lines}
        self._post.submit(self._deliver, letters(whole.study.document.title, lines), [line for line, _ in lines])

    def _deliver(self, batch: Sequence[Letter], lines: Sequence[Line]) -> None:
        missed = {letter.person for letter in batch if not self._is_sent(letter)}
        for line in lines:
            reached = [person for person in line.notice.people if person not in missed]
            not_reached = [person for person in line.notice.people if person in missed]
            draft = Draft(
                id=line.id,
                form=FORM,
                values=told_values(line, self._sender.name, reached, not_reached),
                occurred_at=line.notice.at,
                participant=line.notice.participant,
                site=line.notice.site,
                origin="system",
            )
            self._file(line, draft)

    def _is_sent(self, letter: Letter) -> bool:
        try:
            self._sender.send(letter)
        except Exception as error:  # noqa: BLE001 -- a sender may fail in any way, and its words may hold an address
            _log.warning("Letter %s was not sent by %s: %s", letter.id, self._sender.name, type(error).__name__)
            return False
        return True

    def _file(self, line: Line, draft: Draft) -> None:
        """File an attempt. One that the ledger does not take now is kept here, and is not sent again meanwhile."""
        try:
            outcome: Outcome | None = self._trial.file(replace(draft, occurred_at=self._clock()), SYSTEM)
        except Exception:  # noqa: BLE001 -- whatever fails, what was sent is remembered
            _log.exception("The record of attempt %s was not filed and is kept", line.id)
            outcome = None
        if isinstance(outcome, Refused | Held):
            _log.warning("Attempt %s: %s", line.id, ", ".join(reason.code for reason in outcome.reasons))
        is_kept = isinstance(outcome, Filed | Held)
        with self._woken:
            if is_kept or (isinstance(outcome, Refused) and outcome.reasons[0].code == "conflict"):
                self._unfiled.pop(line.id, None)
            else:
                self._unfiled[line.id] = (line, draft)
            if is_kept:
                self._sending.discard(line.notice.id)
                self._heard[line.notice.participant] = None
            self._woken.notify_all()

    def _file_again(self) -> None:
        with self._woken:
            kept = tuple(self._unfiled.values())
        for line, draft in kept:
            self._file(line, draft)


def _told(records: Iterable[Seen]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    for record in records:
        if record.form == FORM:
            found.setdefault(record.values["notice"], []).append(attempt(record.values, record.recorded_at))
    return found
