"""The demonstration's live session: a thirteenth person whose day runs in three minutes, with made-up vital signs.

The clock of the served trial stands at their first dose until somebody opens the page of the session, runs fast until
it has caught up with the time of the machine, and keeps that from then on. Everything goes through the door, decisions
through their gates.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from triptych.cli.cohort import moved
from triptych.cli.scenario import SITE, Line, name_id
from triptych.cli.tones import PLAYLIST
from triptych.ledger.drafts import Actor, Draft, Filed
from triptych.study import Study

if TYPE_CHECKING:
    from triptych.web.house import House

LIVE = "NO-13"
NUMBER = 12
SECONDS = 180.0
"""How long the whole session takes to watch."""
LONGEST = 6000
"""For so many tenths of a second it waits to be looked at."""
KINDS = ("open", "euphoria", "abnormal", "dissociation", "perception", "impairment")
LENGTH = timedelta(hours=8, minutes=20)
EARLIEST, LATEST = timedelta(hours=9, minutes=30), timedelta(hours=21)
"""When on the site's day the first dose is given: what comes before it and the supplemental dose are the same day."""
_log = logging.getLogger(__name__)


class Step(Struct, frozen=True):
    """What somebody files so many minutes after the first dose."""

    minutes: float
    role: str
    form: str
    values: dict[str, Any]
    placed: bool = False


def _vitals(minutes: float, systolic: int, diastolic: int, heart_rate: int, temperature: float) -> Step:
    values = {"systolic": systolic, "diastolic": diastolic, "heart_rate": heart_rate, "temperature": temperature}
    return Step(minutes, "therapist", "vitals", {**values, "spo2": 97}, placed=True)


def _sodium(minutes: float, sodium: float) -> Step:
    return Step(minutes, "therapist", "session_sodium", {"sodium": sodium})


def _room(minutes: float, temperature: float) -> Step:
    return Step(minutes, "co_therapist", "session_room", {"temperature": temperature})


def _moment(minutes: float, what: str) -> Step:
    return Step(minutes, "co_therapist", "session_moment", {"what": what})


def _music(begins: float, ends: float, title: str, phase: str, why: str = "next") -> Iterator[Step]:
    """A piece of the demonstration's own playlist from when to when."""
    values = {"title": title, "playlist": PLAYLIST, "phase": phase}
    yield Step(begins, "co_therapist", "session_music", values)
    yield Step(ends, "co_therapist", "session_music_end", {"why": why})


def _drink(minutes: float, kind: str, volume: int) -> Step:
    return Step(minutes, "co_therapist", "session_drink", {"kind": kind, "volume": volume})


def _distress(minutes: float, level: int) -> Step:
    return Step(minutes, "co_therapist", "session_distress", {"level": level})


def _asked(minutes: float, window: int, kinds: Sequence[str]) -> Iterator[Step]:
    """The questions on effects of a window, answered with nothing, a minute apart."""
    for later, kind in enumerate(kinds):
        values = {"window": window, "kind": kind, "answer": "nothing"}
        yield Step(minutes + later, "therapist", "session_prompt", values)


def _came(role: str) -> Step:
    return Step(1, role, "session_presence", {"person": f"{role}-1", "change": "came"})


def _agrees(role: str) -> Step:
    values = {"person": f"{role}-1", "purposes": ["fidelity", "recall"], "how": "own"}
    return Step(1, role, "recording_consent", values)


def _left(role: str) -> Step:
    return Step(494, role, "session_presence", {"person": f"{role}-1", "change": "left"})


NOT_SAID = {"missing": "not-applicable"}
CHECKED = {"oriented": True, "walked": True, "distress": 2, "effects_asked": True, "told_not_to_drive": True}
CHECKED |= {"no_clonus": True, "voided": True, "contact_card": True}
HANDED_OVER = {"moment": "handover", "name": "Kari Hansen", "phone": "+47 555 01 234", "adult": True, "expect": True}
HANDED_OVER |= {"warning_signs": True, "when_to_call": True, "stays": True, "sober": True, "confirms": True}
DECISIONS = ("dose_check", "dose_authorization", "supplement_decision", "discharge")
"""What is filed for the cycle and on no visit."""

