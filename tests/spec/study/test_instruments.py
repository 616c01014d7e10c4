"""Bundled instruments: the arithmetic self-tests of the domain notes, and what holds of every score."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.ledger.library import instrument_names, instruments_not_shipped, shelf
from triptych.study import INSTRUMENTS, StudyProblems, check_instrument, load_instrument, misfits, score

NAMES = list(instrument_names())
LOADED = {name: load_instrument(name, shelf()) for name in NAMES}
SUMMED = [name for name in NAMES if any(i.score == "total" and i.type != "boolean" for i in LOADED[name].form.items)]


def entered(name):
    return [item for item in LOADED[name].form.items if item.derived is None]


def every(name, value):
    """The same answer to every item that takes numbers; yes to every other."""
    return {item.id: value if item.range else True for item in entered(name) if item.type != "text"}


def most(name):
    return {item.id: int(item.range.max) if item.range else True for item in entered(name)}


def result(name, values):
    return score(LOADED[name], values)


# instruments.md, section 5. What is expected was derived there from the scoring rules, not from this program.
TOTALS = [
    ("phq-9", every("phq-9", 3), 27, "severe"),
    ("gad-7", every("gad-7", 1), 7, "mild"),
    ("madrs", every("madrs", 6), 60, "severe"),
    ("madrs", every("madrs", 2), 20, "moderate"),
    ("bdi-ii", every("bdi-ii", 1), 21, "moderate"),
    ("ham-d", most("ham-d"), 52, "very severe"),
    ("lsas", every("lsas", 3), 144, "generalized social anxiety"),
    ("stai-state", every("stai-state", 1), 50, None),
    ("stai-trait", every("stai-trait", 1), 47, None),
    ("audit", every("audit", 4), 40, "likely dependence"),
    ("dudit", every("dudit", 4), 44, None),
    ("wai-sr", every("wai-sr", 5), 60, None),
    ("scs", every("scs", 3), 3, "moderate"),
    ("scs", every("scs", 5), 3, "moderate"),
    ("scs-sf", every("scs-sf", 5), 3, "moderate"),
    ("pcl-5", every("pcl-5", 2), 40, None),
    ("caps-5", every("caps-5", 1), 20, None),
    ("psqi", every("psqi", 1), 7, "poor"),
]


@pytest.mark.parametrize(("name", "values", "total", "band"), TOTALS, ids=[f"{row[0]}-{row[2]}" for row in TOTALS])
def test_the_total_is_what_the_scoring_rules_give(name, values, total, band):
    found = result(name, values)
    assert found.total == pytest.approx(total)
    assert band is None or found.bands["total"] == band
    assert found.missing == ()


SUBSCALES = [
    ("lsas", every("lsas", 3), {"performance": 78, "social": 66, "fear": 72, "avoidance": 72}),
    ("wai-sr", every("wai-sr", 5), {"task": 20, "goal": 20, "bond": 20}),
    ("meq30", every("meq30", 3), dict.fromkeys(("mystical", "positive_mood", "transcendence", "ineffability"), 0.6)),
    ("meq30", every("meq30", 2), dict.fromkeys(("mystical", "positive_mood", "transcendence", "ineffability"), 0.4)),
    ("sets", every("sets", 4), {"positive": 4, "negative": 4}),
    ("sds", {"work": 5, "social": 6, "family": 7}, {"item_mean": 6}),
    ("itq", every("itq", 2), {"ptsd_score": 12, "dso_score": 12}),
]


@pytest.mark.parametrize(("name", "values", "subscales"), SUBSCALES, ids=[row[0] for row in SUBSCALES])
def test_the_subscales_are_what_the_scoring_rules_give(name, values, subscales):
    found = result(name, values).subscales
    assert {key: found[key] for key in subscales} == pytest.approx(subscales)


NO_SYMPTOM = {**every("caps-5", 1), "duration": True}
FLAGS = [
    ("meq30", every("meq30", 3), {"complete": True}),
    ("meq30", every("meq30", 2), {"complete": False}),
    ("pcl-5", every("pcl-5", 2), {"provisional_diagnosis": True}),
    ("caps-5", NO_SYMPTOM, {"diagnosis": False, "dissociative": False}),
    ("caps-5", {**every("caps-5", 2), "duration": True}, {"diagnosis": True}),
    ("caps-5", {**every("caps-5", 2), "duration": False}, {"diagnosis": False}),
    ("itq", every("itq", 2), {"complex_ptsd": True, "ptsd": False}),
    (
        "phq-9",
        {**every("phq-9", 0), "item_1": 2, "item_2": 2, "item_3": 2, "item_4": 2, "item_9": 1},
        {"major_depression": True},
    ),
    (
        "phq-9",
        {**every("phq-9", 0), "item_3": 2, "item_4": 2, "item_5": 2, "item_6": 2, "item_7": 2},
        {"major_depression": False},
    ),
    ("c-ssrs", {**every("c-ssrs", 0), **{f"ideation_{n}": False for n in range(1, 6)}}, {"behavior": True}),
]


@pytest.mark.parametrize(("name", "values", "flags"), FLAGS, ids=[f"{row[0]}-{n}" for n, row in enumerate(FLAGS)])
def test_the_flags_are_what_the_scoring_rules_give(name, values, flags):
    found = result(name, values).flags
    assert {key: found[key] for key in flags} == flags


@pytest.mark.parametrize("name", ["stai-state", "stai-trait"])
def test_every_answer_fully_anxious_is_80(name):
    calm = {"stai-state": {1, 2, 5, 8, 10, 11, 15, 16, 19, 20}, "stai-trait": {21, 23, 26, 27, 30, 33, 34, 36, 39}}[
        name
    ]
    values = {item.id: 1 if int(item.id.rpartition("_")[2]) in calm else 4 for item in entered(name)}
    assert result(name, values).total == 80


# A published worked example: Kroenke, Spitzer and Williams 2001 score each item 0 to 3 and add them.
def test_a_missing_answer_is_prorated_where_enough_are_there_and_no_score_where_not():
    eight = {f"item_{n}": 2 for n in range(1, 9)}
    assert result("phq-9", eight).total == pytest.approx(18)
    assert result("phq-9", eight).missing == ("item_9",)
    assert result("phq-9", eight).told["total"].endswith("(1 of 9 missing)")
    seven = {f"item_{n}": 2 for n in range(1, 8)}
    assert result("phq-9", seven).total is None
    assert result("phq-9", seven).told["total"].endswith("No score: 2 of 9 answers missing")
    assert result("phq-9", seven).bands == {}


@pytest.mark.parametrize("name", ["caps-5", "madrs", "ham-d", "lsas", "c-ssrs"])
def test_a_clinician_rated_total_is_never_imputed(name):
    values = every(name, 1)
    first = next(item.id for item in entered(name) if item.range)
    del values[first if name != "c-ssrs" else "ideation_5"]
    if name == "c-ssrs":
        values |= {f"ideation_{n}": False for n in range(1, 5)}
    assert result(name, values).total is None


def test_an_odd_answer_to_the_last_items_of_audit_does_not_fit():
    assert not misfits(LOADED["audit"], every("audit", 2))
    assert [m.code for m in misfits(LOADED["audit"], every("audit", 2) | {"item_9": 3})] == ["item_9_even"]


@pytest.mark.parametrize("name", NAMES)
def test_every_instrument_loads_and_says_its_license_and_source(name):
    instrument = LOADED[name]
    assert check_instrument(name, shelf()) == ()
    assert instrument.document.license.text
    assert instrument.form.source
    assert instrument.form.instrument_version == instrument.document.version
    assert all(item.help for item in instrument.form.items if item.score)


@pytest.mark.parametrize("name", [name for name in NAMES if LOADED[name].document.license.kind in "BCD"])
def test_items_that_may_not_be_printed_are_numbers_and_headings(name):
    # A questionnaire's own wording is a sentence; a heading has a few words and no second person.
    for item in entered(name):
        assert len(item.label.split()) <= 8
        assert not re.search(r"\b(I|you|your|my)\b|\?", item.label)


def test_every_instrument_that_is_not_shipped_has_its_reason_and_no_file():
    assert all(one.reason for one in instruments_not_shipped())
    assert not {one.id for one in instruments_not_shipped()} & set(NAMES)


@st.composite
def answered(draw, name):
    found = {}
    for item in entered(name):
        if item.range:
            found[item.id] = draw(st.integers(int(item.range.min), int(item.range.max)))
        elif item.type == "boolean":
            found[item.id] = draw(st.booleans())
    return found


def limits(name):
    """The least and the greatest total that any answers can give, item by item from the limits alone."""
    low = result(name, {i.id: int(i.range.min) if i.range else False for i in entered(name)}).total
    high = result(name, most(name)).total
    return low, high


PLAIN = [n for n in SUMMED if n not in ("stai-state", "stai-trait", "scs", "scs-sf")]


@pytest.mark.parametrize("name", PLAIN)
@given(data=st.data())
def test_a_total_lies_in_its_range_and_rises_with_every_answer(name, data):
    values = data.draw(answered(name))
    total, (low, high) = result(name, values).total, limits(name)
    assert low - 1e-9 <= total <= high + 1e-9
    item = data.draw(st.sampled_from([item for item in entered(name) if item.range] or [None]))
    if item is not None and values[item.id] < item.range.max:
        assert result(name, values | {item.id: values[item.id] + 1}).total >= total - 1e-9


@pytest.mark.parametrize(("name", "top"), [("stai-state", 5), ("stai-trait", 5)])
@given(data=st.data())
def test_turning_every_answer_round_turns_the_total_round(name, top, data):
    values = data.draw(answered(name))
    turned = {key: top - value for key, value in values.items()}
    there = result(name, values).total + result(name, turned).total
    assert there == pytest.approx(20 * top)


@pytest.mark.parametrize("name", SUMMED)
@given(data=st.data())
def test_leaving_answers_out_gives_a_score_in_range_or_none(name, data):
    values = data.draw(answered(name))
    gone = data.draw(st.sets(st.sampled_from(sorted(values))))
    found = result(name, {key: value for key, value in values.items() if key not in gone})
    assert found.total is None or found.total <= limits(name)[1] + 1e-9 or name.startswith(("stai", "scs"))
    assert gone <= {*found.missing} | {item.id for item in entered(name) if not item.required}


BROKEN = {
    "unknown item": ("derived: item_1 + item_3", "rule"),
    "another id": ("id: other-scale", "instrument_id"),
    "no license": ("", "missing_field"),
    "an unknown field": ("colour: blue", "unknown_field"),
}
SCALE = """\
id: scale
title: Scale
version: "1"
mode: self
license: {kind: A, text: Free}
items:
  - {id: item_1, label: One, type: integer, unit: "{score}"}
  - {id: total, label: Total, type: integer, unit: "{score}", derived: item_1 + 1, score: total, help: One more}
"""


@pytest.mark.parametrize("what", list(BROKEN))
def test_what_is_wrong_with_an_instrument_is_said_with_its_line(what):
    text, code = BROKEN[what]
    wrong = {
        "unknown item": SCALE.replace("derived: item_1 + 1", text),
        "another id": SCALE.replace("id: scale", text),
        "no license": SCALE.replace("license: {kind: A, text: Free}\n", ""),
        "an unknown field": SCALE + text + "\n",
    }[what]
    shelved = {INSTRUMENTS + "scale": {"scale.yaml": wrong}}
    found = check_instrument("scale", shelved)
    assert [problem.code for problem in found] == [code]
    assert all(problem.line >= 1 for problem in found)
    with pytest.raises(StudyProblems):
        load_instrument("scale", shelved)
    assert check_instrument("scale", {INSTRUMENTS + "scale": {"scale.yaml": SCALE}}) == ()
