"""The course as a function of records and time, over prefixes of the shipped scenarios."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from triptych.cli.scenario import Player, read_lines
from triptych.course import Course, Record, Setting, derive_course
from triptych.ledger.library import find_study, knowledge, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.ledger.store import Reading
from triptych.ledger.streams import STUDY, Streams, participant_stream, site_stream

NORWAY = find_study("mdma-mdd-norway")
MEDICINES = knowledge()
SHIPPED = Path(str(study_folder("mdma-mdd-norway"))) / "scenarios"
OWN = Path(__file__).parent.parent / "scenarios"
NAMES = [
    SHIPPED / "whole-course.jsonl",
    SHIPPED / "wrong-turns.jsonl",
    OWN / "treatment-stopped.jsonl",
    OWN / "rescreening.jsonl",
    OWN / "pregnancy.jsonl",
]
OSLO = ZoneInfo("Europe/Oslo")


@cache
def played(path: Path) -> tuple[Sequence[Record], Setting]:
    """Every record that a scenario leaves about its participant, and the setting around it."""
    store = MemoryStore()
    player = Player(store, NORWAY, read_lines(path.read_text("utf-8")))
    assert not [step for step in player.play() if step.unmet]

    def read(reading: Reading) -> tuple[Sequence[Record], Setting]:
        streams = Streams()
        site = site_stream("site-1")
        setting = Setting(NORWAY, streams.records(reading, STUDY), streams.records(reading, site), "site-1")
        return streams.records(reading, participant_stream("NO-01")), setting

    with store.reading() as reading:
        return read(reading)


def course(records: Sequence[Record], setting: Setting, now: datetime) -> Course:
    return derive_course(NORWAY, "NO-01", records, setting, MEDICINES, now)


@given(
    path=st.sampled_from(NAMES),
    share=st.floats(0, 1),
    waited=st.timedeltas(timedelta(0), timedelta(days=60)),
    part=st.floats(0, 1, exclude_max=True),
)
@settings(max_examples=120, deadline=None)
def test_nothing_changes_by_time_alone_before_the_next_change(
    path: Path, share: float, waited: timedelta, part: float
) -> None:
    records, setting = played(path)
    kept = records[: 1 + int(share * (len(records) - 1))]
    now = kept[-1].recorded_at + waited
    before = course(kept, setting, now)
    until = before.next_change
    assert until is None or until > now
    span = until - now - timedelta(microseconds=1) if until else timedelta(days=365)
    later = now + part * span
    assert replace(course(kept, setting, later), now=now, next_change=until) == before


@given(path=st.sampled_from(NAMES), share=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_the_same_records_give_the_same_course_whatever_zone_the_clock_speaks(path: Path, share: float) -> None:
    records, setting = played(path)
    kept = records[: 1 + int(share * (len(records) - 1))]
    now = kept[-1].recorded_at
    assert course(list(kept), setting, now.astimezone(OSLO)) == course(kept, setting, now)


@given(path=st.sampled_from(NAMES), share=st.floats(0, 1), waited=st.timedeltas(timedelta(0), timedelta(days=400)))
@settings(max_examples=60, deadline=None)
def test_every_visit_has_a_status_and_every_gate_a_decision_with_its_conditions(
    path: Path, share: float, waited: timedelta
) -> None:
    records, setting = played(path)
    kept = records[: 1 + int(share * (len(records) - 1))]
    found = course(kept, setting, kept[-1].recorded_at + waited)
    expected = {v.id for v in NORWAY.document.visits if v.cycle is None}
    expected |= {f"{v.id}.{n}" for v in NORWAY.document.visits if v.cycle is not None for n in (1, 2)}
    assert {visit.key for visit in found.visits} >= expected
    for visit in found.visits:
        if visit.window is not None:
            assert visit.window.opens <= visit.window.closes
        if visit.status in ("missed", "skipped", "out_of_window"):
            assert visit.reasons
    for gate in found.gates:
        states = {judged.state for judged in gate.conditions}
        assert (gate.decision == "closed") == ("not met" in states)
        assert (gate.decision == "open") == (states <= {"met", "at filing"})
