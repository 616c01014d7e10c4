"""The way out: what a viewer may not see is gone before anything is derived."""

from collections.abc import Callable

import pytest
from tests.doors.hands import Hands, codes

from triptych.ledger import Actor, Filed, View
from triptych.ledger.store import Store
from triptych.study import Study


def viewer(hands: Hands, role: str, person: str | None = None) -> View:
    return hands.trial.view(Actor(person=person or f"{role}-1", role=role))


def whole_course(hands: Hands, arm: str) -> None:
    """A dosed participant in one of the two arms; nothing else differs between the worlds."""
    hands.ready_for_dose()
    hands.randomize(arm=arm)
    hands.file("physician", "dose_authorization", {"part": "initial", "amount": 30}, cycle=1)
    amount, kit = (80, "KIT-A") if arm == "active" else (30, "KIT-C")
    values = {"part": "initial", "outcome": "taken", "amount": amount, "kit": kit, "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", values, visit="dosing", cycle=1)
    hands.later(days=28)
    hands.file(
        "therapist", "dose_administration", values | {"taken_at": hands.now.isoformat()}, visit="dosing", cycle=2
    )
    hands.later(days=56)
    hands.file("rater", "madrs", {"i1": 2, "i2": 3})
    hands.file("rater", "observation", {"text": "Quiet today"})
    hands.file("rater", "madrs", {"i1": 9})


@pytest.mark.requirement("EMA-02")
@pytest.mark.requirement("PSY-09")
@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgres"])
def test_two_worlds_look_the_same_to_a_blinded_rater(
    small: Study, kind: str, make_store: Callable[[str], Store]
) -> None:
    worlds = []
    for arm in ("active", "control"):
        hands = Hands(make_store(kind), small)
        whole_course(hands, arm)
        worlds.append(hands)
    blinded = [viewer(hands, "rater").everything() for hands in worlds]
    assert blinded[0] == blinded[1]
    unblinded = [viewer(hands, "pharmacist").everything() for hands in worlds]
    assert unblinded[0] != unblinded[1]


@pytest.mark.requirement("EMA-02")
@pytest.mark.parametrize("role", ["rater", "therapist", "physician", "coordinator", "principal_investigator"])
def test_no_blinded_role_meets_arm_kit_or_amount(hands: Hands, role: str) -> None:
    whole_course(hands, "active")
    shown = viewer(hands, role).everything().decode()
    for secret in ("KIT-A", "KIT-active", '"amount"', '"arm":"active"'):
        assert secret not in shown


def test_a_rater_knows_the_released_day_of_a_hidden_dose_and_nothing_else_of_it(hands: Hands) -> None:
    whole_course(hands, "active")
    view = viewer(hands, "rater")
    assert {seen.form for seen in view.records("P-1")} == {"madrs"}
    assert set(view.released("P-1")) == {"dosing.1", "dosing.2"}
    course = view.course("P-1")
    assert course is not None
    assert [(visit.title, visit.label, visit.status) for visit in course.visits] == [("Assessment", "", "done")]
    assert course.deviations == ()


def test_a_masked_rater_files_without_naming_the_visit(hands: Hands) -> None:
    whole_course(hands, "active")
    whole = hands.trial.system_view()
    assert [seen.visit for seen in whole.records("P-1") if seen.form == "madrs" and seen.status == "filed"] == [
        "rating"
    ]
    assert {seen.visit for seen in viewer(hands, "rater").records("P-1")} == {None}


def test_without_a_release_a_visit_that_counts_from_a_hidden_dose_has_no_day(hands: Hands) -> None:
    whole_course(hands, "active")
    view = viewer(hands, "coordinator")
    course = view.course("P-1")
    assert course is not None
    days = {visit.key: (visit.status, visit.window) for visit in course.visits}
    assert days["rating"] == ("hidden", None) or days["rating"][0] == "hidden"


def test_nobody_without_a_grant_sees_anything(hands: Hands) -> None:
    whole_course(hands, "active")
    view = viewer(hands, "physician", person="stranger")
    assert view.participants() == ()
    assert view.records("P-1") == ()
    assert view.course("P-1") is None
    assert view.study_records() == ()
    assert view.grants() == ()
    assert view.released("P-1") == {}


def test_a_person_at_another_site_does_not_see_the_participant(hands: Hands) -> None:
    hands.contact()
    hands.administer("site_opening", {"title": "Site 2", "zone": "Europe/Oslo"}, site="site-2")
    hands.administer("grant", {"person": "far", "role": "physician", "site": "site-2", "blinding": "blinded"})
    view = hands.trial.view(Actor(person="far", role="physician", site="site-2"))
    assert view.participants() == ()
    assert view.course("P-1") is None


