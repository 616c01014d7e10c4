"""Who is with the participant: two from the dose on, one overnight, and gaps by what was recorded (CON-01)."""

import pytest
from tests.spec.session.days import DOSED, Day, begun, closing


def gaps(day: Day, minute: float) -> list[tuple[int, int, bool]]:
    return [(gap.people, gap.needed, gap.long) for gap in day.state(minute).presence.gaps]


def listed(day: Day, minute: float) -> list[str]:
    found = day.fold(minute).course().deviations
    return [one.what for one in found if one.key.startswith("presence_gap")]


@pytest.mark.requirement("CON-01")
@pytest.mark.parametrize(("back", "is_long"), [(62.9, False), (63, True)])
def test_a_gap_of_three_minutes_is_a_deviation_and_a_shorter_one_stands_on_the_timeline(back, is_long):
    day = begun()
    day.file(60, "session_presence", person="co_therapist-1", change="left")
    day.file(back, "session_presence", person="co_therapist-1", change="came")
    assert gaps(day, 100) == [(1, 2, is_long)]
    assert listed(day, 100) == (["1 of 2 qualified people with the participant, for 3 minutes"] if is_long else [])


def test_an_open_gap_becomes_a_deviation_when_the_tolerance_has_passed():
    day = begun()
    day.file(60, "session_presence", person="co_therapist-1", change="left")
    assert (listed(day, 62.9), gaps(day, 62.9)) == ([], [(1, 2, False)])
    assert listed(day, 63) == ["1 of 2 qualified people with the participant, and it goes on"]
    changes = day.fold(61).course().next_change
    assert changes is not None
    assert changes <= day.fold(63).now


def test_qualified_relief_closes_a_gap_and_somebody_without_a_role_does_not():
    day = begun()
    day.file(59, "session_presence", person="physician-1", change="came")
    day.file(60, "session_presence", person="co_therapist-1", change="left")
    assert gaps(day, 100) == []
    day.file(110, "session_presence", person="physician-1", change="left")
    day.file(111, "session_presence", person="visitor-1", change="came")
    assert gaps(day, 120) == [(1, 2, True)]
    assert (day.state(120).presence.people, day.state(120).presence.qualified) == (("therapist-1", "visitor-1"), 1)


def test_nobody_there_is_said_at_once_and_only_while_somebody_has_to_be():
    day = begun()
    for person in ("therapist-1", "co_therapist-1"):
        day.file(60, "session_presence", person=person, change="left")
    assert day.state(60).presence.nobody is True
    assert Day().state(60).presence.nobody is False
    ended = closing()
    ended.file(495, "discharge", left_with="Sister")
    for person in ("therapist-1", "co_therapist-1"):
        ended.file(500, "session_presence", person=person, change="left")
    assert (ended.state(510).presence.nobody, ended.state(510).presence.needed, gaps(ended, 510)) == (False, 0, [])


def test_at_night_one_trained_attendant_is_enough():
    day = closing()
    day.file(500, "overnight_stay", attendant="attendant-1", told=True)
    for person in ("therapist-1", "co_therapist-1"):
        day.file(501, "session_presence", person=person, change="left")
    assert (day.state(600).presence.needed, gaps(day, 600)) == (1, [])
    day.file(700, "session_presence", person="attendant-1", change="left")
    assert day.state(701).presence.nobody is True
    assert gaps(day, 710) == [(0, 1, True)]


def test_where_nobody_recorded_who_is_there_it_is_not_known_and_no_gap():
    day = Day()
    day.dose()
    found = day.state(60).presence
    assert (found.known, found.people, found.needed, found.gaps, found.nobody) == (False, (), 2, (), False)


def test_a_session_that_nobody_ended_is_not_watched_for_ever():
    day = begun()
    assert day.state(37 * 60).presence.needed == 0


@pytest.mark.requirement("CON-01")
def test_nobody_there_is_a_red_alarm_that_is_sent_at_once_and_ends_when_somebody_is_there_again():
    day = begun()
    day.file(-30, "physician_cover", where="on_call")
    day.file(60, "session_presence", person="therapist-1", change="left")
    assert called(day, 60) is None
    last = day.file(61, "session_presence", person="co_therapist-1", change="left")
    assert called(day, 61) == [("cover", 61), ("clinician", 63), ("physician", 66), ("lead", 71)]
    day.file(62, "session_alarm", about=last, value="presence", answer="acknowledged")
    assert called(day, 62) == []
    day.file(64, "session_presence", person="therapist-1", change="came")
    assert called(day, 64) is None


def called(day: Day, minute: float) -> list[tuple[str, int]] | None:
    """The calls of the alert that nobody is there; none where there is no such alert."""
    found = [one for one in day.fold(minute).course().alerts if one.id == "red:presence"]
    return [(call.step, (call.at - DOSED).seconds // 60) for call in found[0].calls] if found else None
