"""Writing the next version of the protocol in the browser: problems in the margin, kept text, what it would change."""

from playwright.sync_api import Page
from tests.browser.conftest import Watched, Windows

from triptych.cli.scenario import Player

PATH = "/protocol/write/"


def written(window: Windows) -> tuple[Watched, Page]:
    one = window()
    one.log_in("administrator-1")
    return one, one.open(PATH)


PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def paste_over(page: Page, old: str, new: str) -> None:
    """Paste the whole document again, with something else in one place."""
    text = page.input_value("#text")
    assert text.count(old) == 1
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.locator(".cm-content").evaluate(PASTE, text.replace(old, new))


def test_a_mistake_is_told_in_the_margin_and_in_the_list_while_it_is_typed(demo: Player, window: Windows) -> None:
    _, page = written(window)
    page.locator("#found").get_by_text("Nothing stands against this text").wait_for()
    paste_over(page, "planned_participants: 12", "planned_participants: twelve")
    problem = page.locator("#found li").first
    problem.get_by_text("planned_participants").wait_for()
    problem.locator("a").click()
    page.locator(".cm-lint-marker-error").wait_for()
    assert page.evaluate("document.activeElement.classList.contains('cm-content')")
    page.keyboard.press("Control+z")
    page.locator("#found").get_by_text("Nothing stands against this text").wait_for()
    assert page.locator(".cm-lint-marker-error").count() == 0


def test_what_is_saved_is_there_again_with_what_it_would_change_and_can_be_discarded(
    demo: Player, window: Windows
) -> None:
    _, page = written(window)
    paste_over(page, "title: MADRS rating T1\n", "title: MADRS rating by voice\n")
    page.locator("#found li").get_by_text("by voice").first.wait_for()
    page.get_by_role("button", name="Save and check against the trial").click()
    page.get_by_text("It is in force for nobody.").wait_for()
    assert "title: MADRS rating by voice\n" in page.input_value("#text")
    page.locator("#effects").get_by_text("Nothing would change for any participant").wait_for()
    page.get_by_role("button", name="Discard what is saved").click()
    page.get_by_text("Here is the document in force.").wait_for()
    assert "by voice" not in page.input_value("#text")


def test_the_text_is_left_by_the_keyboard(demo: Player, window: Windows) -> None:
    _, page = written(window)
    page.locator(".cm-content").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.classList.contains('cm-content')")
