"""The bundled base, by itself, gives the published living review of MDMA for PTSD and what R metafor makes of its data.

Expected: `mdma_meta` of the reference data (R metafor 3.8-1 on the review's open data set), and the figures that the
review prints (SYPRES, search of 25 Nov 2025) where that file does not hold them.
"""

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from triptych.evidence import Estimate, TableStudy, egger, mantel_haenszel, synthesize
from triptych.evidence.figures import Events
from triptych.evidence.outcomes import contrasts, effect_of, table_of
from triptych.ledger.library import evidence

CLOSE = {"rel": 1e-7, "abs": 1e-9}
ORDER = ("mapp1", "mapp2", "mp-8", "mp-2", "mp-1", "mp-12")
"""The trials in the order of the reference file; those that give nothing to an outcome are skipped."""
STUDIES = {
    "mapp1": "Mitchell 2021",
    "mapp2": "Mitchell 2023",
    "mp-8": "Mithoefer 2018",
    "mp-2": "Oehen 2013",
    "mp-1": "Mithoefer 2011",
    "mp-12": "Ot'alora",
}


def told(reference: Path, name: str) -> Any:
    return json.loads((reference / "mdma_meta" / "metafor_reference.json").read_text("utf-8"))[name]


def estimates(outcome: str) -> dict[str, Estimate]:
    base = evidence()
    return {trial.id: effect_of(base.outcomes[outcome], trial, one) for trial, one in contrasts(base, outcome)}


@pytest.mark.parametrize(
    ("outcome", "name", "tau"),
    [("ptsd-severity", "primary_g", "reml"), ("response", "response_rr", "pm"), ("remission", "remission_rr", "pm")],
)
def test_effects_weights_and_three_intervals_are_metafors(reference: Path, outcome: str, name: str, tau: str) -> None:
    expected = told(reference, name)
    shown = math.exp if name.endswith("rr") else float
    own = estimates(outcome)
    named = [trial for trial in ORDER if trial in own]
    assert sorted(own[trial].yi for trial in named) == pytest.approx(sorted(expected["yi"]), **CLOSE)
    assert sorted(own[trial].se for trial in named) == pytest.approx(sorted(expected["sei"]), **CLOSE)
    for interval, key in (("hk", "ci"), ("wald", "ci_wald"), ("hk-floor", "ci_hk_adhoc")):
        made = synthesize(evidence(), outcome, f"{tau}-{interval}")
        values = (made.estimate, made.ci_low, made.ci_high)
        wanted = [shown(value) for value in (expected["beta"], *expected[key])]
        assert values == pytest.approx(wanted, **CLOSE)
        assert (made.tau2, made.i2, made.q) == pytest.approx((expected["tau2"], expected["I2"], expected["Q"]), **CLOSE)
        weights = sorted(one.weight for one in made.studies if one.weight is not None)
        assert weights == pytest.approx(sorted(expected["weights"]), **CLOSE)


def test_eggers_test_is_that_of_the_review(reference: Path) -> None:
    expected = told(reference, "egger")
    found = egger(list(estimates("ptsd-severity").values()))
    values = (found.estimate, found.statistic, found.p)
    assert values == pytest.approx((expected["intercept_est"], expected["t"], expected["p"]), **CLOSE)


def test_the_difference_in_points_of_the_phase_3_trials_is_metafors(reference: Path) -> None:
    expected = told(reference, "phase3_caps5_md")
    own = estimates("ptsd-severity-points")
    assert [own[trial].vi for trial in ("mapp1", "mapp2")] == pytest.approx(expected["vi"], **CLOSE)
    made = synthesize(evidence(), "ptsd-severity-points", "reml-wald")
    assert (made.estimate, made.ci_low, made.ci_high) == pytest.approx((expected["beta"], *expected["ci"]), **CLOSE)


