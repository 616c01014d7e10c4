"""Pooling per second, and how often the three intervals hold the truth with 3, 5 and 10 studies, beside R metafor."""

import math
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import numpy as np

from bench.measuring import Row, spent
from triptych.evidence import Estimate, Interval, pool

REPLICATES = 10_000
TRUE_EFFECT, TAU2 = -0.7, 0.1
"""The simulated truth: a standardized difference and a variance between studies."""

R = """
suppressMessages(library(metafor)); n <- {n}
d <- read.csv(file("stdin"), header=FALSE); t <- proc.time()
for (i in 1:n) r <- rma(d$V1, d$V2, method="REML", test="knha")
s <- proc.time() - t; cat(n / (s[1] + s[2]))
"""


def rows(share: float) -> Iterator[Row]:
    """Speed and coverage."""
    studies = _simulated(np.random.default_rng(1), 10)
    rounds = int(2000 * share)
    took = spent(lambda: [pool(studies, "reml", "hk") for _ in range(rounds)]).cpu
    yield Row(
        "pool 10 studies, REML and Hartung-Knapp, with Q-profile interval",
        f"{rounds / took:,.0f} a CPU second",
        _metafor(studies, int(300 * share)),
        "",
        None,
    )
    for k in (3, 5, 10):
        yield _coverage(k, int(REPLICATES * share))


def _simulated(random: np.random.Generator, k: int) -> list[Estimate]:
    """Trials of 10 to 60 people an arm, with their effects and the large-sample variance."""
    people = random.integers(10, 61, k)
    variance = 2 / people + TRUE_EFFECT**2 / (4 * people)
    effects = random.normal(TRUE_EFFECT, np.sqrt(variance + TAU2))
    return [Estimate(str(i), float(y), float(v)) for i, (y, v) in enumerate(zip(effects, variance, strict=True))]


def _coverage(k: int, replicates: int) -> Row:
    random, kinds = np.random.default_rng(k), ("wald", "hk", "hk-floor")
    held = dict.fromkeys(kinds, 0)
    for _ in range(replicates):
        studies = _simulated(random, k)
        for kind in kinds:
            held[kind] += _holds(studies, kind)
    shares = ", ".join(f"{kind} {100 * count / replicates:.1f} %" for kind, count in held.items())
    error = 100 * math.sqrt(0.05 * 0.95 / replicates)
    what = f"95 % intervals that hold the truth, {k} studies, REML, {replicates:,} replicates"
    return Row(what, shares, f"error of simulation {error:.1f} %", "95 %", None)


def _holds(studies: Sequence[Estimate], kind: Interval) -> bool:
    found = pool(studies, "reml", kind)
    return found.ci_low <= TRUE_EFFECT <= found.ci_high


def _metafor(studies: Sequence[Estimate], rounds: int) -> str:
    """The same in R, without the interval of the variance, where R and metafor are installed."""
    if shutil.which("Rscript") is None:
        return "R is not installed here"
    told = "".join(f"{one.yi},{one.vi}\n" for one in studies)
    ran = subprocess.run(["Rscript", "-e", R.format(n=rounds)], input=told, capture_output=True, text=True, check=False)
    return f"R metafor, without that interval, {float(ran.stdout):,.0f}" if ran.returncode == 0 else "no R metafor"
