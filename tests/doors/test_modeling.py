"""What the bundled documents ask of a course: sessions that are skipped, stages that are waited for, danger by tier."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from triptych.cli.scenario import Line, Player
from triptych.cli.walking import NAME, Walk
from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

START = datetime(2026, 1, 12, 9, tzinfo=UTC)
NO_DANGER = {
    **{f"ideation_{number}": False for number in range(1, 6)},
    **dict.fromkeys(("actual_attempt", "interrupted_attempt", "aborted_attempt", "preparatory"), False),
    **{
        f"intensity_{name}": {"missing": "not-applicable"}
        for name in ("frequency", "duration", "controllability", "deterrents", "reasons")
    },
    **{f"lethality_{name}": {"missing": "not-applicable"} for name in ("actual", "potential")},
}


@cache
def walked(study, *choices):
    walk = Walk(MemoryStore(), find_study(study), START, dict(choices))
    list(walk.steps())
    return walk.lines


def played(study, until, *choices):
    """A participant's course up to the first line about a visit, and the player that stands there."""
    lines = walked(study, *choices)
    player = Player(MemoryStore(), find_study(study), [lines[0]])
    list(player.play())
    for line in lines[1:]:
        if line.visit and f"{line.visit}.{line.cycle}" == until:
            return player
        player.also(line)
    raise AssertionError(until)


def file(player, form, values, role="physician", **more):
    player.clock.now += timedelta(minutes=10)
    line = Line(participant=NAME, form=form, values=values, role=role, occurred_at=player.clock.now, **more)
    outcome = player.also(line).outcome
    assert isinstance(outcome, Filed), outcome
    return outcome.record.id


def visits(player):
    return {visit.key: visit for visit in player.course(NAME).visits}


def test_a_skipped_session_withdraws_the_visits_that_hang_on_it_and_nothing_else():
    player = played("mapp1", "dosing.3")
    before = visits(player)
    assert {before[key].status for key in ("integration_1.3", "call_1.3", "integration_3.3")} == {"planned"}
    file(player, "visit_skipped", {"why": "Withdrew from the third session"}, visit="dosing", cycle=3)
    after = visits(player)
    fallen = [key for key, visit in after.items() if visit.status == "skipped"]
    assert fallen == [
        "dosing.3",
        "integration_1.3",
        *(f"call_{n}.3" for n in range(1, 8)),
        "integration_2.3",
        "integration_3.3",
    ]
    assert after["integration_2.3"].reasons == ("Medicine session was not held",)
    # The endpoint counts from the day on which the third session would have been.
    assert after["primary_rating"].status == "planned"
    assert after["primary_rating"].window.target == before["dosing.3"].window.target + timedelta(weeks=8)


def test_a_stage_that_has_not_come_about_is_waited_for_and_its_visits_are_not_due():
    player = played("mp-8", "primary_rating.None")
    later = {key: visit for key, visit in visits(player).items() if key.startswith(("third_", "crossover_"))}
    assert {visit.status for visit in later.values()} == {"planned"}
    assert {visit.reasons for visit in later.values()} == {("waits for: Stage of the study",)}
    player.clock.now += timedelta(weeks=30)
    later = {key: visit for key, visit in visits(player).items() if key.startswith(("third_", "crossover_"))}
    assert {visit.status for visit in later.values()} == {"planned"}


def test_the_last_follow_up_counts_from_whichever_session_was_held_last():
    choices = (("randomization.arm", "low_30"), ("unblinding.next", "crossover"))
    player = played("mp-8", "month_12.None", *choices)
    held = visits(player)
    last = held["crossover_dosing.6"].actual
    assert held["month_12"].window.target == last + timedelta(weeks=52)
    assert held["dosing.2"].actual < last


@pytest.mark.requirement("SAF-09")
def test_danger_has_a_tier_and_one_that_is_unchanged_rings_for_nobody():
    player = played("mapp-template", "dosing.1")

    def after(**changed):
        file(player, "cssrs", NO_DANGER | changed, visit="dosing", cycle=1)
        course = player.course(NAME)
        return [(alert.id) for alert in course.alerts], [task.id for task in course.tasks if task.about]

    # The first record of the walk, at screening, has no ideation: type 2 is new.
    alerts, _ = after(ideation_1=True, ideation_2=True)
    assert alerts == ["danger_today"]
    alerts, _ = after(ideation_4=True)
    assert sorted(alerts) == ["danger_now", "danger_today"]


