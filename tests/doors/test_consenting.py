"""Agreeing passes the door only in the words of the text, by whoever may sign, and sober; a no always passes."""

from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands, codes

from triptych.cli.agreeing import PAPER, whole_consent
from triptych.ledger import Filed
from triptych.ledger.library import find_study, known_texts, product_files, read_folder, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import load_study
from triptych.study.consent import WRITTEN


@pytest.fixture
def norway() -> Hands:
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    hands.contact()
    return hands


def part(hands: Hands, element: str = "risks", **more: Any) -> dict[str, Any]:
    values = next(one.values for one in whole_consent(hands.study) if one.values.get("element") == element)
    return {**values, **more}


@pytest.mark.requirement("EMA-05")
def test_one_changed_character_of_the_text_is_not_agreed_to(norway: Hands) -> None:
    text = str(part(norway)["text"])
    changed = text[:-1] + ("0" if text[-1] != "0" else "1")
    assert codes(norway.file("coordinator", "consent_element", part(norway, text=changed))) == ["other_text"]
    assert codes(norway.file("coordinator", "consent_element", part(norway, version="0"))) == ["no_such_text"]
    assert isinstance(norway.file("coordinator", "consent_element", part(norway)), Filed)


def test_who_signs_is_who_the_record_says(norway: Hands) -> None:
    own = {name: value for name, value in part(norway, route="own").items() if name != "holder"}
    assert codes(norway.file("coordinator", "consent_element", own)) == ["other_route"]
    assert codes(norway.file("coordinator", "consent_element", {**own, "route": "spoken"})) == ["other_route"]
    assert codes(norway.file("coordinator", "consent_element", {**own, "route": "representative"})) == [
        "no_representative"
    ]


def test_nobody_agrees_for_somebody_who_is_known_to_be_under_age(norway: Hands) -> None:
    norway.born("2010-05-01")
    assert codes(norway.file("coordinator", "consent", {"version": "2", "agreed": True})) == ["under_age"]


@pytest.mark.requirement("CON-05")
def test_after_a_dose_everything_can_be_declined_and_nothing_agreed_to(norway: Hands) -> None:
    norway.born()
    norway.agree()
    before = norway.now
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    assert isinstance(norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1), Filed)
    # On paper of before the dose as well: it is entered once nobody can be asked to sign it now.
    for more in ({}, {"occurred_at": before}):
        assert codes(norway.file("coordinator", "consent_element", part(norway), **more)) == ["after_a_dose"]
    assert codes(norway.file("coordinator", "consent", {"version": "2", "agreed": True})) == ["after_a_dose"]
    no = {"element": "touch_support", "agreed": False, "route": "spoken"}
    assert isinstance(norway.file("coordinator", "consent_element", no), Filed)
    assert isinstance(norway.file("coordinator", "withdrawal", {"what": ["recordings"]}), Filed)
    assert isinstance(norway.file("night_attendant", "capacity_doubt", {"what": "Confused"}), Filed)


SMALL = Path(__file__).parents[1] / "studies" / "small"
PEDIATRIC = "inherits: mdma-mdd-norway\nid: mdma-mdd-norway\ntitle: Young\nversion: '1.0'\n"
PEDIATRIC += "consent: {pediatric: {approval: EC-7, minimum_age: 15}}\n"


def at_three_doors(hands: Hands, born: str, permission: str = "") -> tuple[bool, bool | None, str]:
    """Whether consent is taken, whether the participant may sign in, and how the gate of the dose stands on consent."""
    hands.contact()
    hands.born(born)
    taken = isinstance(hands.agree(), Filed)
    if permission:
        signed = {"version": "2", "agreed": True, "route": "paper", "holder": "The site", "permission": permission}
        hands.file("coordinator", "consent", signed)
        able = next(one for one in whole_consent(hands.study) if one.form == "capacity")
        hands.file(able.role, able.form, able.values)
    view = hands.trial.system_view()
    course = view.course("P-1")
    assert course is not None
    gate = next(one for one in course.gates if one.id == "authorize_dose")
    stands = next(one.state for one in gate.conditions if one.id == "consent_in_force")
    return taken, view.may_take_part("P-1"), stands


