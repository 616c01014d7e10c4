"""Two worlds through the door in: what a blinded role is answered to anything it files is the same in either arm."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.api.program import Program, vitals
from tests.doors.hands import Hands
from tests.web.test_two_worlds import ARMS, BLINDED, SMALL, UNBLINDED, lived

from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore


@pytest.fixture(scope="module")
def worlds() -> list[Hands]:
    """Two trials that differ in nothing but the arm."""
    made = [Hands(MemoryStore(), find_study(str(SMALL))) for _ in ARMS]
    for hands, arm in zip(made, ARMS, strict=True):
        lived(hands, arm)
    return made


def drafts(hands: Hands) -> Iterator[dict[str, Any]]:
    """Everything that might be answered by arm: each form, and about each record each form that names another."""
    at = hands.now.isoformat()
    known = [one.id for one in hands.trial.system_view().records("P-1")]
    for number, form in enumerate(hands.study.forms):
        fresh = {"id": f"00000000-0000-4000-8000-0000000{number:05}", "occurred_at": at, "visit": None}
        for values in ({}, {"part": "initial", "amount": 30}):
            yield vitals(**fresh, form=form, values=values)
    for number, record in enumerate(known):
        yield vitals(id=record, occurred_at=at, visit=None)
        for turn, form in enumerate(("randomization", "query")):
            fresh = {"id": f"00000000-0000-4000-9000-{turn:04}{number:08}", "occurred_at": at, "visit": None}
            about = {"about": record, "text": "Why?", "why": "Slip", "item": "kit"}
            named = {item.id: about[item.id] for item in hands.study.forms[form].items if item.id in about}
            yield vitals(**fresh, form=form, values=named, corrects=None if named else record, reason="Slip")


def answers(hands: Hands, role: str) -> list[tuple[object, int, dict[str, str], bytes]]:
    """What is sent, and what is answered to it: to each filing, and to reading afterwards."""
    program = Program(f"{role}-1")
    found = [(draft, program.post(draft)) for draft in list(drafts(hands))]
    found += [(path, program.get(path)) for path in ("/participants/P-1", "/participants/P-1/records")]
    return [(sent, one.status_code, dict(one.headers), one.content) for sent, one in found]


@pytest.mark.requirement("EMA-02")
@pytest.mark.requirement("PSY-09")
@pytest.mark.parametrize("role", BLINDED)
def test_no_answer_to_a_filing_tells_a_blinded_role_which_arm_was_given(
    worlds: list[Hands], served: Callable[[Hands], None], role: str
) -> None:
    both = []
    for hands in worlds:
        served(hands)
        both.append(answers(hands, role))
    one, other = both
    assert len({status for _, status, _, _ in one}) > 2
    for here, there in zip(one, other, strict=True):
        assert here == there


def test_the_unblinded_role_is_told(worlds: list[Hands], served: Callable[[Hands], None]) -> None:
    both = []
    for hands in worlds:
        served(hands)
        both.append(Program(f"{UNBLINDED}-1").get("/participants/P-1/records").content)
    assert both[0] != both[1]
