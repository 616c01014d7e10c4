"""Real numerics of a bedside monitor: every minute of them is a reading or none, and a probe that is off reads none."""

from collections.abc import Sequence
from pathlib import Path

import hl7
import pytest
from tests.doors.hands import Hands
from tests.exchange.test_hl7_vitals import WHOLE, oru

from triptych.cli.devices import Desk, answered
from triptych.course.signals import samples_of
from triptych.exchange import NotVitals, read_oru
from triptych.ledger import Actor
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.safety import session_alarms
from triptych.web.live.board import board_of
from triptych.web.signals import Signals

RECORD = "s00001-2896-10-10-00-31n"
SENT = {"150021": "ABPSys", "150022": "ABPDias", "147842": "HR", "150456": "SpO2"}
NOTHING = -32768
"""What the record writes where nothing was sent at all."""


@pytest.fixture(scope="module")
def minutes(reference: Path) -> Sequence[dict[str, str]]:
    """Each minute of the record as the values that a monitor would have sent, by the code of each."""
    folder = reference / "standards" / "device"
    header = [line.split() for line in (folder / f"{RECORD}.hea").read_text("utf-8").splitlines()]
    signals = [line for line in header[1:] if line and line[0].endswith(".dat")]
    data = (folder / signals[0][0]).read_bytes()
    numbers = [int.from_bytes(data[at : at + 2], "little", signed=True) for at in range(0, len(data) - 1, 2)]
    columns = {}
    for code, name in SENT.items():
        place = next(number for number, line in enumerate(signals) if line[-1] == name)
        assert signals[place][1].partition("x")[0].startswith("16")
        gain = float(signals[place][2].partition("(")[0].partition("/")[0])
        columns[code] = ["" if raw == NOTHING else f"{raw / gain:g}" for raw in numbers[place :: len(signals)]]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def test_every_minute_of_a_real_monitor_is_read_or_is_no_reading(minutes: Sequence[dict[str, str]]) -> None:
    items = {"147842": "heart_rate", "150456": "spo2"}
    for code, item in items.items():
        values = {one[code] for one in minutes}
        assert "0" in values
        assert len(values) > 10
        for value in values:
            found = read_oru(oru({**WHOLE, code: value}))
            is_reading = value != "" and float(value) > 0
            assert (item in found.values) == is_reading
            assert not is_reading or found.values[item] == pytest.approx(float(value), abs=0.5)


def dosed(kind: str) -> Hands:
    """A session in which the first dose was just given, at a site with a device of a kind."""
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    hands.contact()
    device = {"name": "MON-7", "kind": kind, "maker": "Acme", "serial": "1", "checked_on": "2026-01-10"}
    hands.file("physician", "device", device | {"state": "in_service"}, None, site="site-1")
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    return hands


DESK = Desk(actor=Actor(person="therapist-1", role="therapist"), visit="dosing", cycle=1)


def test_a_real_monitor_that_sends_continuously_leaves_a_gap_for_each_zero_and_an_alarm_for_none(
    minutes: Sequence[dict[str, str]], tmp_path: Path
) -> None:
    hands, sent = dosed("continuous"), minutes[::16]
    signals = Signals(hands.trial, lambda: hands.now, tmp_path)
    for number, one in enumerate(sent):  # told every five seconds, so that the test ends
        hands.later(seconds=5)
        content = oru(one, at=f"{hands.now:%Y%m%d%H%M%S%z}", control=str(number))
        code = str(hl7.parse(answered(hands.trial, DESK, content, hands.now, signals).decode())["MSA"][0][1])
        assert code == "AA", content
    signals.close()
    view = hands.trial.system_view()
    records = view.records("P-1")
    kept = [sample.values for one in records if one.form == "session_signal" for sample in samples_of(one.values)]
    wanted = [(_read(one["147842"]), _read(one["150456"])) for one in sent]
    assert [(one["heart_rate"], one["spo2"]) for one in kept] == wanted
    assert sum(None in one for one in wanted) > 5
    board = board_of(view, "P-1", records)
    assert board.readings == ()
    assert all(alarm.value > 0 for alarm in session_alarms(hands.study, board.stated, {}, board.dosed_at))


def _read(value: str) -> int | None:
    return round(float(value)) if value and float(value) > 0 else None


def test_zeros_of_a_real_monitor_are_no_reading_and_raise_nothing(minutes: Sequence[dict[str, str]]) -> None:
    hands = dosed("monitor")
    off = [one for one in minutes if not any(value and float(value) > 0 for value in one.values())]
    on = [one for one in minutes if all(value and float(value) > 0 for value in one.values())]
    part = [one for one in minutes if one["147842"] == "0" and any(value not in ("", "0") for value in one.values())]
    assert off
    assert on
    assert part

    def send(values: dict[str, str]) -> str:
        hands.later(minutes=1)
        content = oru(values, at=f"{hands.now:%Y%m%d%H%M%S%z}", control=hands.now.isoformat())
        return str(hl7.parse(answered(hands.trial, DESK, content, hands.now).decode())["MSA"][0][1])

    assert {send(one) for one in off[:20]} == {"AR"}
    view = hands.trial.system_view()
    board = board_of(view, "P-1", view.records("P-1"))
    assert (board.readings, session_alarms(hands.study, board.stated, {}, board.dosed_at)) == ((), [])
    assert {send(one) for one in (*part, *on)} == {"AA"}
    view = hands.trial.system_view()
    board = board_of(view, "P-1", view.records("P-1"))
    assert len(board.readings) == len(part) + len(on)
    assert all(value > 0 for one in board.readings for value in one.values.values())
    assert all("heart_rate" not in one.values for one in board.readings[: len(part)])
    assert all(alarm.value > 0 for alarm in session_alarms(hands.study, board.stated, {}, board.dosed_at))
    with pytest.raises(NotVitals, match="no reading"):
        read_oru(oru(dict.fromkeys(SENT, "0"), at="20260302110500+0100"))