def test_a_transfer_takes_the_participant_to_the_other_site(hands: Hands) -> None:
    hands.contact()
    hands.administer("site_opening", {"title": "Site 2", "zone": "Europe/Oslo"}, site="site-2")
    hands.administer("grant", {"person": "far", "role": "physician", "site": "site-2", "blinding": "blinded"})
    hands.administer("grant", {"person": "near", "role": "physician", "site": "site-1", "blinding": "blinded"})
    hands.file("administrator", "transfer", {"to_site": "site-2", "why": "Moved house"})
    assert hands.trial.view(Actor(person="far", role="physician", site="site-2")).participants() == ("P-1",)
    assert hands.trial.view(Actor(person="near", role="physician", site="site-1")).participants() == ()


@pytest.mark.requirement("QA-04")
def test_who_held_which_rights_when_is_one_reading(hands: Hands) -> None:
    before = hands.now
    grant = next(g for g in hands.trial.system_view().grants() if g.person == "therapist-1")
    hands.later(days=1)
    hands.administer("grant_removal", {"about": grant.id, "why": "Left"})
    hands.later(days=1)
    seen = {g.person: g for g in viewer(hands, "administrator").grants()}
    assert seen["therapist-1"].in_force(before)
    assert not seen["therapist-1"].in_force(hands.now)
    assert seen["pharmacist-1"].blinding == "unblinded"


def test_a_view_shows_neither_positions_nor_hashes_of_a_chain(hands: Hands) -> None:
    whole_course(hands, "active")
    text = viewer(hands, "rater").everything().decode()
    assert '"position"' not in text
    assert '"previous"' not in text


def test_a_record_held_because_its_form_is_unknown_is_seen_by_whoever_sent_it(hands: Hands) -> None:
    hands.contact()
    hands.file("therapist", "no_such_form", {"x": "y"})
    seen = {role: [one.form for one in viewer(hands, role).records("P-1")] for role in ("therapist", "physician")}
    assert "no_such_form" in seen["therapist"]
    assert "no_such_form" not in seen["physician"]


def test_a_blinded_persons_own_signature_stands_on_what_they_were_shown(hands: Hands) -> None:
    whole_course(hands, "active")
    view = viewer(hands, "physician")
    dose = next(seen for seen in view.records("P-1") if seen.form == "dose_administration")
    signed = {"about": dose.id, "meaning": "review", "shown": dose.shown}
    hands.file("physician", "signature", signed)
    course = hands.player.course("P-1")
    assert course is not None
    assert [signature.stands for signature in course.signatures] == [True]
    again = viewer(hands, "physician").course("P-1")
    assert again is not None
    assert [signature.stands for signature in again.signatures] == [None]


@pytest.mark.requirement("P11-03")
def test_a_participants_own_grant_reaches_their_own_records_and_nobody_elses(hands: Hands) -> None:
    hands.contact("P-1")
    hands.contact("P-2")
    grant = {"person": "pat", "role": "physician", "blinding": "blinded", "participant": "P-1"}
    assert isinstance(hands.administer("grant", grant), Filed)
    view = viewer(hands, "physician", "pat")
    assert view.participants() == ("P-1",)
    assert view.records("P-1")
    assert view.records("P-2") == ()
    assert view.course("P-2") is None
    assert view.study_records() == view.site_records("site-1") == ()
    filed = hands.file("physician", "vitals", {"systolic": 120}, "P-1", person="pat", visit="screening")
    assert isinstance(filed, Filed)
    for other in ("P-2", "P-9"):
        refused = hands.file("physician", "vitals", {"systolic": 120}, other, person="pat", visit="screening")
        assert codes(refused) == ["not_granted"]


@pytest.mark.requirement("EMA-02")
def test_what_is_about_a_hidden_record_is_as_hidden(hands: Hands) -> None:
    """A report of an error in a hidden record would show that it exists."""
    hands.contact()
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    randomized = hands.randomize()
    assert isinstance(randomized, Filed)
    reported = hands.file("pharmacist", "entered_in_error", {"about": randomized.record.id, "why": "Wrong person"})
    assert isinstance(reported, Filed)
    hidden = {randomized.record.id, reported.record.id}
    for role in ("physician", "principal_investigator", "rater", "coordinator"):
        seen = {record.id for record in viewer(hands, role).records("P-1")}
        assert not seen & hidden, role
    assert hidden <= {record.id for record in hands.trial.system_view().records("P-1")}
