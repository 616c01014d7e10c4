"""Answers and forms: what fits an item, what is asked about, and what is never taken."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.spec.study.documents import changed, loaded

from triptych.study import answers, complete, fit

TODAY = date(2026, 3, 2)
OSLO = timezone(timedelta(hours=1))
ITEMS = """\
  - id: sheet
    title: Sheet
    log: true
    items:
      - {id: text, label: Text, type: text, max_length: 10}
      - {id: count, label: Count, type: integer, unit: "1", range: {min: 0, max: 10}, expected: {min: 2}}
      - {id: weight, label: Weight, type: decimal, unit: kg, range: {min: 0.5}, expected: {min: 40, max: 150}}
      - {id: yes, label: Yes, type: boolean, missing: [asked-unknown, asked-declined]}
      - {id: sort, label: Sort, type: code, choices: [{code: a, label: A}, {code: "1", label: One}]}
      - {id: sorts, label: Sorts, type: codes, choices: [{code: a, label: A}, {code: b, label: B}]}
      - {id: seen_on, label: Seen on, type: date, missing: [unknown]}
      - {id: at, label: At, type: datetime}
      - {id: person, label: Person, type: person}
      - {id: someone, label: Participant, type: participant}
      - {id: about, label: About, type: record}
      - {id: detail, label: Detail, type: text, shown_when: "yes", required: true}
      - {id: double, label: Double, type: integer, unit: "1", derived: count * 2}
      - {id: later, label: Later, type: date, derived: "add_days(seen_on, 7)"}
      - {id: ratio, label: Ratio, type: decimal, unit: "1", derived: weight / (weight - 70.0)}
      - {id: height, label: Height, type: decimal, unit: cm, expected: {max: 250}}
      - {id: copy, label: Copy, type: codes, derived: sorts, choices: [{code: a, label: A}, {code: b, label: B}]}
    checks:
      - {id: not_ahead, rule: seen_on <= today, text: Not in the future, hard: HARD}
      - {id: small, rule: double < 18, text: The double is small}
  - id: needed
    title: Needed
    log: true
    items:
      - {id: text, label: Text, type: text, required: true, missing: [unknown]}
      - {id: sorts, label: Sorts, type: codes, required: true, choices: [{code: a, label: A}, {code: b, label: B}]}
      - {id: yes, label: Yes, type: boolean, required: true}
