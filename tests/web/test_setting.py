"""Set and setting: the thirty items of ReSPCT 2025 for one session, and which of them nothing answers yet."""

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log

from triptych.ledger import Filed

PAGE = "/participants/P-1/session/setting/"
ROOM = {
    "room": "Garden room",
    "location": "Ground floor of the clinic",
    "ambience": "Carpet, two armchairs, a bed",
    "nature": {"missing": "not-applicable"},
    "objects": "A blanket and paper",
    "lighting": "Lamps that the participant may dim",
    "sensory": "Eyeshades and headphones",
    "bathroom": "Across the corridor, with a lock",
    "culture": "Interpreters on request",
}
DAY = {
    "room": "Garden room",
    "otherwise": {"missing": "not-applicable"},
    "framing": "That anything may come and nothing has to",
    "positions": "Lying, one therapist on each side",
    "focus": "Inward, with music",
    "control": "Music, light, talking and stopping",
    "disturbed": False,
}


def empty(page: str) -> int:
    return page.count("nothing yet")


@pytest.mark.requirement("REP-01")
def test_each_item_that_no_record_answers_is_named_until_one_does(norway: Hands, log_in: Log) -> None:
    norway.contact()
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    therapist = log_in("therapist")
    before = therapist.get(PAGE).content.decode()
    assert empty(before) == 21  # doses, approach, sessions, later support and the five ratings are there
    assert "21 of 30 are empty" in before
    assert isinstance(norway.file("therapist", "room_profile", ROOM, None, site="site-1"), Filed)
    assert isinstance(norway.file("therapist", "session_setting", DAY), Filed)
    norway.file("therapist", "session_moment", {"what": "music_on"})
    norway.file("therapist", "session_touch", {"person": "therapist-1", "kind": "hand"})
    norway.file("therapist", "session_presence", {"person": "therapist-1", "change": "came"})
    norway.file("therapist", "session_arrival", {"distress": 3})
    norway.file("physician", "vitals", {"systolic": 120, "diastolic": 80, "heart_rate": 70, "temperature": 36.6})
    spoken = {"minutes": 90, "first": "therapist-1", "done": ["goals"]}
    norway.file("therapist", "therapy_session", spoken, visit="preparation_1")
    norway.file("therapist", "therapy_session", spoken, visit="integration_1", cycle=1)
    after = therapist.get(PAGE).content.decode()
    assert empty(after) == 0, after
    assert "Ground floor of the clinic" in after
    assert "Nothing disturbed it" in after
    assert "Not applicable" in after
    assert "80 mg" not in after


def test_the_ratings_of_the_participant_are_never_shown_to_who_treats(norway: Hands, log_in: Log) -> None:
    norway.contact()
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    assert log_in("therapist").get(PAGE).content.decode().count("and not shown here") == 5
    assert log_in("monitor").get(PAGE).content.decode().count("and not shown here") == 0
    assert log_in("rater").get(PAGE).status_code == 404


def test_a_room_is_described_on_its_page(norway: Hands, log_in: Log) -> None:
    norway.contact()
    client = log_in("therapist")
    assert "No room has been described yet." in client.get("/sites/site-1/rooms/").content.decode()
    shown = client.get("/sites/site-1/rooms/?add")
    record = shown.content.decode().split('name="record" value="')[1].split('"')[0]
    answers = {f"v-{key}": value for key, value in ROOM.items() if isinstance(value, str)}
    posted = {"record": record, "occurred_at": norway.now.strftime("%Y-%m-%dT%H:%M"), **answers}
    refused = client.post("/sites/site-1/rooms/?add", posted)
    assert refused.status_code == 422
    assert "Lamps that the participant may dim" in refused.content.decode()
    assert client.post("/sites/site-1/rooms/?add", {**posted, "m-nature": "not-applicable"}).status_code == 302
    assert "Across the corridor, with a lock" in client.get("/sites/site-1/rooms/").content.decode()
    assert log_in("coordinator").post("/sites/site-1/rooms/?add", posted).status_code == 404
