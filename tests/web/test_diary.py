"""The diary of the days after: open where somebody answers, asked for on its days; a dangerous answer rings."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_own import dosed
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.course import local_day
from triptych.ledger import Filed

__all__ = ["dosed"]
HOST = {"host": "participant.localhost"}
CLINICIAN = {"who": "The doctor on duty", "phone": "22 11 11 11", "any_hour": True, "tried_on": "2026-02-01"}
ROTA = {
    "starts_on": "2026-01-01",
    "ends_on": "2036-12-31",
    "zone": "Europe/Oslo",
    "hands_over": 8,
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "works_holidays": True,
    "clinician": "physician-1",
    "backup": "therapist-1",
    "physician": "physician-1",
    "lead": "principal_investigator-1",
}

GAP = ">nobody<"


@pytest.fixture
def world(norway: Hands) -> Hands:
    """A trial in which a participant has an access of their own and the site a clinician at any hour, being served."""
    populate(norway)
    staffed(norway)
    return norway


def staffed(hands: Hands, **rota: Any) -> None:
    """A clinician at any hour, and a rota on which two people take turns."""
    hands.administer("site_help", CLINICIAN, site="site-1")
    assert isinstance(hands.file("coordinator", "duty_rota", ROTA | rota, None, site="site-1"), Filed)


def kept(world: Hands, **answers: str) -> Any:
    client = client_of("pat")
    page = text_of(client.get("/diary/", headers=HOST))
    return client.post("/diary/", {**fields(page), **answers}, headers=HOST, follow=True)


def alerts(world: Hands) -> dict[str, Any]:
    course = world.trial.system_view().course("P-1")
    assert course is not None
    return {task.id: task for task in course.alerts if task.id.startswith("diary_")}


def test_the_diary_opens_only_where_a_clinician_answers_day_and_night(norway: Hands) -> None:
    populate(norway)
    client = client_of("pat")
    closed = client.get("/diary/", headers=HOST)
    assert (closed.status_code, "not open yet" in text_of(closed)) == (403, True)
    assert client.post("/diary/", {"v-mood": "5", "v-suicidal": "none"}, headers=HOST).status_code == 403
    norway.administer("site_help", CLINICIAN, site="site-1")
    assert client.get("/diary/", headers=HOST).status_code == 403
    staffed(norway)
    assert client.get("/diary/", headers=HOST).status_code == 200


def test_the_diary_closes_where_the_rota_leaves_a_gap_and_opens_with_a_cover(norway: Hands) -> None:
    populate(norway)
    client = client_of("pat")
    staffed(norway, works_holidays=False)
    holiday = (norway.now + timedelta(days=1)).date().isoformat()
    norway.file("coordinator", "duty_holiday", {"day": holiday, "name": "A public holiday"}, None, site="site-1")
    assert client.get("/diary/", headers=HOST).status_code == 403
    for step in ("clinician", "backup", "physician", "lead"):
        cover = {"step": step, "person": ROTA[step], "why": "holiday", "starts": f"{holiday}T00:00:00+01:00"}
        cover["ends"] = (norway.now + timedelta(days=3)).isoformat()
        norway.file("coordinator", "duty_cover", cover, None, site="site-1")
    assert client.get("/diary/", headers=HOST).status_code == 200
    # Somebody who cannot record a plan is nobody on call.
    staffed(norway, backup="rater-1")
    assert client.get("/diary/", headers=HOST).status_code == 403


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({"v-mood": "6", "v-suicidal": "none"}, set()),
        ({"v-suicidal": "intent"}, {"diary_danger"}),
        ({"v-suicidal": "acted", "v-mood": "1"}, {"diary_danger", "diary_low"}),
        ({"v-suicidal": "thoughts"}, {"diary_suicidal"}),
        ({"m-suicidal": "asked-declined"}, {"diary_silent"}),
        ({"v-suicidal": "none", "v-signs": "dark_urine"}, {"diary_signs"}),
        ({"v-suicidal": "none", "v-sleep": "3", "v-energy": "9"}, {"diary_restless"}),
        ({"v-suicidal": "none", "v-mood": "2", "v-sleep": "5", "v-energy": "9"}, {"diary_low"}),
    ],
)
def test_a_dangerous_answer_shows_whom_to_call_and_raises_an_alert(
    world: Hands, answers: dict[str, str], raised: set[str]
) -> None:
    page = text_of(kept(world, **answers))
    assert "Your answer has been sent" in page
    assert 'href="tel:22111111"' in page
    assert "This diary is not watched around the clock." in page
    assert set(alerts(world)) == raised
    assert all(task.level == "alert" for task in alerts(world).values())


@pytest.mark.requirement("SAF-09")
def test_the_alert_is_not_closed_without_a_recorded_plan(world: Hands) -> None:
    kept(world, **{"v-suicidal": "intent"})
    about = alerts(world)["diary_danger"].about
    world.file("physician", "task_done", {"about": about, "task": "diary_danger"})
    assert "diary_danger" in alerts(world)
    plan = {"about": about, "found": "Not reached", "next_contact": "2026-03-02T12:00:00Z"}
    assert not isinstance(world.file("physician", "risk_plan", plan | {"reached": True}), Filed)
    plan["plan"] = "Call again at noon"
    assert not isinstance(world.file("physician", "risk_plan", plan | {"reached": False, "calls": 3}), Filed)
    assert "diary_danger" in alerts(world)
    whole = plan | {"reached": False, "calls": 3, "welfare_check": "asked_for"}
    assert isinstance(world.file("physician", "risk_plan", whole), Filed)
    assert alerts(world) == {}


@pytest.mark.requirement("SAF-09")
@pytest.mark.parametrize("undo", ["correct", "void", "correct and void"])
def test_whatever_becomes_of_a_dangerous_answer_its_alert_stays_until_there_is_a_plan(world: Hands, undo: str) -> None:
    kept(world, **{"v-suicidal": "intent"})
    about = alerts(world)["diary_danger"].about
    if "correct" in undo:
        world.file("therapist", "days_after", {"suicidal": "none"}, corrects=about, reason="Misread the question")
    if "void" in undo:
        world.file("therapist", "entered_in_error", {"about": about, "why": "Meant as a test"})
    assert set(alerts(world)) == {"diary_danger"}
    plan = {"about": about, "reached": True, "found": "Safe", "plan": "Call tomorrow"}
    filed = world.file("physician", "risk_plan", plan | {"next_contact": "2026-03-02T12:00:00Z"})
    assert isinstance(filed, Filed)
    assert alerts(world) == {}
    world.file("physician", "entered_in_error", {"about": filed.record.id, "why": "Of somebody else"})
    assert set(alerts(world)) == {"diary_danger"}


def test_a_correction_that_tells_of_danger_rings_from_the_moment_it_is_filed(world: Hands) -> None:
    kept(world, **{"v-suicidal": "none", "v-mood": "7"})
    (diary,) = [seen for seen in world.trial.system_view().records("P-1") if seen.form == "days_after"]
    world.later(hours=9)
    world.file(
        "therapist", "days_after", {"suicidal": "intent", "mood": 7}, corrects=diary.id, reason="Said on the phone"
    )
    assert alerts(world)["diary_danger"].since == world.now


def test_mood_below_the_first_diary_three_days_running_is_seen(world: Hands) -> None:
    for mood, raised in ((7, False), (6, False), (6, False), (5, True)):
        kept(world, **{"v-mood": str(mood), "v-suicidal": "none"})
        assert ("diary_below_baseline" in alerts(world)) is raised
        world.later(days=1)


def wrote(world: Hands, at: str, mood: int | None) -> bool:
    """Whether three low days are seen once a diary was kept at a day and time of Los Angeles, nine hours behind."""
    there = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    world.player.clock.now = there
    answer = {"missing": "asked-declined"} if mood is None else mood
    assert isinstance(
        world.file("participant", "days_after", {"mood": answer, "suicidal": "none"}, person="pat"), Filed
    )
    return "diary_below_baseline" in alerts(world)


def test_three_days_running_are_those_where_the_participant_is(world: Hands) -> None:
    wishes = {"email": False, "text": False, "quiet_from": 21, "quiet_until": 9, "zone": "America/Los_Angeles"}
    assert isinstance(world.file("participant", "reminder_wishes", wishes, person="pat"), Filed)
    assert not wrote(world, "2026-03-09T10:00", None)  # the first in which mood was answered is what counts
    assert not wrote(world, "2026-03-10T10:00", 7)
    # Two of these are one day there, and three days at the site.
    assert not any(wrote(world, at, 6) for at in ("2026-03-11T08:00", "2026-03-11T22:00", "2026-03-12T22:00"))
    # These are three days there, and two at the site.
    assert [wrote(world, at, 6) for at in ("2026-03-14T12:00", "2026-03-15T22:00", "2026-03-16T12:00")] == [
        False,
        False,
        True,
    ]


def test_a_question_that_was_declined_hides_no_fall_of_mood(world: Hands) -> None:
    for mood in (8, None, 4):
        answer = {"missing": "asked-declined"} if mood is None else mood
        world.file("participant", "days_after", {"mood": answer, "suicidal": "none"}, person="pat")
    assert set(alerts(world)) == {"diary_fallen"}


def test_a_fall_of_mood_stays_seen_when_the_diary_before_is_corrected(world: Hands) -> None:
    kept(world, **{"v-mood": "8", "v-suicidal": "none"})
    kept(world, **{"v-mood": "4", "v-suicidal": "none"})
    first = next(seen for seen in world.trial.system_view().records("P-1") if seen.form == "days_after")
    world.file("therapist", "days_after", {"suicidal": "none", "mood": 5}, corrects=first.id, reason="Slip of the hand")
    assert set(alerts(world)) == {"diary_fallen"}


def test_a_fall_of_mood__is_seen_against_the_diary_before(world: Hands) -> None:
    kept(world, **{"v-mood": "8", "v-suicidal": "none"})
    kept(world, **{"v-mood": "4", "v-suicidal": "none"})
    assert set(alerts(world)) == {"diary_fallen"}


def test_it_is_asked_for_in_the_week_after_a_session_and_on_day_14_until_it_is_answered(dosed: Hands) -> None:
    from triptych.web.days_after import DAYS

    staffed(dosed)
    system, zone = dosed.trial.system_view(), dosed.trial.system_view().zone("NO-01")
    today = local_day(dosed.player.clock.now, zone)
    since = {
        name: (today - max(visit.actual for visit in course.visits if visit.visit == "dosing" and visit.actual)).days
        for name in system.participants()
        if (course := system.course(name)) and any(v.visit == "dosing" and v.actual for v in course.visits)
    }
    name, days = min(since.items(), key=lambda item: item[1])
    grant = {"person": "zoe", "role": "participant", "blinding": "blinded", "participant": name}
    assert isinstance(dosed.administer("grant", grant), Filed)
    client = client_of("zoe")
    for ahead in range(days, max(15, days) + 2):
        asked = "How are you today?" in text_of(client.get("/", headers=HOST))
        assert asked is (ahead in DAYS), ahead
        dosed.player.clock.now += timedelta(days=1)


@pytest.mark.requirement("SAF-09")
def test_a_name_and_a_time_stand_on_the_page_only_after_that_clinician_has_acknowledged(world: Hands) -> None:
    client = client_of("pat")
    before = text_of(kept(world, **{"v-suicidal": "thoughts"}))
    assert "has read" not in before
    about = alerts(world)["diary_suicidal"].about
    staff = client_of("physician-1")
    danger = text_of(staff.get(f"/participants/P-1/records/{about}/danger/"))
    assert "Nobody yet" in danger
    assert danger.index("therapist-1") < danger.index("principal_investigator-1")
    take = f"/participants/P-1/records/{about}/danger/take/"
    sent = {**fields(text_of(staff.get(take))), "v-name": "Doctor Dahl"}
    assert staff.post(take, sent).status_code == 302
    assert "diary_suicidal" in alerts(world)  # it is taken on and not yet dealt with
    for path in ("/sent/", "/"):
        page = text_of(client.get(path, headers=HOST))
        assert "Doctor Dahl has read" in page
        assert "physician-1" not in page
    kept(world, **{"v-suicidal": "none"})
    assert "has read" not in text_of(client.get("/sent/", headers=HOST))


@pytest.mark.requirement("SAF-09")
def test_three_calls_that_nobody_answers_ask_for_a_recorded_decision_on_a_welfare_check(world: Hands) -> None:
    kept(world, **{"v-suicidal": "intent"})
    about = alerts(world)["diary_danger"].about

    def call(reached: bool) -> set[str]:
        world.file("therapist", "danger_call", {"about": about, "reached": reached})
        course = world.trial.system_view().course("P-1")
        assert course is not None
        return {task.id for task in course.alerts}

    assert "decide_welfare_check" not in call(False) | call(False)
    assert "decide_welfare_check" in call(False)
    page = f"/participants/P-1/records/{about}/danger/"
    asked = "Record the decision on a welfare check"
    assert asked in text_of(client_of("physician-1").get(page))
    (third,) = [t for t in world.trial.system_view().course("P-1").alerts if t.id == "decide_welfare_check"]
    decided = {"about": third.about, "decision": "asked_for", "asked": "The police, at noon", "why": "No answer"}
    assert isinstance(world.file("physician", "welfare_check", decided), Filed)
    assert "decide_welfare_check" not in {t.id for t in world.trial.system_view().course("P-1").alerts}
    assert "diary_danger" in alerts(world)


def test_the_weeks_on_call_are_shown_with_every_gap(world: Hands) -> None:
    coordinator = client_of("coordinator-1")
    assert GAP not in text_of(coordinator.get("/sites/site-1/on-call/"))
    page = text_of(coordinator.get("/sites/site-1/on-call/?form=duty_rota"))
    sent = {**fields(page), **{f"v-{name}": value for name, value in ROTA.items()}, "v-works_holidays": "no"}
    wrong = coordinator.post("/sites/site-1/on-call/?form=duty_rota", {**sent, "v-backup": "physician-1"})
    assert (wrong.status_code, "somebody else" in text_of(wrong)) == (422, True)
    assert coordinator.post("/sites/site-1/on-call/?form=duty_rota", sent).status_code == 302
    day = (world.now + timedelta(days=3)).date().isoformat()
    world.file("coordinator", "duty_holiday", {"day": day, "name": "A public holiday"}, None, site="site-1")
    assert text_of(coordinator.get("/sites/site-1/on-call/")).count(GAP) == 4
    number = {"person": str(ROTA["backup"]), "phone": "22 33 44 55"}
    world.file("coordinator", "duty_phone", number, None, site="site-1")
    assert "22 33 44 55" in text_of(coordinator.get("/sites/site-1/on-call/"))
    assert client_of("therapist-1").get("/sites/site-1/on-call/").status_code == 404
