"""Participants to fold: the Norway study's whole course, played through the doors and widened to many records."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from triptych.cli.scenario import SITE, Line, Player, read_lines
from triptych.course import Course, Record, Setting, derive_course
from triptych.ledger import Filed
from triptych.ledger.library import find_study, knowledge, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.ledger.store import Store
from triptych.study import Study

STUDY = "mdma-mdd-norway"
NAME = "NO-01"
OSLO = ZoneInfo("Europe/Oslo")
SESSIONS = ((1, datetime(2026, 3, 18, 9, 30, tzinfo=OSLO)), (2, datetime(2026, 4, 24, 9, 30, tzinfo=OSLO)))
FIRST_CALL = datetime(2026, 1, 27, 18, 30, tzinfo=OSLO)
decode = msgspec.json.Decoder(Record).decode


class Participant(NamedTuple):
    """One participant's records, what they are judged beside, and the instant to fold them at."""

    study: Study
    records: tuple[Record, ...]
    setting: Setting
    now: datetime

    def until(self, count: int) -> "Participant":
        """The same participant when only so many records had been filed."""
        records = self.records[:count]
        return self._replace(records=records, now=records[-1].recorded_at + timedelta(minutes=1))

    def course(self) -> Course:
        """Derive the whole course."""
        return derive_course(self.study, NAME, self.records, self.setting, knowledge(), self.now)


def participant(count: int | None = None) -> Participant:
    """The whole course as the scenario has it, or widened to a number of records."""
    return played(MemoryStore(), find_study(STUDY), count)


def played(store: Store, study: Study, count: int | None = None) -> Participant:
    """The same, played through the door into a store."""
    player = Player(store, study, lines(count))
    for step in player.play():
        assert isinstance(step.outcome, Filed), f"{step.text}: {step.outcome}"
    with store.reading() as reading:
        records, study_records, site_records = (
            tuple(decode(stored.body) for stored in reading.records(stream))
            for stream in (f"participant:{NAME}", "study", f"site:{SITE}")
        )
    assert count in (None, len(records))
    setting = Setting(player.study, study_records, site_records, SITE)
    return Participant(player.study, records, setting, player.clock.now + timedelta(minutes=1))


def lines(count: int | None = None) -> list[Line]:
    """The filings of the scenario, with as many more as are wanted, in the order of their times."""
    text = (study_folder(STUDY) / "scenarios" / "whole-course.jsonl").read_text("utf-8")
    filings = [line for line in read_lines(text) if line.form]
    further = islice(_further(), count - len(filings)) if count else ()
    return sorted([*filings, *further], key=lambda line: line.occurred_at or FIRST_CALL)


def _further() -> Iterator[Line]:
    """Close watch in both medicine sessions with corrections and queries, then a call on every day."""
    for cycle, start in SESSIONS:
        for number in range(30):
            yield from _watched(cycle, number, start + timedelta(minutes=15 * number))
    for day in range(280):
        values = {"mode": "phone", "reached": True, "said": "Sleeps and eats as usual, no complaints"}
        yield _line("contact", "coordinator", FIRST_CALL + timedelta(days=day), values)


def _watched(cycle: int, number: int, at: datetime) -> Iterator[Line]:
    """A quarter of an hour of a session: vitals and a note; sometimes a correction, a query or an adverse event."""
    name = f"watch-{cycle}-{number}"
    vitals = {"systolic": 128 + number % 9, "diastolic": 80 + number % 5, "heart_rate": 80, "temperature": 36.9}
    place = {"visit": "dosing", "cycle": cycle}
    yield _line("vitals", "physician", at, vitals, id=name, **place)
    yield _line("observation", "therapist", at + timedelta(minutes=2), {"text": "Eyes closed, breathes calmly"})
    if number % 5 == 0:
        slip = "Pulse read from the wrong line"
        again = at + timedelta(minutes=3)
        yield _line("vitals", "physician", again, vitals | {"heart_rate": 84}, corrects=name, reason=slip, **place)
    if number % 6 == 0:
        yield from _queried(name, at)
    if number % 10 == 0:
        event = {"term": "Bruxism", "onset": at.isoformat(), "grade": 1, "serious": False, "relation": "related"}
        event |= {"valence": "neutral", "narrative": "Jaw tight for some minutes"}
        yield _line("adverse_event", "therapist", at + timedelta(minutes=4), event)


def _queried(name: str, at: datetime) -> Iterator[Line]:
    query, next_day = f"query-{name}", at + timedelta(days=1)
    asked = {"about": name, "item": "heart_rate", "text": "Was this read by hand?"}
    yield _line("query", "monitor", next_day, asked, id=query)
    yield _line("query_answer", "physician", next_day, {"about": query, "text": "By the monitor"})
    yield _line("query_close", "monitor", next_day, {"about": query, "why": "Answered"})


def _line(form: str, role: str, at: datetime, values: dict[str, object], **more: object) -> Line:
    return msgspec.structs.replace(Line(participant=NAME, form=form, role=role, occurred_at=at, values=values), **more)
