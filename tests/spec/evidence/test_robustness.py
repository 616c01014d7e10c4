"""What stands beside an answer: left out, by year, other methods, groups, what would change it, risks in 1,000."""

import math

import pytest

from triptych.evidence import (
    Events,
    TableStudy,
    absolute,
    beside,
    changes,
    finding,
    load_base,
    peto,
    pooled_harms,
    synthesize,
)
from triptych.evidence.risks import flows
from triptych.ledger.library import evidence, evidence_texts

BASE = evidence()


def test_a_trial_left_out_beside_the_answer_is_the_answer_without_it():
    """The review's own sensitivity analysis: without MP-1 g is −0.67."""
    without = {line.label: line for line in beside(BASE, "ptsd-severity").without}
    assert len(without) == 6
    assert without["without MP-1, 2011"].estimate == pytest.approx(-0.6727, abs=6e-5)


def test_the_last_line_by_year_is_the_answer_and_the_first_is_the_oldest_trial_alone():
    for outcome in ("ptsd-severity", "response", "psilocybin-depression"):
        by_year = beside(BASE, outcome).by_year
        main = finding(BASE, outcome).main
        assert (by_year[-1].estimate, by_year[-1].low, by_year[-1].high) == (main.estimate, main.ci_low, main.ci_high)
        assert by_year[0].k == 1
        assert [line.k for line in by_year] == list(range(1, main.k + 1))


def test_counts_have_mantel_and_haenszel_and_peto_beside_them_and_means_have_not():
    ways = {line.label.partition(":")[0] for line in beside(BASE, "remission").ways}
    assert {"mh", "peto", "bayes"} <= ways
    assert not {"mh", "peto"} & {line.label.partition(":")[0] for line in beside(BASE, "depression").ways}


def test_all_ratings_before_crossover_are_the_fifteen_effects_of_the_review():
    """SYPRES: 15 effects of 6 trials; its mean correlates their errors at 0.6 and lies within our interval."""
    line = next(line for line in beside(BASE, "ptsd-severity").ways if line.label.startswith("three-level"))
    assert "15 effects" in line.label
    assert line.k == 6
    assert line.low < -0.6034 < line.high


def test_groups_split_the_trials_and_one_trial_alone_is_not_compared():
    groups = {group.title: group for group in beside(BASE, "ptsd-severity").groups}
    assert {line.label: line.k for line in groups["kind of control"].lines} == {"inert placebo": 3, "low dose": 3}
    assert {line.label: line.k for line in groups["phase"].lines} == {"phase 2": 4, "phase 3": 2}
    assert all(group.p is None for group in beside(BASE, "depression").groups)
    # In these trials every phase 3 has an inert placebo and every phase 2 a low dose: one grouping, not two.
    (together,) = beside(BASE, "response").groups
    assert [line.label for line in together.lines] == ["inert placebo, phase 3", "low dose, phase 2"]


@pytest.mark.parametrize(("outcome", "trials"), [("social-anxiety", 1), ("anxiety", 2)])
def test_what_needs_more_trials_is_said_to_be_absent(outcome, trials):
    found = beside(BASE, outcome)
    assert (found.without, found.pulls, found.egger, found.groups) == ((), (), None, ())
    assert len(found.ways) == (0 if trials == 1 else 4)
    assert found.absent


def test_what_would_change_an_answer_is_found_by_trying_it():
    told = " ".join(changes(BASE, finding(BASE, "response")))
    assert "without MAPP1 or MAPP2 the interval would include no effect" in told
    for trial, includes in (("mapp1", True), ("mapp2", True), ("mp-8", False)):
        low = finding(BASE, "response", (trial,)).main.ci_low
        assert (low <= 1) is includes
    assert "No single trial by itself" in " ".join(changes(BASE, finding(BASE, "ptsd-severity")))
    assert "found −0.66 again: the interval would exclude no effect" in " ".join(
        changes(BASE, finding(BASE, "depression"))
    )
    nothing = finding(BASE, "depression", ("charleston", "mapp1", "mp-12"))
    assert changes(BASE, nothing) == ("A trial that compares it with something else.",)
    assert "no trial is left to count" in nothing.answer


def test_a_risk_ratio_is_told_of_a_thousand_people():
    """Remission in the control groups: MAPP1 2/37, MAPP2 9/42, MP-8 2/7, MP-12 2/6, together 15 of 92."""
    found = absolute(BASE, synthesize(BASE, "remission"))
    assert found is not None
    assert found.control == pytest.approx(1000 * 15 / 92)
    assert found.treated == pytest.approx(2.2499 * 1000 * 15 / 92, abs=0.1)
    assert found.high <= 1000
    assert absolute(BASE, synthesize(BASE, "depression")) is None


def test_an_event_of_two_trials_is_pooled_by_peto():
    found = {one.term: one for one in pooled_harms(BASE.of_condition("ptsd"))}
    nausea = found["nausea"]
    made = peto([TableStudy("1", Events(14, 46), Events(5, 44)), TableStudy("2", Events(24, 53), Events(11, 51))])
    assert nausea.titles == ("MAPP1", "MAPP2")
    assert nausea.estimate == pytest.approx(math.exp(made.estimate))
    assert not nausea.confirmed


def test_people_lost_follow_from_those_randomized_and_those_measured():
    mapp1 = next(trial for trial in BASE.trials if trial.id == "mapp1")
    assert [(one.randomized, one.measured) for one in flows(mapp1)] == [(46, 42), (44, 37)]
    mp2 = next(trial for trial in BASE.trials if trial.id == "mp-2")
    assert "number randomized not recorded" in flows(mp2)[0].text


def test_a_limit_that_is_not_no_effect_never_reads_as_no_effect():
    told = finding(BASE, "response", ("charleston",))
    assert told.main.ci_low > 1
    assert "1.00 to" not in told.answer


def test_published_results_of_reviews_say_whether_they_were_read():
    marks = {(one.review.id, one.confirmed) for one in BASE.reviewed("ptsd")}
    assert {("illingworth-2021", True), ("smith-2022", True), ("colcott-2024", True), ("bahji-2020", False)} <= marks
    assert [one.id for one in BASE.reviews if one.retracted] == ["feduccia-2021"]


def test_a_review_outside_its_own_interval_is_found():
    from triptych.evidence import check_base

    texts = dict(evidence_texts())
    old = "estimate: -20.98, low: -34.35"
    assert old in texts["reviews.yaml"]
    base = load_base({**texts, "reviews.yaml": texts["reviews.yaml"].replace(old, "estimate: -40.98, low: -34.35")})
    assert any(one.trial == "illingworth-2021" and one.code == "interval_without_estimate" for one in check_base(base))
