"""Pooling gives the numbers of R metafor 3.8-1, to 1e-7, on the BCG, stroke and MDMA data."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from triptych.evidence import Estimate, Events, Interval, Mean, Method, event_effect, hedges_g, mean_difference, pool

METHODS: Mapping[str, Method] = {"FE": "fixed", "DL": "dl", "PM": "pm", "REML": "reml"}
INTERVALS: Mapping[str, Interval] = {"z": "wald", "knha": "hk"}
COMPARED = 51
"""Every row of the file with figures of both arms: 21 of means, 16 of remission, 14 of response."""
CLOSE = {"rel": 1e-7, "abs": 1e-9}


def told(reference: Path, folder: str) -> Any:
    return json.loads((reference / folder / "metafor_reference.json").read_text("utf-8"))


def rows(path: Path) -> Sequence[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def bcg(reference: Path) -> list[Estimate]:
    return [
        event_effect(
            row["trial"],
            Events(int(row["tpos"]), int(row["tpos"]) + int(row["tneg"])),
            Events(int(row["cpos"]), int(row["cpos"]) + int(row["cneg"])),
            "rr",
        )
        for row in rows(reference / "meta" / "dat_bcg.csv")
    ]


def arms(row: Mapping[str, str]) -> tuple[Mean, Mean]:
    return tuple(Mean(float(row[f"m{i}i"]), float(row[f"sd{i}i"]), int(row[f"n{i}i"])) for i in (1, 2))


def test_log_risk_ratios_of_the_bcg_trials_are_metafors(reference: Path) -> None:
    expected = told(reference, "meta")
    found = bcg(reference)
    assert [one.yi for one in found] == pytest.approx(expected["yi"], **CLOSE)
    assert [one.vi for one in found] == pytest.approx(expected["vi"], **CLOSE)


@pytest.mark.parametrize(
    ("method", "interval"), [("FE", "z"), *((method, test) for method in ("DL", "PM", "REML") for test in INTERVALS)]
)
def test_each_method_with_each_interval_is_metafors(reference: Path, method: str, interval: str) -> None:
    # The file's PM stops where R's uniroot does by default, at 1e-4; its EB is the same estimate, settled further.
    expected = told(reference, "meta")[f"{'EB' if method == 'PM' else method}_{interval}"]
    found = pool(bcg(reference), METHODS[method], INTERVALS[interval])
    values = (found.estimate, found.se, found.ci_low, found.ci_high, found.p, found.tau2, found.i2, found.h2)
    wanted = (*[expected[key] for key in ("beta", "se")], *expected["ci"], expected["pval"])
    assert values == pytest.approx((*wanted, expected["tau2"], expected["I2"], expected["H2"]), **CLOSE)
    assert (found.q, found.q_p) == pytest.approx((expected["QE"], expected["QEp"]), **CLOSE)
    if method == "FE":
        assert found.pi_low is found.pi_high is None
    else:
        assert (found.pi_low, found.pi_high) == pytest.approx(expected["pi"], **CLOSE)


def test_the_q_profile_interval_is_metafors(reference: Path) -> None:
    # The file's ends stop at the tolerance of uniroot; settled to 1e-14, metafor 3.8-1 gives those below.
    tau2, _, i2, _ = told(reference, "meta")["REML_tau2_profile_ci"]
    found = pool(bcg(reference))
    values = (found.tau2_low, found.tau2_high, found.i2_low, found.i2_high)
    assert values == pytest.approx((*tau2[1:], *i2[1:]), rel=3e-4)
    settled = (0.11971836114126, 1.1114790840609, 81.92057455859654, 97.6780749578874)
    assert values == pytest.approx(settled, **CLOSE)


def test_standardized_and_plain_mean_differences_are_metafors(reference: Path) -> None:
    expected = told(reference, "meta")
    data = rows(reference / "meta" / "dat_normand1999.csv")
    smd = [hedges_g(row["source"], *arms(row)) for row in data]
    assert [one.yi for one in smd] == pytest.approx(expected["normand_smd"]["yi"], **CLOSE)
    assert [one.vi for one in smd] == pytest.approx(expected["normand_smd"]["vi"], **CLOSE)
    found = pool(smd)
    wanted = expected["normand_smd"]
    assert (found.estimate, found.se, found.ci_low, found.ci_high, found.tau2, found.i2, found.q) == pytest.approx(
        (wanted["beta"], wanted["se"], *wanted["ci"], wanted["tau2"], wanted["I2"], wanted["QE"]), **CLOSE
    )
    found = pool([mean_difference(row["source"], *arms(row)) for row in data])
    wanted = expected["normand_md"]
    assert (found.estimate, found.se, found.ci_low, found.ci_high, found.tau2, found.i2) == pytest.approx(
        (wanted["beta"], wanted["se"], *wanted["ci"], wanted["tau2"], wanted["I2"]), **CLOSE
    )


MDMA: Mapping[str, Method] = {"primary_g": "reml", "response_rr": "pm", "remission_rr": "pm"}


@pytest.mark.parametrize("outcome", MDMA)
def test_the_trials_of_mdma_in_ptsd_pool_as_published(reference: Path, outcome: str) -> None:
    everything = told(reference, "mdma_meta")
    expected = everything[outcome]
    effects = [
        Estimate(str(i), y, se**2) for i, (y, se) in enumerate(zip(expected["yi"], expected["sei"], strict=True))
    ]
    found = pool(effects, MDMA[outcome], "hk")
    values = (found.estimate, found.se, found.statistic, found.p, found.ci_low, found.ci_high, found.q, found.q_p)
    wanted = [expected[key] for key in ("beta", "se_hk", "t", "p")]
    assert values == pytest.approx((*wanted, *expected["ci"], expected["Q"], expected["Qp"]), rel=1e-6)
    assert (found.tau2, found.tau2_low, found.i2) == (0, 0, 0)
    assert found.tau2_high == pytest.approx(expected["tau2_ci"][1], rel=3e-4)
    assert found.weights == pytest.approx(expected["weights"], rel=1e-6)
    assert (found.pi_low, found.pi_high) == pytest.approx(expected["pi_k_minus_1"], rel=1e-6)
    beside = {interval: pool(effects, MDMA[outcome], interval) for interval in ("wald", "hk-floor")}
    assert [beside["wald"].ci_low, beside["wald"].ci_high] == pytest.approx(expected["ci_wald"], rel=1e-6)
    assert [beside["hk-floor"].ci_low, beside["hk-floor"].ci_high] == pytest.approx(expected["ci_hk_adhoc"], rel=1e-6)
    published = everything["published"]
    if outcome == "primary_g":
        assert [round(v, 4) for v in (found.estimate, found.ci_low, found.ci_high)] == published["primary_g"]
        assert [round(v, 4) for v in (beside["hk-floor"].pi_low, beside["hk-floor"].pi_high)] == published["primary_pi"]
        assert sorted(round(weight, 1) for weight in found.weights) == sorted(published["weights"])
    else:
        ratio = [math.exp(value) for value in (found.estimate, found.ci_low, found.ci_high)]
        assert [round(value, 4) for value in ratio] == published[outcome]


def test_the_effects_of_the_mdma_trials_follow_from_their_arms(reference: Path) -> None:
    compared = 0
    for row in rows(reference / "mdma_meta" / "ptsd_mdmactr_effects.csv"):
        if row["outcome_type"] == "msd" and row["mean_arm1"] and row[".g"]:
            one, other = (
                Mean(float(row[f"mean_arm{i}"]), float(row[f"sd_arm{i}"]), int(float(row[f"n_arm{i}"]))) for i in (1, 2)
            )
            found, name = hedges_g(row["study"], one, other, "approximate"), "g"
        elif row["event_arm1"] and row[".log_rr"]:
            one, other = (Events(int(float(row[f"event_arm{i}"])), int(float(row[f"totaln_arm{i}"]))) for i in (1, 2))
            found, name = event_effect(row["study"], one, other, "rr", "events"), "log_rr"
        else:
            continue
        compared += 1
        assert (found.yi, found.se) == pytest.approx((float(row[f".{name}"]), float(row[f".{name}_se"])), **CLOSE), row
    assert compared == COMPARED
