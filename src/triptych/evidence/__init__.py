"""Published results and their synthesis: effects, pooling and what stands beside it, blinding, risks.

The room computes from figures that are handed in. It reads nothing, and says nothing about whether a treatment works.
"""

from triptych.evidence.base import Base, ConditionText, OutcomeDefinition, Trial, load_base
from triptych.evidence.bayesian import Posterior, Prior, bayesian
from triptych.evidence.blinding import Adjusted, Cell, Cells, GuessCounts, Index, Sharing, bang, guess_adjusted, james
from triptych.evidence.checking import check_base
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
from triptych.evidence.grade import grade
from triptych.evidence.harm import Needed, Proportion, RateInterval, event_rate, number_needed
from triptych.evidence.influence import Pull, UpTo, Without, cumulative, influence, leave_one_out
from triptych.evidence.methods import METHODS
from triptych.evidence.mixed import Interval, Method
from triptych.evidence.multilevel import ThreeLevel, three_level
from triptych.evidence.outcomes import SIDE_BY_SIDE, Synthesis, default_method, no_effect, synthesize
from triptych.evidence.pooling import Pooled, Prediction, StudyInterval, pool, study_interval
from triptych.evidence.regression import Coefficient, Regression, Subgroups, regress, subgroups
from triptych.evidence.report import findings_of, first_sentence, report_text
from triptych.evidence.risks import guesses, harms
from triptych.evidence.sentences import figure, interval, unit_of
from triptych.evidence.small_study import egger, egger_mixed
from triptych.evidence.summary import Finding, conclusions, finding
from triptych.evidence.tables import Common, TableStudy, mantel_haenszel, peto

__all__ = [
    "METHODS",
    "SIDE_BY_SIDE",
    "Adjusted",
    "Base",
    "Cell",
    "Cells",
    "Coefficient",
    "Common",
    "ConditionText",
    "Correction",
    "Estimate",
    "Events",
    "EvidenceError",
    "Finding",
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
    "OutcomeDefinition",
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
    "Synthesis",
    "TableStudy",
    "ThreeLevel",
    "TooFewStudies",
    "Trial",
    "UpTo",
    "Without",
    "Zeros",
    "bang",
    "bayesian",
    "check_base",
    "conclusions",
    "cumulative",
    "default_method",
    "egger",
    "egger_mixed",
    "event_effect",
    "event_rate",
    "figure",
    "finding",
    "findings_of",
    "first_sentence",
    "from_interval",
    "from_p",
    "g_from_difference",
    "g_from_f",
    "g_from_log_odds",
    "g_from_p",
    "g_from_t",
    "grade",
    "guess_adjusted",
    "guesses",
    "harms",
    "hedges_g",
    "influence",
    "interval",
    "james",
    "leave_one_out",
    "load_base",
    "mantel_haenszel",
    "mean_difference",
    "no_effect",
    "number_needed",
    "peto",
    "pool",
    "regress",
    "report_text",
    "sd_from_interval",
    "sd_from_se",
    "sd_of_change",
    "study_interval",
    "subgroups",
    "synthesize",
    "three_level",
    "unit_of",
]
