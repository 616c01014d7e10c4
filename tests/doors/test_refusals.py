"""Refusals and holds at the edges of the door: each says why, and nothing of it stands in the ledger."""

from datetime import datetime
from typing import Any

import msgspec
import pytest
from tests.doors.hands import Hands, codes

from triptych.cli.scenario import SITE
from triptych.ledger import Actor, Filed, Held, Refused
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore


@pytest.mark.parametrize(
    ("role", "form", "values", "participant", "site", "code"),
    [
        ("administrator", "site_pause", {"why": "x"}, "P-1", None, "wrong_stream"),
        ("administrator", "site_pause", {"why": "x"}, None, None, "wrong_stream"),
        ("administrator", "pause", {"why": "x"}, "P-1", None, "wrong_stream"),
        ("physician", "vitals", {"systolic": 120}, None, "site-1", "wrong_stream"),
        ("coordinator", "first_contact", {"channel": "self"}, "P-9", "elsewhere", "not_active"),
        ("physician", "vitals", {"systolic": 120}, "P-9", None, "unknown_participant"),
    ],
)
def test_a_record_that_belongs_nowhere_is_refused(
    hands: Hands, role: str, form: str, values: dict[str, Any], participant: str | None, site: str | None, code: str
) -> None:
    hands.contact()
    more = {"site": site} if site else {}
    outcome = hands.file(role, form, values, participant, **more)
    assert isinstance(outcome, Refused)
    assert codes(outcome) == [code]


NAN = float("nan")


def heads(hands: Hands) -> list[object]:
    with hands.store.reading() as reading:
        return list(reading.heads())


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "more",
    [
        {"id": "not-a-uuid"},
        {"id": "8A1E7BD4-0000-4000-8000-000000000000"},
        {"occurred_at": datetime(2026, 3, 2, 9, 0)},  # noqa: DTZ001 -- without a zone on purpose
        {"participant": ""},
        {"participant": "P\n1"},
        {"participant": "P\x00"},
        {"participant": "P" * 201},
        {"participant": "\ud800"},
        {"site": "s\x07"},
        {"form": ""},
        {"visit": "v\x1b[2J"},
        {"corrects": "\udc00"},
        {"reason": "\ud800"},
        {"values": {"systolic": NAN}},
        {"values": {"systolic": float("inf")}},
        {"values": {"systolic": "\ud800"}},
        {"values": {1: 2}},
        {"values": {"systolic": object()}},
        {"values": {"systolic": nested(100_000)}},
        {"person": "\x00"},
    ],
)
def test_what_cannot_be_kept_word_for_word_is_refused_and_nothing_is_written(
    hands: Hands, more: dict[str, Any]
) -> None:
    hands.contact()
    before = heads(hands)
    given = {"form": "vitals", "values": {"systolic": 120}, "participant": "P-1", **more}
    outcome = hands.file("physician", given.pop("form"), given.pop("values"), given.pop("participant"), **given)
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["malformed"]
    assert heads(hands) == before


@pytest.mark.parametrize(
    ("form", "values", "more", "code"),
    [
        ("vitals", {"systolic": 120}, {"cycle": 1}, "no_such_visit"),
        ("vitals", {"systolic": 120}, {"visit": "dosing", "cycle": 3}, "no_such_visit"),
        ("vitals", {"systolic": 120}, {"visit": "dosing"}, "no_such_visit"),
        ("vitals", {"systolic": 120}, {"visit": "rating"}, "not_at_visit"),
        (
            "vitals",
            {"systolic": 120},
            {"corrects": "8a1e7bd4-0000-4000-8000-000000000000", "reason": "x"},
            "no_such_record",
        ),
        (
            "task_done",
            {"about": "8a1e7bd4-0000-4000-8000-000000000000", "task": "x", "note": "x"},
            {},
            "no_such_record",
        ),
    ],
)
def test_a_fact_in_a_place_that_does_not_exist_is_held(
    hands: Hands, form: str, values: dict[str, Any], more: dict[str, Any], code: str
) -> None:
    hands.contact()
    outcome = hands.file("physician", form, values, **more)
    assert isinstance(outcome, Held)
    assert code in codes(outcome)


def test_a_correction_stays_on_its_form(hands: Hands) -> None:
    hands.contact()
    vitals = hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    assert isinstance(vitals, Filed)
    outcome = hands.file("physician", "observation", {"text": "x"}, corrects=vitals.record.id, reason="Wrong form")
    assert codes(outcome) == ["other_form"]


@pytest.mark.requirement("P11-09")
def test_a_signature_on_something_else_than_was_shown_is_refused(hands: Hands) -> None:
    hands.contact()
    vitals = hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    assert isinstance(vitals, Filed)
    values = {"about": vitals.record.id, "meaning": "review", "shown": "0" * 64}
    outcome = hands.file("physician", "signature", values)
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["not_what_was_shown"]


