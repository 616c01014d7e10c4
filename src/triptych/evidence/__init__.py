"""Published results and their synthesis: effects, pooling and what stands beside it, blinding, risks.

The room computes from figures that are handed in. It reads nothing, and says nothing about whether a treatment works.
"""

from triptych.evidence.agreement import Agreement, Drift, drift, icc, kappa
from triptych.evidence.base import Base, OutcomeDefinition, Trial, load_base
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
from triptych.evidence.guessing import blinding, guesses
from triptych.evidence.harm import Needed, Proportion, RateInterval, event_rate, number_needed
from triptych.evidence.influence import Pull, UpTo, Without, cumulative, influence, leave_one_out
from triptych.evidence.methods import METHODS
from triptych.evidence.mixed import Interval, Method
from triptych.evidence.multilevel import ThreeLevel, three_level
from triptych.evidence.outcomes import SIDE_BY_SIDE, Synthesis, default_method, no_effect, synthesize
from triptych.evidence.plain import plain_findings, plain_passages
from triptych.evidence.plain_risks import plain_risks
from triptych.evidence.pooling import Pooled, Prediction, StudyInterval, pool, study_interval
from triptych.evidence.regression import Coefficient, Regression, Subgroups, regress, subgroups
from triptych.evidence.report import (
    Chapter,
    Drawing,
    EvidenceReport,
    condition_report,
    findings_of,
    first_sentence,
    flow_counts,
    main_findings,
)
from triptych.evidence.risks import harms, pooled_harms, trial_flow
from triptych.evidence.robustness import Beside, beside
from triptych.evidence.sentences import effect_text, figure, interval, unit_of
from triptych.evidence.small_study import egger, egger_mixed
from triptych.evidence.summary import Absolute, Finding, absolute, changes, conclusions, finding
from triptych.evidence.tables import Common, TableStudy, mantel_haenszel, peto
from triptych.evidence.texts import ConditionText

__all__ = [
    "METHODS",
    "SIDE_BY_SIDE",
    "Absolute",
    "Adjusted",
    "Agreement",
    "Base",
    "Beside",
    "Cell",
    "Cells",
    "Chapter",
    "Coefficient",
    "Common",
    "ConditionText",
    "Correction",
    "Drawing",
    "Drift",
    "Estimate",
    "Events",
    "EvidenceError",
    "EvidenceReport",
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
    "absolute",
    "bang",
    "bayesian",
    "beside",
    "blinding",
    "changes",
    "check_base",
    "conclusions",
    "condition_report",
    "cumulative",
    "default_method",
    "drift",
    "effect_text",
    "egger",
    "egger_mixed",
    "event_effect",
    "event_rate",
    "figure",
    "finding",
    "findings_of",
    "first_sentence",
    "flow_counts",
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
    "icc",
    "influence",
    "interval",
    "james",
    "kappa",
    "leave_one_out",
    "load_base",
    "main_findings",
    "mantel_haenszel",
    "mean_difference",
    "no_effect",
    "number_needed",
    "peto",
    "plain_findings",
    "plain_passages",
    "plain_risks",
    "pool",
    "pooled_harms",
    "regress",
    "sd_from_interval",
    "sd_from_se",
    "sd_of_change",
    "study_interval",
    "subgroups",
    "synthesize",
    "three_level",
    "trial_flow",
    "unit_of",
]
