"""Medicines before a dose: an unknown name is never harmless, and an unaffirmed list is never clear.

Figures are those of the default screening profile (`library/medicines/interactions.csv`): fluoxetine 80 days, five
times the longest half-life of norfluoxetine; phenelzine 14 days, for the enzyme to come back.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.ledger.library import default_profile, knowledge_base
from triptych.safety import Conflict, Medicine, Recorded, judge_medicines

DAY = date(2026, 3, 18)
NAMES = sorted(knowledge_base().actives)


def judged(*taken: Medicine | Recorded, affirmed: bool = True) -> Conflict:
    listed = [one if isinstance(one, Recorded) else Recorded(medicine=one) for one in taken]
    return judge_medicines(knowledge_base(), default_profile(), listed, DAY, affirmed=affirmed)


def stopped(name: str, days: int, route: str = "oral") -> Medicine:
    last = DAY - timedelta(days=days)
    return Medicine(as_entered=name, status="stopped", last_dose_date=last, route=route)


def ongoing(name: str) -> Medicine:
    return Medicine(as_entered=name, status="ongoing", route="oral")


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize(
    ("taken", "conflict"),
    [
        (ongoing("fluoxetine"), True),
        (stopped("fluoxetine", 79), True),
        (stopped("fluoxetine", 80), False),
        (stopped("Prozac", 79), True),
        (stopped("Fluoxetine HCl 20 mg caps", 79), True),
        (stopped("  FLUOXETINE ", 79), True),
        (stopped("Symbyax", 79), True),
        (stopped("phenelzine", 13), True),
        (stopped("phenelzine", 14), None),
        (ongoing("cetirizine"), False),
        (ongoing("Tylenol"), False),
    ],
)
def test_a_known_medicine_is_judged_by_its_row(taken: Medicine, conflict: bool | None) -> None:
    assert judged(taken).conflict is conflict


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        (stopped("wombat root", 99), "medicine.name"),
        (stopped("zolfot", 99), "medicine.name"),
        (stopped("", 99), "medicine.name"),
        (stopped("many", 99), "medicine.name"),
        (stopped("-", 99), "medicine.name"),
        (Medicine(as_entered="sertraline", last_dose_date=DAY - timedelta(days=99)), "medicine.ongoing"),
        (Medicine(as_entered="sertraline", status="stopped"), "medicine.last_taken_on"),
        (stopped("sertraline", -1), "medicine.last_taken_on"),
        (stopped("sertraline?", 99), "medicine.name"),
        (Medicine(as_entered="vitamin C", status="ongoing", route="oral"), "medicine.dose"),
        (stopped("aripiprazole", 300, route=""), "medicine.route"),
        (Medicine(as_entered="cetirizine", status="ongoing", note="or was it sertraline?"), "medicine.why"),
    ],
)
def test_what_is_not_known_is_undecided_and_says_what_is_missing(taken: Medicine, missing: str) -> None:
    found = judged(taken)
    assert (found.conflict, found.missing) == (None, (missing,))


def test_a_near_name_that_a_person_confirmed_is_judged_by_its_row() -> None:
    last = DAY - timedelta(days=3)
    confirmed = Medicine(as_entered="zolfot", confirmed_as="Zoloft", status="stopped", last_dose_date=last)
    assert judged(confirmed).conflict is True


def test_an_unaffirmed_list_is_never_clear_even_when_it_is_empty() -> None:
    assert judged(affirmed=False) == Conflict(conflict=None, judgments=(), missing=("medicine_review.complete",))
    assert judged(affirmed=True).conflict is False


def test_one_conflict_decides_whatever_else_is_unknown() -> None:
    assert judged(ongoing("wombat root"), stopped("sertraline", 3), affirmed=False).conflict is True


@pytest.mark.parametrize("taken", [ongoing("lisinopril"), ongoing("adalimumab"), stopped("phenelzine", 14)])
def test_a_medicine_for_a_physician_is_decided_by_the_physician(taken: Medicine) -> None:
    assert judged(taken).missing == ("medicine_clearance.cleared",)
    assert judged(Recorded(medicine=taken, cleared=True)).conflict is False


@pytest.mark.parametrize("taken", [ongoing("phenelzine"), stopped("sertraline", 3), ongoing("ritonavir")])
def test_a_physicians_clearance_never_opens_what_must_be_washed_out(taken: Medicine) -> None:
    assert judged(Recorded(medicine=taken, cleared=True)).conflict is True


@given(st.text(max_size=30))
def test_a_name_that_stands_for_nothing_is_never_clear(name: str) -> None:
    found = judged(stopped(name, 999))
    recognized = found.judgments[0].resolution.status == "resolved"
    assert found.conflict is not False or recognized


@given(st.sampled_from(NAMES), st.integers(0, 400))
def test_a_later_day_never_closes_what_an_earlier_one_opened(name: str, days: int) -> None:
    if judged(stopped(name, days)).conflict is False:
        assert judged(stopped(name, days + 1)).conflict is False
