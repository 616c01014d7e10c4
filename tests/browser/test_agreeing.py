"""Consent in a real browser, as on a phone: read, answered wrong and right, signed by a passkey, and taken back."""

from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.browser.test_passkeys import DEVICE
from tests.doors.hands import Hands

from triptych.cli.demo import PASSWORD
from triptych.ledger.library import consent_texts
from triptych.study.consent import REQUIRED


def test_a_participant_agrees_part_by_part_signs_and_takes_a_part_back(empty: Hands, window: Windows) -> None:
    from triptych.web import accounts

    empty.contact()
    empty.born()
    grant = {"person": "pia", "role": "participant", "blinding": "blinded", "participant": "P-1"}
    empty.administer("grant", grant)
    accounts.ensure("pia", PASSWORD)
    phone = window("participant.localhost", viewport={"width": 390, "height": 844})
    page = phone.log_in("pia")
    device = phone.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    phone.open("/entering/")
    page.get_by_role("button", name="Add a passkey on this phone").click()
    page.get_by_text("Passkeys you have: 1").wait_for()
    phone.open("/")
    page.get_by_role("link", name="Your consent, part by part").click()
    assert violations(page) == []
    texts = consent_texts()["en"]
    page.get_by_role("link", name="What this study is for").click()
    page.get_by_label("Yes.", exact=True).check()
    page.get_by_role("button", name="Yes, I agree").click()
    expect(page.get_by_role("alert")).to_contain_text("Please read the part again")
    assert violations(page) == []
    for element in REQUIRED:
        passage = texts.passage(element)
        assert passage is not None
        expect(page.locator("h1")).to_have_text(passage.title)
        if passage.question:
            page.get_by_label(passage.question.choices[passage.question.right], exact=True).check()
        page.get_by_role("button", name="Yes, I agree").click()
    phone.open("/consent/en/")
    page.get_by_role("link", name="Sign your consent").click()
    assert violations(page) == []
    page.get_by_role("button", name="Sign with your passkey").click()
    expect(page.get_by_role("status").filter(has_text="You signed this version")).to_be_visible()
    page.get_by_role("listitem").filter(has_text="Risks").get_by_role("link", name="Take back my yes").click()
    expect(page.locator("main")).to_contain_text("you get no more of the study drug")
    assert violations(page) == []
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.locator("main")).to_contain_text("You took it back")
    page.goto(page.url.replace("/en/", "/es/"))
    expect(page.locator("h1")).to_have_text("Su consentimiento")
