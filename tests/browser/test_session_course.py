"""The course of a session in a real browser: its countdown, an exit by one tap, and what holds without a server."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.doors.hands import Hands

SESSION = "/participants/P-1/session/"
AT = {"visit": "dosing", "cycle": 1}


def test_the_window_counts_down_an_exit_is_kept_without_a_network_and_ends_the_session(
    empty: Hands, window: Windows
) -> None:
    empty.player.clock.now = datetime.now(UTC) - timedelta(minutes=101)
    empty.contact()
    empty.file("coordinator", "consent", {"version": "1", "agreed": True})
    empty.file("therapist", "supplement_choice", {"choice": "yes"}, **AT)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": empty.now.isoformat()}
    empty.file("therapist", "dose_administration", dose, **AT)
    empty.player.clock.now = datetime.now(UTC)
    tablet = window()
    tablet.log_in("therapist-1")
    page = tablet.open(SESSION)
    expect(page.locator("body[data-ready][data-kept]")).to_be_visible()
    expect(page.locator(".course .phase b")).to_have_text("Supplemental decision")
    assert violations(page) == []

    tablet.context.set_offline(True)
    page.get_by_role("button", name="The session ends another way").click()
    page.get_by_role("button", name="Left against advice").click()
    page.locator("dialog").get_by_role("button", name="File the session ends another way").click()
    expect(page.locator(".unreached")).to_be_visible()
    expect(page.locator("#sending")).to_contain_text("1 kept on this tablet")
    tablet.context.set_offline(False)
    expect(page.locator(".course .phase b")).to_have_text("Left")
    page.get_by_role("link", name="Course, discharge and exits").click()
    expect(page.get_by_role("heading", name="Ends another way")).to_be_visible()
    assert violations(page) == []