BEFORE_DOSE = (_sodium(-30, 140), _room(-30, 20.5), _vitals(-6, 120, 76, 70, 36.7))
"""What the schedule asks for before the first dose beside what the course has anyway."""
SCRIPT: Sequence[Step] = (
    _came("therapist"),
    _came("co_therapist"),
    *map(_agrees, ("therapist", "co_therapist", "physician")),
    *(
        _distress(minutes, level)
        for minutes, level in ((58, 4), (121, 6), (181, 5), (239, 3), (299, 2), (359, 1), (479, 1))
    ),
    *_asked(64, 60, KINDS),
    Step(160, "therapist", "session_prompt", {"window": 150, "kind": "open", "answer": "deferred"}),
    *_asked(272, 270, KINDS),
    *_asked(395, 390, KINDS),
    Step(75, "therapist", "session_touch", {"person": "therapist-1", "kind": "hand", "began_by": "participant"}),
    Step(259, "co_therapist", "session_touch", {"person": "co_therapist-1", "kind": "care_steadying"}),
    *_music(8, 39.8, "Low light", "arrival"),
    *_music(40, 119.8, "Steps", "ascent"),
    *_music(120, 269.8, "Wide", "peak"),
    *_music(270, 468, "Homeward", "return", "paused"),
    _moment(14, "eyeshades"),
    _vitals(30, 132, 84, 84, 36.9),
    _moment(41, "inward"),
    _drink(55, "water", 200),
    _vitals(60, 137, 86, 90, 37.0),
    _moment(72, "tears"),
    _vitals(90, 138, 86, 94, 37.2),
    _drink(98, "electrolyte", 200),
    _vitals(112, 139, 88, 96, 37.3),
    Step(115, "physician", "supplement_decision", {"seen": True, "note": "Calm, wants it as agreed"}),
    Step(116, "co_therapist", "dose_check", {"part": "supplemental", "amount": 40, "kit": "K-013"}),
    Step(116, "physician", "dose_authorization", {"part": "supplemental", "amount": 40, "kit": "K-013"}),
    _vitals(120, 146, 91, 99, 37.4),
    _room(121, 21),
    _moment(131, "talking"),
    _vitals(150, 165, 97, 104, 37.6),
    _vitals(155, 158, 95, 102, 37.6),
    _vitals(180, 186, 104, 108, 37.8),
    _sodium(181, 138),
    Step(182, "co_therapist", "session_alarm", {"value": "systolic", "answer": "called"}),
    Step(183, "physician", "session_alarm", {"value": "systolic", "answer": "acknowledged"}),
    _vitals(190, 168, 98, 102, 37.7),
    _vitals(204, 156, 94, 98, 37.6),
    _drink(207, "electrolyte", 100),
    _moment(215, "rest"),
    _vitals(220, 150, 92, 96, 37.5),
    _vitals(240, 144, 90, 92, 37.3),
    _room(242, 21),
    Step(292, "physician", "session_alarm", {"value": "systolic", "answer": "closed", "note": "Seen; settled at rest"}),
    _moment(258, "assisted_walk"),
    _vitals(300, 134, 84, 84, 37.0),
    _drink(330, "water", 200),
    _vitals(360, 128, 82, 80, 36.9),
    _room(362, 20.5),
    _moment(402, "talking"),
    Step(470, "therapist", "session_closing", {"note": "Tired and calm"}),
    _vitals(480, 124, 80, 76, 36.8),
    Step(482, "therapist", "discharge_check", CHECKED),
    Step(484, "therapist", "escort_briefing", HANDED_OVER),
    Step(
        486,
        "therapist",
        "therapy_session",
        {"minutes": 486, "first": "therapist-1", "second": "co_therapist-1", "done": ["support", "followed"]},
        True,
    ),
    Step(489, "physician", "cssrs", {"ideation": 0, "behavior": False}, True),
    Step(490, "physician", "discharge", {"left_with": "Kari Hansen", "evening_call": NOT_SAID}),
    _left("therapist"),
    _left("co_therapist"),
)


def rule_on_recordings(at: datetime) -> Line:
    """The rule that the demonstration's site has, so that a recording can be begun. It is made up, and says so."""
    values = {"jurisdiction": "Nowhere", "allowed": True, "basis": "Made up for the demonstration; no law was read"}
    values |= {"confirmed": True, "confirmed_by": "Nobody: this is a demonstration", "keep_years": 25}
    values["checked_on"] = at.date().isoformat()
    return Line(form="recording_rule", role="physician", site=SITE, occurred_at=at, values=values)


def dosed_at(now: datetime, zone: ZoneInfo) -> datetime:
    """When the first dose of the live session is given: the last fitting time of a day at least `LENGTH` before now."""
    local = (now - LENGTH).astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if local - midnight < EARLIEST:
        return (midnight - timedelta(days=1) + LATEST).astimezone(UTC)
    return min(local, midnight + LATEST).astimezone(UTC).replace(second=0, microsecond=0)