def test_every_effect_of_the_primary_set_is_that_of_the_open_data(reference: Path) -> None:
    with (reference / "mdma_meta" / "ptsd_mdmactr_effects.csv").open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["primary_instrument"] == row["primary_timepoint"] == "1"]
    own = estimates("ptsd-severity")
    for trial, study in STUDIES.items():
        found = [
            float(row[".g"]) for row in rows if row["study"].startswith(study[:8]) and row["outcome_type"] == "msd"
        ]
        assert any(own[trial].yi == pytest.approx(value, **CLOSE) for value in found), trial


def test_depression_is_the_reviews_in_every_figure_that_it_prints() -> None:
    """g −0.6564 [−2.6982; 1.3855], p 0.3008, τ² 0.4389, I² 68.0, Q 6.25, PI −4.1104 to 2.7977, weights 41.7 28.6 29.7.

    With a normal quantile −1.5449 to 0.2322.
    """
    made = synthesize(evidence(), "depression")
    found = (made.estimate, made.ci_low, made.ci_high, made.p, made.tau2, made.pi_low, made.pi_high)
    assert found == pytest.approx((-0.6564, -2.6982, 1.3855, 0.3008, 0.4389, -4.1104, 2.7977), abs=6e-5)
    assert (made.i2, made.q) == pytest.approx((68.0, 6.25), abs=0.05)
    weights = {one.trial: round(one.weight or 0, 1) for one in made.studies}
    assert weights == {"mapp1": 41.7, "mp-8": 28.6, "mp-12": 29.7}
    wald = synthesize(evidence(), "depression", "reml-wald")
    assert (wald.ci_low, wald.ci_high) == pytest.approx((-1.5449, 0.2322), abs=6e-5)


def test_the_bayesian_model_is_that_of_the_review() -> None:
    """Posterior mean −0.7047, 95 % −1.0545 to −0.3575, by sampling, which errs in the last digit."""
    made = synthesize(evidence(), "ptsd-severity", "bayes")
    assert (made.estimate, made.ci_low, made.ci_high) == pytest.approx((-0.7047, -1.0545, -0.3575), abs=5e-4)


def test_without_mp_1_the_figures_are_the_reviews() -> None:
    made = synthesize(evidence(), "ptsd-severity", left_out=("mp-1",))
    assert (made.estimate, made.ci_low, made.ci_high) == pytest.approx((-0.6727, -0.8990, -0.4463), abs=6e-5)


def test_the_common_effect_risk_ratios_of_the_review_are_mantel_and_haenszels_with_a_half_in_empty_cells() -> None:
    """The review prints 1.44 [1.20; 1.74] and 2.49 [1.52; 4.09] and labels them inverse variance.

    Remission follows from the counts as they are. Response has an empty cell (MP-2): with one half added to its events
    and one to its people it is the review's to the digit, and without it 1.45 [1.20; 1.75].
    """
    remission = synthesize(evidence(), "remission", "mh")
    assert (remission.estimate, remission.ci_low, remission.ci_high) == pytest.approx((2.492, 1.519, 4.087), abs=6e-4)
    plain = synthesize(evidence(), "response", "mh")
    assert (plain.estimate, plain.ci_low, plain.ci_high) == pytest.approx((1.45, 1.20, 1.75), abs=0.006)
    base = evidence()
    tables = [_halved(table_of(trial, one)) for trial, one in contrasts(base, "response")]
    found = mantel_haenszel(tables, "rr")
    values = [math.exp(value) for value in (found.estimate, found.ci_low, found.ci_high)]
    assert values == pytest.approx((1.44, 1.20, 1.74), abs=0.006)


def _halved(table: TableStudy) -> TableStudy:
    """One half in each cell where an arm has no event; the room's own counts are whole, so this doubles as a check."""
    if table.treatment.events and table.control.events:
        return table
    treatment, control = (Events(arm.events + 0.5, arm.total + 1) for arm in (table.treatment, table.control))
    return TableStudy(table.study, treatment, control)
