"""The night after a session, as whoever stays enters it and reads it."""

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

PAGE = "/participants/P-1/night/"


@pytest.mark.requirement("CRL-11")
def test_whoever_stays_records_by_one_tap_how_they_find_somebody_and_reads_what_was_found(
    norway: Hands, log_in: Log
) -> None:
    norway.contact()
    stay = {"attendant": "night_attendant-1", "told": True, "where": "Room 2"}
    norway.file("therapist", "overnight_stay", stay)
    client = log_in("night_attendant")
    assert "Night" in text_of(client.get("/participants/P-1/"))
    shown = text_of(client.get(PAGE))
    assert "Room 2" in shown
    assert "tel:113" in shown  # the emergency number of the study's country
    assert "No look at the participant" in shown
    assert client.post(PAGE, {}).status_code == 404
    client.post(PAGE, {"found": "asleep"})
    assert client.post(PAGE, {"found": "distressed", "words": "Woke and cries"}).status_code == 302
    shown = text_of(client.get(PAGE))
    assert "<b>Distressed</b><br>Woke and cries" in shown
    assert "<b>Asleep and breathing calmly</b></td>" in shown
    alerts = norway.trial.system_view().course("P-1").alerts
    assert any("physician now" in alert.title for alert in alerts)
    assert log_in("rater").get(PAGE).status_code == 404
