"""Kits in front of a dose: only one that a pharmacist released, in date and in no quarantine, can be authorized."""

from datetime import timedelta
from typing import Any

import pytest

from triptych.cli.scenario import SITE, Line, Player, read_lines
from triptych.ledger import Filed, Refused
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

STUDY = find_study("mdma-mdd-norway")
WHOLE = (study_folder("mdma-mdd-norway") / "scenarios" / "whole-course.jsonl").read_text("utf-8")
RELEASED = {"batch": "B-2", "certificate": "C-2", "identity": True, "assay": 99.0, "purity": 99.5, "conforms": True}


class Pharmacy:
    """The day of a dose, up to its authorization, with a clock that runs on a minute with each filing."""

    def __init__(self) -> None:
        lines = [line for line in read_lines(WHOLE) if line.expect is None]
        first = next(n for n, line in enumerate(lines) if line.form == "dose_authorization")
        self.player = Player(MemoryStore(), STUDY, lines[:first])
        list(self.player.play())

    def file(self, form: str, values: dict[str, Any], role: str = "pharmacist", **more: Any) -> Any:
        self.player.clock.now += timedelta(minutes=1)
        line = Line(form=form, site=SITE, role=role, occurred_at=self.player.clock.now, values=values, **more)
        return self.player.also(line).outcome

    def release(self, kit: str, role: str = "pharmacist", days: int = 300) -> Any:
        expires_on = (self.player.clock.now + timedelta(days=days)).date().isoformat()
        return self.file("kit_release", {"kit": kit, "expires_on": expires_on, **RELEASED}, role)

    def blocked(self, kit: str | None, checked_by: str = "co_therapist-1") -> set[str]:
        """Why an authorization of a kit that somebody has checked is refused; nothing once it is filed."""
        named = {"kit": kit} if kit else {}
        values = {"part": "initial", "amount": 80, **named}
        role = checked_by.partition("-")[0]
        self.file("dose_check", values, role, person=checked_by, participant="NO-01", cycle=1)
        outcome = self.file("dose_authorization", values, "physician", participant="NO-01", visit="dosing", cycle=1)
        return {reason.code for reason in outcome.reasons} if isinstance(outcome, Refused) else set()


@pytest.fixture(scope="module")
def pharmacy() -> Pharmacy:
    return Pharmacy()


@pytest.mark.parametrize("kit", [None, "K-999", "k-001", "K-001 "])
def test_a_kit_that_is_not_named_or_not_released_cannot_be_authorized(pharmacy: Pharmacy, kit: str | None) -> None:
    assert pharmacy.blocked(kit) - {"checked_by_second"} == {"kit_released"}


def test_nobody_checks_the_dose_that_they_authorize_and_a_check_is_of_one_kit_and_one_day() -> None:
    pharmacy = Pharmacy()
    assert pharmacy.blocked("K-001", checked_by="physician-1") == {"checked_by_second"}
    other = {"part": "initial", "amount": 80, "kit": "K-999"}
    pharmacy.file("dose_check", other, "co_therapist", participant="NO-01", cycle=1)
    values = {"part": "initial", "amount": 80, "kit": "K-001"}
    outcome = pharmacy.file("dose_authorization", values, "physician", participant="NO-01", visit="dosing", cycle=1)
    assert {reason.code for reason in outcome.reasons} == {"checked_by_second"}
    assert pharmacy.blocked("K-001") == set()


@pytest.mark.requirement("DEA-01")
def test_a_kit_counts_as_released_on_the_word_of_a_pharmacist_alone_and_until_it_expires(pharmacy: Pharmacy) -> None:
    assert isinstance(pharmacy.release("K-901", role="therapist"), Filed)
    assert pharmacy.blocked("K-901") == {"kit_released"}
    assert isinstance(pharmacy.release("K-902", days=-1), Refused)
    wrong = {"kit": "K-903", "expires_on": "2030-01-01", **RELEASED, "conforms": False}
    assert isinstance(pharmacy.file("kit_release", wrong), Refused)
    released = pharmacy.release("K-904")
    earlier = {**released.record.values, "expires_on": pharmacy.player.clock.now.date().isoformat()}
    pharmacy.player.clock.now += timedelta(minutes=1)
    assert isinstance(
        pharmacy.file("kit_release", earlier, corrects=released.record.id, reason="Read again from the label"), Filed
    )
    pharmacy.player.clock.now += timedelta(days=1)
    assert "kit_released" in pharmacy.blocked("K-904")
    pharmacy.player.clock.now -= timedelta(days=1, minutes=1)


def test_a_kit_in_quarantine_stays_there_until_a_pharmacist_ends_it() -> None:
    pharmacy = Pharmacy()
    in_quarantine = {"kit": "K-002", "change": "quarantined", "why": "storage"}
    ended = in_quarantine | {"change": "ended", "why": "cleared"}
    pharmacy.file("kit_quarantine", in_quarantine, "therapist")
    assert pharmacy.blocked("K-002") == {"kit_released"}
    pharmacy.release("K-002")
    assert pharmacy.blocked("K-002") == {"kit_released"}
    pharmacy.file("kit_quarantine", ended, "therapist")
    assert pharmacy.blocked("K-002") == {"kit_released"}
    pharmacy.file("kit_quarantine", ended)
    assert pharmacy.blocked("K-002") == set()


def test_a_dose_is_given_from_the_kit_authorized_and_witnessed_by_somebody_else() -> None:
    pharmacy = Pharmacy()
    assert pharmacy.blocked("K-001") == set()
    given = {"part": "initial", "outcome": "taken", "amount": 80, "kit": "K-001"}
    given |= {"taken_at": (pharmacy.player.clock.now + timedelta(minutes=1)).isoformat(), "witness": "co_therapist-1"}
    where = {"participant": "NO-01", "visit": "dosing", "cycle": 1}
    filed = pharmacy.file("dose_administration", given, "therapist", **where)

    def deviations() -> set[str]:
        course = pharmacy.player.course("NO-01")
        assert course is not None
        wanted = {f"{name}:1:initial" for name in ("unwitnessed_dose", "kit_not_authorized", "kit_unusable")}
        return {one.key for one in course.deviations} & wanted

    assert deviations() == set()
    alone = {**given, "witness": "therapist-1", "kit": "K-005"}
    again = pharmacy.file(
        "dose_administration", alone, "therapist", **where, corrects=filed.record.id, reason="As it was"
    )
    assert deviations() == {"unwitnessed_dose:1:initial", "kit_not_authorized:1:initial"}
    # What comes to be known of the kit between the authorization and the dose makes it one that was not to be used.
    pharmacy.file("kit_quarantine", {"kit": "K-001", "change": "quarantined", "why": "storage"}, "therapist")
    later = {**given, "taken_at": (pharmacy.player.clock.now + timedelta(minutes=1)).isoformat()}
    pharmacy.file("dose_administration", later, "therapist", **where, corrects=again.record.id, reason="As it was")
    assert deviations() == {"kit_unusable:1:initial"}
