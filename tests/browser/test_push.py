"""A physician's device is woken in a real browser, by its own delivery: no push service is asked in a test."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_session import SESSION, live
from tests.doors.hands import Hands

from triptych.ledger import Filed
from triptych.ledger.drafts import System

__all__ = ["live"]

# The browser asks no push service: what one would have answered is written down here.
SERVICE = """
const kept = { endpoint: "https://fcm.googleapis.com/fcm/send/tried", unsubscribe: () => Promise.resolve(true) };
PushManager.prototype.subscribe = async () => { localStorage.pushed = "yes"; return kept; };
PushManager.prototype.getSubscription = async () => (localStorage.pushed ? kept : null);
"""
SAID = """
navigator.serviceWorker.getRegistration("/push/").then((one) => one.getNotifications())
  .then((all) => all.map(({ title, body }) => [title, body]))
"""


@pytest.mark.requirement("SAF-09")
def test_a_push_wakes_the_device_without_a_word_of_why_and_the_device_says_so(live: Hands, window: Windows) -> None:
    from triptych.web.house import house

    house().push = "BAAA"
    device = window()
    device.context.grant_permissions(["notifications"], origin=device.base)
    device.context.add_init_script(SERVICE)
    device.log_in("physician-1")
    page = device.open(SESSION)
    expect(page.locator("body[data-ready]")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Push is off").click()
    expect(page.locator("#push")).to_contain_text("Push is on")
    page.get_by_role("button", name="Close", exact=True).click()
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")

    values = {"systolic": 205, "diastolic": 99, "heart_rate": 99, "temperature": 37.5}
    raised = live.file("therapist", "vitals", values, visit="dosing", cycle=1)
    assert isinstance(raised, Filed)
    told = {"notice": "n", "attempt": 1, "kind": "raised", "due": live.now.isoformat(), "role": "cover"}
    told |= {"task": "red:systolic", "record": raised.record.id, "sender": "push", "reached": "physician-1"}
    by = System(person="system", role="system")
    assert isinstance(live.trial.file(live.draft("reminder_sent", told, origin="system"), by), Filed)
    expect(page.locator("[data-part=alarms]")).to_contain_text("Message to physician-1 sent")

    workers = page.context.new_cdp_session(page)
    found: list[Mapping[str, Any]] = []
    workers.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    workers.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.getRegistration('/push/').then((one) => Boolean(one?.active))")
    (worker,) = {one["registrationId"] for one in found if one["scopeURL"].endswith("/push/")}
    push = {"origin": device.base, "registrationId": worker, "data": ""}
    workers.send("ServiceWorker.deliverPushMessage", push)
    expect(page.locator("[data-part=alarms]")).to_contain_text("Device of physician-1 woken")
    assert page.evaluate(SAID) == [["Triptych", "Open your page."]]
    expect(page.locator("[data-part=alarms]")).to_contain_text("NOT SHOWN: call physician-1")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#pinned")).to_have_text("RED Systolic 205")
    page.locator("#pinned").click()
    expect(page.locator("#pinned")).to_be_hidden()
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-part=alarms]")).to_contain_text("Shown to physician-1")
