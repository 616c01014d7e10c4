"""Recordings that end: by somebody's wish at once, by silence never, and told apart where a day has two."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.test_recordings import BASE, WEBM, allowed, begin, send, settings_at

from triptych.web.recording.kept import SILENT, recordings_of
from triptych.web.recording.rated import told_apart

__all__ = ["allowed", "settings_at"]
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@pytest.mark.requirement("PRV-07")
def test_nothing_that_a_tablet_recorded_after_a_stop_is_kept_and_what_it_recorded_before_is(
    allowed: Hands, log_in: Log
) -> None:
    client = log_in("therapist")
    record = begin(client).json()["id"]
    assert send(client, record, f"0&at={ms(allowed.now)}", WEBM).json()["next"] == 1
    allowed.later(minutes=1)
    stopped = allowed.now
    log_in("co_therapist").post(f"{BASE}{record}/stop/", {"why": "participant"})
    told = client.get(f"{BASE}state/?mine={record}").json()
    assert (told["running"], told["ended"], told["why"]) == (None, ms(stopped), "participant")
    late = send(client, record, f"1&at={ms(stopped + timedelta(seconds=2))}", b"after")
    assert (late.status_code, late.json()["why"], late.json()["until"]) == (409, "participant", ms(stopped))
    assert send(client, record, "1", b"says not when").status_code == 409
    assert send(client, record, f"1&at={ms(stopped - timedelta(seconds=2))}", b"before").json()["next"] == 2


def test_a_recording_whose_tablet_never_came_back_reads_as_interrupted_and_is_closed_by_a_person(
    allowed: Hands, log_in: Log, tmp_path: Path
) -> None:
    import os

    client = log_in("therapist")
    record = begin(client).json()["id"]
    send(client, record, "0", WEBM)
    heard = allowed.now
    os.utime(tmp_path / "recordings" / record / "000000.piece", (heard.timestamp(), heard.timestamp()))
    assert "interrupted" not in text_of(client.get(BASE))
    allowed.later(seconds=SILENT.total_seconds() + 60)
    known = len(allowed.trial.system_view().records("P-1"))
    page = text_of(client.get(BASE))
    assert "interrupted" in page
    assert f'name="at" value="{ms(heard)}"' in page
    assert client.get(f"{BASE}state/").json()["interrupted"] is True
    assert len(allowed.trial.system_view().records("P-1")) == known  # silence files nothing
    client.post(f"{BASE}{record}/stop/", {"why": "failure", "at": str(ms(heard)), "back": "yes"})
    (found,) = recordings_of(allowed.trial.system_view().records("P-1"))
    assert (found.state, found.why, found.stopped_at) == ("stopped", "failure", heard)
    # The tablet comes back after all: what it kept is taken.
    assert "ended" not in client.get(f"{BASE}state/?mine={record}").json()
    assert send(client, record, f"1&at={ms(allowed.now)}", b"kept").json()["next"] == 2


def test_the_night_attendant_stops_a_recording_and_begins_none(allowed: Hands, log_in: Log) -> None:
    record = begin(log_in("therapist")).json()["id"]
    night = log_in("night_attendant")
    page = text_of(night.get(BASE))
    assert "Stop recording" in page
    assert "Start recording" not in page
    assert begin(night).status_code == 422
    assert night.post(f"{BASE}people/", {"what": "agreed", "person": "night_attendant-1"}).status_code == 404
    assert night.post(f"{BASE}{record}/stop/", {"why": "participant"}).json() == {"stopped": True}


@pytest.mark.parametrize(
    ("first", "second", "recorded", "expected"),
    [
        ((90, 60), (215, 60), ((0, 85), (150, 210)), {"a": [0], "b": [1]}),  # each filed as it ended
        ((0, 60), (65, 60), ((0, 58), (66, 120)), {"a": [0], "b": [1]}),  # each at its begin
        ((60, 60), (125, 60), ((0, 58), (70, 80), (90, 122)), {"a": [0], "b": [1, 2]}),  # one after the other, in parts
        ((600, 90), (605, 60), ((0, 85), (150, 210)), {}),  # both entered in the evening
        ((60, 60), (120, 60), ((0, 58),), {}),  # a session of which nothing is kept here
        ((100, 100), (200, 100), ((110, 190), (210, 290)), {"a": [0], "b": [1]}),
    ],
)
def test_two_recorded_sessions_of_a_day_are_told_apart_by_time_or_not_at_all(
    first: Any, second: Any, recorded: Any, expected: dict[str, list[int]]
) -> None:
    def minutes(count: int) -> datetime:
        return TEN + timedelta(minutes=count)

    sessions: Any = [
        SimpleNamespace(root=root, occurred_at=minutes(at), values={"minutes": lasted})
        for root, (at, lasted) in (("a", first), ("b", second))
    ]
    kept: Any = [SimpleNamespace(begun_at=minutes(begun), stopped_at=minutes(ended)) for begun, ended in recorded]
    assert told_apart(sessions, kept) == {root: [kept[one] for one in them] for root, them in expected.items()}
