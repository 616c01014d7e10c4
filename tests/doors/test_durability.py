"""The months after treatment: rules of recurrence by day, and treatment given again without one that was met."""

from datetime import timedelta
from itertools import pairwise

import pytest
from tests.doors.hands import Hands

from triptych.cli.scenario import ADMINISTRATOR
from triptych.ledger import Actor, Filed
from triptych.ledger.library import find_study, product_files, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import Study, load_study, parse_duration

MONITOR = Actor(person="monitor-1", role="monitor")


@pytest.fixture
def trial() -> Hands:
    """A trial of the general course with a participant whose last dose was given."""
    return dosed(find_study("mapp-template"))


def dosed(study: Study) -> Hands:
    hands = Hands(MemoryStore(), study)
    hands.contact()
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": hands.now.isoformat()}
    assert isinstance(hands.file("therapist", "dose_administration", dose, cycle=1, visit="dosing"), Filed)
    return hands


def deviations(hands: Hands) -> list[str]:
    course = hands.trial.system_view().course("P-1")
    assert course is not None
    return [one.key.partition(":")[0] for one in course.deviations if one.key.startswith("retreatment")]


@pytest.mark.requirement("CRL-09")
def test_care_sought_elsewhere_is_a_recurrence_from_that_day_and_changes_no_earlier_day(trial: Hands) -> None:
    trial.file("therapist", "month_check", {"sought_care": False})
    first = trial.now.date()
    trial.later(days=28)
    trial.file("therapist", "month_check", {"sought_care": True})
    found = [one for one in trial.trial.view(MONITOR).evaluations("P-1") if one.rule == "recurrence"]
    assert [(one.on, one.met) for one in found] == [(first, None), (trial.now.date(), True)]
    assert "outcome.total" in found[0].missing  # without the scores nobody can say that nothing came back


@pytest.mark.requirement("CRL-09")
def test_treatment_given_again_without_a_rule_that_was_met_is_a_deviation(trial: Hands) -> None:
    trial.file("therapist", "month_check", {"sought_care": True})
    again = {"given_on": trial.now.date().isoformat(), "what": "Here", "why": "Asked for"}
    # Twelve weeks have not passed since the last dose.
    assert isinstance(trial.file("physician", "retreatment", again), Filed)
    assert deviations(trial) == ["retreatment_without_rule"]
    trial.later(days=90)
    again["given_on"] = trial.now.date().isoformat()
    trial.file("physician", "retreatment", again)
    assert deviations(trial) == ["retreatment_without_rule"]
    # What comes in later changes nothing about what was known when it was given.
    trial.file("therapist", "month_check", {"sought_care": False})
    assert deviations(trial) == ["retreatment_without_rule"]


@pytest.mark.requirement("CRL-09")
def test_an_amended_rule_judges_what_is_filed_under_it_and_nothing_earlier() -> None:
    own = "inherits: mapp-template\nid: mapp-template\ntitle: Course\n"
    later = """definitions:
- id: retreatment_due
  title: Recurrence and a year
  judges: retreatment
  source: CRL-09
  rule: recurrence && days_between(latest(dose_administration).day, today) >= 365
"""
    amendment = 'version: "2"\namendment: {of: "1.0", summary: Treated again later}\n'
    one, two = (
        load_study({"study.yaml": own + text}, product_files(), shelf())
        for text in ('version: "1.0"\n', amendment + later)
    )
    hands = dosed(one)
    hands.later(days=90)
    hands.file("therapist", "month_check", {"sought_care": True})
    again = {"given_on": hands.now.date().isoformat(), "what": "Here", "why": "Asked for"}
    hands.file("physician", "retreatment", again)

    def judged() -> list[bool | None]:
        found = hands.trial.view(MONITOR).evaluations("P-1")
        return [one.met for one in found if one.rule == "retreatment_due"]

    assert (judged(), deviations(hands)) == ([False, True], [])
    administrator = Actor(person=ADMINISTRATOR, role="administrator")
    hands.trial.release(two, administrator, "00000000-0000-4000-8000-000000000001", by_site=False)
    assert (judged(), deviations(hands)) == ([False, True], [])
    hands.file("therapist", "month_check", {"sought_care": True})
    hands.file("physician", "retreatment", again)
    assert (judged(), deviations(hands)) == ([False, True, False], ["retreatment_without_rule"])


def test_a_document_without_such_a_rule_makes_every_retreatment_a_deviation() -> None:
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    hands.contact()
    again = {"given_on": hands.now.date().isoformat(), "what": "Here", "why": "Asked for"}
    hands.file("physician", "retreatment", again)
    assert deviations(hands) == ["retreatment_without_rule"]


@pytest.mark.requirement("CRL-08")
def test_the_general_course_asks_at_least_monthly_until_twelve_months() -> None:
    study = find_study("mapp-template")
    months = [visit for visit in study.document.visits if visit.id.startswith("monthly_")]
    targets = [visit.timing[0].target for visit in months]
    weeks = [int(str(target).split()[0]) // (7 if "day" in str(target) else 1) for target in targets]
    assert all(later - earlier == 4 for earlier, later in pairwise(weeks))
    assert (weeks[0], weeks[-1] >= 48) == (12, True)
    # Nor is there a gap before them: somebody is seen, called or asked at least every four weeks from the last dose on.
    after = [one for one in study.document.visits if any(t.anchor == "dosing" and t.target for t in one.timing)]
    days = {parse_duration(one.timing[-1].target).span.days for one in after if one.id != "dosing"}
    assert all(later - earlier <= 28 for earlier, later in pairwise(sorted({0, *days})))
    assert study.visits["month_12"].timing[0].target == "52 weeks"


def test_who_wants_less_or_leaves_is_heard_by_somebody_within_days(trial: Hands) -> None:
    filed = trial.file("therapist", "follow_up_wish", {"wish": "leave", "records": False})
    assert isinstance(filed, Filed)
    course = trial.trial.system_view().course("P-1")
    assert course is not None
    (task,) = [one for one in course.tasks if one.id == "settle_wish"]
    assert (task.roles, task.due) == (("coordinator",), filed.record.occurred_at + timedelta(days=3))
