"""Fidelity: draws that repeat from their seed, raters who see codes alone, and arms only for whoever is unblinded."""

from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.doors.hands import Hands

from triptych.course.fidelity import sample
from triptych.evidence.fidelity import by_arm, over_time, pairs
from triptych.ledger import Actor, Filed
from triptych.ledger.library import product_files, shelf
from triptych.ledger.memory import MemoryStore
from triptych.ledger.sampling import drawable, drawn_by, file_draw, frame_of
from triptych.ledger.view import View
from triptych.study import load_study

OPEN = """\
inherits: mapp1
id: two-arms
title: Two arms with nothing in front of a randomization
version: "1"
omits: [gates.randomize.conditions.enrolled, gates.randomize.conditions.still_eligible]
gates:
  - id: randomize
    conditions: [{id: anybody, text: Anybody, rule: "true"}]
"""
RATERS = ("fidelity_rater-1", "fidelity_rater-2")
LEAD = Actor(person="lead", role="fidelity_lead")
IDS = "00000000-0000-4000-8000-00000000000{}"


@given(names=st.sets(st.text("abcdef", min_size=1), min_size=1, max_size=12), count=st.integers(0, 12), seed=st.text())
@settings(max_examples=40, deadline=None)
def test_a_sample_is_the_same_again_whatever_the_order_and_grows_at_its_end(
    names: set[str], count: int, seed: str
) -> None:
    drawn = sample(seed, dict.fromkeys(sorted(names), 1.0), count)
    assert drawn == sample(seed, dict.fromkeys(sorted(names, reverse=True), 2.0), count)
    assert len(drawn) == len(set(drawn)) == min(count, len(names))
    assert sample(seed, dict.fromkeys(names, 1.0), count + 1)[: len(drawn)] == drawn


def test_equal_weights_draw_by_the_digest_alone() -> None:
    names = [f"s{number}" for number in range(20)]
    by_digest = sorted(names, key=lambda name: sha256(f"2026\n{name}".encode()).digest(), reverse=True)
    assert sample("2026", dict.fromkeys(names, 1.0), 20) == tuple(by_digest)


def test_what_weighs_three_times_as_much_is_drawn_first_three_times_as_often() -> None:
    """Of one drawn from weights 3 and 1, the chance is 3/4 (Efraimidis & Spirakis 2006); 2,000 seeds, 4 s.e. apart."""
    first = Counter(sample(str(seed), {"heavy": 3.0, "light": 1.0, "never": 0.0}, 1)[0] for seed in range(2000))
    assert abs(first["heavy"] / 2000 - 0.75) < 4 * (0.75 * 0.25 / 2000) ** 0.5
    assert first["never"] == 0


@pytest.fixture
def lived() -> Hands:
    """Four people in two arms with two recorded sessions each, one that was not recorded, and two raters."""
    hands = Hands(MemoryStore(), load_study({"study.yaml": OPEN}, product_files(), shelf()))
    for person, role in ((RATERS[1], "fidelity_rater"), (LEAD.person, LEAD.role)):
        grant = {"person": person, "role": role, "blinding": "blinded"}
        assert isinstance(hands.administer("grant", grant), Filed)
    for number in range(1, 5):
        name = f"P-{number}"
        hands.contact(name)
        arm = {"arm": "mdma" if number % 2 else "placebo"}
        assert isinstance(hands.file("pharmacist", "randomization", arm, name), Filed)
        for visit in ("preparation_1", "preparation_2"):
            session(hands, name, visit)
        hands.later(days=7)
    session(hands, "P-1", "preparation_3", recorded=False)
    return hands


def session(hands: Hands, name: str, visit: str, cycle: int | None = None, **more: Any) -> str:
    values = {
        "minutes": 90,
        "first": "therapist-1",
        "second": "co_therapist-1",
        "recorded": True,
        "done": ["goals"],
        **more,
    }
    outcome = hands.file("therapist", "therapy_session", values, name, visit=visit, cycle=cycle)
    assert isinstance(outcome, Filed)
    return outcome.record.id


