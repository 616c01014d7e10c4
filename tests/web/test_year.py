"""A year of follow-up in two arms: still blinded at month 12, with who left by arm for those alone who may know it."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.doors.hands import Hands
from tests.doors.test_view import viewer, whole_course
from tests.web.conftest import text_of
from tests.web.routes import client_of

from triptych.ledger import Filed
from triptych.ledger.library import find_study, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import load_instrument, score

YEAR = find_study(str(Path(__file__).parents[1] / "studies" / "year"))
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
PATHS = ("/follow-up/", "/participants/P-1/")
UNBLINDED = {"pharmacist"}
BLINDED = {role.id for role in YEAR.document.roles} - UNBLINDED
TIMES = {"sheets": "English, 1944", "part_a_finished": True, "part_a": 31.5, "part_b_finished": True, "part_b": 70}


def followed(arm: str) -> Hands:
    """A participant of one arm, dosed, asked every month, seen at twelve months, and treated again on that day."""
    hands = Hands(MemoryStore(), YEAR)
    whole_course(hands, arm)
    hands.file("coordinator", "enrollment", {})
    for month in range(3, 13):
        hands.later(days=28, minutes=-1)
        values = {"sought_care": month == 9, "psychotherapy": month == 9, "mdma": False, "craving": 2}
        assert isinstance(hands.file("therapist", "month_check", values, visit=f"monthly_{month}"), Filed)
    hands.later(days=28)
    again = {"given_on": hands.now.date().isoformat(), "what": "Elsewhere", "why": "Asked for"}
    assert isinstance(hands.file("physician", "retreatment", again), Filed)
    hands.file("rater", "madrs", {"i1": 4, "i2": 4})
    assert isinstance(hands.file("coordinator", "cognition", TIMES, visit="month_12"), Filed)
    assert isinstance(hands.file("coordinator", "withdrawal", {"what": ["contact"]}), Filed)
    return hands


@pytest.fixture(scope="module")
def worlds() -> dict[str, Hands]:
    return {arm: followed(arm) for arm in ("active", "control")}


@pytest.mark.requirement("CRL-08")
def test_at_month_12_the_arm_is_still_hidden_from_all_but_the_unblinded_role(
    worlds: dict[str, Hands], served: Callable[[Hands], None]
) -> None:
    course = viewer(worlds["active"], "coordinator").course("P-1")
    assert course is not None
    held = {visit.key: visit.status for visit in course.visits}
    assert {held[key] for key in ("month_12", *(f"monthly_{month}" for month in range(3, 13)))} == {"done"}

    def seen(role: str) -> list[tuple[object, ...]]:
        views = [viewer(hands, role) for hands in worlds.values()]
        return [(view.everything(), view.listing(), tuple(view.evaluations("P-1"))) for view in views]

    def pages(role: str) -> list[list[str]]:
        told = []
        for hands in worlds.values():
            served(hands)
            told.append([TOKEN.sub("", text_of(client_of(f"{role}-1").get(path))) for path in PATHS])
        return told

    for role in sorted(BLINDED):
        one, other = seen(role)
        assert one == other, role
    one, other = seen("pharmacist")
    assert one[0] != other[0]
    for role, is_told in (("coordinator", False), ("therapist", False), ("pharmacist", True)):
        here, there = pages(role)
        assert (here[0] != there[0]) is is_told, role


@pytest.mark.requirement("CRL-05")
def test_who_left_is_shown_by_arm_to_the_unblinded_alone_and_care_outside_to_whoever_sees_it(
    worlds: dict[str, Hands], served: Callable[[Hands], None]
) -> None:
    served(worlds["active"])

    def page(role: str) -> str:
        return text_of(client_of(f"{role}-1").get("/follow-up/"))

    def row(text: str, head: str) -> list[str]:
        cells = text.partition(head)[2].partition("</tr>")[0]
        return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>.*?</t[dh]>", cells)]

    # One person, who stopped visits and with them treatment; of fourteen visits the first two months were missed.
    told = page("pharmacist")
    assert row(told, '<th scope="row">Active') == ["1", "1", "1", "0", "0", "0", "0", "12 of 14 (86 %)"]
    assert row(told, '<th scope="row">Control') == ["0", "0", "0", "0", "0", "0", "0", "–"]
    told = page("coordinator")
    assert "by arm" not in told
    assert row(told, '<th scope="row">Twelve months') == ["1 of 1 (100 %)", "1", "0", "0", "0", "0", "0"]
    log = told.partition("Care and drugs outside the study</h2>")[2].partition("</section>")[0]
    assert log.count("</tr>") == 1 + 10
    assert log.count("I looked for treatment elsewhere; I had psychotherapy outside the study") == 1
    assert log.count('<span class="unknown">2 of 5</span>') == 10  # left open, which is not a no
    assert log.count("<td>nothing</td>") == 9
    assert "Your last month" not in page("rater")


@pytest.mark.requirement("CRL-09")
def test_a_rise_of_the_score_and_care_sought_outside_are_each_a_recurrence_on_their_day(
    worlds: dict[str, Hands],
) -> None:
    found = [one for one in viewer(worlds["active"], "coordinator").evaluations("P-1") if one.rule == "recurrence"]
    last_dose = date(2026, 4, 13)
    met = [(one.on - last_dose).days // 28 for one in found if one.met]
    # Care sought in the ninth month; 8 points after 5 in the thirteenth. The question of the months between answers no.
    assert met == [9, 13]
    assert [one.met for one in found if (one.on - last_dose).days // 28 in (10, 11, 12)] == [False] * 3
    course = worlds["active"].trial.system_view().course("P-1")
    assert course is not None
    # Given before the rating of that day, on which it would have been due.
    assert "retreatment_without_rule" in {one.key.partition(":")[0] for one in course.deviations}


@pytest.mark.requirement("CRL-05")
def test_a_brief_cognitive_measure_has_a_window_may_be_left_out_and_gives_its_results(
    worlds: dict[str, Hands], served: Callable[[Hands], None]
) -> None:
    hands = worlds["active"]
    served(hands)
    course = hands.trial.system_view().course("P-1")
    assert course is not None
    (month_12,) = (visit for visit in course.visits if visit.key == "month_12")
    assert {state.form: (state.required, state.status) for state in month_12.forms}["cognition"] == (False, "filed")
    client = client_of("coordinator-1")
    page = text_of(client.get("/participants/P-1/file/cognition/?visit=month_12"))
    assert "Trail Making Test" in page
    record = next(one for one in hands.trial.system_view().records("P-1") if one.form == "cognition")
    shown = re.sub(r"<[^>]+>|\s+", " ", text_of(client.get(f"/participants/P-1/records/{record.id}/")))
    scores = shown.partition("Scores")[2]
    assert re.search(r"B less A\s+38\.5\b", scores)  # 70 s less 31.5 s
    assert re.search(r"B to A\s+2\.22", scores)
    # A part that was not finished has no time, so nothing is worked out from it; and the template asks for it so.
    found = score(load_instrument("tmt", shelf()), TIMES | {"part_b_finished": False, "part_b": None})
    assert found.subscales == {"difference": None, "ratio": None}
    template = find_study("mapp-template")
    asked = {
        visit.id: placed.required
        for visit in template.document.visits
        for placed in visit.forms
        if placed.form == "cognition"
    }
    assert asked == {"preparation_3": False, "long_term": False}