def before(study: Study, lines: Sequence[Line], now: datetime) -> Iterator[Line]:
    """The course up to the first dose: the days before it moved by whole days, the day itself by hours too."""
    filings = [line for line in lines if line.form is not None and line.occurred_at is not None]
    dose = next(line for line in filings if line.form == "dose_administration")
    assert dose.occurred_at is not None
    zone = ZoneInfo(study.document.site_defaults.zone if study.document.site_defaults else "UTC")
    later = dosed_at(now, zone) - dose.occurred_at
    measured = [_timed(step, dose.occurred_at + later) for step in BEFORE_DOSE]
    for line in filings:
        assert line.occurred_at is not None
        is_same_day = line.occurred_at.astimezone(zone).date() == dose.occurred_at.astimezone(zone).date()
        if line.occurred_at <= dose.occurred_at:
            one = moved(study, line, NUMBER, later if is_same_day else timedelta(days=later.days))
            assert one.occurred_at is not None
            while measured and measured[0][0] < one.occurred_at:
                yield measured.pop(0)[1]
            yield one


def _timed(step: Step, dosed: datetime) -> tuple[datetime, Line]:
    """A step of the day as a line of the course, with its time."""
    place: dict[str, Any] = {"visit": "dosing", "cycle": 1} if step.placed else {}
    at = dosed + timedelta(minutes=step.minutes)
    who: dict[str, Any] = {"role": step.role, "participant": LIVE, "site": SITE}
    return at, Line(form=step.form, occurred_at=at, values=step.values, **who, **place)


class Fast:
    """A clock that stands until it is begun, runs fast for so many seconds until it has caught up, and keeps time."""

    def __init__(self, begins: datetime, seconds: float = SECONDS, read: Callable[[], datetime] | None = None) -> None:
        self._read = read or (lambda: datetime.now(UTC))
        self._began: datetime | None = None
        self._begins, self._seconds = begins, seconds

    def begin(self) -> None:
        """Run from here on."""
        self._began = self._read()

    def __call__(self) -> datetime:
        """Now, as the demonstration has it."""
        if self._began is None:
            return self._begins
        now = self._read()
        passed = (now - self._began) / timedelta(seconds=1)
        if passed >= self._seconds:
            return now
        caught_up = self._began + timedelta(seconds=self._seconds)
        return self._begins + (caught_up - self._begins) * (passed / self._seconds)

    def speed(self) -> float:
        """How many times faster than time it runs now."""
        if self._began is None:
            return 0.0
        passed = (self._read() - self._began) / timedelta(seconds=1)
        caught_up = self._began + timedelta(seconds=self._seconds)
        return 1.0 if passed >= self._seconds else (caught_up - self._begins) / timedelta(seconds=self._seconds)


def begin(served: "House", clock: Fast, wait: Callable[[float], None] = time.sleep) -> None:
    """Begin the day of the session once somebody opens its page, who so misses none of it, or after a while."""
    for _ in range(LONGEST):
        if served.hub.is_heard(LIVE):
            break
        wait(0.1)
    clock.begin()


def play(served: "House", begins: datetime, wait: Callable[[float], None] = time.sleep) -> None:
    """File every step of the session when the clock of the trial reaches it."""
    about: dict[str, str] = {}  # what the next record of a form is about
    for number, step in enumerate(sorted(SCRIPT, key=lambda step: step.minutes)):
        while served.clock() < begins + timedelta(minutes=step.minutes):
            wait(0.1)
        values = dict(step.values)
        if step.form in about:
            values["about"] = about[step.form]
        visit = "dosing" if step.placed else None
        cycle = 1 if step.placed or step.form in DECISIONS else None
        draft = Draft(
            id=name_id(f"{LIVE}:live:{number}"),
            form=step.form,
            values=values,
            occurred_at=served.clock(),
            participant=LIVE,
            site=SITE,
            visit=visit,
            cycle=cycle,
        )
        outcome = served.trial.file(draft, Actor(person=f"{step.role}-1", role=step.role))
        if not isinstance(outcome, Filed):
            _log.warning("Step %s of the live session was not filed: %s", number, outcome.reasons)
        if step.form == "vitals" and values["systolic"] >= 180:
            about["session_alarm"] = draft.id
        if step.form == "session_music":
            about["session_music_end"] = draft.id
        if step.form == "dose_authorization" and isinstance(outcome, Filed):
            _give(served, number)


def _give(served: "House", number: int) -> None:
    """Give the supplemental dose that was just authorized."""
    now = served.clock()
    given = {"part": "supplemental", "outcome": "taken", "amount": 40, "kit": "K-013", "taken_at": now.isoformat()}
    given |= {"witness": "co_therapist-1"}
    draft = Draft(
        id=name_id(f"{LIVE}:live:{number}:given"),
        form="dose_administration",
        values=given,
        occurred_at=now,
        participant=LIVE,
        site=SITE,
        visit="dosing",
        cycle=1,
    )
    served.trial.file(draft, Actor(person="therapist-1", role="therapist"))