def draw(hands: Hands, number: int = 1, count: int = 8, how: Any = "random") -> None:
    hands.later(minutes=1)
    outcome = file_draw(hands.trial, LEAD, IDS.format(number), f"seed-{number}", how, count, RATERS)
    assert isinstance(outcome, Filed), outcome


def rater_view(hands: Hands, person: str) -> View:
    return hands.trial.view(Actor(person=person, role="fidelity_rater"))


def rate(hands: Hands, person: str, numbers: list[int], of: str = "") -> None:
    """Rate everything that was given to a rater (or to another, `of` whom), in the order of codes."""
    given = [one for one in rater_view(hands, person).study_records() if one.form == "fidelity_assignment"]
    own = sorted((one for one in given if one.values["person"] == (of or person)), key=lambda one: one.values["code"])
    for one, number in zip(own, numbers, strict=True):
        values = dict.fromkeys(("adherence", "competence", "avoidance"), number)
        values |= {"about": one.id, "usable": True, "boundaries": "kept", "knew": "nothing"}
        outcome = hands.file("fidelity_rater", "fidelity_rating", values, None, person=person)
        assert isinstance(outcome, Filed), outcome


@pytest.mark.requirement("CRL-15")
def test_a_draw_is_drawn_again_from_its_record_whatever_happens_afterwards(lived: Hands) -> None:
    draw(lived, count=3, how="risk")
    first = session(lived, "P-2", "preparation_3")
    frame = {one.id for one in frame_of(lived.trial.view(LEAD))}
    assert len(frame) == 9
    (made,) = drawn_by(lived.trial.view(LEAD))
    assert (made.repeats, made.frame_agrees, len(made.drawn)) == (True, True, 3)
    draw(lived, 2, count=200)
    one, other = drawn_by(lived.trial.view(LEAD))
    drawn = [{drawn.session for drawn in made.drawn} for made in (one, other)]
    assert drawn[0] | drawn[1] == frame
    assert not drawn[0] & drawn[1]
    assert first in drawn[1]
    voided = next(iter(drawn[0]))
    name = next(p.participant for p in frame_of(lived.trial.view(LEAD)) if p.id == voided)
    lived.file("therapist", "entered_in_error", {"about": voided, "why": "Another person"}, name)
    assert voided not in {one.id for one in frame_of(lived.trial.view(LEAD))}
    assert all(made.repeats and made.frame_agrees for made in drawn_by(lived.trial.view(LEAD)))
    assert drawable(lived.trial.view(LEAD), "random") == {}


@pytest.mark.requirement("CRL-15")
def test_a_draw_that_was_not_drawn_is_said_to_be_none(lived: Hands) -> None:
    values = {"seed": "s", "how": "random", "count": 1, "first": RATERS[0], "second": RATERS[1]}
    chosen = next(iter(drawable(lived.trial.view(LEAD), "random")))
    values |= {"frame": f"{chosen} 1", "drawn": f"F-MINE {chosen}"}
    lived.file("fidelity_lead", "fidelity_draw", values, None, person=LEAD.person)
    (made,) = drawn_by(lived.trial.view(LEAD))
    assert (made.repeats, made.frame_agrees) == (False, False)
    lived.file("fidelity_lead", "fidelity_draw", values | {"frame": "no weight"}, None, person=LEAD.person)
    assert [(made.repeats, made.frame_agrees) for made in drawn_by(lived.trial.view(LEAD))] == [(False, False)] * 2
    same = values | {"second": RATERS[0]}
    assert not isinstance(lived.file("fidelity_lead", "fidelity_draw", same, None, person=LEAD.person), Filed)


