"""Blinding of the base: indices where the counts allow them, the reason where not, the adjusted effect of cells."""

import pytest

from triptych.evidence import blinding, guesses, load_base
from triptych.evidence.guessing import NO_CELLS, NO_GUESS, NO_SPLIT
from triptych.ledger.library import evidence, evidence_texts

CELLS = """guess_cells:
  - {arm: mdma, guess: treatment, n: 40, mean: 8.0, sd: 5.0, source: example}
  - {arm: mdma, guess: control, n: 10, mean: 2.0, sd: 5.0, source: example}
  - {arm: placebo, guess: treatment, n: 10, mean: 6.0, sd: 5.0, source: example}
  - {arm: placebo, guess: control, n: 40, mean: 1.0, sd: 5.0, source: example}
contrasts:
"""


def by_trial(base):
    return {one.trial: one for one in blinding(base.of_condition("ptsd"))}


def test_the_recalled_counts_of_mapp2_give_the_indices_that_r_gives_them():
    """R package BI on 49, 1, 2 and 9, 33, 2: James 0.1482511, Bang 0.9230769 and 0.5454545."""
    found = by_trial(evidence())["mapp2"]
    assert found.james is not None
    assert found.james.estimate == pytest.approx(0.1482511, abs=5e-8)
    assert not found.confirmed
    assert "(recalled)" in found.james_text
    bang = [one.bang.estimate for one in guesses(evidence().of_condition("ptsd")) if one.trial == "mapp2"]
    assert bang == pytest.approx([0.9230769, 0.5454545], abs=5e-8)


def test_what_cannot_be_computed_is_said_with_its_reason():
    found = by_trial(evidence())
    assert (found["mapp1"].james, found["mapp1"].james_text) == (None, NO_SPLIT)
    assert found["mp-8"].james_text == NO_GUESS
    assert {one.adjusted_text for one in found.values()} == {NO_CELLS}
    assert "bima" not in found


def test_the_effect_is_adjusted_for_the_guess_where_the_base_has_its_cells():
    """By hand, half right and shared equally: within a guess 8 − 6 and 2 − 1, so (2 + 1)/2 = 1.5."""
    texts = dict(evidence_texts())
    old = texts["trials/mapp2.yaml"]
    base = load_base({**texts, "trials/mapp2.yaml": old.replace("contrasts:\n", CELLS)})
    equal, proportional = by_trial(base)["mapp2"].adjusted
    assert (equal.sharing, proportional.sharing) == ("equal", "proportional")
    assert equal.estimate == pytest.approx(1.5)
    # Proportional: a = 40/80 and b = 10/20, which here is equal sharing too.
    assert proportional.estimate == pytest.approx(equal.estimate)
    three = CELLS.replace("  - {arm: placebo, guess: treatment, n: 10, mean: 6.0, sd: 5.0, source: example}\n", "")
    base = load_base({**texts, "trials/mapp2.yaml": old.replace("contrasts:\n", three)})
    assert by_trial(base)["mapp2"].adjusted_text == NO_CELLS


def test_where_one_arm_did_not_guess_at_all_there_is_no_index_and_this_is_said():
    """By chance nobody would be wrong then, so James's index does not exist."""
    texts = dict(evidence_texts())
    told = texts["trials/mapp2.yaml"]
    for old, new in (
        ("correct: 49, wrong: 1, unknown: 2", "correct: 50, wrong: 0, unknown: 2"),
        ("correct: 33, wrong: 9, unknown: 2", "correct: 0, wrong: 0, unknown: 44"),
    ):
        assert old in told
        told = told.replace(old, new)
    found = by_trial(load_base({**texts, "trials/mapp2.yaml": told}))["mapp2"]
    assert found.james is None
    assert "does not exist" in found.james_text
