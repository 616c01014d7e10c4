"""The wash-out calendar: days where there are days, and none where there can be none."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.course import months
from triptych.ledger.library import conditions, default_profile, knowledge_base
from triptych.safety import MedicineJudgment, read_case, screen

TODAY, PLANNED = date(2027, 3, 1), date(2027, 4, 12)


def judged(*medicines: dict[str, object], planned: date = PLANNED) -> tuple[MedicineJudgment, ...]:
    case = {"evaluation_date": TODAY.isoformat(), "planned_session_date": planned.isoformat()}
    return screen(
        knowledge_base(), default_profile(), conditions(), read_case({**case, "medications": list(medicines)})
    ).medicines


def marked(found: tuple[MedicineJudgment, ...], planned: date = PLANNED) -> set[tuple[str, str, date]]:
    days = (day for one in months(found, planned, TODAY) for week in one.weeks for day in week)
    return {(mark.kind, mark.of, mark.on) for day in days for mark in day.marks}


def first_open(found: tuple[MedicineJudgment, ...], planned: date = PLANNED) -> date | None:
    days = [day for one in months(found, planned, TODAY) for week in one.weeks for day in week]
    return min((day.on for day in days if day.is_open and day.on), default=None)


def stopped(name: str, last: str) -> dict[str, object]:
    return {"as_entered": name, "status": "stopped", "last_dose_date": last}


def test_a_stopped_medicine_has_its_last_dose_and_the_end_of_its_washout() -> None:
    # sertraline, class floor 14 days (screening-profile.json)
    found = judged(stopped("sertraline", "2027-03-01"))
    assert ("last_dose", "sertraline", TODAY) in marked(found)
    assert ("satisfied", "sertraline", date(2027, 3, 15)) in marked(found)
    assert first_open(found) == date(2027, 3, 15)


@pytest.mark.parametrize(
    "entry",
    [
        {"as_entered": "sertraline", "status": "ongoing"},
        {"as_entered": "sertraline", "status": "stopped"},
        {"as_entered": "ritonavir", "status": "ongoing"},
        stopped("ritonavir", "2027-02-01"),
        stopped("qwrtz", "2020-01-01"),
    ],
    ids=["still taken", "last dose not known", "never to be stopped", "a stopped antiretroviral", "not identified"],
)
def test_what_can_have_no_day_has_none_and_opens_none(entry: dict[str, object]) -> None:
    found = judged(entry, stopped("cetirizine", "2027-02-01"))
    assert {kind for kind, of, _ in marked(found) if of == entry["as_entered"]} <= {"last_dose"}
    assert first_open(found) is None


@settings(max_examples=15, deadline=None)
@given(later=st.integers(0, 200), last=st.integers(0, 60))
def test_moving_the_day_moves_no_washout(later: int, last: int) -> None:
    entry = stopped("venlafaxine", (TODAY - timedelta(days=last)).isoformat())
    planned = PLANNED + timedelta(days=later)
    ends = {(kind, of, on) for kind, of, on in marked(judged(entry, planned=planned), planned) if kind == "satisfied"}
    assert ends == {one for one in marked(judged(entry)) if one[0] == "satisfied"}
