"""Earlier use of MDMA: a structured history, and a limited number of places that the next such person cannot pass."""

from pathlib import Path

import pytest
from tests.doors.hands import Hands, codes

from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

USED = {"mdma": True, "mdma_times": 3, "mdma_last": "2019-07-01", "others": False}
STUDY = """
inherits: mapp-template
id: two-places
version: "1.0"
title: Two places for people who have used MDMA before
forms:
  - {id: prior_use_place, allocates: {stream: study, limit: 2}}
"""


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    folder = tmp_path / "two-places"
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY, "utf-8")
    return Hands(MemoryStore(), find_study(str(folder)))


def screened(hands: Hands, participant: str, history: dict[str, object]) -> None:
    hands.contact(participant)
    hands.file("coordinator", "consent", {"version": "1", "agreed": True}, participant)
    assert isinstance(hands.file("physician", "prior_use", history, participant), Filed)


@pytest.mark.requirement("CRL-06")
def test_a_full_stratum_refuses_the_next_participant_who_has_used_mdma(hands: Hands) -> None:
    for participant in ("P-1", "P-2", "P-3"):
        screened(hands, participant, USED)
    assert isinstance(hands.file("coordinator", "prior_use_place", {}, "P-1"), Filed)
    assert codes(hands.file("coordinator", "prior_use_place", {}, "P-1")) == ["no_place_yet"]
    assert isinstance(hands.file("coordinator", "prior_use_place", {}, "P-2"), Filed)
    assert codes(hands.file("coordinator", "prior_use_place", {}, "P-3")) == ["allocation_full"]
    assert "prior_use_placed" in codes(hands.file("coordinator", "enrollment", {}, "P-3"))
    assert "prior_use_placed" not in codes(hands.file("coordinator", "enrollment", {}, "P-2"))


def test_who_has_used_none_needs_no_place_and_who_did_not_say_is_not_enrolled(hands: Hands) -> None:
    screened(hands, "P-1", {"mdma": False, "others": False})
    assert codes(hands.file("coordinator", "prior_use_place", {}, "P-1")) == ["has_used"]
    assert "prior_use_placed" not in codes(hands.file("coordinator", "enrollment", {}, "P-1"))
    screened(hands, "P-2", {"mdma": {"missing": "asked-declined"}, "others": False})
    assert "prior_use_placed" in codes(hands.file("coordinator", "enrollment", {}, "P-2"))


@pytest.mark.requirement("CRL-06")
def test_a_place_of_the_stratum_is_no_place_in_the_study(tmp_path: Path) -> None:
    folder = tmp_path / "one-place"
    folder.mkdir()
    gate = """
gates:
  - id: enroll
    conditions:
      - {id: room, text: Nobody is enrolled yet, rule: study.allocated < 1}
"""
    (folder / "study.yaml").write_text(STUDY.replace("two-places", "one-place") + gate, "utf-8")
    hands = Hands(MemoryStore(), find_study(str(folder)))
    screened(hands, "P-1", USED)
    assert isinstance(hands.file("coordinator", "prior_use_place", {}, "P-1"), Filed)
    refused = codes(hands.file("coordinator", "enrollment", {}, "P-1"))
    assert "room" not in refused
    assert refused
