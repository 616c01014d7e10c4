"""Every function answers on every input of its type; what it answers while input is missing stands in these tables."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.spec.rules.asking import OSLO_WINTER, answer_to

from triptych.rules import Context, Listing, Missing, RuleFault

NOBODY_AFFIRMED = frozenset({"review.complete"})
LIST_MISSING, ONE_MISSING, REVIEW = Missing(["scores"]), Missing(["scores"]), Missing(["review.complete"])
LISTS: dict[str, tuple[object, ...]] = {
    # rule: with no list, with one answer missing, with an empty list, with a list that nobody affirmed
    "sum(scores)": (LIST_MISSING, ONE_MISSING, 0, REVIEW),
    "mean(scores)": (LIST_MISSING, ONE_MISSING, Missing(["scores"]), REVIEW),
    "min(scores)": (LIST_MISSING, ONE_MISSING, Missing(["scores"]), REVIEW),
    "max(scores)": (LIST_MISSING, ONE_MISSING, Missing(["scores"]), REVIEW),
    "size(scores)": (LIST_MISSING, ONE_MISSING, 0, REVIEW),
    "count_answered(scores)": (0, 2, 0, 2),
    "prorated(scores, 2)": (LIST_MISSING, 18.0, Missing(["scores"]), REVIEW),
    "prorated(scores, 3)": (LIST_MISSING, ONE_MISSING, Missing(["scores"]), REVIEW),
    "latest(scores)": (LIST_MISSING, 7, Missing(["scores"]), 5),
    "has(scores)": (False, True, True, True),
    "scores.exists(s, s > 9)": (LIST_MISSING, ONE_MISSING, False, REVIEW),
    "scores.all(s, s < 9)": (LIST_MISSING, ONE_MISSING, True, REVIEW),
    "scores.exists_one(s, s == 5)": (LIST_MISSING, ONE_MISSING, False, REVIEW),
    "sum(scores.filter(s, s > 9))": (LIST_MISSING, ONE_MISSING, 0, REVIEW),
    "max(scores.map(s, s + 1))": (LIST_MISSING, ONE_MISSING, Missing(["scores"]), REVIEW),
    "9 in scores": (LIST_MISSING, ONE_MISSING, False, REVIEW),
}
GIVEN = ([5, None, 7], [], Listing([3, 5], NOBODY_AFFIRMED))


@pytest.mark.parametrize(("text", "expected"), LISTS.items())
def test_what_is_asked_of_a_list_while_answers_are_missing(text, expected):
    assert answer_to(text) == expected[0]
    assert tuple(answer_to(text, scores=scores) for scores in GIVEN) == expected[1:]


VALUES = {
    "double(cycle)": ["cycle"],
    "local_day(dosed_at)": ["dosed_at"],
    "days_between(dosed_at, today)": ["dosed_at", "today"],
    "age_at(birth_date, today)": ["birth_date", "today"],
    "age_at(birth_date, dosed_at)": ["birth_date", "dosed_at"],
    "add_days(today, cycle)": ["cycle", "today"],
    "size(note)": ["note"],
    "holds_role(note, 'rater')": ["note"],
    "-cycle": ["cycle"],
    "cycle + systolic * cycle": ["cycle", "systolic"],
    "cycle in [systolic, 1]": ["cycle", "systolic"],
    "sum([cycle, 1, systolic])": ["cycle", "systolic"],
    "latest([1, cycle])": ["cycle"],
}
KNOWN = {
    "cycle": 2,
    "systolic": 120,
    "note": "kari",
    "today": date(2026, 3, 2),
    "birth_date": date(1990, 5, 17),
    "dosed_at": datetime(2026, 3, 1, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "names"), VALUES.items())
def test_what_is_asked_of_values_names_each_that_is_missing(text, names):
    context = Context(UTC, lambda person, role: True)
    for held in range(2 ** len(names)):
        given = {name: KNOWN[name] for bit, name in enumerate(names) if held >> bit & 1}
        answer = answer_to(text, context, **given)
        missing = set(names) - set(given)
        assert answer == Missing(missing) if missing else not isinstance(answer, Missing)


def test_a_kept_list_of_which_nothing_is_certain_names_what_it_waits_for():
    vitals = [{"systolic": 150}, {"day": date(2026, 3, 1), "systolic": 120}]
    today = date(2026, 3, 2)
    assert answer_to("latest(vitals.filter(v, v.day == today)).systolic", vitals=vitals, today=today) == Missing(
        ["vitals.day"]
    )
    assert answer_to("count_answered(vitals.filter(v, v.day == today))", vitals=vitals, today=today) == 0
    assert answer_to("size(vitals.filter(v, v.day == today))", vitals=vitals, today=today) == Missing(["vitals.day"])


def test_what_is_worked_out_of_a_kept_list_waits_as_the_list_does():
    vitals = [{"systolic": 150}]
    text = "vitals.filter(v, v.day == today).filter(v, v.systolic > 1).map(v, v.systolic).exists(s, s > 200)"
    assert answer_to(text, vitals=vitals, today=date(2026, 3, 2)) == Missing(["vitals.day"])
    one = "vitals.filter(v, v.day == today).exists_one(v, v.systolic > 1)"
    assert answer_to(one, vitals=vitals, today=date(2026, 3, 2)) == Missing(["vitals.day"])


def test_a_newest_one_that_is_uncertain_names_what_decides_which_it_is_and_what_is_missing_from_it():
    vitals = [{"day": date(2026, 3, 2)}, {"systolic": 120}]
    text = "latest(vitals.filter(v, v.day == today).map(v, v.systolic))"
    assert answer_to(text, vitals=vitals, today=date(2026, 3, 2)) == Missing(["vitals.day", "vitals.systolic"])


def test_a_choice_between_lists_names_the_one_that_was_chosen():
    text = "latest(ready ? medicines : medicines.filter(m, m.stopped)).dose"
    assert answer_to(text, ready=True, medicines=[]) == Missing(["medicines.dose"])
    assert answer_to(text, ready=False, medicines=[{"stopped": True}]) == Missing(["medicines.dose"])
    assert answer_to(text, medicines=[]) == Missing(["ready"])


def test_an_empty_list_made_of_facts_names_the_facts():
    assert answer_to("latest([cycle, systolic].filter(n, n > 500))", cycle=1, systolic=2) == Missing(
        ["cycle", "systolic"]
    )
    assert answer_to("max([latest(vitals).systolic].filter(n, n > 500))", vitals=[{"systolic": 1}]) == Missing(
        ["vitals"]
    )


def test_what_is_missing_from_what_was_chosen_names_its_own_place():
    text = "(ready ? demographics : demographics).home.minutes"
    assert answer_to(text, ready=False, demographics={}) == Missing(["demographics.home.minutes"])


def test_a_fact_that_says_itself_what_is_missing_is_taken_at_its_word():
    assert answer_to("ready && calm", ready=Missing(["consent.agreed"])) == Missing(["calm", "consent.agreed"])
    assert answer_to("demographics.home.minutes > 1", demographics=Missing(["course"])) == Missing(
        ["course.home.minutes"]
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Oslo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_a_day_is_the_day_of_the_site(zone):
    instant = datetime(2026, 3, 1, 10, 45, tzinfo=UTC)
    answer = answer_to("local_day(dosed_at)", Context(ZoneInfo(zone)), dosed_at=instant)
    assert answer == instant.astimezone(ZoneInfo(zone)).date()


def test_nobody_holds_a_role_where_nobody_knows_of_roles():
    with pytest.raises(RuleFault, match="nobody knows here"):
        answer_to("holds_role(note, 'rater')", OSLO_WINTER, note="kari")


def test_a_person_is_a_text():
    with pytest.raises(RuleFault, match="holds_role takes text"):
        answer_to("holds_role(note, 'rater')", Context(UTC, lambda person, role: True), note=1)