def test_a_study_with_unconfirmed_fields_cannot_be_activated() -> None:
    norway = find_study("mdma-mdd-norway")
    hands = Hands(MemoryStore(), norway)
    outcome = hands.administer("activation", {})
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["document_confirmed", "consent_written", "authorized"]
    course_is_training = hands.trial.system_view()
    hands.contact("NO-01")
    course = course_is_training.course("NO-01") or hands.player.course("NO-01")
    assert course is not None
    assert course.training


def test_a_confirmed_and_authorized_study_is_activated(hands: Hands) -> None:
    assert codes(hands.administer("activation", {})) == ["authorized"]
    ahead = {"authority": "Agency", "number": "1", "granted_on": "2026-04-02"}
    hands.administer("trial_authorization", ahead)
    assert codes(hands.administer("activation", {})) == ["authorized"]
    hands.administer("trial_authorization", ahead | {"granted_on": "2026-02-01"})
    assert isinstance(hands.administer("activation", {}), Filed)


@pytest.mark.requirement("CON-02")
def test_a_site_takes_part_in_an_activated_study_once_the_law_is_met(hands: Hands) -> None:
    everything = ["study_activated", "ethics_approved", "substance_registered", "physician_licensed"]
    everything += ["investigator_trained", "clinician_reached", "complaints_reach_somebody"]
    everything += ["complaints_reach_board"]
    assert codes(hands.administer("site_activation", {}, SITE)) == [*everything, "crisis_contacts_checked"]
    opened = {"title": "Site 1", "zone": "Europe/Oslo"}
    hands.administer("site_opening", opened | {"country": "IL"}, SITE)
    assert codes(hands.administer("site_activation", {}, SITE)) == [*everything, "crisis_contacts_checked"]
    line = {"country": "IL", "service": "Line", "call": "1201", "hours": "24 hours", "languages": "Hebrew"}
    line |= {"checked_on": "2026-01-10", "how": "Called"}
    assert codes(hands.administer("crisis_contact_check", line, SITE)) == ["required"]
    checked = hands.administer("crisis_contact_check", line | {"emergency": "101"}, SITE)
    assert isinstance(checked, Filed)
    assert checked.record.actor == "administrator-1"
    assert codes(hands.administer("site_activation", {}, SITE)) == everything
    hands.administer("site_opening", opened | {"country": "NO"}, SITE)
    assert codes(hands.administer("site_activation", {}, SITE)) == everything
    clinician = {"who": "The doctor on duty", "phone": "22 00 00 00", "any_hour": True, "tried_on": "2026-01-10"}
    hands.administer("site_help", clinician | {"any_hour": False}, SITE)
    assert codes(hands.administer("site_activation", {}, SITE)) == everything
    hands.administer("site_help", clinician, SITE)
    way = {"recipient": "The ombudsperson", "deputy": "Her deputy", "ethics_board": "Board", "police": "112"}
    way |= {"ethics_address": "board@example.org", "regulator": "Agency"}
    channel = hands.administer("complaint_channel", way | {"outside": False})
    assert isinstance(channel, Filed)
    tested = {"recipient_received": True, "deputy_received": True, "ethics_received": True}
    hands.file("compliance", "complaint_channel_test", tested | {"about": channel.record.id}, None)
    assert "complaints_reach_somebody" in codes(hands.administer("site_activation", {}, SITE))
    channel = hands.administer("complaint_channel", way | {"outside": True})
    assert isinstance(channel, Filed)
    tested["about"] = channel.record.id
    hands.file("compliance", "complaint_channel_test", tested | {"deputy_received": False}, None)
    assert "complaints_reach_somebody" in codes(hands.administer("site_activation", {}, SITE))
    hands.file("compliance", "complaint_channel_test", tested, None)
    board = hands.administer("complaint_board", {"board": "Board of site 1", "address": "one@example.org"}, SITE)
    assert isinstance(board, Filed)
    for received in (False, True):
        assert "complaints_reach_board" in codes(hands.administer("site_activation", {}, SITE))
        tested = {"about": board.record.id, "received": received}
        hands.file("compliance", "complaint_board_test", tested, None, site=SITE)
    hands.administer("trial_authorization", {"authority": "Agency", "number": "1", "granted_on": "2026-02-01"})
    hands.administer("activation", {})
    refused = hands.file("coordinator", "first_contact", {"channel": "self"}, "P-9")
    assert codes(refused) == ["not_active"]

    # An approval without an end that is stated is not known to be in its dates.
    hands.administer("ethics_approval", {"body": "Committee", "approved_on": "2026-01-10"}, SITE)
    assert "ethics_approved" in codes(hands.administer("site_activation", {}, SITE))
    hands.administer("ethics_approval", {"body": "C", "approved_on": "2026-01-10", "expires_on": "2026-02-10"}, SITE)
    assert "ethics_approved" in codes(hands.administer("site_activation", {}, SITE))
    hands.administer("ethics_approval", {"body": "C", "approved_on": "2026-01-10", "open_ended": True}, SITE)
    dates = {"valid_from": "2026-01-01", "expires_on": "2027-01-01"}
    registration = {"authority": "Agency", "number": "R1", "substance": "MDMA, Schedule I"}
    hands.administer("substance_registration", registration | dates, SITE)
    for person, kind in (("therapist-1", "license"), ("physician-1", "license")):
        assert "physician_licensed" in codes(hands.administer("site_activation", {}, SITE))
        hands.administer("staff_credential", {"person": person, "kind": kind} | dates, SITE)
    assert codes(hands.administer("site_activation", {}, SITE)) == ["investigator_trained"]
    gcp = {"person": "principal_investigator-1", "kind": "gcp"}
    hands.administer("staff_credential", gcp | dates | {"expires_on": "2026-02-01"}, SITE)
    assert codes(hands.administer("site_activation", {}, SITE)) == ["investigator_trained"]
    hands.administer("staff_credential", gcp | dates, SITE)
    assert isinstance(hands.administer("site_activation", {}, SITE), Filed)
    assert isinstance(hands.file("coordinator", "first_contact", {"channel": "self"}, "P-9"), Filed)


