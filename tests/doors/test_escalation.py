"""An alert of danger goes from one person on call to the next until somebody acknowledges it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.doors.clocked import Post, Run
from tests.doors.hands import Hands

from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

ROTA = {
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "zone": "Europe/Oslo",
    "hands_over": 8,
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "works_holidays": True,
    "clinician": "therapist-1",
    "backup": "co_therapist-1",
    "physician": "physician-1",
    "lead": "principal_investigator-1",
}
DANGER = "P-1: Alert: Danger in the diary"


def dangerous(hands: Hands, **rota: Any) -> tuple[datetime, str]:
    """File a rota and a dangerous diary; when the system had it, and its identifier."""
    hands.file("coordinator", "duty_rota", ROTA | rota, None, site="site-1")
    filed = hands.file("therapist", "days_after", {"suicidal": "intent"})
    assert isinstance(filed, Filed)
    return filed.record.recorded_at, filed.record.id


def told(post: Post, since: int = 0) -> list[str]:
    return [letter.person for letter in post.letters[since:] for line in letter.lines if "Danger in the diary" in line]


@pytest.fixture
def norway() -> Hands:
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    hands.contact()
    return hands


@pytest.mark.requirement("SAF-09")
def test_it_goes_to_the_backup_after_15_minutes_the_physician_after_30_then_the_lead(norway: Hands, run: Run) -> None:
    running = run(norway)
    since, _ = dangerous(norway)
    running.settled()
    assert told(running.post) == ["therapist-1"]
    for minutes, person in ((15, "co_therapist-1"), (30, "physician-1"), (45, "principal_investigator-1")):
        before = len(running.post.letters)
        running.at(since + timedelta(minutes=minutes, seconds=-1))
        assert told(running.post, before) == [] if minutes != 30 else True
        running.at(since + timedelta(minutes=minutes))
        assert person in told(running.post, before)
    assert any("not acknowledged by anybody" in line for line in running.post.lines("co_therapist-1"))


def test_an_acknowledgment_ends_the_steps_and_not_the_alert(norway: Hands, run: Run) -> None:
    running = run(norway)
    since, about = dangerous(norway)
    running.at(since + timedelta(minutes=16))
    norway.file("therapist", "acknowledgment", {"about": about, "name": "Kari"})
    running.settled()
    before = len(running.post.letters)
    running.at(since + timedelta(hours=1))
    assert "principal_investigator-1" not in told(running.post, before)
    course = running.trial.system_view().course("P-1")
    assert course is not None
    (alert,) = [task for task in course.alerts if task.id == "diary_danger"]
    assert alert.overdue
    assert alert.acknowledged == since + timedelta(minutes=17)


def test_where_nobody_is_on_call_everybody_of_the_role_is_told(norway: Hands, run: Run) -> None:
    running = run(norway)
    dangerous(norway, clinician="rater-1")
    running.settled()
    assert told(running.post) == ["physician-1"]


def test_a_cover_counts_before_the_rota_and_a_day_on_call_begins_at_its_hour(norway: Hands, run: Run) -> None:
    running = run(norway)
    norway.player.clock.now = datetime.fromisoformat("2026-03-06T07:30:00+01:00")
    # Friday before the hand-over at eight is still Thursday's day on call.
    norway.file(
        "coordinator", "duty_rota", ROTA | {"weekdays": ["fri"], "clinician": "physician-1"}, None, site="site-1"
    )
    norway.file("coordinator", "duty_rota", ROTA | {"weekdays": ["thu"]}, None, site="site-1")
    filed = norway.file("therapist", "days_after", {"suicidal": "intent"})
    assert isinstance(filed, Filed)
    running.settled()
    assert told(running.post) == ["therapist-1"]
    cover = {"step": "clinician", "person": "principal_investigator-1", "why": "absence"}
    cover |= {"starts": "2026-03-06T07:00:00+01:00", "ends": "2026-03-06T12:00:00+01:00"}
    norway.file("coordinator", "duty_cover", cover, None, site="site-1")
    norway.file("therapist", "days_after", {"suicidal": "intent"})
    running.settled()
    assert "principal_investigator-1" in told(running.post)


def test_a_held_record_of_a_form_that_can_show_danger_rings(norway: Hands) -> None:
    norway.file("therapist", "days_after", {"suicidal": "perhaps"}, origin="outbox")
    course = norway.trial.system_view().course("P-1")
    assert course is not None
    (alert,) = course.alerts
    assert (alert.id, alert.level, "physician" in alert.roles) == ("resolve_held", "alert", True)
