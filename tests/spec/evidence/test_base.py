"""The bundled base: it reproduces the published reviews, it holds no impossibility that is not explained."""

import pytest

from triptych.evidence import (
    SIDE_BY_SIDE,
    check_base,
    conclusions,
    condition_report,
    finding,
    guesses,
    harms,
    load_base,
    plain_findings,
    synthesize,
)
from triptych.exchange import report_markdown
from triptych.ledger.library import evidence, evidence_texts
from triptych.study import StudyProblems

PUBLISHED = [(outcome.id, published) for outcome in evidence().definitions.outcomes for published in outcome.published]


@pytest.mark.parametrize(("outcome", "published"), PUBLISHED, ids=lambda one: getattr(one, "by", one))
def test_our_base_gives_what_the_published_review_gives(outcome, published):
    made = synthesize(evidence(), outcome, published.method)
    assert made.k == published.k
    shown = (made.estimate, made.ci_low, made.ci_high)
    wanted = (published.estimate, published.low, published.high)
    assert shown == pytest.approx(wanted, abs=published.tolerance)


def test_weights_people_and_prediction_interval_are_those_of_the_review():
    """SYPRES: weights 33.3, 40.5, 7.3, 7.2, 4.4, 7.2; prediction interval −1.0588 to −0.3651; Q 2.42."""
    made = synthesize(evidence(), "ptsd-severity")
    weights = {study.trial: round(study.weight, 1) for study in made.studies}
    assert weights == {"mapp1": 33.3, "mapp2": 40.5, "mp-1": 7.3, "mp-8": 7.2, "mp-2": 4.4, "mp-12": 7.2}
    assert made.n == 242
    assert (made.pi_low, made.pi_high, made.q) == pytest.approx((-1.0588, -0.3651, 2.42), abs=0.005)


def test_heterogeneity_of_depression_is_that_of_the_review():
    made = synthesize(evidence(), "depression")
    assert (made.tau2, made.i2) == pytest.approx((0.4389, 68.0), abs=0.05)
    assert (made.pi_low, made.pi_high) == pytest.approx((-4.1104, 2.7977), abs=1e-4)


def test_what_the_check_finds_in_the_base_is_explained_by_a_recorded_misprint():
    found = check_base(evidence())
    assert {one.code for one in found} == {
        "grim",
        "interval_against_arms",
        "interval_against_se",
        "p_against_interval",
    }
    assert [one.render() for one in found if not one.explained] == []


def changed(path, old, new):
    texts = dict(evidence_texts())
    assert old in texts[path]
    return load_base({**texts, path: texts[path].replace(old, new)})


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("trials/mp-8.yaml", "mean: 45.3, sd: 33.8", "mean: 45.3, sd: 5.8", "like_an_error"),
        ("trials/mp-8.yaml", "mean: 45.3, sd: 33.8", "mean: 45.3, sd: 83.8", "impossible_sd"),
        ("trials/mp-8.yaml", "mean: 45.3, sd: 33.8", "mean: 145.3, sd: 33.8", "out_of_scale"),
        ("trials/mp-8.yaml", "mean: 24.1, sd: 17.2", "mean: 24.2, sd: 17.2", "grim"),
        ("trials/mapp2.yaml", "change_low: -26.94", "change_low: -20.94", "interval_without_estimate"),
        ("trials/mapp1.yaml", "events: 37, total: 42", "events: 43, total: 42", "impossible_count"),
        ("trials/mapp1.yaml", "outcome: ptsd-severity,", "outcome: severity,", "unknown_outcome"),
    ],
)
def test_an_impossible_figure_is_found(path, old, new, code):
    found = check_base(changed(path, old, new))
    assert code in {one.code for one in found if not one.explained}


def test_a_field_that_no_trial_has_is_refused_with_its_line():
    with pytest.raises(StudyProblems, match=r"trials/mp-2\.yaml:\d+.*wieght"):
        changed("trials/mp-2.yaml", "design:", "wieght: 3\ndesign:")


