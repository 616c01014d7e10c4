"""What is typed is kept in the tab until it is filed, for whoever typed it and nobody else; pages follow the clock."""

from tests.browser.conftest import Windows

from triptych.cli.cohort import OWN
from triptych.cli.scenario import Player

FORM = f"/participants/{OWN}/file/vitals/?visit=dosing&cycle=1"


def test_what_was_typed_is_there_after_a_reload_and_after_another_page(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    page = one.open(FORM)
    page.fill("#v-systolic", "131")
    page.reload()
    assert page.input_value("#v-systolic") == "131"
    one.open("/")
    one.open(f"/participants/{OWN}/")
    assert one.open(FORM).input_value("#v-systolic") == "131"
    page.get_by_text("What you had typed here was kept in this tab.").wait_for()


def test_a_session_that_ended_meanwhile_loses_nothing_that_was_typed(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    page = one.open(FORM)
    page.fill("#v-systolic", "132")
    one.context.clear_cookies(name="triptych")
    page.locator("form.entry button.primary").click()
    page.wait_for_url("**/account/login/**")
    page.get_by_text("was not filed").wait_for()
    page.fill("#id_login", "physician-1")
    page.fill("#id_password", "triptych-demo")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{FORM}")
    assert page.input_value("#v-systolic") == "132"
    assert not [seen for seen in demo.trial.system_view().records(OWN) if seen.values.get("systolic") == 132]


def test_what_is_not_right_is_told_beside_its_field_and_nothing_typed_is_lost(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    page = one.open(FORM)
    page.fill("#v-systolic", "1310")
    page.fill("#v-heart_rate", "66")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problems")
    assert (page.input_value("#v-systolic"), page.input_value("#v-heart_rate")) == ("1310", "66")
    page.locator("#problems a").first.click()
    assert page.evaluate("document.activeElement.id").startswith("v-")


def test_what_was_filed_leaves_no_draft_and_other_drafts_stay(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    other = one.open(f"/participants/{OWN}/file/adverse_event/")
    other.fill("#v-term", "Headache")
    page = one.open(FORM)
    for name, value in (("systolic", "133"), ("diastolic", "84"), ("heart_rate", "71"), ("temperature", "36.7")):
        page.fill(f"#v-{name}", value)
    page.locator("form.entry button.primary").click()
    page.get_by_text("filed.").first.wait_for()
    assert [seen for seen in demo.trial.system_view().records(OWN) if seen.values.get("systolic") == 133]
    assert one.open(FORM).input_value("#v-systolic") == ""
    assert one.open(f"/participants/{OWN}/file/adverse_event/").input_value("#v-term") == "Headache"


def test_the_next_person_in_the_same_tab_sees_nothing_of_it(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("therapist-1")
    one.open(f"/participants/{OWN}/file/adverse_event/").fill("#v-term", "Said something in confidence")
    one.page.get_by_role("button", name="Log out").click()
    one.log_in("co_therapist-1")
    page = one.open(f"/participants/{OWN}/file/adverse_event/")
    assert page.input_value("#v-term") == ""
    assert "confidence" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_page_that_stands_open_follows_the_clock_by_itself(demo: Player, window: Windows) -> None:
    line = next(line for line in demo.trial.system_view().listing() if line.next_change)
    assert line.next_change is not None
    demo.clock.now = line.next_change.replace(microsecond=0)
    one = window()
    one.log_in("coordinator-1")
    following = min(one.next_change for one in demo.trial.system_view().listing() if one.next_change)
    page = one.open("/casebook/")
    seconds = int(page.locator("body").get_attribute("data-changes-in") or "-1")
    assert 0 <= seconds <= (following - demo.clock.now).total_seconds() + 1
    page.evaluate("document.body.dataset.old = 'yes'")
    page.clock.install()
    page.reload()
    page.evaluate("document.body.dataset.old = 'yes'")
    page.clock.fast_forward(1000 * (seconds + 2))
    page.wait_for_selector("body:not([data-old])")
