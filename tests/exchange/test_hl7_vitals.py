"""A monitor's readings in HL7 v2: what is read, what is no reading, and what the monitor is answered."""

import socket
import threading
from datetime import UTC, datetime
from typing import Any

import hl7
import pytest
from hl7.client import MLLPClient
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.doors.hands import Hands

from triptych.cli.devices import Desk, answered, serving
from triptych.exchange import NotVitals, acknowledgment, read_oru
from triptych.ledger import Actor
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT = "20260302110500+0100"
WHOLE = {"150021": "128", "150022": "81", "147842": "72", "150364": "36.8"}
UNITS = {"150021": "MDC_DIM_MMHG", "150022": "MDC_DIM_MMHG", "147842": "MDC_DIM_BEAT_PER_MIN",
         "150364": "MDC_DIM_DEGC", "150456": "MDC_DIM_PERCENT"}  # fmt: skip


def oru(readings: dict[str, str] = WHOLE, at: str = AT, status: str = "R", **more: str) -> bytes:
    """A message as IHE's device profile writes it, MDC codes and a time for each reading."""
    lines = [
        f"MSH|^~\\&|{more.get('device', 'MON-7^0012FFFFFE000007^EUI-64')}|WARD|TRIPTYCH|SITE|{at}||"
        f"{more.get('kind', 'ORU^R01^ORU_R01')}|{more.get('control', 'MSG-1')}|P|2.6",
        f"PID|||{more.get('person', 'P-1')}^^^TRIAL^PI||Nobody^^^^^^L",
        f"OBR|1|A1|B1|182777000^monitoring of patient^SCT|||{at}",
    ]
    for number, (code, value) in enumerate(readings.items(), 1):
        unit = more.get("unit", f"0^{UNITS[code]}^MDC")
        lines.append(f"OBX|{number}|NM|{code}^NAME^MDC|1.0.0.{number}|{value}|{unit}|||||{status}|||{at}")
    return "\r".join(lines).encode() + b"\r"


def test_readings_are_read_with_who_when_and_by_which_device():
    found = read_oru(oru())
    assert found.values == {"systolic": 128, "diastolic": 81, "heart_rate": 72, "temperature": 36.8}
    assert (found.participant, found.device, found.control_id) == ("P-1", "MON-7", "MSG-1")
    assert found.at.isoformat() == "2026-03-02T11:05:00+01:00"
    assert found.record_id == read_oru(oru()).record_id != read_oru(oru(control="MSG-2")).record_id


@pytest.mark.parametrize("value", ["0", "0.0", "", '""', "NaN", "inf", "-4", "off", "1e999"])
@pytest.mark.parametrize("code", WHOLE)
def test_a_probe_that_reads_zero_or_no_number_is_no_reading(code, value):
    found = read_oru(oru({**WHOLE, code: value}))
    assert (len(found.values), len(found.left_out)) == (3, 1)


@pytest.mark.parametrize("status", ["X", "D", "W", "I", ""])
def test_what_the_monitor_withdrew_or_has_not_finished_is_no_reading(status):
    with pytest.raises(NotVitals, match="no reading in the message"):
        read_oru(oru(status=status))


@pytest.mark.parametrize(
    "content",
    [b"", b"MSH|^~\\&|", b"\xff\xfe", oru(kind="ADT^A01"), oru(person=""), oru(person="P-1~P-2"), oru(device=""),
     oru(at="20260302110500"), oru(at="202603"), oru(at="20269902110500+0100"), oru(control=""), oru(unit="kPa"),
     oru() + oru().replace(b"OBX|1", b"OBX|5"), b"x" * 100_001],
)  # fmt: skip
def test_a_message_that_leaves_open_who_when_or_what_is_refused_and_can_be_answered(content):
    with pytest.raises(NotVitals):
        read_oru(content)
    answer = hl7.parse(acknowledgment(content, "AR", NOW, "a|b^c").decode())
    assert str(answer["MSA"][0][1]) == "AR"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_message_reads_nothing_that_was_not_in_it(data: Any) -> None:
    content = bytearray(oru())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from(b"|^~\\&\r0X \x00"))
    try:
        found = read_oru(bytes(content))
    except NotVitals:
        return
    assert all(value > 0 for value in found.values.values())


@pytest.fixture
def norway() -> Hands:
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    hands.contact()
    device = {"name": "MON-7", "kind": "monitor", "maker": "Acme 7", "serial": "1", "checked_on": "2026-01-10"}
    hands.file("physician", "device", device | {"state": "in_service"}, None, site="site-1")
    hands.later(hours=3)
    return hands


DESK = Desk(actor=Actor(person="physician-1", role="physician"), visit="screening")


def code_of(reply: bytes) -> str:
    return str(hl7.parse(reply.decode())["MSA"][0][1])


def test_a_message_is_filed_once_with_its_device_and_both_times(norway: Hands) -> None:
    content = oru({**WHOLE, "147842": "0"})
    assert [code_of(answered(norway.trial, DESK, content, NOW)) for _ in range(2)] == ["AA", "AA"]
    (record,) = [one for one in norway.trial.system_view().records("P-1") if one.form == "vitals"]
    assert record.values["heart_rate"] == {"missing": "not-performed"}
    assert (record.values["systolic"], record.values["temperature"]) == (128, 36.8)
    with norway.store.reading() as reading:
        stored = list(reading.records("participant:P-1"))[-1]
    assert b'"origin":"device"' in stored.body
    assert b'"capture":{"device":"MON-7"' in stored.body
    assert (record.occurred_at.isoformat(), record.recorded_at) == ("2026-03-02T11:05:00+01:00", norway.now)


def test_what_is_refused_is_told_and_not_acknowledged(norway: Hands) -> None:
    assert code_of(answered(norway.trial, DESK, b"nonsense", NOW)) == "AR"
    assert code_of(answered(norway.trial, DESK, oru(), NOW)) == "AA"
    other = oru({**WHOLE, "150021": "199"})
    assert code_of(answered(norway.trial, DESK, other, NOW)) == "AE"
    assert [one.actor for one in norway.trial.system_view().records("P-1") if one.form == "vitals"] == ["physician-1"]


def test_a_device_that_is_not_registered_at_the_site_is_told_so(norway: Hands) -> None:
    assert code_of(answered(norway.trial, DESK, oru(device="MON-8^0012^EUI-64"), NOW)) == "AE"
    assert [one for one in norway.trial.system_view().records("P-1") if one.form == "vitals"] == []


def test_a_client_of_mllp_is_answered_and_a_broken_block_ends_its_connection() -> None:
    with serving(("127.0.0.1", 0), lambda content: acknowledgment(content, "AA", NOW)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        host, port = server.server_address[:2]
        with MLLPClient(str(host), port) as client:
            for number in range(3):
                reply = client.send_message(oru(control=f"M{number}"))
                assert code_of(reply.strip(b"\x0b\x1c\r")) == "AA"
        with socket.create_connection((str(host), port), timeout=10) as raw:
            raw.sendall(b"x" * 100_100)
            assert raw.recv(10) == b""
        server.shutdown()
        thread.join()
