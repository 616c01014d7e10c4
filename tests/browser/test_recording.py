"""A recording in a real browser, with the camera and the microphone that Chromium pretends to have."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PATIENCE, Windows
from tests.browser.test_accessible import violations
from tests.doors.hands import Hands
from tests.web.test_recordings import RULE, agree, gather

from triptych.web.recording.kept import damages, recordings_of
from triptych.web.recording.place import COOKIE
from triptych.web.recording.shelf import Shelf

PAGE = "/participants/P-1/recordings/"
WAITING = """() => new Promise((done) => {
  indexedDB.open("triptych-recording").onsuccess = ({ target }) => {
    target.result.transaction("pieces").objectStore("pieces").getAll().onsuccess = ({ target: { result } }) => {
      done([result.length > 0, result.some((one) => one.blob || new Uint8Array(one.sealed)[0] === 0x1a)]);
    };
  };
})"""
"""Whether pieces wait, and whether any begins as a recording does instead of as what is sealed."""
SEEK = """() => new Promise((done) => {
  const video = document.querySelector("video");
  video.onseeked = () => done(video.currentTime);
  video.currentTime = 1.5;
})"""


@pytest.mark.requirement("PRV-07")
def test_a_session_is_recorded_through_a_dead_network_and_stopped_from_another_tablet(
    empty: Hands, window: Windows, tmp_path: Path, monkeypatch: Any
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "FOLDER", tmp_path)
    monkeypatch.setattr(settings, "RECORDING_KEY", tmp_path / "recording.key")
    empty.player.clock.now = datetime.now(UTC)
    empty.contact()
    empty.file("physician", "recording_rule", RULE, None, site="site-1")
    agree(empty, "recall")
    gather(empty, ("recall",))

    tablet, other = window(), window()
    tablet.log_in("therapist-1")
    other.log_in("co_therapist-1")
    page, cockpit = tablet.open(PAGE), other.open("/participants/P-1/session/")
    expect(page.locator("body[data-ready]")).to_be_visible()
    assert violations(page) == []
    form = page.locator("#record")
    expect(form.get_by_label("To check the therapy")).to_be_disabled()
    form.get_by_label("Picture and sound").check()
    form.get_by_label("To look back at together").check()
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#recording-said")).to_contain_text("Nobody else")
    page.get_by_label("Nobody else is in view or hearing").check()
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#light")).to_be_visible()
    expect(cockpit.locator("[data-light]")).to_contain_text("Picture and sound")

    page.context.set_offline(True)
    expect(page.locator("#recording-said")).to_contain_text("kept in this browser")
    assert page.evaluate(WAITING) == [True, False]
    page.context.set_offline(False)
    page = tablet.open("/participants/P-1/session/")  # the page that records is lost
    expect(page.locator("[data-lost]")).to_contain_text("Recording stopped at")
    expect(cockpit.locator("[data-light]")).to_be_hidden()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Go on recording").click()
    page = opened.value
    page.set_default_timeout(PATIENCE)
    expect(page.locator("#light")).to_be_visible()
    expect(cockpit.locator("[data-light]")).to_contain_text("Picture and sound")
    expect(cockpit.get_by_text("Not recorded from").first).to_be_visible()
    expect(page.locator("body[data-waiting='0']")).to_be_visible()

    cockpit.get_by_role("button", name="Stop recording").click()
    expect(page.locator("#light")).to_be_hidden()
    expect(page.get_by_text("Stopped in the room")).to_be_visible()
    first, found = recordings_of(empty.trial.system_view().records("P-1"))
    assert (first.why, found.why, found.continues) == ("failure", "person", first.id)
    assert first.hashes  # the second ended in its first piece, of which nothing is kept
    for one in (first, found):
        assert one.pieces is not None
        assert one.pieces == len(one.hashes)
        assert list(damages(one, Shelf(tmp_path / "recordings", tmp_path / "recording.key"))) == []

    expect(page.get_by_role("button", name="To look back at together")).to_have_count(0)
    device = {"name": "Tablet, blue room", "key": sha256(b"kept by the browser").hexdigest(), "state": "in_use"}
    empty.file("coordinator", "recording_device", device, None, site="site-1")
    page.context.add_cookies([{"name": COOKIE, "value": "kept by the browser", "url": page.url}])
    page.reload()
    page.get_by_role("button", name="To look back at together").last.click()
    expect(page.locator("video")).to_have_js_property("videoWidth", 640)
    page.wait_for_function(
        "() => document.querySelector('video').duration < 600 && !document.querySelector('video').seeking"
    )
    assert page.evaluate(SEEK) == pytest.approx(1.5, abs=0.5)
    assert [len(one.views) for one in recordings_of(empty.trial.system_view().records("P-1"))] == [1, 0]
