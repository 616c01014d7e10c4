"""A recording in a real browser, with the camera and the microphone that Chromium pretends to have."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.doors.hands import Hands
from tests.web.test_recordings import agree

from triptych.web.recording.kept import Recording, damages, recordings_of
from triptych.web.recording.shelf import Shelf

PAGE = "/participants/P-1/recordings/"


def only(hands: Hands) -> Recording:
    (found,) = recordings_of(hands.trial.system_view().records("P-1"))
    return found


@pytest.mark.requirement("PRV-07")
def test_a_session_is_recorded_through_a_dead_network_and_stopped_from_another_tablet(
    empty: Hands, window: Windows, tmp_path: Path, monkeypatch: Any
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "FOLDER", tmp_path)
    monkeypatch.setattr(settings, "RECORDING_KEY", tmp_path / "recording.key")
    empty.player.clock.now = datetime.now(UTC)
    empty.contact()
    rule = {"jurisdiction": "Norway", "allowed": True, "basis": "x", "checked_on": "2026-01-01", "keep_years": 15}
    empty.file("physician", "recording_rule", rule, None, site="site-1")
    agree(empty, "recall")

    tablet, other = window(), window()
    tablet.log_in("therapist-1")
    other.log_in("co_therapist-1")
    page, cockpit = tablet.open(PAGE), other.open("/participants/P-1/session/")
    expect(page.locator("body[data-ready]")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_label("To check the therapy")).to_be_disabled()
    page.get_by_label("Picture and sound").check()
    page.get_by_label("To look back at together").check()
    page.get_by_label("Everybody in view or hearing").fill("therapist-1, co_therapist-1")
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#recording-said")).to_contain_text("agreed")
    page.get_by_label("Each of them was asked").check()
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#light")).to_be_visible()
    expect(cockpit.locator("[data-light]")).to_contain_text("Picture and sound")

    page.context.set_offline(True)
    expect(page.locator("#recording-said")).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    expect(page.locator("body[data-waiting='0']")).to_be_visible()

    cockpit.get_by_role("button", name="Stop recording").click()
    expect(page.locator("#light")).to_be_hidden()
    expect(page.get_by_text("Stopped in the room")).to_be_visible()
    found = only(empty)
    assert found.pieces is not None
    assert found.pieces == len(found.hashes) >= 1
    assert list(damages(found, Shelf(tmp_path / "recordings", tmp_path / "recording.key"))) == []

    page.get_by_role("button", name="To look back at together").click()
    expect(page.locator("video")).to_have_js_property("videoWidth", 640)
    assert len(only(empty).views) == 1
