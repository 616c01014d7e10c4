"""Continuous signals of a monitor: kept by the minute, heard by alarms at once, and no reading that was due."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.program import Program
from tests.doors.hands import Hands
from tests.exchange.test_fhir_vitals import bundle, single

from triptych.course.signals import samples_of
from triptych.exchange import NoReading, Readings, read_observations
from triptych.ledger import Actor, Seen
from triptych.safety import session_alarms
from triptych.web.house import house
from triptych.web.live.board import board_of
from triptych.web.signals import Signals

MONITOR = {"name": "MON-7", "kind": "continuous", "maker": "Acme 7", "serial": "1", "state": "in_service",
           "checked_on": "2026-01-10"}  # fmt: skip
SATURATION, PULSE = "59408-5", "8867-4"


@pytest.fixture
def live(norway: Hands) -> Hands:
    """A session in which the first dose was just given, at a site with a monitor that sends continuously."""
    norway.contact()
    norway.file("physician", "device", MONITOR, None, site="site-1")
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    norway.player.clock.now = norway.now.replace(second=0) + timedelta(minutes=1)
    return norway


def body(hands: Hands, heart_rate: float, spo2: float = 98) -> dict[str, Any]:
    """What a gateway sends of one instant."""
    told = {"effectiveDateTime": hands.now.isoformat()}
    parts = single(PULSE, heart_rate, "/min", **told), single(SATURATION, spo2, "%", **told)
    return bundle(*({**part, "id": f"{part['id']}-{hands.now:%H%M%S}"} for part in parts))


def send(hands: Hands, program: Program, heart_rate: float, spo2: float = 98) -> Any:
    hands.later(seconds=2)
    return program.post(body(hands, heart_rate, spo2), "/vitals?visit=dosing&cycle=1")


def minutes(hands: Hands) -> list[Seen]:
    return [one for one in hands.trial.system_view().records("P-1") if one.form == "session_signal"]


def alarms(hands: Hands) -> list[tuple[str, float, str]]:
    view = hands.trial.system_view()
    board = board_of(view, "P-1", view.records("P-1"))
    assert board.readings == ()
    found = session_alarms(hands.study, board.stated, {}, board.dosed_at)
    return [(one.about, one.value, one.state) for one in found]


def test_a_minute_of_samples_is_one_record_with_every_sample_and_zero_is_a_gap(live: Hands) -> None:
    program = Program("therapist-1")
    for rate in (72, 74, 0, 80):
        answer = send(live, program, rate, 0 if rate == 80 else 98)
        assert (answer.status_code, answer.json()["outcome"]) == (200, "taken"), answer.content
    assert "no reading" in answer.json()["findings"][0]["text"]
    assert program.post(body(live, 99), "/vitals").json()["outcome"] == "taken"  # the same instant again
    assert send(live, program, 0, 0).json()["outcome"] == "taken"
    live.later(seconds=2)
    pressure = single("8480-6", 120, "mm[Hg]", effectiveDateTime=live.now.isoformat())
    assert program.post(pressure, "/vitals").json()["reasons"][0]["code"] == "no_signal"
    assert minutes(live) == []
    live.later(minutes=1)
    send(live, program, 75)
    (one,) = minutes(live)
    assert (
        one.values.items() >= {"count": 5, "heart_rate_min": 72, "heart_rate_median": 74, "heart_rate_max": 80}.items()
    )
    assert one.values["spo2_min"] == one.values["spo2_max"] == 98
    kept = [(sample.values["heart_rate"], sample.values["spo2"]) for sample in samples_of(one.values)]
    assert kept == [(72, 98), (74, 98), (None, 98), (80, None), (None, None)]
    assert (one.actor, one.capture.device if one.capture else "") == ("therapist-1", "MON-7")
    assert alarms(live) == []


@pytest.mark.requirement("SAF-09")
def test_a_value_past_a_limit_is_heard_at_once_again_while_it_lasts_and_worse_without_waiting(live: Hands) -> None:
    program = Program("therapist-1")
    send(live, program, 80)
    send(live, program, 80, 93)
    assert alarms(live) == [("spo2", 93, "unconfirmed")]
    for _ in range(9):
        send(live, program, 80, 94)
    assert len(minutes(live)) == 1
    live.later(minutes=5)
    send(live, program, 80, 94)
    assert len(minutes(live)) == 3
    assert alarms(live) == [("spo2", 93, "unconfirmed")]  # the repeat is made by a person
    send(live, program, 80, 89)
    assert alarms(live)[-1] == ("spo2", 89, "red")
    for _ in range(40):
        send(live, program, 80)
    assert alarms(live)[-1] == ("spo2", 89, "red")


def test_no_signal_makes_a_reading_that_a_gate_asks_for(live: Hands) -> None:
    from triptych.web.live.drawing import drawn

    send(live, Program("therapist-1"), 80, 93)
    live.later(minutes=30)
    view = live.trial.system_view()
    course = view.course("P-1")
    assert course is not None
    seen = view.records("P-1")
    assert '"Vital signs"' in drawn(live.study, board_of(view, "P-1", seen), seen)["facts"]


def test_what_was_acknowledged_is_filed_by_the_next_process_where_this_one_was_killed(
    live: Hands, tmp_path: Path
) -> None:
    actor = Actor(person="therapist-1", role="therapist")

    def taken(rate: float) -> Readings:
        live.later(seconds=1)
        try:
            return read_observations(body(live, rate, rate and 98))
        except NoReading as none:
            return none.readings

    killed = Signals(live.trial, lambda: live.now, tmp_path)
    assert [killed.take(taken(rate), actor) for rate in (70, 0, 71)] == [(), (), ()]
    assert Signals(live.trial, lambda: live.now, tmp_path).recover() == 0  # it still runs, and has it open
    for line in killed._lines.values():
        assert line.open is not None
        line.open.end(is_kept=False)
    with next(tmp_path.glob("*.signal")).open("a") as file:
        file.write('{"at": "2026-03-0')
    assert Signals(live.trial, lambda: live.now, tmp_path).recover() == 1
    assert Signals(live.trial, lambda: live.now, tmp_path).recover() == 0
    (one,) = minutes(live)
    assert [sample.values["heart_rate"] for sample in samples_of(one.values)] == [70, None, 71]


def test_a_device_of_another_kind_or_a_role_that_may_not_sends_no_signal(live: Hands) -> None:
    assert send(live, Program("coordinator-1"), 80).status_code in (403, 422)
    live.file("physician", "device", MONITOR | {"kind": "monitor"}, None, site="site-1")
    assert send(live, Program("therapist-1"), 80).json()["outcome"] == "filed"
    assert send(live, Program("therapist-1"), 0, 0).json()["reasons"][0]["code"] == "not_vitals"
    assert minutes(live) == []
    house().signals.close()


def test_the_monitor_of_the_demonstration_sends_as_a_gateway_does_and_raises_nothing(live: Hands) -> None:
    from triptych.cli.live import LIVE
    from triptych.cli.live_signal import BEGINS, OFF, telling

    served, dosed = house(), live.now - timedelta(minutes=BEGINS - 1)
    live.contact(LIVE)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": dosed.isoformat()}
    live.file("therapist", "dose_administration", dose, LIVE, visit="dosing", cycle=1)
    wait = telling(served, dosed, lambda seconds: None)
    for step in (0, 1, OFF[1] - BEGINS):
        live.later(minutes=step)
        wait(0)
    served.signals.close()
    records = [one for one in live.trial.system_view().records(LIVE) if one.form == "session_signal"]
    samples = [sample.values for one in records for sample in samples_of(one.values)]
    assert {"heart_rate": None, "spo2": None} in samples
    assert len(samples) == 12 * ((live.now - dosed) / timedelta(minutes=1) - BEGINS) + 1
    assert not any({"heart_rate", "spo2"} & one.values.keys() for one in records)
