"""How alarms are told: red sounds at once on a staff device and after half a minute in the room, amber never sounds."""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_session import SESSION, live
from tests.doors.hands import Hands

from triptych.cli.demo import PASSWORD

__all__ = ["live"]

# A device on which every vibration and every tone is written down.
HEARD = """
window.told = [];
navigator.vibrate = (pulses) => told.push(pulses.length > 3 ? "red" : "amber");
window.AudioContext = class {
  state = "running"; currentTime = 0;
  resume() { return Promise.resolve(); }
  createGain() { return { gain: {}, connect: (to) => to }; }
  createOscillator() { return { frequency: {}, connect: (to) => to, start() { told.push("sound"); }, stop() {} }; }
};
"""
TYPED = """
(digits) => {
  const keys = [...document.querySelectorAll("dialog .keys button")];
  for (const digit of digits) keys.find((key) => key.textContent === digit).click();
}
"""


@pytest.mark.requirement("SAF-09")
def test_red_sounds_at_once_for_staff_and_after_30_seconds_in_the_room_and_amber_never(
    live: Hands, window: Windows
) -> None:
    device = window()
    device.context.add_init_script(HEARD)
    device.log_in("therapist-1")
    device.page.clock.install()
    page = device.open(SESSION)
    expect(page.locator("body[data-ready]")).to_be_visible()
    page.locator(".events h2").click()
    choice = page.locator("#device")
    expect(choice).to_have_text("Room tabletRed sounds after 30 s")

    def told(after: int = 0) -> set[str]:
        """What the device has done since it was last asked, some seconds later."""
        live.later(seconds=after)
        page.clock.fast_forward(1000 * after)
        return set(page.evaluate("told.splice(0)"))

    def measure(digits: str) -> None:
        page.locator("[data-open=vitals]").click()
        page.evaluate(TYPED, digits)
        page.get_by_role("button", name="File vital signs").click()

    measure("16590" + "99" + "375")
    expect(page.locator("[data-part=alarms]")).to_contain_text("AMBER Systolic 165")
    assert told(after=120) == {"amber"}
    device.context.set_offline(True)
    measure("20590" + "99" + "375")
    expect(page.locator("#local")).to_contain_text("RED Systolic 205")
    assert told() == {"red"}
    expect(page.locator("#next")).to_contain_text("Extra: Vital signsin 5 min")
    assert "sound" not in told(after=20)
    page.evaluate("document.body.dataset.headphones = 'yes'")
    device.context.set_offline(False)
    expect(page.locator("[data-part=alarms]")).to_contain_text("RED Systolic 205")
    assert told(after=11) == {"red"}  # nothing sounds where the participant alone hears it
    page.evaluate("delete document.body.dataset.headphones")
    assert "sound" in told(after=11)  # what the tablet has shown for 20 seconds is no new alarm once it is sent

    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Password of therapist-1").fill(PASSWORD)
    page.locator("#confirming").get_by_role("button", name="Acknowledge").click()
    expect(page.locator("[data-unanswered]")).to_have_count(0)
    told()
    assert told(after=120) == set()
    choice.click()
    page.reload()
    expect(choice).to_contain_text("Staff deviceRed sounds at once")
    page.locator(".events h2").click()
    device.context.set_offline(True)
    measure("12590" + "160" + "375")
    expect(page.locator("#local")).to_contain_text("RED Heart rate 160")
    assert told() == {"red", "sound"}