@pytest.mark.requirement("SAF-09")
def test_ideation_as_at_baseline_is_reviewed_at_the_next_contact():
    study = find_study("mapp-template")
    player = Player(MemoryStore(), study, [Line(now=START)])
    list(player.play())
    player.also(
        Line(participant=NAME, form="first_contact", values={"channel": "self"}, role="coordinator", occurred_at=START)
    )
    first = file(player, "cssrs", NO_DANGER | {"ideation_1": True}, visit="screening")
    assert [alert.id for alert in player.course(NAME).alerts] == ["danger_today"]
    plan = {"reached": True, "found": "Long known", "plan": "Ask at each visit"}
    file(player, "risk_plan", {"about": first, **plan, "next_contact": START.isoformat()})
    file(player, "cssrs", NO_DANGER | {"ideation_1": True}, visit="preparation_1")
    course = player.course(NAME)
    assert course.alerts == ()
    assert [task.id for task in course.tasks if task.id.startswith("ideation")] == ["ideation_unchanged"]
    file(player, "cssrs", NO_DANGER | {"ideation_1": True, "ideation_3": True}, visit="preparation_2")
    assert [alert.id for alert in player.course(NAME).alerts] == ["danger_today"]


def test_vital_signs_above_a_limit_ask_for_the_next_ones_and_these_end_it():
    player = Player(MemoryStore(), find_study("mapp-template"), [Line(now=START)])
    list(player.play())
    contact = {"form": "first_contact", "values": {"channel": "self"}, "role": "coordinator"}
    player.also(Line(participant=NAME, occurred_at=START, **contact))
    signs = {"systolic": 165, "diastolic": 95, "heart_rate": 80, "temperature": 37.0}
    file(player, "vitals", signs, visit="screening")
    (alert,) = player.course(NAME).alerts
    assert alert.id == "repeat_vitals"
    assert alert.due - alert.since == timedelta(minutes=15)
    file(player, "vitals", signs | {"systolic": 162}, visit="screening")
    assert [one.about != alert.about for one in player.course(NAME).alerts] == [True]
    file(player, "vitals", signs | {"systolic": 140}, visit="screening")
    assert player.course(NAME).alerts == ()


def test_within_a_session_one_task_asks_for_the_next_vital_signs():
    player = played("mapp-template", "dosing.1")
    signs = {"systolic": 165, "diastolic": 115, "heart_rate": 120, "temperature": 37.0}
    file(player, "vitals", signs, visit="dosing", cycle=1)
    course = player.course(NAME)
    asking = [one.id for one in (*course.tasks, *course.alerts) if "repeat" in one.id]
    assert asking == ["repeat:vitals"]
    assert not any(one.id == "repeat_vitals" for one in course.alerts)


def test_both_partners_are_in_one_session_before_either_is_given_a_dose():
    player = played("couples-cbct", "dosing.1")
    gate = next(gate for gate in player.course(NAME).gates if gate.id == "authorize_dose")
    assert {one.id: one.state for one in gate.conditions}["both_present"] == "unknown"
    file(
        player,
        "shared_session",
        {"other_present": True, "both_willing": False},
        role="therapist",
        visit="dosing",
        cycle=1,
    )
    gate = next(gate for gate in player.course(NAME).gates if gate.id == "authorize_dose")
    assert {one.id: one.state for one in gate.conditions}["both_present"] == "not met"


def test_the_higher_dose_of_a_session_rests_on_a_recorded_decision():
    player = played("mapp1", "dosing.2")
    more = {"visit": "dosing", "cycle": 2}

    def blocked(amount):
        player.clock.now += timedelta(minutes=1)
        values = {"part": "initial", "amount": amount}
        line = Line(
            participant=NAME,
            form="dose_authorization",
            values=values,
            role="physician",
            occurred_at=player.clock.now,
            **more,
        )
        return {reason.code for reason in player.also(line).outcome.reasons}

    assert "raised_by_decision" not in blocked(80)
    assert "raised_by_decision" in blocked(120)
    assert "dose_in_protocol" in blocked(125)
    file(player, "dose_decision", {"raise_dose": True, "tolerated": True, "why": "Asked for"}, role="therapist", **more)
    assert not blocked(120) & {"raised_by_decision", "dose_in_protocol"}
