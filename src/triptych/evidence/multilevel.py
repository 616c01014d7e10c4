"""Three levels: several outcomes of one study are dependent, so effects vary between studies and within them.

y = μ + a(study) + b(outcome) + e, the variances between and within studies by restricted maximum likelihood (Cheung
2014; Van den Noortgate et al. 2013). Where the same people answered, the sampling errors within a study go together;
how much is seldom printed, so their correlation is assumed and said (Pustejovsky & Tipton 2022).
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from triptych.evidence.errors import ImpossibleFigures, NotConverged, TooFewStudies
from triptych.evidence.figures import Estimate, check_level
from triptych.evidence.loading import scipy
from triptych.evidence.mixed import Floats, data_of
from triptych.evidence.quantiles import chi2_tail, p_two_sided, two_sided


class ThreeLevel(Struct, frozen=True, kw_only=True):
    """The mean effect with its interval by t with studies - 1, and the variances between and within studies.

    `log_likelihood` is the restricted one.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float
    df: int
    k: int
    studies: int
    between: float
    within: float
    q: float
    q_p: float
    log_likelihood: float
    correlation: float
    level: float


def three_level(estimates: Sequence[Estimate], level: float = 0.95, correlation: float = 0.0) -> ThreeLevel:
    """Pool outcomes of several studies; estimates with the same `study` belong together.

    `correlation` is that of the sampling errors within a study. `q` is about the common effect, with those errors.

    Raises:
        ImpossibleFigures: the correlation is none, from 0 to below 1.
        TooFewStudies: one study, or as many estimates as studies; then pool.
    """
    check_level(level)
    names = sorted({one.study for one in estimates})
    if len(names) < 2 or len(names) == len(estimates):
        raise TooFewStudies(
            f"There are {len(estimates)} estimates of {len(names)} studies; three levels need two studies, and one "
            "with several estimates."
        )
    data = data_of(estimates)
    groups = [np.array([i for i, one in enumerate(estimates) if one.study == name]) for name in names]
    if not 0 <= correlation < 1:
        raise ImpossibleFigures(f"The correlation {correlation:g} is not from 0 to below 1.")
    model = _Model(data.y, data.v, groups, correlation)
    between, within = model.best()
    weights, mean, likelihood = model.at(between, within)
    se, df = 1 / math.sqrt(weights), len(names) - 1
    half = two_sided(level, df) * se
    q = model.spread()
    return ThreeLevel(
        estimate=mean,
        se=se,
        ci_low=mean - half,
        ci_high=mean + half,
        p=p_two_sided(mean / se, df),
        df=df,
        k=len(estimates),
        studies=len(names),
        between=between,
        within=within,
        q=q,
        q_p=chi2_tail(q, data.df),
        log_likelihood=likelihood,
        correlation=correlation,
        level=level,
    )


class _Model:
    """The restricted likelihood at given variances, study by study."""

    def __init__(self, y: Floats, v: Floats, groups: Sequence[Floats], correlation: float) -> None:
        self.correlation = correlation
        self.parts = [(y[rows], v[rows]) for rows in groups]
        self.k = len(y)
        self.scale = float(np.median(v)) + float(np.var(y))

    def at(self, between: float, within: float) -> tuple[float, float, float]:
        """The total weight, the mean and the log-likelihood."""
        of_study = self._together if self.correlation else self._apart
        sums = np.sum([of_study(y, v, between, within) for y, v in self.parts], axis=0)
        weight, weighted, squares, log_det = (float(one) for one in sums)
        mean = weighted / weight
        left = squares - weighted * mean
        constant = -(self.k - 1) / 2 * math.log(2 * math.pi) + math.log(self.k) / 2
        return weight, mean, constant - 0.5 * (log_det + math.log(weight) + left)

    @staticmethod
    def _apart(y: Floats, v: Floats, between: float, within: float) -> tuple[float, float, float, float]:
        """A study's sums and its log-determinant; its matrix is inverted by Sherman and Morrison."""
        w = 1 / (v + within)
        total, first = float(w.sum()), float(w @ y)
        shrunk = 1 / (1 + between * total)
        squares = float(w @ (y * y)) - between * first**2 * shrunk
        return total * shrunk, first * shrunk, squares, -float(np.log(w).sum()) + math.log1p(between * total)

    def _together(self, y: Floats, v: Floats, between: float, within: float) -> tuple[float, float, float, float]:
        """The same where its sampling errors go together."""
        errors = np.sqrt(v)
        matrix = self.correlation * np.outer(errors, errors) + between
        np.fill_diagonal(matrix, v + within + between)
        solved = np.linalg.solve(matrix, np.column_stack([np.ones(len(y)), y]))
        log_det = float(np.linalg.slogdet(matrix)[1])
        return float(solved[:, 0].sum()), float(solved[:, 1].sum()), float(y @ solved[:, 1]), log_det

    def spread(self) -> float:
        """Cochran's Q: the weighted squares about the common effect, without variance between or within studies."""
        of_study = self._together if self.correlation else self._apart
        sums = np.sum([of_study(y, v, 0.0, 0.0) for y, v in self.parts], axis=0)
        return float(sums[2] - sums[1] ** 2 / sums[0])

    def best(self) -> tuple[float, float]:
        """The variances of the highest likelihood, from several starts, refined from where they end."""
        ends = [self._climb(start) for start in ((0.5, 0.5), (0.05, 0.5), (0.5, 0.05), (0.0, 0.3), (0.3, 0.0))]
        best = max(ends, key=lambda end: self.at(*end)[2])
        if not all(math.isfinite(value) for value in best):
            raise NotConverged("The variances between and within studies did not settle.")
        return best

    def _climb(self, start: tuple[float, float]) -> tuple[float, float]:
        def fall(point: Floats) -> float:
            return -self.at(float(point[0]) * self.scale, float(point[1]) * self.scale)[2]

        found = scipy("optimize").minimize(
            fall,
            start,
            method="Nelder-Mead",
            bounds=[(0, None), (0, None)],
            options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 2000},
        )
        return float(found.x[0]) * self.scale, float(found.x[1]) * self.scale
