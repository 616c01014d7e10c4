"""Readings by Web Bluetooth: the bytes of cuffs and thermometers, and one cuff from the air to the ledger.

The cuff is simulated by Chromium's own emulation of Bluetooth (`BluetoothEmulation`); everything else is real.
"""

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, expect
from tests.browser.conftest import Windows
from tests.browser.test_session import live, opened
from tests.doors.hands import Hands

__all__ = ["live"]

VECTORS = json.loads((Path(__file__).parent / "bluetooth-vectors.json").read_text("utf-8"))
SPECIAL = {"sfloat": range(0x7FE, 0x803), "float": range(0x7FFFFE, 0x800003)}
"""Mantissas that are no number: +INF, NaN, NRes, reserved and -INF, by ISO/IEEE 11073-20601."""


def encoded(kind: str) -> dict[str, float | None]:
    """Numbers in the encoding of a kind with what they are, by decimal arithmetic; and every special."""
    places, digits = {"sfloat": (12, 4), "float": (24, 8)}[kind]
    found: dict[str, float | None] = {}
    for exponent in range(-8, 8):
        for mantissa in (-1234, -1, 0, 1, 160, 2045, 2 ** (places - 1) - 3, -(2 ** (places - 1)) + 3):
            bits = (exponent % 2 ** (4 * digits - places)) << places | mantissa % 2**places
            found[f"{bits:0{digits}x}"] = float(Decimal(mantissa).scaleb(exponent))
    return found | {f"{mantissa:0{digits}x}": None for mantissa in SPECIAL[kind]}


NUMBERS = {kind: VECTORS[kind] | encoded(kind) for kind in SPECIAL}
CUFF = "09:09:09:09:09:09"
SERVICE, MEASUREMENT, SUBSCRIPTION = (f"0000{short}-0000-1000-8000-00805f9b34fb" for short in ("1810", "2a35", "2902"))
READ = """async ([url, vectors]) => {
  const { sfloat, float, PROFILES, doubt } = await import(url);
  const view = (text) => new DataView(new Uint8Array(text.match(/../g).map((one) => parseInt(one, 16))).buffer);
  const turned = (text) => view(text.match(/../g).reverse().join(""));
  const read = (kind) => vectors[kind].map(({ bytes }) => PROFILES[kind].read(view(bytes.replaceAll(" ", ""))));
  const numbers = (of, kind) => Object.fromEntries(Object.keys(vectors[kind]).map((hex) => [hex, of(turned(hex), 0)]));
  const pressures = read("blood_pressure");
  return {
    sfloat: numbers(sfloat, "sfloat"), float: numbers(float, "float"), pressures, temperatures: read("thermometer"),
    clock: new Date(2026, 10, 27, 10, 5).getTime(), doubts: pressures.map((one) => doubt(one, one.at ?? 0)),
    stale: doubt(pressures[2], pressures[2].at + 200000),
  };
}"""


class Air:
    """A blood-pressure cuff in the simulated air: it answers what the browser asks of it, and then measures."""

    def __init__(self, browser: Browser, name: str, value: str) -> None:
        self.session, self.value = browser.new_browser_cdp_session(), base64.b64encode(bytes.fromhex(value)).decode()
        self.send = self.session.send
        self.send("BluetoothEmulation.enable", {"state": "powered-on", "leSupported": True})
        self.session.on("BluetoothEmulation.gattOperationReceived", self._asked)
        self.session.on("BluetoothEmulation.characteristicOperationReceived", self._used)
        self.session.on("BluetoothEmulation.descriptorOperationReceived", self._described)
        known = {"address": CUFF, "name": name, "manufacturerData": [], "knownServiceUuids": [SERVICE]}
        self.send("BluetoothEmulation.simulatePreconnectedPeripheral", known)

    def _asked(self, event: dict[str, Any]) -> None:
        if event["type"] == "discovery":
            service = self.send("BluetoothEmulation.addService", {"address": CUFF, "serviceUuid": SERVICE})
            # A real cuff only indicates; the emulation hands a value over as the answer to a read.
            what = {"serviceId": service["serviceId"], "characteristicUuid": MEASUREMENT}
            what |= {"properties": {"read": True, "indicate": True, "notify": True}}
            made = self.send("BluetoothEmulation.addCharacteristic", what)
            of = {"characteristicId": made["characteristicId"], "descriptorUuid": SUBSCRIPTION}
            self.send("BluetoothEmulation.addDescriptor", of)
        answer = {"address": CUFF, "type": event["type"], "code": 0}
        self.send("BluetoothEmulation.simulateGATTOperationResponse", answer)

    def _used(self, event: dict[str, Any]) -> None:
        answer = {"characteristicId": event["characteristicId"], "type": event["type"], "code": 0}
        if event["type"] == "read":
            answer["data"] = self.value
        self.send("BluetoothEmulation.simulateCharacteristicOperationResponse", answer)

    def _described(self, event: dict[str, Any]) -> None:
        answer = {"descriptorId": event["descriptorId"], "type": event["type"], "code": 0}
        self.send("BluetoothEmulation.simulateDescriptorOperationResponse", answer)


