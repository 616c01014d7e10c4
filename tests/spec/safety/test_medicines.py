"""Medicines before a dose: an unknown name is never harmless, and an unaffirmed list is never clear.

Figures are those of the default screening profile (`library/medicines/interactions.csv`): fluoxetine 80 days, five
times the longest half-life of norfluoxetine; phenelzine 14 days, for the enzyme to come back.
"""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.ledger.library import LIBRARY, medicines
from triptych.safety import Conflict, Taken, judge_medicines, read_medicines

DAY = date(2026, 3, 18)
TABLE = medicines()
TEXT = (LIBRARY / "medicines" / "interactions.csv").read_text("utf-8")
ROWS = list(csv.DictReader(io.StringIO(TEXT)))
NAMES = sorted(TABLE)


def judged(*taken: Taken, affirmed: bool = True) -> Conflict:
    return judge_medicines(TABLE, taken, DAY, affirmed=affirmed)


def stopped(name: str, days: int) -> Taken:
    return Taken(name=name, ongoing=False, last_taken_on=DAY - timedelta(days=days))


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize(
    ("taken", "conflict"),
    [
        (Taken(name="fluoxetine", ongoing=True, last_taken_on=None), True),
        (stopped("fluoxetine", 79), True),
        (stopped("fluoxetine", 80), False),
        (stopped("Prozac", 79), True),
        (stopped("  FLUOXETINE ", 79), True),
        (stopped("phenelzine", 13), True),
        (stopped("phenelzine", 14), False),
        (stopped("sertraline", -1), True),
        (Taken(name="cetirizine", ongoing=True, last_taken_on=None), False),
        (Taken(name="paracetamol", ongoing=None, last_taken_on=None), False),
    ],
)
def test_a_known_medicine_is_judged_by_its_row(taken: Taken, conflict: bool) -> None:
    assert judged(taken).conflict is conflict


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        (Taken(name="wombat root", ongoing=False, last_taken_on=None), "medicine.name"),
        (Taken(name="", ongoing=False, last_taken_on=None), "medicine.name"),
        (Taken(name="many", ongoing=True, last_taken_on=None), "medicine.name"),
        (Taken(name="-", ongoing=True, last_taken_on=None), "medicine.name"),
        (Taken(name="sertraline", ongoing=None, last_taken_on=DAY - timedelta(days=99)), "medicine.ongoing"),
        (Taken(name="sertraline", ongoing=False, last_taken_on=None), "medicine.last_taken_on"),
    ],
)
def test_what_is_not_known_is_undecided_and_says_what_is_missing(taken: Taken, missing: str) -> None:
    found = judged(taken)
    assert (found.conflict, found.missing) == (None, (missing,))


def test_an_unaffirmed_list_is_never_clear_even_when_it_is_empty() -> None:
    assert judged(affirmed=False) == Conflict(conflict=None, findings=(), missing=("medicine_review.complete",))
    assert judged(affirmed=True).conflict is False


def test_one_conflict_decides_whatever_else_is_unknown() -> None:
    unknown = Taken(name="wombat root", ongoing=True, last_taken_on=None)
    assert judged(unknown, stopped("sertraline", 3), affirmed=False).conflict is True


def test_a_medicine_for_a_physician_is_decided_by_the_physician() -> None:
    name = next(name for name in NAMES if TABLE[name].management == "physician_review")
    taken = Taken(name=name, ongoing=True, last_taken_on=None)
    assert judged(taken).missing == ("medicine_clearance.cleared",)
    cleared = Taken(name=name, ongoing=True, last_taken_on=None, cleared=True)
    assert judged(cleared).conflict is False


def test_a_physicians_clearance_never_opens_what_must_be_washed_out() -> None:
    taken = Taken(name="phenelzine", ongoing=True, last_taken_on=None, cleared=True)
    assert judged(taken).conflict is True


def test_a_finding_carries_its_source_and_whether_it_was_confirmed() -> None:
    found = judged(stopped("paroxetine", 1)).findings[0]
    assert "Farre" in found.source
    assert found.confirmed
    row = next(row for row in ROWS if row["verified"] != "yes")
    name = row["active_ingredients_atc"].split(" [")[0].split(";")[0]
    assert not TABLE[name.casefold()].confirmed


@given(st.sampled_from(NAMES), st.booleans(), st.integers(0, 400))
def test_only_what_the_table_allows_is_clear_while_it_is_taken(name: str, ongoing: bool, days: int) -> None:
    row = TABLE[name]
    taken = Taken(name=name, ongoing=ongoing, last_taken_on=None if ongoing else DAY - timedelta(days=days))
    found = judged(taken).conflict
    if row.management == "allow":
        assert found is False
    elif row.management == "physician_review":
        assert found is None
    elif ongoing or row.washout_days is None or days < row.washout_days:
        assert found is True
    else:
        assert found is False


@given(st.text(max_size=30))
def test_a_name_that_is_not_in_the_table_is_never_clear(name: str) -> None:
    known = " ".join(name.split()).casefold() in TABLE
    found = judged(Taken(name=name, ongoing=False, last_taken_on=DAY - timedelta(days=999))).conflict
    assert found is not False or known


def test_of_two_rows_with_one_name_the_stricter_decides() -> None:
    head = TEXT.splitlines()[0]
    fields = head.split(",")

    def line(code: str, days: str) -> str:
        values = {"id": "X", "active_ingredients_atc": "twin", "management_code": code, "washout_days": days}
        return ",".join(values.get(field, "") for field in fields)

    for order in (("allow", "0"), ("hold", "5")), (("hold", "5"), ("allow", "0")):
        table = read_medicines("\n".join([head, *(line(*row) for row in order)]))
        assert table["twin"].management == "hold"


def test_a_management_code_that_the_profile_does_not_define_is_refused() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        read_medicines(TEXT.replace(",taper_washout,", ",perhaps,", 1))
