"""Every row of the source table fires for its medicine and not for a neighbor, a day too early and not on the day.

`rows.csv` is written from the source table of interactions (its codes and days) and, for the neighbors, by hand: a name
that resembles the row's own or stands beside it in a pharmacy, and that the row must not judge.
"""

import csv
from pathlib import Path

import pytest
from tests.spec.safety.screened import DAY, answer, case_with, ongoing, stopped

ROWS = list(csv.DictReader((Path(__file__).parent / "rows.csv").read_text("utf-8").splitlines()))
SIGNED_OFF = {"DDI-017", "DDI-018", "DDI-019"}
"""After these a physician signs off, whatever the days."""
SPLIT = {"DDI-128": "flecainide stands in DDI-128b, which excludes antiarrhythmics as the prose of the row does"}


def said(found, row: str) -> bool:
    return any(f"({row})" in reason for reason in found.reasons)


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize("line", ROWS, ids=lambda line: line["row"])
def test_every_row_of_the_source_fires_for_its_medicine_and_not_for_its_neighbor(line):
    row = (SPLIT.get(line["row"], "") and f"{line['row']}b") or line["row"]
    route = {"route": "intramuscular"} if row == "DDI-050" else {"route": "oral"}
    found = answer(case_with(ongoing(line["fires"], **route)))
    assert said(found, row), found.reasons
    assert not said(answer(case_with(ongoing(line["neighbor"], **route))), row)


EXPECTED = {"exclude": "excluded", "physician_review": "needs_physician_review", "allow": "eligible_on_date"}


@pytest.mark.parametrize("line", [line for line in ROWS if line["row"] not in SPLIT], ids=lambda line: line["row"])
def test_every_row_decides_while_taken_a_day_early_and_on_the_day_as_the_profile_says(line):
    row, code, days = line["row"], line["management"], int(line["days"] or -1)
    taken = answer(case_with(ongoing(line["fires"])))
    # A hold that can still be completed today (of no days) is for the physician; every other is too late.
    held = "needs_physician_review" if (code, days) == ("hold", 0) else "not_eligible_on_date"
    assert taken.decision == EXPECTED.get(code, held)
    assert taken.earliest_date is None or code == "allow"
    if code in {"physician_review", "allow"}:
        assert answer(case_with(stopped(line["fires"], 900))).decision == EXPECTED[code]
        return
    if days < 0:
        assert answer(case_with(stopped(line["fires"], 900))).decision == "excluded"
        return
    if days:
        early = answer(case_with(stopped(line["fires"], days - 1)))
        assert early.decision == "not_eligible_on_date"
        assert (early.earliest_date - DAY).days == 1
    late = "needs_physician_review" if row in SIGNED_OFF else "eligible_on_date"
    assert answer(case_with(stopped(line["fires"], days))).decision == late