def choose(session: CDPSession) -> None:
    """Choose the first device that the browser offers, once: the browser asks again whenever it finds another."""
    chosen: list[str] = []

    def prompted(asked: dict[str, Any]) -> None:
        if asked["devices"] and not chosen:
            chosen.append(asked["devices"][0]["id"])
            session.send("DeviceAccess.selectPrompt", {"id": asked["id"], "deviceId": chosen[0]})

    session.send("DeviceAccess.enable")
    session.on("DeviceAccess.deviceRequestPrompted", prompted)


@pytest.mark.requirement("QA-08")
def test_a_cuff_is_chosen_and_its_reading_reaches_the_ledger_with_the_device_that_measured(
    live: Hands, window: Windows, browser: Browser
) -> None:
    cuff = {"name": "Cuff-1", "kind": "blood_pressure", "maker": "Acme", "serial": "7", "state": "in_service"}
    live.file("physician", "device", cuff | {"checked_on": "2026-01-10"}, None, site="site-1")
    air = Air(browser, "Cuff-1", "04 b6 00 68 00 82 00 48 00")
    try:
        room = opened(window, "therapist-1")
        modules = json.loads(room.locator("#given").inner_text())["modules"]
        told = room.evaluate(READ, [modules["session-bluetooth"], VECTORS | NUMBERS])
        for kind, numbers in NUMBERS.items():
            wanted = {bits: number for bits, number in numbers.items() if number is not None}
            assert {bits for bits, number in told[kind].items() if number is None} == numbers.keys() - wanted.keys()
            assert {bits: told[kind][bits] for bits in wanted} == pytest.approx(wanted, rel=1e-15)
        for kind, name in (("blood_pressure", "pressures"), ("thermometer", "temperatures")):
            for wanted, found in zip(VECTORS[kind], told[name], strict=True):
                assert found["values"] == wanted["values"], wanted["bytes"]
                assert (found["faults"], found["notes"]) == (wanted.get("faults", []), wanted.get("notes", []))
        assert told["pressures"][2]["at"] == told["clock"]
        assert told["doubts"][2] == ""
        assert told["stale"] == "ask"
        assert "the cuff was too loose" in told["doubts"][3]

        choose(room.context.new_cdp_session(room))
        room.get_by_role("button", name="More", exact=True).click()
        room.get_by_role("button", name="Blood-pressure cuff").click()
        room.get_by_role("button", name="File 182/104, 72/min as of now").click()
        expect(room.locator("svg.vitals .last.systolic")).to_have_text("SYS 182")
        (one,) = [one for one in live.trial.system_view().records("P-1") if one.capture is not None]
        assert one.values["temperature"] == {"missing": "not-performed"}
        assert one.capture is not None
        assert one.capture.device == "Cuff-1"
        assert one.capture.through
        assert one.actor == "therapist-1"
    finally:
        air.send("BluetoothEmulation.disable")
        air.session.detach()
