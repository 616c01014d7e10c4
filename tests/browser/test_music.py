"""Music played from the session's screen: it sounds, is recorded as it begins and ends, and needs no network."""

from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from tests.browser.conftest import Windows
from tests.browser.test_accessible import violations
from tests.browser.test_session import SESSION, live
from tests.doors.hands import Hands
from tests.web.test_music import tone

__all__ = ["live"]


def played(hands: Hands) -> list[tuple[str, str]]:
    """What was recorded of music, oldest first."""
    records = hands.trial.system_view().records("P-1")
    told = [(one.values.get("title"), one.values.get("why")) for one in records if one.form.startswith("session_music")]
    return [(title or "end", why or "") for title, why in told]


def test_a_piece_sounds_and_is_recorded_goes_on_without_a_network_and_ends_where_the_page_was_closed(
    live: Hands, window: Windows, tmp_path: Path, monkeypatch: Any
) -> None:
    from django.conf import settings

    tone(tmp_path / "Evening" / "arrival" / "Door.wav", 220)
    tone(tmp_path / "Evening" / "peak" / "Storm.wav", 330)
    monkeypatch.setattr(settings, "MUSIC", tmp_path)
    tablet = window()
    tablet.log_in("therapist-1")
    page = tablet.open(SESSION)
    expect(page.locator("body[data-ready][data-kept]")).to_be_visible()
    music = page.get_by_label("Music", exact=True)
    music.get_by_text("Choose music").click()
    expect(music).to_contain_text("2 of 2 pieces of this playlist are kept on this tablet")
    assert violations(page) == []

    page.locator("#device").click()
    music.get_by_role("button", name="Play", exact=True).click()
    expect(music).to_contain_text("This is a staff device")
    music.get_by_role("button", name="Make this the tablet of the room and play").click()
    expect(page.locator("[data-part=timeline]")).to_contain_text("Door · Evening · Arrival")
    page.context.set_offline(True)
    music.get_by_role("button", name="Peak").click()
    expect(page.locator("#waiting")).to_contain_text("title Storm")
    page.evaluate("document.dispatchEvent(new CustomEvent('session:ring'))")
    expect(music).to_contain_text("The music is lowered while an alarm sounds")
    page.context.set_offline(False)
    expect(page.locator("#sending")).to_contain_text("All received")
    page.reload()
    expect(music).to_contain_text("Nothing plays")
    expect(page.locator("[data-part=timeline]")).to_contain_text("The page was closed")
    ended = played(live)
    assert ended[:3] == [("Door", ""), ("end", "next"), ("Storm", "")]
    assert ended[-1] == ("end", "closed")
