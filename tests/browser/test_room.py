"""What happens in the room, on the screen of a session in a real browser: effects, questions, distress and touch."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.doors.hands import Hands

SESSION = "/participants/P-1/session/"
AGREED = {
    "person": "therapist-1",
    "kinds": ["hand"],
    "stop_word": "red",
    "care_agreed": True,
    "signed": "witness",
    "witness": "Nina",
}


@pytest.fixture
def live(empty: Hands) -> Hands:
    """A session seventy minutes after the first dose, by the machine's own clock: a window of questions is open."""
    empty.player.clock.now = datetime.now(UTC) - timedelta(minutes=80)
    empty.contact()
    empty.file("therapist", "touch_agreement", AGREED)
    empty.later(minutes=5)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": empty.now.isoformat()}
    empty.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    empty.player.clock.now = datetime.now(UTC)
    return empty


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def sign(page: Page, name: str, answer: str) -> None:
    """Answer a sign in the dialog, unfolding its group where that is folded."""
    line = page.locator("dialog fieldset").filter(has_text=name)
    if not line.is_visible():
        page.locator("dialog details.group").filter(has=line).locator("summary").click()
    line.get_by_role("button", name=answer, exact=True).click()


def filed(hands: Hands, form: str) -> list[dict[str, Any]]:
    return [dict(one.values) for one in hands.trial.system_view().records("P-1") if one.form == form]


@pytest.mark.requirement("CRL-01")
@pytest.mark.requirement("CON-04")
def test_effects_questions_distress_and_touch_are_a_tap_or_two_and_wait_for_a_network(
    live: Hands, window: Windows
) -> None:
    tablet = window()
    tablet.log_in("therapist-1")
    page = tablet.open(SESSION)
    expect(page.locator("body[data-ready][data-kept]")).to_be_visible()
    room = page.locator("#room")
    expect(room).to_contain_text("What do you notice right now")
    page.get_by_label("In the participant's words").fill("warm, safe")
    tap(page, "Something was said")
    expect(room).to_contain_text("Question 2 of 6")
    tap(page, "Yes")  # euphoria: the answer asks for its strength and begins an episode
    tap(page, "Does not impair")
    tap(page, "Strong")
    expect(room.locator("[data-effect]")).to_contain_text("Euphoria")

    tablet.context.set_offline(True)
    tap(page, "Inward: ask later")
    expect(room).to_contain_text("put off: participant inward")
    page.locator(".scale").click()
    tap(page, "7")
    tap(page, "Ended")
    expect(room.locator("[data-effect]")).to_have_count(0)
    tap(page, "Holding a hand")
    tap(page, "Stop word said")
    touch = page.locator("#touching")
    expect(touch).to_contain_text("no touch but care")
    tap(page, "Other touch")
    page.get_by_role("group", name="Person").get_by_role("button", name="therapist-1").click()
    tap(page, "Embrace")
    expect(touch).to_contain_text("NOT SENT: whoever is not named")
    expect(touch).to_contain_text("after the stop word")  # said by the tablet itself, before the server knows

    tablet.context.set_offline(False)
    expect(page.locator("#sending")).to_contain_text("All received")
    said = [(one["kind"], one["answer"]) for one in filed(live, "session_prompt")]
    assert said == [("open", "present"), ("euphoria", "present"), ("abnormal", "deferred")]
    assert filed(live, "session_distress") == [{"level": 7}]
    (effect,) = filed(live, "effect")
    assert (effect["kind"], effect["intensity"], effect["impairing"]) == ("euphoria", "strong", False)
    assert [one["change"] for one in filed(live, "effect_change")] == ["ended"]
    assert [one["kind"] for one in filed(live, "session_touch")] == ["hand", "embrace"]
    signs = page.locator(".actions [data-open=session_signs]")
    signs.click()
    sign(page, "Tremor", "Yes")
    tap(page, "File signs")
    expect(page.locator("[data-asking=serotonin_toxicity]")).to_be_visible()
    signs.click()
    first = page.locator("dialog .group").first
    expect(first.locator("summary")).to_contain_text("Asked for now")
    expect(first).to_have_attribute("open", "")
    sign(page, "Brisk reflexes", "Not examined")
    assert violations(page) == []
    tap(page, "File signs")
    expect(page.locator("[data-part=timeline]")).to_contain_text("not performed")
    expect(page.locator("[data-asking=serotonin_toxicity]")).to_be_visible()  # not examined decides nothing
    assert filed(live, "session_signs") == [{"tremor": True}, {"hyperreflexia": {"missing": "not-performed"}}]
    alarm = page.locator("[data-part=alarms] [data-alarm^=touch]")
    expect(alarm).to_contain_text("RED Touch outside the agreement")
    expect(alarm.locator("[data-call]")).to_contain_text("NOT DELIVERED")
    assert violations(page) == []
