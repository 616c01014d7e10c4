"""What participants answer by themselves is asked on their own days, across a change of clocks and a journey."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.doors.conftest import SMALL
from tests.doors.hands import Hands

from triptych.course import Planned
from triptych.ledger.library import product_files, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import load_study

# Norway's clocks go from 02:00 to 03:00 on 29 March 2026, so that the day has 23 hours; Dubai's never change, and are
# three hours ahead of Oslo before that day and two after it; Los Angeles is nine hours behind from then on.
STUDY = """\
inherits: small
id: own-days
title: Own days
version: "1"
roles:
  - {id: participant, title: Participant, files: [self_report], sees: [self_report]}
  - {id: coordinator, sees: [contact, consent, clinical, eligibility, query, self_report]}
releases: [{visit: screening, to: [participant]}]
visits:
  - id: own
    title: Own
    phase: follow
    mode: home
    timing: [{anchor: screening, target: 27 days}]
    forms: [{form: month_check}]
  - id: met
    title: Met
    phase: follow
    timing: [{anchor: screening, target: 27 days}]
    forms: [{form: month_check}, {form: call}]
"""
SECOND = timedelta(seconds=1)


@pytest.fixture
def hands() -> Hands:
    """A participant whose visits fall on 29 March, the day of the change."""
    hands = Hands(MemoryStore(), load_study({"study.yaml": STUDY}, product_files(), shelf(str(SMALL))))
    hands.contact()
    hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    own = {"person": "pat", "role": "participant", "blinding": "blinded", "participant": "P-1"}
    hands.administer("grant", own)
    return hands


def goes_to(hands: Hands, zone: str) -> None:
    wishes = {"email": True, "text": True, "quiet_from": 21, "quiet_until": 9, "zone": zone}
    hands.file("participant", "reminder_wishes", wishes, person="pat")


def visit(hands: Hands, name: str, at: datetime | None = None) -> Planned:
    if at is not None:
        hands.player.clock.now = at
    course = hands.trial.system_view().course("P-1")
    assert course is not None
    return next(one for one in course.visits if one.visit == name)


@pytest.mark.parametrize(
    ("zone", "opens", "closes"),
    [
        (None, datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Asia/Dubai", datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 20, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 3, 29, 7, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("Mars/Olympus", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
    ],
)
def test_a_window_opens_and_closes_at_the_participants_midnight(
    hands: Hands, zone: str | None, opens: datetime, closes: datetime
) -> None:
    if zone:
        goes_to(hands, zone)
    for at, status in ((opens - SECOND, "planned"), (opens, "open"), (closes - SECOND, "open"), (closes, "missed")):
        assert visit(hands, "own", at).status == status
    hands.player.clock.now = closes - SECOND
    course = hands.trial.system_view().course("P-1")
    assert course is not None
    assert closes in {task.due for task in course.tasks if task.id == "hold:own"}
    site = (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert [visit(hands, "met", at).status for at in (site[0] - SECOND, site[0], site[1])] == [
        "planned",
        "open",
        "missed",
    ]


def test_an_answer_late_in_the_participants_day_is_in_the_window_though_the_sites_day_is_over(hands: Hands) -> None:
    goes_to(hands, "America/Los_Angeles")
    hands.player.clock.now = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
    hands.file("participant", "month_check", {"sought_care": False}, person="pat", visit="own")
    held = visit(hands, "own")
    assert (held.status, str(held.actual)) == ("done", "2026-03-29")


def test_a_journey_moves_nothing_that_has_passed(hands: Hands) -> None:
    assert visit(hands, "own", datetime(2026, 3, 29, 23, tzinfo=UTC)).status == "missed"
    goes_to(hands, "America/Los_Angeles")  # where it is still the 29th
    assert visit(hands, "own").status == "missed"


def test_every_audience_that_sees_the_visit_sees_the_same_window(hands: Hands) -> None:
    from triptych.ledger import Actor

    goes_to(hands, "America/Los_Angeles")
    hands.player.clock.now = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
    for person, role in (("coordinator-1", "coordinator"), ("pat", "participant")):
        course = hands.trial.view(Actor(person=person, role=role)).course("P-1")
        assert course is not None
        assert [one.status for one in course.visits if one.visit == "own"] == ["open"]
