"""Real numerics of a bedside monitor: every minute of them is a reading or none, and a probe that is off reads none."""

from pathlib import Path

from tests.exchange.test_hl7_vitals import WHOLE, oru

from triptych.exchange import read_oru

RECORD = "s00001-2896-10-10-00-31n"


def test_every_minute_of_a_real_monitor_is_read_or_is_no_reading(reference: Path) -> None:
    folder = reference / "standards" / "device"
    header = [line.split() for line in (folder / f"{RECORD}.hea").read_text("utf-8").splitlines()]
    signals = [line for line in header[1:] if line and line[0].endswith(".dat")]
    place = next(number for number, line in enumerate(signals) if line[-1] == "HR")
    assert signals[place][1].partition("x")[0].startswith("16")
    data = (folder / signals[place][0]).read_bytes()
    numbers = [int.from_bytes(data[at : at + 2], "little", signed=True) for at in range(0, len(data) - 1, 2)]
    gain = float(signals[place][2].partition("(")[0].partition("/")[0])
    rates = set(numbers[place :: len(signals)])
    assert 0 in rates
    assert len(rates) > 10
    for rate in rates:
        value = "" if rate == -32768 else f"{rate / gain:g}"
        found = read_oru(oru({**WHOLE, "147842": value}))
        assert ("heart_rate" in found.values) == (rate > 0)
