"""The casebook by keyboard and by pointer: one stop of Tab, arrows inside it, and a way from a visit to its forms."""

from playwright.sync_api import Page
from tests.browser.conftest import Windows

from triptych.cli.scenario import Player


def focused(page: Page) -> str:
    """Where the link with the focus leads."""
    return str(page.evaluate("document.activeElement.getAttribute('href')"))


def test_arrows_move_in_the_casebook_and_tab_leaves_it(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("coordinator-1")
    page = one.open("/casebook/")
    page.locator(".matrix tbody a").first.focus()
    assert focused(page) == "/participants/NO-01/"
    for key, leads in (
        ("ArrowRight", "/participants/NO-01/#phone"),
        ("ArrowDown", "/participants/NO-02/#phone"),
        ("ArrowLeft", "/participants/NO-02/"),
        ("ArrowLeft", "/participants/NO-02/"),
        ("ArrowUp", "/participants/NO-01/"),
        ("ArrowUp", "/participants/NO-01/"),
        ("End", "/participants/NO-01/#month_7"),
        ("Home", "/participants/NO-01/"),
    ):
        page.keyboard.press(key)
        assert focused(page) == leads, key
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.matrix') !== null")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "/participants/NO-01/"


def test_a_cell_leads_to_the_forms_of_its_visit(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    page = one.open("/casebook/")
    cell = page.locator("a[href='/participants/NO-07/#dosing.1']")
    assert cell.inner_text() == "open"
    cell.click()
    page.wait_for_url("**/participants/NO-07/#dosing.1")
    page.locator("[id='dosing.1']").get_by_role("link", name="Vital signs").wait_for()


def test_a_list_is_saved_and_opened_again(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    page = one.open("/logs/adverse_event/")
    page.get_by_text("more filters").click()
    page.select_option("#f-v-serious", "no")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Save this list as").fill("Not serious")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved as").wait_for()
    page = one.open("/logs/adverse_event/")
    page.get_by_role("link", name="Not serious").click()
    page.wait_for_url("**/logs/adverse_event/?v-serious=no")
    assert page.input_value("#f-v-serious") == "no"
    page.get_by_role("button", name="Forget the saved list Not serious").click()
    page.get_by_role("link", name="Not serious").wait_for(state="detached")
