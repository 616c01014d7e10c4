"""Passkeys in a real browser with a virtual authenticator: added while logged in, and enough to get in again."""

from tests.browser.conftest import Windows

from triptych.cli.scenario import Player

PHONE = {"width": 390, "height": 844}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_lets_its_holder_in_without_a_name(demo: Player, window: Windows) -> None:
    one = window("participant.localhost", viewport=PHONE)
    page = one.log_in("participant-1")
    device = one.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(f"{one.base}/entering/")
    page.get_by_role("button", name="Add a passkey on this phone").click()
    page.get_by_text("Passkeys you have: 1").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="What we ask of you").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")
    # A device that does not verify who holds it lets nobody in.
    who = {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
    device.send("WebAuthn.setUserVerified", who)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("That did not work").wait_for()
