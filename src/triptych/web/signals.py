"""Continuous signals while they come: the open minute of each device, and what of it is filed and when.

A sample is on disk before it is acknowledged. A minute becomes a record when it is over, when its device falls silent,
or at once where a value in it is past a limit; a server that was killed files what it finds when it starts again.
"""

import fcntl
import json
import logging
import os
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, to_builtins

from triptych.course import Capture, may_file
from triptych.course.signals import Crossings, Sample, chunk_values
from triptych.exchange import Readings
from triptych.ledger import Actor, Draft, Filed, Held, Reason, Trial
from triptych.ledger.errors import LedgerError
from triptych.ledger.judging import AHEAD
from triptych.study import SessionRules
from triptych.study.limits import SIGNAL, SIGNALS
from triptych.web.devices import registered

CONTINUOUS = "continuous"
"""The kind of a registered device whose readings are a signal."""
MINUTE = timedelta(minutes=1)
SILENCE = 75.0
"""Seconds after its first sample when a minute is filed although no later sample has come."""
MOST = 300
"""Samples in one record at most; a faster device has more records a minute."""
ENDING = ".signal"
_log = logging.getLogger(__name__)


class Source(Struct, frozen=True):
    """Where a signal comes from and who answers for it."""

    participant: str
    device: str
    person: str
    role: str
    site: str | None

    @property
    def actor(self) -> Actor:
        """Who files."""
        return Actor(person=self.person, role=self.role, site=self.site)


class _Open:
    """A minute that is not filed yet: its samples, and the file that keeps them until it is."""

    def __init__(self, source: Source, folder: Path) -> None:
        self.source, self.samples = source, list[Sample]()
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.NamedTemporaryFile("w", dir=folder, suffix=ENDING, delete=False, encoding="utf-8")  # noqa: SIM115 -- open until it is filed
        self.path = Path(self._file.name)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._write(to_builtins(source))
        self.timer: threading.Timer | None = None

    def _write(self, line: object) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def is_over(self, sample: Sample) -> bool:
        """Whether a sample belongs to the next minute."""
        return sample.at - self.samples[0].at >= MINUTE or len(self.samples) >= MOST

    def add(self, sample: Sample) -> None:
        """Take in a sample. It is safe once this returns."""
        self._write(to_builtins(sample))
        self.samples.append(sample)

    def end(self, *, is_kept: bool) -> None:
        """Let go of the file: its samples stand in the ledger, or stay where they are."""
        if self.timer is not None:
            self.timer.cancel()
        if is_kept:
            self.path.unlink(missing_ok=True)
        self._file.close()


class _Line:
    """One source while it sends: what is open of it, and what was told."""

    def __init__(self, source: Source) -> None:
        self.source, self.lock = source, threading.RLock()
        self.open: _Open | None = None
        self.last: datetime | None = None
        self.crossings = Crossings(SessionRules())


