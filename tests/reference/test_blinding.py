"""Bang's and James' index give the numbers of the R package BI, and the adjusted effect those of its closed form."""

import json
from pathlib import Path

import pytest

from triptych.evidence import Cell, Cells, GuessCounts, ImpossibleFigures, NotEstimable, bang, guess_adjusted, james


def test_the_indices_are_those_of_the_published_trials(reference: Path) -> None:
    for case in json.loads((reference / "blinding" / "blinding_reference.json").read_text("utf-8")).values():
        (tt, ct), (tc, cc), (tu, cu) = case["counts_rows_guess_TRT_PBO_DK_cols_TRT_PBO"]
        one = james(GuessCounts(tt, tc, tu), GuessCounts(ct, cc, cu))
        assert (one.estimate, one.se, one.ci_low, one.ci_high) == pytest.approx(case["James"], rel=1e-9)
        for arm, counts in (("trt", (tt, tc, tu)), ("pbo", (cc, ct, cu))):
            two, narrow = bang(*counts), bang(*counts, level=0.9)
            assert (two.estimate, two.se, two.ci_low, two.ci_high) == pytest.approx(case[f"Bang_{arm}"], rel=1e-9)
            assert narrow.ci_low == pytest.approx(case[f"Bang_{arm}_onesided_LCL"], rel=1e-9)


def test_the_adjusted_effects_are_those_of_the_self_blinding_trial(reference: Path) -> None:
    told = json.loads((reference / "blinding" / "cgr_reference.json").read_text("utf-8"))
    for outcome in told["cell_summaries_self_blinding_microdose"].values():
        aa, ap, pa, pp = (
            Cell(outcome["cells"][name]["mean"], outcome["cells"][name]["var"], outcome["cells"][name]["n"])
            for name in ("ACAC", "ACPL", "PLAC", "PLPL")
        )
        cells = Cells(treatment_treatment=aa, treatment_control=ap, control_treatment=pa, control_control=pp)
        assert cells.correct == pytest.approx(outcome["cgr"])
        for sharing in ("equal", "proportional"):
            found = guess_adjusted(cells, sharing=sharing)
            assert (found.estimate, found.se) == pytest.approx(outcome[f"cgr50_{sharing}"], rel=1e-9)


def test_what_has_no_index_is_refused_and_limits_stay_within_bounds() -> None:
    assert james(GuessCounts(0, 0, 9), GuessCounts(0, 0, 7)).estimate == 1
    with pytest.raises(NotEstimable):
        james(GuessCounts(5, 0, 1), GuessCounts(0, 0, 4))
    with pytest.raises(ImpossibleFigures):
        bang(0, 0, 0)
    with pytest.raises(ImpossibleFigures):
        bang(5, -1, 2)
    assert bang(49, 1, 2).ci_high == 1
