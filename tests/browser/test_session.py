"""The session in a real browser: two tablets and the physician's page at once, with the network cut in between."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.doors.hands import Hands

from triptych.cli.demo import PASSWORD
from triptych.ledger import Filed

SESSION = "/participants/P-1/session/"


@pytest.fixture
def live(empty: Hands) -> Hands:
    """A session in which the first dose was given half an hour ago, by the machine's own clock."""
    begun = datetime.now(UTC) - timedelta(minutes=40)
    empty.player.clock.now = begun
    empty.contact()
    empty.file("coordinator", "consent", {"version": "1", "agreed": True})
    values = {"systolic": 120, "diastolic": 78, "heart_rate": 70, "temperature": 36.6}
    empty.file("therapist", "vitals", values, visit="dosing", cycle=1)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": empty.now.isoformat()}
    empty.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    empty.file("physician", "physician_cover", {"where": "on_call"})
    empty.player.clock.now = datetime.now(UTC)
    return empty


BEHIND = "{ const now = Date.now; Date.now = () => now() - 600000; }"
"""The clock of a tablet that is ten minutes behind."""


def opened(window: Windows, person: str, clock: str = "") -> Page:
    tablet = window()
    tablet.context.add_init_script(clock)
    tablet.log_in(person)
    page = tablet.open(SESSION)
    expect(page.locator("body[data-ready][data-kept]")).to_be_visible()
    return page


def measure(page: Page, digits: str) -> None:
    """Enter vital signs on the keypad, one tap a digit."""
    page.locator("[data-open=vitals]").click()
    for digit in digits:
        page.locator("dialog .keys").get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="File vital signs").click()


def acknowledge(page: Page, pin: str = "2580") -> None:
    """Set a PIN, unless there is one, and acknowledge the alarm by it on the pad; a wrong one files nothing."""
    page.get_by_role("button", name="Set a PIN").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("PIN, four digits or more").fill(pin)
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.locator("#joining")).to_be_hidden()
    page.get_by_role("button", name="Acknowledge").click()
    asked = page.locator("#confirming")
    for digits in (pin[::-1], pin):
        for digit in digits:
            asked.get_by_role("button", name=digit, exact=True).click()
        asked.get_by_role("button", name="Acknowledge").click()
        if digits != pin:
            expect(asked.get_by_role("alert")).to_contain_text("Nothing was filed")
    expect(asked).to_be_hidden()


def test_what_one_tablet_enters_the_others_see_and_nothing_is_lost_without_a_network(
    live: Hands, window: Windows
) -> None:
    room, physician = (opened(window, f"{role}-1") for role in ("therapist", "physician"))
    other = opened(window, "co_therapist-1", BEHIND)
    expect(other.locator("#sending")).to_contain_text("This tablet's clock is 10 min behind")
    came = {"person": "therapist-1", "change": "came"}
    assert isinstance(live.file("therapist", "session_presence", came), Filed)
    expect(physician.locator("#device")).to_contain_text("Staff device")
    measure(room, "13182" + "88" + "371")
    for page in (room, other, physician):
        expect(page.locator("svg.vitals .last.systolic")).to_have_text("SYS 131")

    live.later(minutes=-1)
    phone = {"person": "physician-1", "phone": "22 33 44 55"}
    live.file("coordinator", "duty_phone", phone, None, site="site-1")
    expect(room.locator("#called")).to_contain_text("physician-1 at 22 33 44 55 · emergency 113")
    for tablet in (room, other):
        tablet.context.set_offline(True)
    measure(room, "14590" + "99" + "375")
    measure(other, "14691" + "98" + "376")
    for tablet in (room, other):
        expect(tablet.locator("#sending")).to_contain_text("1 kept on this tablet")
    room.reload()
    expect(room.locator("#sending")).to_contain_text("1 kept on this tablet")
    measure(room, "205" + "99" + "99" + "375")
    expect(room.locator("#local")).to_contain_text("RED Systolic 205")
    expect(room.locator("#local")).to_contain_text("NOT SENT: call physician-1 at 22 33 44 55")
    expect(room.locator("#local")).to_contain_text("If nobody answers: emergency 113")
    for said in ("nobody (not sent yet)", "therapist-1 (not sent yet)"):
        room.get_by_role("button", name="In or out").click()
        expect(room.locator("[data-part=presence]")).to_contain_text(said)
        expect(room.locator("#local [data-alarm^=presence]")).to_have_count(said.startswith("nobody") + 0)
    room.locator("#local").get_by_role("button", name="I called").click()
    expect(room.locator("#local")).to_contain_text("Called by therapist-1")
    expect(room.locator("#local")).not_to_contain_text("NOT SENT")

    for tablet in (room, other):
        tablet.context.set_offline(False)
    for page in (room, other, physician):
        expect(page.locator("ol.lines").last).to_contain_text("145/90")
        expect(page.locator("ol.lines").last).to_contain_text("146/91")
    for tablet in (room, other):
        expect(tablet.locator("#sending b")).to_have_text("All received")
    for page in (room, physician):
        expect(page.locator("[data-part=alarms]")).to_contain_text("Shown to physician-1")
    expect(room.locator("[data-part=alarms]")).to_contain_text("Called by therapist-1")
    acknowledge(physician)
    expect(room.locator("[data-part=alarms]")).to_contain_text("Acknowledged by physician-1")
    expect(room.locator("#local")).to_be_empty()
    systolic = [one.values["systolic"] for one in live.trial.system_view().records("P-1") if one.form == "vitals"]
    assert sorted(systolic) == [120, 131, 145, 146, 205]
    late = next(one for one in live.trial.system_view().records("P-1") if one.values.get("systolic") == 146)
    assert abs(datetime.now(UTC) - late.occurred_at) < timedelta(
        minutes=5
    )  # by the server's clock, whatever the tablet's
    assert late.capture is not None
    assert late.capture.offset == pytest.approx(600, abs=30)
    assert violations(room) == []
