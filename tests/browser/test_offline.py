"""The participants' site with the network cut: help and the pages seen last are there, and the page says so."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.chromium import QUIET, find_chromium
from tests.browser.conftest import PATIENCE, Windows

from triptych.cli.cohort import OWN
from triptych.cli.demo import PASSWORD
from triptych.cli.integrating import NAME, PERSON
from triptych.cli.scenario import Player
from triptych.ledger import Actor, Seen

PHONE = {"width": 390, "height": 844}
WALK = "Once around the lake, in the rain"
WORRY = "That it was all for nothing"
DRAFTED = """async (words) => {
  const asked = indexedDB.open("today", 1);
  await new Promise((done) => { asked.onsuccess = done; });
  for (;;) {
    const all = asked.result.transaction("drafts").objectStore("drafts").getAll();
    await new Promise((done) => { all.onsuccess = done; });
    if (JSON.stringify(all.result).includes(words)) return asked.result.close();
  }
}"""
"""Waits until what is typed stands in the store of the phone."""
KEPT = """async () => {
  for (;;) {
    const found = await caches.match("/help/?country=ES");
    if (found !== undefined && (await found.text()).includes("The doctor on duty")) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
"""Waits until whom to call in another country is kept on the phone."""


def test_help_and_the_last_page_are_there_without_a_network(demo: Player, window: Windows) -> None:
    one = window("participant.localhost", viewport=PHONE)
    page = one.log_in("participant-1")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    page.evaluate(KEPT)
    one.context.set_offline(True)
    page.goto(f"{one.base}/")
    assert page.get_by_role("heading", name="Today").is_visible()
    assert page.get_by_text("Nobody at the clinic has seen anything").is_visible()
    page.get_by_role("link", name="Get help now").click()
    assert page.get_by_role("link", name="Call 113").is_visible()
    page.goto(f"{one.base}/never/seen/")
    assert page.get_by_role("heading", name="Get help now").is_visible()
    page.get_by_role("link", name="Spain").click()
    page.get_by_role("link", name="Call 024").wait_for()
    page.get_by_role("link", name="Get help now").click()
    assert page.get_by_role("link", name="Call 112").is_visible()
    assert page.get_by_role("link", name="Call 113").count() == 0
    assert page.get_by_text("The doctor on duty").is_visible()
    one.context.set_offline(False)
    page.goto(f"{one.base}/")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")
    assert page.evaluate("caches.has('pages-1')") is False


@pytest.mark.requirement("EMA-04")
def test_a_diary_kept_without_a_network_arrives_once_with_what_was_changed_in_it(demo: Player, window: Windows) -> None:
    one = window("participant.localhost", viewport=PHONE)
    page = one.log_in("participant-1")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.goto(f"{one.base}/diary/")
    page.reload()
    one.context.set_offline(True)
    page.goto(f"{one.base}/diary/")
    page.get_by_label("Mood").fill("7")
    page.get_by_label("Hours you slept").fill("6")
    page.get_by_label("Mood").fill("3")
    page.get_by_label("Hours you slept").focus()
    page.get_by_label("Yes, thoughts").check()
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Nobody at the clinic has seen this yet").wait_for()
    assert page.get_by_text("If you are in danger now, call").is_visible()
    assert [seen for seen in kept(demo) if seen.form == "days_after"] == []
    one.context.set_offline(False)
    page.get_by_role("heading", name="Your answer has been sent").wait_for()  # no page goes on saying that it was not
    (diary,) = [seen for seen in kept(demo) if seen.form == "days_after"]
    assert (diary.values["mood"], diary.values["suicidal"], diary.status) == (3, "thoughts", "filed")
    assert diary.language == "en"
    (edits,) = [seen for seen in kept(demo) if seen.form == "device_edits"]
    assert "mood: '7' to '3'" in edits.values["edits"]
    course = demo.course(OWN)
    assert course is not None
    assert "diary_suicidal" in {task.id for task in course.alerts}


@pytest.mark.requirement("EMA-04")
def test_a_half_filled_diary_is_there_again_after_a_reload_and_after_the_browser_was_closed(
    demo: Player, browser: Browser, port: int, tmp_path: Path
) -> None:
    base, words = f"http://participant.localhost:{port}", "I woke at four and could not"

    def opened() -> tuple[BrowserContext, Page]:
        options = {"executable_path": find_chromium(), "args": [*QUIET, "--no-sandbox"], "viewport": PHONE}
        context = browser.browser_type.launch_persistent_context(tmp_path, **options)
        page = context.pages[0]
        page.set_default_timeout(PATIENCE)
        page.goto(f"{base}/account/login/?next=/diary/")
        page.fill("#id_login", "participant-1")
        page.fill("#id_password", PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/diary/")
        return context, page

    def is_there(page: Page) -> None:
        page.get_by_text("What you had written was kept on this phone.").wait_for()
        assert page.get_by_label("Mood").input_value() == "3"
        assert page.get_by_label("Fever").is_checked()
        assert page.get_by_label("Anything you want to say").input_value() == words

    context, page = opened()
    page.get_by_label("Mood").fill("3")
    page.get_by_label("Fever").check()
    page.get_by_label("Anything you want to say").press_sequentially(words)  # and its field is never left
    page.evaluate(DRAFTED, words)
    page.reload()
    is_there(page)
    context.close()
    context, page = opened()
    is_there(page)
    context.close()


def kept(demo: Player) -> tuple[Seen, ...]:
    return demo.trial.system_view().records(OWN)


def of_form(demo: Player, form: str) -> list[Seen]:
    return [seen for seen in demo.trial.system_view().records(NAME) if seen.form == form]


def test_practices_and_goals_written_without_a_network_arrive_once(demo: Player, window: Windows) -> None:
    one = window("participant.localhost", viewport=PHONE)
    page = one.log_in(PERSON)
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    for path in ("/goals/", "/practices/"):
        page.goto(f"{one.base}{path}")
        page.reload()
    before = len(of_form(demo, "practice_day"))
    one.context.set_offline(True)
    page.goto(f"{one.base}/practices/")
    page.get_by_role("button", name=re.compile("Done today.*Ten breaths")).click()
    page.get_by_role("heading", name="Kept on this phone, not sent yet").wait_for()
    page.get_by_role("link", name="Back to this page").click()
    page.get_by_text(re.compile("With a few words.*A walk")).click()
    page.get_by_label("In your own words, if you like").last.fill(WALK)
    page.get_by_role("button", name=re.compile("Done today.*A walk")).click()
    page.get_by_role("heading", name="Kept on this phone, not sent yet").wait_for()
    page.goto(f"{one.base}/goals/")
    page.get_by_label("Something that worries me").check()
    page.get_by_label("In your own words").fill(WORRY)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("heading", name="Kept on this phone, not sent yet").wait_for()
    assert page.locator("#waiting b").inner_text() == "3"
    assert len(of_form(demo, "practice_day")) == before
    one.context.set_offline(False)
    page.get_by_role("heading", name="Your goals and worries").wait_for()
    page.goto(f"{one.base}/practices/")
    page.locator("#waiting").wait_for(state="hidden")
    page.reload()
    page.get_by_text(WALK).wait_for()
    days = of_form(demo, "practice_day")[before:]
    assert [(day.values.get("words"), day.status) for day in days] == [(None, "filed"), (WALK, "filed")]
    (goal,) = [seen for seen in of_form(demo, "goal") if seen.values["words"] == WORRY]
    therapist = demo.trial.view(Actor(person="therapist-1", role="therapist"))
    assert WORRY not in str(therapist.records(NAME))
    page.goto(f"{one.base}/goals/")
    page.get_by_role("button", name=re.compile(f"Share with .*{WORRY}")).click()
    page.get_by_role("button", name=re.compile(f"Take it .*{WORRY}")).click()
    page.get_by_role("button", name=re.compile(f"Share with .*{WORRY}")).wait_for()
    said = [seen.values["shared"] for seen in of_form(demo, "goal_sharing") if seen.values["about"] == goal.root]
    assert said == [True, False]