@pytest.mark.parametrize(
    ("classification", "found"),
    [
        ("minor", "minor"),
        ("important", "important"),
        ("serious breach", "serious breach"),
        ({"missing": "unknown"}, None),
    ],
)
def test_anyone_enters_a_deviation_and_the_log_holds_it_whole(
    hands: Hands, classification: object, found: str | None
) -> None:
    hands.contact()
    values = {
        "description": "The door of the session room stood open",
        "classification": classification,
        "cause": "A repair",
        "corrective_action": "The repair was moved",
        "informed": "The principal investigator",
        "ethics_reported_on": "2026-03-02",
    }
    entered = hands.file("therapist", "deviation", values)
    assert isinstance(entered, Filed)
    course = hands.player.course("P-1")
    assert course is not None
    (deviation,) = course.deviations
    assert deviation.classification == found
    assert (deviation.what, deviation.cause) == (values["description"], values["cause"])
    assert (deviation.corrective_action, deviation.informed) == (values["corrective_action"], values["informed"])
    assert str(deviation.ethics_reported_on) == "2026-03-02"
    assert ("classify_deviation" in {task.id for task in course.tasks}) == (found is None)


def test_an_entered_deviation_completes_the_one_that_the_records_show_and_carries_the_signature(hands: Hands) -> None:
    hands.contact()
    dose = {"part": "initial", "outcome": "taken", "amount": 30, "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    key = "dose_without_authorization:1:initial"
    values = {"derived": key, "description": "Power failure", "classification": "serious breach", "cause": "Outage"}
    entered = hands.file("physician", "deviation", values)
    assert isinstance(entered, Filed)
    view = hands.trial.view(Actor(person="principal_investigator-1", role="principal_investigator"))
    shown = next(seen.shown for seen in view.records("P-1") if seen.id == entered.record.id)
    signature = {"about": entered.record.id, "meaning": "approval", "shown": shown}
    assert isinstance(hands.file("principal_investigator", "signature", signature), Filed)
    course = hands.player.course("P-1")
    assert course is not None
    (line,) = [deviation for deviation in course.deviations if deviation.key == key]
    assert (line.classification, line.cause, line.signed_by) == (
        "serious breach",
        "Outage",
        ("principal_investigator-1",),
    )
    hands.file("physician", "deviation", values | {"cause": "A fuse"}, corrects=entered.record.id, reason="Found later")
    course = hands.player.course("P-1")
    assert course is not None
    (line,) = [deviation for deviation in course.deviations if deviation.key == key]
    assert (line.cause, line.signed_by) == ("A fuse", ())


@pytest.mark.requirement("EMA-02")
def test_a_role_that_may_not_know_visit_numbers_learns_none_by_naming_one(hands: Hands) -> None:
    hands.contact()
    answers = {"i1": 2, "i2": 3}
    draft = hands.draft("madrs", answers)
    actor = Actor(person="rater-1", role="rater")
    first = hands.trial.file(draft, actor)
    assert isinstance(first, Filed | Held)
    for visit in ("screening", "dosing", "rating", "nothing"):
        for cycle in (None, 1, 2):
            again = hands.trial.file(msgspec.structs.replace(draft, visit=visit, cycle=cycle), actor)
            assert codes(again) == ["masked_visit"], (visit, cycle)
    assert hands.trial.file(draft, actor).repeated
