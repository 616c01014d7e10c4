"""The way in: what is filed, refused and held, and what the answer says."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.doors.hands import Hands, codes

from triptych.ledger import Actor, Filed, Held, Refused


def test_a_fact_that_fits_is_filed_with_both_times(hands: Hands) -> None:
    hands.contact()
    happened = hands.now - timedelta(hours=3)
    outcome = hands.file("physician", "vitals", {"systolic": 120}, visit="screening", occurred_at=happened)
    assert isinstance(outcome, Filed)
    assert (outcome.record.occurred_at, outcome.record.recorded_at) == (happened, hands.now)


@pytest.mark.requirement("EMA-03")
def test_a_late_entry_keeps_both_times_and_is_marked_late(hands: Hands) -> None:
    hands.contact()
    hands.later(days=3)
    hands.file("physician", "vitals", {"systolic": 120}, occurred_at=hands.now - timedelta(days=2))
    seen = hands.trial.system_view().records("P-1")[-1]
    assert seen.late
    assert seen.recorded_at - seen.occurred_at > timedelta(days=2)


def test_the_first_record_of_a_participant_is_the_first_contact(hands: Hands) -> None:
    outcome = hands.file("physician", "vitals", {"systolic": 120})
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["unknown_participant"]


@pytest.mark.requirement("P11-03")
def test_nobody_files_without_a_grant(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("physician", "vitals", {"systolic": 120}, person="stranger")
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["not_granted"]


def test_a_role_files_only_its_own_forms(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("rater", "vitals", {"systolic": 120})
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["not_granted"]


def test_a_removed_grant_no_longer_opens_the_door(hands: Hands) -> None:
    hands.contact()
    grant = next(g for g in hands.trial.system_view().grants() if g.person == "physician-1")
    hands.administer("grant_removal", {"about": grant.id, "why": "Left the site"})
    assert codes(hands.file("physician", "vitals", {"systolic": 120})) == ["not_granted"]


def test_the_systems_own_forms_are_open_to_nobody(hands: Hands) -> None:
    outcome = hands.administer("allocation", {"form": "randomization", "about": "x", "participant": "P", "number": 1})
    assert codes(outcome) == ["not_granted"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"systolic": 500}, "out_of_range"),
        ({"systolic": "high"}, "wrong_type"),
        ({"systolic": True}, "wrong_type"),
        ({"pulse": 60}, "no_such_item"),
        ({"systolic": {"missing": "asked-declined"}}, "missing_code"),
    ],
)
def test_a_fact_that_does_not_fit_is_held_with_a_task(hands: Hands, values: dict[str, Any], reason: str) -> None:
    hands.contact()
    outcome = hands.file("physician", "vitals", values)
    assert isinstance(outcome, Held)
    assert codes(outcome) == [reason]
    assert outcome.record.values == values
    course = hands.player.course("P-1")
    assert course is not None
    assert [task.about for task in course.tasks if task.id == "resolve_held"] == [outcome.record.id]


def test_a_held_record_counts_in_nothing_until_it_is_resolved(hands: Hands) -> None:
    hands.contact()
    held = hands.file("physician", "vitals", {"systolic": 500}, visit="screening")
    assert isinstance(held, Held)
    course = hands.player.course("P-1")
    assert course is not None
    assert course.visits[0].status == "open"
    again = hands.file("physician", "vitals", {"systolic": 150}, visit="screening")
    assert isinstance(again, Filed)
    resolution = {"about": held.record.id, "outcome": "filed", "filed_as": again.record.id, "why": "Typing error"}
    assert isinstance(hands.file("physician", "held_resolution", resolution), Filed)
    course = hands.player.course("P-1")
    assert course is not None
    assert course.visits[0].status == "done"
    assert "resolve_held" not in [task.id for task in course.tasks]


def test_an_unknown_form_is_held_word_for_word(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("physician", "vitals_of_tomorrow", {"anything": ["goes", 1]})
    assert isinstance(outcome, Held)
    assert codes(outcome) == ["unknown_form"]
    assert outcome.record.values == {"anything": ["goes", 1]}


def test_soft_limits_ask_and_do_not_refuse(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("physician", "vitals", {"systolic": 190})
    assert isinstance(outcome, Filed)
    assert [finding.code for finding in outcome.findings] == ["unexpected"]


def test_filing_twice_equals_filing_once(hands: Hands) -> None:
    hands.contact()
    draft = hands.draft("vitals", {"systolic": 120})
    actor = Actor(person="physician-1", role="physician")
    first, second = hands.trial.file(draft, actor), hands.trial.file(draft, actor)
    assert isinstance(first, Filed)
    assert isinstance(second, Filed)
    assert second.repeated
    assert first.record == second.record
    assert len(hands.trial.system_view().records("P-1")) == 2


@pytest.mark.parametrize("changed", [{"values": {"systolic": 121}}, {"visit": "screening"}, {"form": "call"}])
def test_other_content_under_the_same_identifier_is_a_refused_conflict(hands: Hands, changed: dict[str, Any]) -> None:
    hands.contact()
    draft = hands.draft("vitals", {"systolic": 120})
    actor = Actor(person="physician-1", role="physician")
    hands.trial.file(draft, actor)
    outcome = hands.trial.file(msgspec.structs.replace(draft, **changed), actor)
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["conflict"]


def test_an_identifier_is_taken_by_its_author(hands: Hands) -> None:
    hands.contact()
    draft = hands.draft("vitals", {"systolic": 120})
    hands.trial.file(draft, Actor(person="physician-1", role="physician"))
    outcome = hands.trial.file(draft, Actor(person="therapist-1", role="therapist"))
    assert codes(outcome) == ["conflict"]


@pytest.mark.requirement("GCP-07")
def test_a_correction_says_why_and_names_the_newest_version(hands: Hands) -> None:
    hands.contact()
    first = hands.file("physician", "vitals", {"systolic": 120})
    assert isinstance(first, Filed)
    bare = hands.file("physician", "vitals", {"systolic": 130}, corrects=first.record.id)
    assert codes(bare) == ["reason_required"]
    done = hands.file(
        "physician", "vitals", {"systolic": 130}, corrects=first.record.id, reason="Read from the wrong line"
    )
    assert isinstance(done, Filed)
    stale = hands.file("physician", "vitals", {"systolic": 140}, corrects=first.record.id, reason="Again")
    assert codes(stale) == ["superseded"]


@pytest.mark.requirement("P11-04")
def test_old_values_stay_visible_after_a_correction(hands: Hands) -> None:
    hands.contact()
    first = hands.file("physician", "vitals", {"systolic": 120})
    assert isinstance(first, Filed)
    hands.file("physician", "vitals", {"systolic": 130}, corrects=first.record.id, reason="Read from the wrong line")
    versions = [seen for seen in hands.trial.system_view().records("P-1") if seen.root == first.record.id]
    assert [(seen.values["systolic"], seen.current, seen.reason) for seen in versions] == [
        (120, False, None),
        (130, True, "Read from the wrong line"),
    ]


def test_a_record_entered_in_error_counts_in_nothing_and_stays_readable(hands: Hands) -> None:
    hands.contact()
    wrong = hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    assert isinstance(wrong, Filed)
    hands.file("physician", "entered_in_error", {"about": wrong.record.id, "why": "Other participant"})
    course = hands.player.course("P-1")
    assert course is not None
    assert course.visits[0].status == "open"
    assert wrong.record.id in [seen.id for seen in hands.trial.system_view().records("P-1")]


def test_what_is_said_to_be_in_the_future_is_held(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("physician", "vitals", {"systolic": 120}, occurred_at=hands.now + timedelta(hours=2))
    assert isinstance(outcome, Held)
    assert codes(outcome) == ["in_the_future"]


def test_a_decision_cannot_be_dated_back(hands: Hands) -> None:
    hands.ready_for_dose()
    outcome = hands.authorize(occurred_at=hands.now - timedelta(hours=1))
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["not_now"]


@pytest.mark.requirement("QA-07")
def test_a_clock_that_went_back_refuses_and_writes_nothing(hands: Hands) -> None:
    hands.contact()
    hands.later(days=-2)
    outcome = hands.file("physician", "vitals", {"systolic": 120})
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["clock_behind"]
    hands.later(days=2)
    assert len(hands.trial.system_view().records("P-1")) == 1


def test_a_record_over_a_megabyte_is_refused_whole(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("physician", "observation", {"text": "x" * 10_000_000})
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["too_large"]


def test_visits_that_do_not_exist_or_do_not_ask_for_the_form_are_held(hands: Hands) -> None:
    hands.contact()
    assert codes(hands.file("physician", "vitals", {"systolic": 1}, visit="dosing", cycle=3))[0] == "no_such_visit"
    assert codes(hands.file("physician", "vitals", {"systolic": 120}, visit="rating")) == ["not_at_visit"]


def test_nobody_is_contacted_before_the_study_is_open(small: Any) -> None:
    from tests.doors.hands import START

    from triptych.cli.scenario import Clock
    from triptych.ledger import Trial
    from triptych.ledger.library import knowledge
    from triptych.ledger.memory import MemoryStore

    trial = Trial.create(MemoryStore(), small, knowledge(), Clock(START), "ada")
    hands = Hands.__new__(Hands)
    hands.count = 0
    hands.player = type("Clocked", (), {"clock": Clock(START)})()
    ada = Actor(person="ada", role="administrator")
    granted = hands.draft("grant", {"person": "cora", "role": "coordinator", "blinding": "blinded"}, None)
    assert isinstance(trial.file(granted, ada), Filed)
    outcome = trial.file(hands.draft("first_contact", {"channel": "self"}), Actor(person="cora", role="coordinator"))
    assert codes(outcome) == ["not_active"]


@pytest.mark.requirement("P11-05")
def test_an_authorization_passes_only_an_open_gate(hands: Hands) -> None:
    hands.ready_for_dose()
    hands.file("physician", "vitals", {"systolic": 150}, visit="dosing", cycle=1)
    refused = hands.authorize()
    assert isinstance(refused, Refused)
    assert codes(refused) == ["systolic"]
    hands.file("physician", "vitals", {"systolic": 130}, visit="dosing", cycle=1)
    assert isinstance(hands.authorize(), Filed)


def test_an_undecided_gate_is_closed_and_says_what_it_waits_for(hands: Hands) -> None:
    hands.contact()
    outcome = hands.authorize()
    assert isinstance(outcome, Refused)
    missing = {reason.code: reason.missing for reason in outcome.reasons}
    assert missing["consented"] == ("consent.agreed",)
    assert missing["medicines"] == ("medicine_review.complete",)


def test_more_than_the_arms_dose_is_never_authorized(hands: Hands) -> None:
    hands.ready_for_dose()
    assert codes(hands.authorize(amount=80)) == ["dose"]


@pytest.mark.requirement("P11-05")
def test_an_authorized_amount_cannot_be_raised_by_a_correction(hands: Hands) -> None:
    hands.ready_for_dose()
    filed = hands.authorize()
    assert isinstance(filed, Filed)
    values = {"part": "initial", "amount": 300}
    outcome = hands.file("physician", "dose_authorization", values, cycle=1, corrects=filed.record.id, reason="Typing")
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["dose"]


def test_a_reason_that_rests_on_something_hidden_names_only_whom_to_ask(hands: Hands) -> None:
    hands.ready_for_dose()
    hands.randomize()
    grant = {"person": "rater-1", "role": "physician", "blinding": "blinded"}
    hands.administer("grant", grant)
    hands.file("coordinator", "withdrawal", {"what": ["treatment"]})
    outcome = hands.file("therapist", "dose_authorization", {"part": "initial", "amount": 30}, cycle=1)
    assert codes(outcome) == ["held_by_study"]
    assert "agreed" not in msgspec.json.encode(outcome).decode()


def test_an_administration_is_accepted_whatever_came_before(hands: Hands) -> None:
    hands.contact()
    values = {"part": "initial", "outcome": "taken", "amount": 30, "kit": "K", "taken_at": hands.now.isoformat()}
    outcome = hands.file("therapist", "dose_administration", values, visit="dosing", cycle=1)
    assert isinstance(outcome, Filed)
    course = hands.player.course("P-1")
    assert course is not None
    found = {deviation.key: deviation.classification for deviation in course.deviations}
    assert found["dose_without_authorization:1:initial"] == "important"
    assert {"review_unauthorized_dose", "safety_review"} <= {task.id for task in course.tasks}


def test_an_authorization_filed_after_the_dose_does_not_make_it_authorized(hands: Hands) -> None:
    hands.ready_for_dose()
    values = {"part": "initial", "outcome": "taken", "amount": 30, "kit": "K", "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", values, visit="dosing", cycle=1)
    hands.later(minutes=5)
    assert isinstance(hands.authorize(), Filed)
    course = hands.player.course("P-1")
    assert course is not None
    assert "dose_without_authorization:1:initial" in [deviation.key for deviation in course.deviations]


def test_a_limited_stock_ends_and_is_counted_in_the_same_transaction(hands: Hands) -> None:
    for name in ("P-1", "P-2", "P-3"):
        hands.contact(name)
        hands.file("coordinator", "consent", {"version": "1", "agreed": True}, name)
    assert isinstance(hands.randomize("P-1"), Filed)
    assert isinstance(hands.randomize("P-2"), Filed)
    outcome = hands.randomize("P-3")
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["allocation_full"]
    numbers = [seen.values["number"] for seen in hands.trial.system_view().study_records() if seen.form == "allocation"]
    assert numbers == [1, 2]


@pytest.mark.parametrize(
    "label", ["'; DROP TABLE record; --", "\u202eevil", "a\nb", "😀" * 40, "{{7*7}}", "\\u0000", "<script>"]
)
def test_hostile_text_is_kept_as_it_was_written(hands: Hands, label: str) -> None:
    hands.contact()
    outcome = hands.file("physician", "observation", {"text": label})
    assert isinstance(outcome, Filed)
    assert hands.trial.system_view().records("P-1")[-1].values["text"] == label


@pytest.mark.requirement("P11-09")
@pytest.mark.requirement("EMA-05")
def test_a_signature_binds_what_was_shown_and_falls_when_it_changes(hands: Hands) -> None:
    hands.contact()
    filed = hands.file("physician", "vitals", {"systolic": 120})
    assert isinstance(filed, Filed)
    actor = Actor(person="physician-1", role="physician")
    shown = next(seen.shown for seen in hands.trial.view(actor).records("P-1") if seen.id == filed.record.id)
    wrong = hands.file("physician", "signature", {"about": filed.record.id, "meaning": "review", "shown": "0" * 64})
    assert codes(wrong) == ["not_what_was_shown"]
    signed = hands.file("physician", "signature", {"about": filed.record.id, "meaning": "review", "shown": shown})
    assert isinstance(signed, Filed)
    course = hands.player.course("P-1")
    assert course is not None
    assert [s.stands for s in course.signatures] == [True]
    hands.file("physician", "vitals", {"systolic": 121}, corrects=filed.record.id, reason="Typing")
    course = hands.player.course("P-1")
    assert course is not None
    assert [(s.stands, s.by, s.meaning) for s in course.signatures] == [(False, "physician-1", "review")]
