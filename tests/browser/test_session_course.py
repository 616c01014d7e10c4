"""The course of a session in a real browser: its countdown, a dose and an exit that are kept without a server."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.doors.hands import Hands

SESSION = "/participants/P-1/session/"
AT = {"visit": "dosing", "cycle": 1}


def test_the_window_counts_down_and_a_dose_and_an_exit_are_kept_without_a_network_and_come_in_once(
    empty: Hands, window: Windows
) -> None:
    empty.player.clock.now = datetime.now(UTC) - timedelta(minutes=101)
    empty.contact()
    empty.file("coordinator", "consent", {"version": "1", "agreed": True})
    empty.file("therapist", "supplement_choice", {"choice": "yes"}, **AT)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": empty.now.isoformat()}
    empty.file("therapist", "dose_administration", dose, **AT)
    empty.file("co_therapist", "session_presence", {"person": "co_therapist-1", "change": "came"})
    empty.player.clock.now = datetime.now(UTC)
    tablet = window()
    tablet.log_in("therapist-1")
    page = tablet.open(SESSION)
    expect(page.locator("body[data-ready][data-kept]")).to_be_visible()
    expect(page.locator(".course .phase b")).to_have_text("Supplemental decision")
    assert violations(page) == []

    more = page.get_by_role("button", name="More", exact=True)
    place = more.bounding_box()
    page.locator("#device").click()  # says what sounds now: no button beside it moves under a finger
    assert more.bounding_box() == place

    for _ in range(3):
        page.get_by_role("button", name="Water 200 mL").click()
    expect(page.locator("#drunk")).to_contain_text(
        "600 mL in the last hour, 600 mL since the dose. Offer no more plain water"
    )
    expect(page.locator("#sending")).to_have_text("All received")

    tablet.context.set_offline(True)
    more.click()
    page.get_by_role("button", name="Administration of a dose").click()
    for answer in ("Supplemental dose", "Taken"):
        page.locator("dialog").get_by_role("button", name=answer, exact=True).click()
    page.get_by_label("Amount (mg)").fill("40")
    page.get_by_role("group", name="Witnessed by").get_by_role("button", name="co_therapist-1").click()
    page.locator("dialog").get_by_role("button", name="File administration of a dose").click()
    expect(page.locator("#sending")).to_contain_text("1 kept on this tablet")
    page.reload()
    expect(page.locator("body[data-ready]")).to_be_visible()
    page.get_by_role("button", name="The session ends another way").click()
    page.get_by_role("button", name="Left against advice").click()
    page.locator("dialog").get_by_role("button", name="File the session ends another way").click()
    expect(page.locator(".unreached")).to_be_visible()
    expect(page.locator("#sending")).to_contain_text("2 kept on this tablet")
    tablet.context.set_offline(False)
    expect(page.locator(".course .phase b")).to_have_text("Left")
    expect(page.locator("#sending")).to_have_text("All received")
    given = [one.values for one in empty.trial.system_view().records("P-1") if one.form == "dose_administration"]
    taken = [(one["part"], one["amount"], one.get("witness")) for one in given]
    assert taken == [("initial", 80, None), ("supplemental", 40, "co_therapist-1")]
    page.get_by_role("link", name="Course, discharge and exits").click()
    expect(page.get_by_role("heading", name="Ends another way")).to_be_visible()
    assert violations(page) == []