class Signals:
    """The signals that this process takes. A source waits for nobody but itself."""

    def __init__(
        self, trial: Trial, clock: Callable[[], datetime], folder: Path, woken: Callable[[str], None] | None = None
    ) -> None:
        self._trial, self._clock, self._folder, self._woken = trial, clock, folder, woken or (lambda _: None)
        self._lines: dict[Source, _Line] = {}

    def take(self, readings: Readings, actor: Actor) -> tuple[Reason, ...] | None:
        """Take a sample of a device that sends continuously: why it is not taken, nothing where it is.

        None stands for a device that is not registered to send continuously.
        """
        source = Source(readings.participant, readings.device, actor.person, actor.role, actor.site)
        told = {item: readings.values.get(item) for item in SIGNALS if item in readings.told}
        line = self._lines.get(source)
        if line is None or line.open is None:
            rules = self._rules(source)
            if not isinstance(rules, SessionRules):
                return rules
            line = self._lines.setdefault(source, _Line(source))
            with line.lock:
                line.crossings.rules(rules)
        with line.lock:
            return self._take(line, Sample(readings.at, told))

    def _rules(self, source: Source) -> SessionRules | tuple[Reason, ...] | None:
        """What the document sets for a source that may send, else why it may not; looked at for each of its minutes."""
        view = self._trial.view(source.actor)
        course = view.course(source.participant)
        if course is None or registered(view, source.site or course.site).get(source.device) != CONTINUOUS:
            return None
        study = view.study_of(source.participant)
        form, role = study.forms.get(SIGNAL), study.roles.get(source.role)
        if form is None or role is None or not may_file(role, form):
            return (Reason(code="not_granted", text="This role does not file continuous signals."),)
        return study.document.session or SessionRules()

    def _take(self, line: _Line, sample: Sample) -> tuple[Reason, ...]:
        if not sample.values:
            text = "From a device that sends continuously only heart rate and SpO2 are taken. Register the other apart."
            return (Reason(code="no_signal", text=text),)
        if sample.at - self._clock() > AHEAD:
            return (Reason(code="in_the_future", text="The sample is of the future. Check the clock of the device."),)
        if line.last is not None and sample.at <= line.last:
            return ()  # sent again: it stands already
        refused = self._file(line, {}) if line.open is not None and line.open.is_over(sample) else ()
        if refused:
            return refused
        if line.open is None:
            line.open = _Open(line.source, self._folder)
            self._watch(line, line.open)
        line.open.add(sample)
        line.last = sample.at
        past = line.crossings.take(sample)
        refused = self._file(line, past) if past else ()
        if not refused:
            self._woken(line.source.participant)
        return refused

    def _watch(self, line: _Line, current: _Open) -> None:
        """File a minute that no later sample ends."""

        def end() -> None:
            with line.lock, suppress(LedgerError):
                if line.open is current:
                    self._file(line, {})

        current.timer = threading.Timer(SILENCE, end)
        current.timer.daemon = True
        current.timer.start()

    def _file(self, line: _Line, past: dict[str, float]) -> tuple[Reason, ...]:
        """File the open minute; what the door refuses stays on disk, and is tried again at the next start."""
        current = line.open
        if current is None:
            return ()
        is_kept = False
        try:
            outcome = self._trial.file(draft_of(line.source, current.samples, past), line.source.actor)
            is_kept = isinstance(outcome, Filed | Held)
        finally:
            current.end(is_kept=is_kept)
            line.open = None  # and not before: what is being filed is shown all the while
        if isinstance(outcome, Filed | Held):
            return ()
        _log.warning("A minute of a signal was refused and stays on disk: %s", [one.code for one in outcome.reasons])
        return outcome.reasons

    def open_samples(self, participant: str) -> list[tuple[str, Sample]]:
        """The samples of a participant that are in no record yet, each with its device."""
        mine = [(line.source.device, line.open) for line in list(self._lines.values())
                if line.source.participant == participant]  # fmt: skip
        return [(device, sample) for device, current in mine if current for sample in list(current.samples)]

    def recover(self) -> int:
        """File what a process that ended left on disk; gives how many minutes. What another has open is left."""
        done = 0
        for path in sorted(self._folder.glob(f"*{ENDING}")):
            with path.open(encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue
                lines = list(_lines(file.read()))
                source = convert(lines[0], Source) if lines else None
                samples = [convert(line, Sample) for line in lines[1:]]
                if source is None or not samples:
                    path.unlink()
                elif isinstance(self._trial.file(draft_of(source, samples, {}), source.actor), Filed | Held):
                    path.unlink()
                    done += 1
        return done

    def close(self) -> None:
        """File every open minute."""
        for line in list(self._lines.values()):
            with line.lock, suppress(LedgerError):
                self._file(line, {})


def not_taken(readings: Readings) -> tuple[str, ...]:
    """What of a sample is no reading, or no signal, and why it stands nowhere."""
    others = sorted(readings.values.keys() - {*SIGNALS})
    return (*readings.left_out, *(f"{item}: not taken from a device that sends continuously" for item in others))


def draft_of(source: Source, samples: list[Sample], past: dict[str, float]) -> Draft:
    """The record of some samples, oldest first. Its identifier comes from what it holds, so that it is filed once."""
    values = chunk_values(samples, past)
    held = f"{source.participant}\n{source.device}\n{values['begins']}\n{values['samples']}"
    return Draft(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:triptych:signal:{sha256(held.encode()).hexdigest()}")),
        form=SIGNAL,
        values=values,
        occurred_at=samples[-1].at,
        participant=source.participant,
        site=source.site,
        origin="device",
        capture=Capture(device=source.device, at=samples[-1].at),
    )


def _lines(text: str) -> Iterator[Any]:
    """What a file keeps, up to a line that was broken off while it was written: that sample was not acknowledged."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return
