"""The demonstration's live session: its clock, its day, and that all of it passes the doors and the gates."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triptych.cli.demo import STUDY
from triptych.cli.live import LENGTH, LIVE, SCRIPT, Fast, before, begin, dosed_at, play
from triptych.cli.scenario import Player, read_lines
from triptych.ledger import Filed
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.safety import Alarm
from triptych.web.house import House

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_first_dose_is_long_enough_ago_and_its_morning_and_supplement_are_one_day(hour: int) -> None:
    now = datetime(2026, 11, 27, hour, 10, tzinfo=UTC)
    dosed = dosed_at(now, OSLO)
    assert LENGTH <= now - dosed <= timedelta(days=1)
    days = {(dosed + timedelta(hours=hours)).astimezone(OSLO).date() for hours in (-9, 0, 2)}
    assert len(days) == 1


def test_the_clock_runs_fast_until_it_has_caught_up() -> None:
    now = [datetime(2026, 11, 27, 12, tzinfo=UTC)]
    clock = Fast(now[0] - timedelta(hours=9), 180, lambda: now[0])
    now[0] += timedelta(minutes=5)
    assert (clock(), clock.speed()) == (datetime(2026, 11, 27, 3, tzinfo=UTC), 0.0)  # it stands until somebody looks
    clock.begin()
    told = [clock()]
    for _ in range(5):
        now[0] += timedelta(seconds=60)
        told.append(clock())
    assert told == sorted(told)
    assert told[0] == datetime(2026, 11, 27, 3, tzinfo=UTC)
    assert told[3:] == [now[0] - timedelta(seconds=120), now[0] - timedelta(seconds=60), now[0]]
    assert clock.speed() == 1.0


def test_the_session_of_the_demonstration_waits_for_somebody_who_watches() -> None:
    heard: Any = SimpleNamespace(
        hub=SimpleNamespace(is_heard=lambda participant: participant == LIVE and len(waits) > 2)
    )
    waits = list[float]()
    begun = datetime(2026, 11, 27, 12, tzinfo=UTC)
    clock = Fast(begun - timedelta(hours=9), 180, lambda: begun)
    begin(heard, clock, waits.append)
    assert (len(waits), clock.speed() > 100) == (3, True)


def test_every_step_of_the_session_is_filed_and_its_alarm_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    from triptych.web.live.alarms import ringing
    from triptych.web.live.board import board_of

    study, now = find_study(STUDY), datetime(2026, 11, 27, 12, 40, tzinfo=UTC)
    lines = read_lines((study_folder(STUDY) / "scenarios" / "whole-course.jsonl").read_text("utf-8"))
    morning = list(before(study, lines, now))
    player = Player(MemoryStore(), study, morning)
    assert all(isinstance(step.outcome, Filed) for step in player.play() if step.kind == "file")
    begins = player.clock.now
    house, red = House(MemoryStore(), player.clock, player.trial), list[Alarm]()

    def wait(_: float) -> None:
        player.clock.now += timedelta(minutes=1)
        view = player.trial.system_view()
        seen = view.records(LIVE)
        red.extend(one.alarm for one in ringing(study, board_of(view, LIVE, seen), seen) if one.alarm.is_red)

    known = len(player.trial.system_view().records(LIVE))
    play(house, begins, wait)
    assert caplog.records == []
    seen = player.trial.system_view().records(LIVE)
    assert len(seen) == known + len(SCRIPT) + 1
    assert {alarm.about for alarm in red} == {"systolic"}
    assert not any(one.alarm.is_red for one in ringing(study, board_of(player.trial.system_view(), LIVE, seen), seen))
