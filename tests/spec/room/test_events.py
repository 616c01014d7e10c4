"""The listing of events: every observed effect is in it as its episode stands, and nobody enters it again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.spec.room.test_episodes import Told as Plain
from tests.spec.room.test_episodes import at

from triptych.course.events import Event, events
from triptych.ledger.library import find_study

EFFECT = find_study("mdma-mdd-norway").forms["effect"]


class Told(Plain, frozen=True, kw_only=True):
    actor: str = "therapist-1"
    role: str = "therapist"
    cycle: int | None = None


def told(minutes: float, form: str, name: str, /, **values: Any) -> Told:
    who = {key: values.pop(key) for key in ("role", "cycle", "current") if key in values}
    return Told(id=name, form=form, values=values, occurred_at=at(minutes), **who)


def dose(minutes: float, part: str, outcome: str = "taken") -> Told:
    taken = at(minutes).isoformat()
    return told(minutes, "dose_administration", part, cycle=2, part=part, outcome=outcome, taken_at=taken)


DOSES = [dose(0, "initial"), dose(5, "spilled", "not_taken"), dose(100, "supplemental")]
SEEN = told(130, "effect", "e", kind="euphoria", intensity="mild", valence="welcome", onset=at(120).isoformat())


def one(*records: Told) -> Event:
    (found,) = events([*DOSES, *records], EFFECT)
    return found


@pytest.mark.requirement("CRL-01")
@pytest.mark.requirement("CRL-04")
def test_a_welcome_effect_is_listed_with_its_times_and_awaits_a_physician() -> None:
    found = one(SEEN, told(180, "effect_change", "c", about="e", change="ended", intensity="strong"))
    assert (found.kind, found.status, found.intensity) == ("observed_effect", "awaiting", "strong")
    assert (found.values["term"], found.values["valence"]) == ("Euphoria", "welcome")
    assert datetime.fromisoformat(found.values["ended"]) == at(180)
    minutes = tuple(span / timedelta(minutes=1) for span in (found.since_first, found.since_last) if span)
    assert (found.onset, found.session, minutes) == (at(120), 2, (120, 20))
    assert "serious" not in found.values


def test_a_correction_of_the_episode_is_one_of_the_listing_and_one_set_aside_is_gone() -> None:
    wrong = told(130, "effect", "e", kind="euphoria", current=False)
    right = told(130, "effect", "e'", kind="anxiety", onset=at(-20).isoformat())
    found = one(wrong, right)
    assert (found.values["term"], found.session, found.since_last) == ("Anxiety", 2, None)
    assert found.since_first == timedelta(minutes=-20)
    assert events([SEEN, told(140, "entered_in_error", "x", about="e")], EFFECT) == ()


def test_an_effect_counts_as_assessed_on_the_word_of_a_physician_alone() -> None:
    said = {"about": "e", "grade": 1, "serious": False, "relation": "related"}
    assert one(SEEN, told(200, "effect_assessment", "a", **said)).status == "awaiting"
    first = told(200, "effect_assessment", "a", role="physician", **said)
    assessed = one(SEEN, first)
    assert (assessed.status, assessed.assessment, assessed.values["relation"]) == ("assessed", "a", "related")
    again = told(220, "effect_assessment", "b", role="physician", **said | {"entered_as": "ae-1", "serious": True})
    listed = one(SEEN, first, again)
    assert (listed.status, listed.values["serious"]) == ("entered", True)


def test_an_adverse_event_has_its_session_and_time_too_and_none_without_a_dose() -> None:
    event = told(300, "adverse_event", "ae-1", term="Fall", onset=at(240).isoformat())
    found = one(event)
    assert (found.kind, found.session, found.since_last) == ("adverse_event", 2, timedelta(minutes=140))
    assert [line.session for line in events([event])] == [None]