"""


def study_with(items=ITEMS):
    return loaded(changed("gates:\n", f"{items}gates:\n"))


SOFT = study_with(ITEMS.replace("HARD", "false"))
HARD = study_with(ITEMS.replace("HARD", "true"))


def misfits(values, form="sheet", study=SOFT):
    found = fit(study, study.forms[form], values, TODAY, OSLO)
    return [(misfit.item, misfit.code, "hard" if misfit.hard else "soft") for misfit in found]


NOW = "2026-03-02T08:00:00+01:00"
FITS = {
    "text": ["", "one\ntwo", "a\tb", "x" * 10, "é", "👩"],
    "count": [2, 8],
    "weight": [40, 70.5, 150.0],
    "yes": [True, False, {"missing": "asked-unknown"}, {"missing": "asked-declined"}],
    "sort": ["a", "1"],
    "sorts": [[], ["a"], ["b", "a"]],
    "seen_on": ["2026-03-02", "2024-02-29", "0001-01-01", {"missing": "unknown"}],
    "at": [NOW, "2026-03-02T08:00+01:00", "2026-03-02T07:00:00Z", "2026-03-02T07:00:00.123456-11:30"],
    "person": ["nurse-1"],
    "someone": ["P-1"],
    "about": ["0198c0de-0000-7000-8000-000000000000"],
}


@pytest.mark.parametrize(("item", "value"), [(item, value) for item, values in FITS.items() for value in values])
def test_an_answer_of_the_items_type_fits(item, value):
    more = {"detail": "more"} if value is True else {}
    assert misfits({item: value, **more}) == []


WRONG = {
    "text": [1, True, ["a"], "x" * 11, "a\x00b", "a\x1bb", "a\x7fb", "\ud800"],
    "count": ["5", 5.0, True, [5], 2**53, -(2**53), 10**400, float("nan"), "V"],
    "weight": ["70", True, [70], float("nan"), float("inf"), float("-inf"), 2**53, 10**400, 1e300],
    "yes": ["yes", "true", 1, 0, []],
    "sort": ["b", "", 1, True, ["a"], "A", " a"],
    "sorts": ["a", ["c"], ["a", "a"], [1], [["a"]], [None], [{}], ["a", None]],
    "seen_on": ["2026-3-2", "2026-02-30", "20260302", "2026-W10-1", "2026-03-02T08:00", "٢٠٢٦-٠٣-٠٢", "", 20260302],
    "at": ["2026-03-02", "2026-03-02T08:00:00", "2026-03-02 08:00:00Z", "20260302T080000Z", "2026-03-02T25:00Z", 0, ""],
    "person": [1, ["nurse-1"]],
    "someone": [1, False],
    "about": [1, []],
}


@pytest.mark.parametrize(("item", "value"), [(item, value) for item, values in WRONG.items() for value in values])
def test_an_answer_of_another_type_does_not_fit(item, value):
    assert misfits({item: value}) == [(item, "wrong_type", "hard")]


def test_every_wrong_answer_is_named_and_not_only_the_first():
    values = {"count": "5", "weight": "70", "other": 1}
    assert misfits(values) == [
        (None, "no_such_item", "hard"),
        ("count", "wrong_type", "hard"),
        ("weight", "wrong_type", "hard"),
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"count": -1}, [("count", "out_of_range", "hard")]),
        ({"count": 11}, [("count", "out_of_range", "hard")]),
        ({"count": 1}, [("count", "unexpected", "soft")]),
        ({"count": 2}, []),
        ({"weight": 0.4}, [("weight", "out_of_range", "hard")]),
        ({"weight": 0.5}, [("weight", "unexpected", "soft")]),
        ({"weight": 39.999}, [("weight", "unexpected", "soft")]),
        ({"weight": 150.001}, [("weight", "unexpected", "soft")]),
        ({"height": 250.1}, [("height", "unexpected", "soft")]),
        ({"height": -1}, []),
        ({"weight": 9_000_000}, [("weight", "unexpected", "soft")]),
    ],
)
def test_a_range_is_hard_and_what_is_expected_is_soft(values, found):
    assert misfits(values) == found


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 11}, "Count: 11 is outside what is possible (0 to 10)."),
        ({"count": 1}, "Count: 1 is outside what is expected (2 and above)."),
        ({"weight": 0.25}, "Weight: 0.25 kg is outside what is possible (0.5 and above kg)."),
        ({"height": 300}, "Height: 300 cm is outside what is expected (up to 250 cm)."),
        ({"weight": 160}, "Weight: 160 kg is outside what is expected (40 to 150 kg)."),
        (
            {"yes": {"missing": "masked"}},
            "Yes: this missing-value code cannot stand here. Permitted here: asked-unknown, asked-declined.",
        ),
        (
            {"count": {"missing": "unknown"}},
            "Count: this missing-value code cannot stand here. None is permitted here.",
        ),
        ({"text": "x" * 11}, "Text: the text has 11 characters and at most 10 are taken."),
        ({"sort": "b"}, "Sort: one of a, 1 is wanted."),
        ({"double": 4}, "Double is worked out and not entered."),
    ],
)
def test_a_message_says_what_was_seen_and_what_is_allowed(values, message):
    (found,) = fit(SOFT, SOFT.forms["sheet"], values, TODAY, OSLO)
    assert found.message == message


@pytest.mark.parametrize(
    "value", [{"missing": "masked"}, {"missing": None}, {"missing": ["asked-unknown"]}, {"missing": {}}, {}, {"a": 1}]
)
def test_only_a_missing_value_code_that_the_item_permits_stands_in_for_an_answer(value):
    assert misfits({"yes": value}) == [("yes", "missing_code", "hard")]
    assert misfits({"yes": {"missing": "asked-unknown", "more": 1}}) == [("yes", "missing_code", "hard")]


@pytest.mark.parametrize("item", ["text", "count", "sort", "sorts", "at", "person"])
def test_no_missing_value_code_stands_in_where_the_item_permits_none(item):
    assert misfits({item: {"missing": "unknown"}}) == [(item, "missing_code", "hard")]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"yes": True}, [("detail", "required", "hard")]),
        ({"yes": True, "detail": "more"}, []),
        ({"yes": False}, []),
        ({"yes": False, "detail": "more"}, [("detail", "not_asked", "hard")]),
        ({}, []),
        ({"detail": "more"}, []),
        ({"yes": {"missing": "asked-declined"}}, []),
        ({"yes": "true", "detail": "more"}, [("yes", "wrong_type", "hard")]),
    ],
)
def test_an_item_is_needed_where_it_is_shown_and_refused_where_it_is_not(values, found):
    assert misfits(values) == found


@pytest.mark.parametrize(
    ("values", "items"),
    [
        ({}, ["text", "sorts", "yes"]),
        ({"text": "", "sorts": [], "yes": None}, ["text", "sorts", "yes"]),
        ({"text": " \n", "sorts": ["a"], "yes": False}, ["text"]),
        ({"text": {"missing": "unknown"}, "sorts": ["a", "b"], "yes": False}, []),
    ],
)
def test_a_required_item_needs_an_answer_and_blanks_are_none(values, items):
    assert misfits(values, "needed") == [(item, "required", "hard") for item in items]


def test_the_message_for_a_required_item_names_the_codes_that_may_stand_in():
    found = fit(SOFT, SOFT.forms["needed"], {"sorts": ["a"], "yes": True}, TODAY, OSLO)
    assert found[0].message == "Text: an answer is needed, or one of unknown if there is none."


@pytest.mark.parametrize("value", [4, 5, "4", True, None, {"missing": "unknown"}])
def test_a_derived_item_is_never_taken_from_outside(value):
    values = {"count": 2, "double": value}
    assert complete(SOFT, SOFT.forms["sheet"], values, TODAY, OSLO) == {"count": 2, "double": 4}
    assert complete(SOFT, SOFT.forms["sheet"], {"double": value}, TODAY, OSLO) == {}
    assert misfits(values) == ([] if value is None else [("double", "derived", "hard")])


def test_derived_items_are_worked_out_as_answers_are_written():
    values = {"count": 3, "seen_on": "2026-02-26", "sorts": ["b", "a"]}
    done = complete(SOFT, SOFT.forms["sheet"], values, TODAY, OSLO)
    assert done == {**values, "double": 6, "later": "2026-03-05", "copy": ["b", "a"]}
    assert answers(SOFT.forms["sheet"], done)["later"] == date(2026, 3, 5)


def test_a_check_reads_derived_items():
    assert misfits({"count": 9}) == [(None, "small", "soft")]


@pytest.mark.parametrize(
    ("seen_on", "soft", "hard"),
    [
        ("2026-03-02", [], []),
        ("2026-03-03", [(None, "not_ahead", "soft")], [(None, "not_ahead", "hard")]),
        (None, [], [(None, "not_ahead", "hard")]),
        ({"missing": "unknown"}, [], [(None, "not_ahead", "hard")]),
    ],
)
def test_a_date_in_the_future_is_what_a_check_makes_of_it_and_a_hard_check_wants_certainty(seen_on, soft, hard):
    assert misfits({"seen_on": seen_on}) == soft
    assert misfits({"seen_on": seen_on}, study=HARD) == hard


def test_checks_wait_until_every_answer_fits():
    assert misfits({"seen_on": "2027-01-01", "count": "5"}, study=HARD) == [("count", "wrong_type", "hard")]


def test_a_rule_that_divides_by_zero_keeps_nobody_from_recording():
    assert misfits({"weight": 70.0}) == []
    assert complete(SOFT, SOFT.forms["sheet"], {"weight": 70.0}, TODAY, OSLO) == {"weight": 70.0}


def test_answers_become_facts_without_missing_codes_blanks_and_what_cannot_be_read():
    values = {
        "text": " ",
        "count": True,
        "weight": float("nan"),
        "yes": {"missing": "asked-declined"},
        "sorts": [],
        "seen_on": "2026-02-30",
        "at": NOW,
        "person": "nurse-1",
        "other": 1,
    }
    assert answers(SOFT.forms["sheet"], values) == {
        "sorts": [],
        "at": datetime(2026, 3, 2, 7, tzinfo=UTC),
        "person": "nurse-1",
    }
