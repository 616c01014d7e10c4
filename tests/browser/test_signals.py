"""Continuous signals on a session's screen: drawn as they come, the same in numbers, and no memory that grows."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from tests.api.test_signals import MONITOR, PULSE, SATURATION
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.browser.test_session import live, opened
from tests.doors.hands import Hands
from tests.exchange.test_fhir_vitals import bundle, single

from triptych.exchange import NoReading, read_observations
from triptych.ledger import Actor
from triptych.web.house import house

__all__ = ["live"]

RING = """async (url) => {
  const { Ring } = await import(url);
  const ring = new Ring();
  ring.take(Array.from({ length: 30000 }, (_, at) => ({ at: 1000 * at, heart_rate: at === 29990 ? 0 : 70 + at % 5 })));
  ring.take([{ at: 30030000, heart_rate: 80 }]);
  const [times, values] = ring.columns.heart_rate;
  const gaps = times.filter((_, at) => values[at] === null);
  const [span, empty] = [ring.span("heart_rate", 60), ring.span("spo2", 60)];
  return { count: times.length, first: times[0], gaps, span, empty };
}"""


def send(at: datetime, heart_rate: float, spo2: float) -> None:
    told = {"effectiveDateTime": at.isoformat()}
    try:
        readings = read_observations(
            bundle(single(PULSE, heart_rate, "/min", **told), single(SATURATION, spo2, "%", **told))
        )
    except NoReading as none:
        readings = none.readings
    assert house().signals.take(readings, Actor(person="therapist-1", role="therapist")) == ()


def test_signals_are_drawn_as_they_come_with_a_table_and_a_zero_is_no_reading(live: Hands, window: Windows) -> None:
    live.file("physician", "device", MONITOR, None, site="site-1")
    live.player.clock.now = now = datetime.now(UTC)
    room = opened(window, "therapist-1")
    expect(room.locator("#signals")).to_be_hidden()
    assert "uplot" not in room.content().split("<main")[0]
    for second in range(90, 0, -1):
        send(now - timedelta(seconds=second), 70 + second % 3, 98)
    row = room.locator("#signals tr[data-signal=heart_rate]")
    expect(row.locator("td").first).to_have_text("71")
    expect(row).to_contain_text("70–72")
    expect(room.locator("#signals .uplot canvas")).to_have_count(2)
    over = "(sides) => sides.map((one) => one.scrollWidth - one.clientWidth)"
    assert room.locator(".side").evaluate_all(over) == [0, 0]
    send(now, 0, 97)
    expect(row.locator("td").first).to_have_text("no reading")
    expect(room.locator("#signals tr[data-signal=spo2] td").first).to_have_text("97")
    send(now + timedelta(seconds=1), 72, 89)
    expect(room.locator("[data-part=alarms]")).to_contain_text("RED SpO2 89")
    module = room.locator("script[src*=session-signals]").get_attribute("src")
    told = room.evaluate(RING, module)
    assert told == {"count": 1772, "first": 28230, "gaps": [29990, 29999.001], "span": [70, 80], "empty": None}
    assert violations(room) == []
    house().signals.close()
    listed = room.context.new_page()
    listed.goto(room.url.replace("/session/", "/"))
    expect(listed.get_by_role("region", name="Everything recorded").get_by_text("Continuous signal")).to_have_count(1)
    listed.get_by_role("link", name="List all").click()
    expect(listed.get_by_role("region", name="Everything recorded").get_by_text("Continuous signal")).to_have_count(2)
