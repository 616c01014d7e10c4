"""Published results and their synthesis: effects, pooling and what stands beside it, blinding, risks.

The room computes from figures that are handed in. It reads nothing, and says nothing about whether a treatment works.
"""

from triptych.evidence.bayesian import Posterior, Prior, bayesian
from triptych.evidence.blinding import Adjusted, Cell, Cells, GuessCounts, Index, Sharing, bang, guess_adjusted, james
from triptych.evidence.conversions import (
    from_interval,
    from_p,
    g_from_difference,
    g_from_f,
    g_from_log_odds,
    g_from_p,
    g_from_t,
    sd_from_interval,
    sd_from_se,
    sd_of_change,
)
from triptych.evidence.effects import Correction, Measure, Zeros, event_effect, hedges_g, mean_difference
from triptych.evidence.errors import EvidenceError, ImpossibleFigures, NotConverged, NotEstimable, TooFewStudies
from triptych.evidence.figures import Estimate, Events, Mean
from triptych.evidence.harm import Needed, Proportion, RateInterval, event_rate, number_needed
from triptych.evidence.influence import Pull, UpTo, Without, cumulative, influence, leave_one_out
from triptych.evidence.mixed import Interval, Method
from triptych.evidence.multilevel import ThreeLevel, three_level
from triptych.evidence.pooling import Pooled, Prediction, StudyInterval, pool, study_interval
from triptych.evidence.regression import Coefficient, Regression, Subgroups, regress, subgroups
from triptych.evidence.small_study import egger, egger_mixed
from triptych.evidence.tables import Common, TableStudy, mantel_haenszel, peto

__all__ = [
    "Adjusted",
    "Cell",
    "Cells",
    "Coefficient",
    "Common",
    "Correction",
    "Estimate",
    "Events",
    "EvidenceError",
    "GuessCounts",
    "ImpossibleFigures",
    "Index",
    "Interval",
    "Mean",
    "Measure",
    "Method",
    "Needed",
    "NotConverged",
    "NotEstimable",
    "Pooled",
    "Posterior",
    "Prediction",
    "Prior",
    "Proportion",
    "Pull",
    "RateInterval",
    "Regression",
    "Sharing",
    "StudyInterval",
    "Subgroups",
    "TableStudy",
    "ThreeLevel",
    "TooFewStudies",
    "UpTo",
    "Without",
    "Zeros",
    "bang",
    "bayesian",
    "cumulative",
    "egger",
    "egger_mixed",
    "event_effect",
    "event_rate",
    "from_interval",
    "from_p",
    "g_from_difference",
    "g_from_f",
    "g_from_log_odds",
    "g_from_p",
    "g_from_t",
    "guess_adjusted",
    "hedges_g",
    "influence",
    "james",
    "leave_one_out",
    "mantel_haenszel",
    "mean_difference",
    "number_needed",
    "peto",
    "pool",
    "regress",
    "sd_from_interval",
    "sd_from_se",
    "sd_of_change",
    "study_interval",
    "subgroups",
    "three_level",
]