@pytest.mark.requirement("CRL-15")
def test_a_rater_sees_codes_and_neither_participant_arm_visit_nor_the_others_rating(lived: Hands) -> None:
    draw(lived)
    rate(lived, RATERS[0], [1, 2, 3, 4, 5, 6, 2, 3])
    rate(lived, RATERS[1], [1, 2, 3, 4, 5, 6, 3, 3])
    for person in RATERS:
        view = rater_view(lived, person)
        told = view.everything().decode()
        ratings = [one for one in view.study_records() if one.form == "fidelity_rating"]
        assert {one.actor for one in ratings} == {person}
        assert len(ratings) == 8
        for secret in ("mdma", "placebo", "preparation_", "therapist-1", "seed-1"):
            assert secret not in told
        assert not any(one.id in told for one in frame_of(lived.trial.view(LEAD)))
        assert all(not view.records(name) for name in view.participants())
    other_role = {"person": RATERS[1], "role": "therapist", "blinding": "blinded", "site": "site-1"}
    lived.administer("grant", other_role)
    assert rater_view(lived, RATERS[1]).study_records() == ()  # whoever treats rates no longer


@pytest.mark.requirement("CRL-15")
def test_agreement_and_drift_come_of_the_two_raters_and_of_nobody_who_rates_for_another(lived: Hands) -> None:
    draw(lived)
    numbers, others = [1, 2, 3, 4, 5, 6, 2, 3], [2, 2, 3, 5, 5, 6, 2, 4]
    rate(lived, RATERS[0], numbers)
    rate(lived, RATERS[0], [6] * 8, of=RATERS[1])
    view = lived.trial.view(LEAD)
    assert pairs(one for made in drawn_by(view) for one in made.drawn) == ()
    rate(lived, RATERS[1], others)
    view = lived.trial.view(LEAD)
    drawn = [one for made in drawn_by(view) for one in made.drawn]
    found = {one.item: one for one in pairs(drawn)}
    from triptych.evidence import icc, kappa

    assert (found["adherence"].one, found["adherence"].mean) == icc(list(zip(numbers, others, strict=True)))
    assert found["adherence"].weighted == kappa(numbers, others, range(7), "linear")
    assert (found["boundaries"].same, found["boundaries"].plain) == (8, None)
    days = {one.id: one.on for one in frame_of(view)}
    assert [(one.n, one.drift is not None) for one in over_time(drawn, days)] == [(8, True)] * 3


@pytest.mark.requirement("CRL-15")
@pytest.mark.requirement("ADC-02")
def test_means_by_arm_are_for_an_unblinded_lead_alone(lived: Hands) -> None:
    draw(lived)
    rate(lived, RATERS[0], [1, 2, 3, 4, 5, 6, 2, 3])

    def arms(person: str) -> dict[str, str]:
        view = lived.trial.view(Actor(person=person, role="fidelity_lead"))
        return {one.id: arm for one in frame_of(view) if (arm := view.arm(one.participant)) is not None}

    assert arms(LEAD.person) == {}
    assert "placebo" not in lived.trial.view(LEAD).everything().decode()
    grant = {"person": "lead-after", "role": "fidelity_lead", "blinding": "unblinded"}
    lived.administer("grant", grant)
    known = arms("lead-after")
    drawn = [one for made in drawn_by(lived.trial.view(LEAD)) for one in made.drawn]
    table = [(one.arm, one.n) for one in by_arm(drawn, known) if one.item == "adherence"]
    assert table == [("mdma", 4), ("placebo", 4)]


def test_medicine_sessions_new_therapists_and_doubts_weigh_in_a_draw_by_risk(lived: Hands) -> None:
    for number in range(3, 9):
        session(lived, f"P-{number % 4 + 1}", "preparation_3")
    session(lived, "P-1", "dosing", first="somebody-new", cycle=1)
    found = {one.id: one for one in frame_of(lived.trial.view(LEAD))}
    why = Counter(reason for one in found.values() for reason in one.why)
    assert why == {"new therapist": 4, "medicine session": 1}  # the pair's first three, and the new one's first
    before = {one.id: one.weight for one in found.values()}
    draw(lived, count=2)
    rate(lived, RATERS[0], [1, 6])
    after = {one.id: one for one in frame_of(lived.trial.view(LEAD))}
    assert all(
        after[name].weight == 2 * weight for name, weight in before.items() if "therapist-1" in after[name].therapists
    )
