"""The participants' site with the network cut: help and the pages seen last are there, and the page says so."""

from tests.browser.conftest import Windows

from triptych.cli.scenario import Player

PHONE = {"width": 390, "height": 844}


def test_help_and_the_last_page_are_there_without_a_network(demo: Player, window: Windows) -> None:
    one = window("participant.localhost", viewport=PHONE)
    page = one.log_in("participant-1")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    one.context.set_offline(True)
    page.goto(f"{one.base}/")
    assert page.get_by_role("heading", name="Today").is_visible()
    assert page.get_by_text("Nobody at the clinic has seen").is_visible()
    page.get_by_role("link", name="Get help now").click()
    assert page.get_by_role("link", name="Call 113").is_visible()
    page.goto(f"{one.base}/never/seen/")
    assert page.get_by_role("heading", name="Get help now").is_visible()
    one.context.set_offline(False)
    page.goto(f"{one.base}/")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")
    assert page.evaluate("caches.has('pages-1')") is False