@pytest.mark.requirement("P11-05")
def test_under_age_consent_sign_in_and_dose_are_refused_but_for_a_pediatric_approval_and_permission() -> None:
    norway = find_study("mdma-mdd-norway")
    young = load_study({"study.yaml": PEDIATRIC}, product_files(), shelf())
    of_14, of_16 = "2011-06-01", "2009-06-01"
    cases = [
        (norway, of_16, "K. Berg, mother", (False, False, "not met")),
        (young, of_14, "K. Berg, mother", (False, False, "not met")),
        (young, of_16, "", (True, True, "unknown")),
        (young, of_16, "K. Berg, mother", (True, True, "met")),
    ]
    for study, born, permission, expected in cases:
        assert at_three_doors(Hands(MemoryStore(), study), born, permission) == expected, (study, born, permission)


@pytest.mark.requirement("CON-05")
def test_permission_is_given_like_a_signature_and_taken_back_at_any_time() -> None:
    hands = Hands(MemoryStore(), load_study({"study.yaml": PEDIATRIC}, product_files(), shelf()))
    hands.contact()
    hands.born("2009-06-01")
    hands.agree()
    given = {"what": "permission", "agreed": True, "version": "2"}
    back = {"what": "permission", "agreed": False, "route": "spoken"}
    assert codes(hands.file("coordinator", "permission", {**given, "route": "spoken"})) == ["other_route"]
    assert codes(hands.file("coordinator", "permission", {**given, "what": "assent", **PAPER})) == ["assent_is_signed"]
    assert isinstance(hands.file("coordinator", "permission", {**given, **PAPER}), Filed)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    assert codes(hands.file("coordinator", "permission", {**given, **PAPER})) == ["after_a_dose"]
    for what in ("permission", "assent"):
        assert isinstance(hands.file("coordinator", "permission", {**back, "what": what}), Filed)
    course = hands.trial.system_view().course("P-1")
    assert course is not None
    assert course.standing["treatment"] == "stopped"


@pytest.mark.requirement("CON-07")
def test_a_real_study_waits_for_its_own_words_and_nobody_agrees_to_a_placeholder() -> None:
    def hands(*words: str) -> Hands:
        own = ", ".join(f'{{part: {part}, language: en, paragraphs: ["Ours"]}}' for part in words)
        text = read_folder(SMALL)["study.yaml"] + f'consent: {{version: "2", words: [{own}]}}\n'
        return Hands(MemoryStore(), load_study({"study.yaml": text}, product_files(), shelf()))

    authorized = {"authority": "Agency", "number": "1", "granted_on": "2026-02-01"}
    for words in ((), WRITTEN[1:]):
        waits = hands(*words)
        waits.administer("trial_authorization", authorized)
        refused = waits.administer("activation", {})
        assert codes(refused) == ["consent_written"]
        assert "No part of the consent is a placeholder" in str(refused)
    real = hands(*WRITTEN)
    real.contact()
    spanish = known_texts()["2", "es", "costs"]
    said = {"element": "costs", "agreed": True, "version": "2", "language": "es", "text": spanish.digest, **PAPER}
    # In training the placeholder is shown as what it is, and can be agreed to; once activated it cannot.
    assert isinstance(real.file("coordinator", "consent_element", said), Filed)
    real.administer("trial_authorization", authorized)
    assert isinstance(real.administer("activation", {}), Filed)
    assert "placeholder" in codes(real.file("coordinator", "consent_element", said))
    (own,) = [one.values for one in whole_consent(real.study) if one.values.get("element") == "costs"]
    assert own["text"] != known_texts()["2", "en", "costs"].digest
    assert isinstance(real.file("coordinator", "consent_element", own), Filed)
