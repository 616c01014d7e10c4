"""Pooling per second, and how often intervals hold the truth with 3, 5 and 10 studies.

Beside R metafor, PyMARE and statsmodels on the same numbers in the same run.
"""

import math
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bench.measuring import Row, spent
from triptych.evidence import Estimate, Interval, pool

REPLICATES = 10_000
AMONG_PEERS = 1_000
"""So many of the same replicates are given to the slower libraries as well."""
TRUE_EFFECT, TAU2 = -0.7, 0.1
"""The simulated truth: a standardized difference and a variance between studies."""

SPEED = """
suppressMessages(library(metafor)); n <- {n}
d <- read.csv(file("stdin"), header=FALSE); t <- proc.time()
for (i in 1:n) r <- rma(d$V1, d$V2, method="REML", test="knha")
s <- proc.time() - t; cat(n / (s[1] + s[2]))
"""
ENDS = """
suppressMessages(library(metafor)); d <- read.csv(file("stdin"), header=FALSE)
for (i in unique(d$V1)) {{
  e <- d[d$V1 == i, ]
  r <- rma(e$V2, e$V3, method="REML", test="knha", control=list(threshold=1e-10, maxiter=1000))
  cat(sprintf("%.12f,%.12f\\n", r$ci.lb, r$ci.ub))
}}
"""
Ends = tuple[float, float]
Studies = Sequence[Estimate]


def rows(share: float) -> Iterator[Row]:
    """Speed and coverage."""
    studies = _simulated(np.random.default_rng(1), 10)
    rounds = int(2000 * share)
    yield Row(
        "pool 10 studies, REML and Hartung-Knapp, with Q-profile interval",
        f"{_a_second(lambda: pool(studies, 'reml', 'hk'), rounds)} a CPU second",
        f"R metafor, without that interval, {_metafor_a_second(studies, int(300 * share))}; PyMARE, without it, "
        f"{_a_second(lambda: _pymare(studies), rounds // 10)}; statsmodels, which has Paule and Mandel and no REML, "
        f"{_a_second(lambda: _statsmodels(studies), rounds)}",
        "",
        None,
    )
    for k in (3, 5, 10):
        yield from _coverage(k, int(REPLICATES * share), int(AMONG_PEERS * share))


def _simulated(random: np.random.Generator, k: int) -> list[Estimate]:
    """Trials of 10 to 60 people an arm, with their effects and the large-sample variance."""
    people = random.integers(10, 61, k)
    variance = 2 / people + TRUE_EFFECT**2 / (4 * people)
    effects = random.normal(TRUE_EFFECT, np.sqrt(variance + TAU2))
    return [Estimate(str(i), float(y), float(v)) for i, (y, v) in enumerate(zip(effects, variance, strict=True))]


def _coverage(k: int, replicates: int, among: int) -> Iterator[Row]:
    random, kinds = np.random.default_rng(k), ("wald", "hk", "hk-floor")
    simulated = [_simulated(random, k) for _ in range(replicates)]
    shares = ", ".join(f"{kind} {_share([_own(one, kind) for one in simulated])}" for kind in kinds)
    error = 100 * math.sqrt(0.05 * 0.95 / replicates)
    what = f"95 % intervals that hold the truth, {k} studies, REML, {replicates:,} replicates"
    yield Row(what, shares, f"error of simulation {error:.1f} %", "95 %", None)
    first = simulated[:among]
    own = [_own(one, "hk") for one in first]
    peers = (_metafor_said(own, first), f"PyMARE {_share(map(_pymare, first))}", _statsmodels_said(first))
    what = f"the same by Hartung and Knapp, the first {among:,} of them"
    yield Row(what, _share(own), "; ".join(peers), "95 %", None)


def _share(ends: Iterator[Ends] | Sequence[Ends]) -> str:
    found = [low <= TRUE_EFFECT <= high for low, high in ends]
    return f"{100 * sum(found) / len(found):.1f} %"


def _own(studies: Studies, kind: Interval) -> Ends:
    found = pool(studies, "reml", kind)
    return found.ci_low, found.ci_high


def _pymare(studies: Studies) -> Ends:
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    y, v = (np.array([[getattr(one, name)] for one in studies]) for name in ("yi", "vi"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(Dataset(y=y, v=v))
        found = fitted.summary().get_fe_stats()
    return float(found["ci_l"].item()), float(found["ci_u"].item())


def _statsmodels(studies: Studies, method: str = "iterated") -> Ends:
    from statsmodels.stats.meta_analysis import combine_effects

    y, v = (np.array([getattr(one, name) for one in studies]) for name in ("yi", "vi"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        low, high = combine_effects(y, v, method_re=method, use_t=True).conf_int()[3]
    return float(low), float(high)


def _statsmodels_said(first: Sequence[Studies]) -> str:
    """By Paule and Mandel, which is all it has, beside ours by the same."""
    pairs = [(pool(one, "pm", "hk"), _statsmodels(one)) for one in first]
    own = _share([(found.ci_low, found.ci_high) for found, _ in pairs])
    return f"statsmodels by Paule and Mandel {_share([ends for _, ends in pairs])} (ours by the same {own})"


def _metafor_said(own: Sequence[Ends], first: Sequence[Studies]) -> str:
    told = "".join(f"{place},{one.yi},{one.vi}\n" for place, studies in enumerate(first) for one in studies)
    said = _r(ENDS, told)
    if not said or (not said[0].isdigit() and said[0] != "-"):
        return said
    ends = [(float(low), float(high)) for low, _, high in (line.partition(",") for line in said.splitlines())]
    apart = max(
        abs(one - other) for pair, peer in zip(own, ends, strict=True) for one, other in zip(pair, peer, strict=True)
    )
    return f"R metafor {_share(ends)}, no end further from ours than {apart:.0e}"


def _a_second(work: Callable[[], object], rounds: int) -> str:
    work()
    took = spent(lambda: [work() for _ in range(max(1, rounds))]).cpu
    return f"{max(1, rounds) / took:,.0f}"


def _metafor_a_second(studies: Studies, rounds: int) -> str:
    said = _r(SPEED.format(n=rounds), "".join(f"{one.yi},{one.vi}\n" for one in studies))
    return f"{float(said):,.0f}" if said[:1].isdigit() else said


def _r(program: str, told: str) -> str:
    """What a program in R says; where R or metafor is not installed, that."""
    if shutil.which("Rscript") is None:
        return "R is not installed here"
    program = program.replace("{{", "{").replace("}}", "}")
    ran = subprocess.run(["Rscript", "-e", program], input=told, capture_output=True, text=True, check=False)
    return ran.stdout if ran.returncode == 0 else "no R metafor"