@pytest.mark.requirement("ICE-04")
def test_a_site_that_is_switched_off_takes_its_trials_out_of_every_result():
    with_all, without = (synthesize(evidence(), "ptsd-severity", left_out=out) for out in ((), ("charleston",)))
    assert (with_all.k, without.k) == (6, 4)
    assert without.left_out == ("charleston",)
    assert {study.trial for study in with_all.studies} - {study.trial for study in without.studies} == {"mp-1", "mp-8"}
    depression = finding(evidence(), "depression", ("charleston",))
    assert depression.main.k == 2


def test_a_retracted_report_counts_only_when_it_is_asked_for():
    path = "trials/mapp1.yaml"
    doi = 'doi: "10.1038/s41591-021-01336-3"'
    base = changed(path, doi, f'{doi}\n    retracted: {{on: 2030-01-01, notice: "An example.", source: example}}')
    assert synthesize(base, "ptsd-severity").k == 5
    assert synthesize(base, "ptsd-severity", retracted=True).k == 6


def test_a_figure_that_was_recalled_says_so_wherever_it_counts():
    made = synthesize(evidence(), "social-anxiety")
    assert [study.confirmed for study in made.studies] == [False]
    assert "recalled" in finding(evidence(), "social-anxiety").more


def test_the_same_base_gives_the_same_report_and_another_base_another():
    condition = "life-threatening-illness"
    bases = (load_base(evidence_texts()) for _ in range(2))
    first, again = (report_markdown(condition_report(base, condition, "1")) for base in bases)
    assert first == again
    assert "| Records identified | not recorded |" in first
    other = changed("trials/mp-8.yaml", "mean: 45.3", "mean: 45.4")
    assert report_markdown(condition_report(other, condition, "1")) != first
    assert conclusions(other) != conclusions(evidence())


def test_three_ways_of_making_the_interval_stand_side_by_side():
    found = finding(evidence(), "ptsd-severity")
    assert [made.method for made in found.side_by_side] == list(SIDE_BY_SIDE)
    widths = [round(made.ci_high - made.ci_low, 3) for made in found.side_by_side]
    assert widths == [0.529, 0.483, 0.694]
    assert found.main.method == "reml-hk-floor"


def test_guesses_and_harms_of_the_base_are_told_by_the_figures_of_the_room() -> None:
    told = guesses(evidence().trials)
    assert told
    whole = [one for one in told if one.unknown is None]
    assert all(round(one.bang.estimate, 9) == round(2 * one.rate.share - 1, 9) for one in whole)
    assert all(one.told for one in harms(evidence().trials))


def test_a_report_on_nothing_says_so_and_a_page_of_facts_gives_its_facts():
    base = evidence()
    nothing = base.leaving_out(trial.id for trial in base.trials)
    text = report_markdown(condition_report(nothing, "ptsd", "1"))
    assert "no trial is left to count, so nothing can be said about an effect" in text
    assert "No trial is recorded for this condition." in text
    facts = report_markdown(condition_report(base, "ketamine-depression", "1"))
    assert "## What is known" in facts
    assert "Legal standing of MDMA" not in facts
    assert plain_findings(base, base.conditions["ketamine-depression"])[1:]
    assert plain_findings(base, base.conditions["depression"]) == (
        "Depression: no study has compared it with something else. So no one knows what it does here.",
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (
            "trials/mapp2.yaml",
            "correct: 49, wrong: 1, unknown: 2",
            "correct: 49, wrong: 2, unknown: 2",
            "impossible_count",
        ),
        ("reviews.yaml", "conditions: [alcohol-use-disorder]", "conditions: [alcohol]", "unknown_condition"),
    ],
)
def test_guesses_that_do_not_add_up_and_a_review_of_no_condition_are_found(path, old, new, code):
    assert code in {one.code for one in check_base(changed(path, old, new)) if not one.explained}
