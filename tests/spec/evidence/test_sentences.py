"""Sentences follow from figures: an interval that includes no effect is never told as an effect, and none claims."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.readability import fernandez_huerta, flesch_kincaid_grade

from triptych.evidence import finding, findings_of, first_sentence, grade, load_base
from triptych.evidence.plain import plain_answer, plain_passages
from triptych.evidence.plain_risks import plain_risks
from triptych.evidence.risks import needed_to_harm, wilson
from triptych.evidence.sentences import answer
from triptych.ledger.library import education, evidence, evidence_texts

CLAIMS = re.compile(
    r"\b(works?|effective|efficacious|proven|proves?|cures?|heals?|safe|helps?|beneficial|significant)\b", re.IGNORECASE
)
DEPRESSION = finding(evidence(), "depression")
SEVERITY = finding(evidence(), "ptsd-severity")


def told(one, low, high):
    made = replace(one.main, estimate=(low + high) / 2, ci_low=low, ci_high=high)
    certainty = grade(one.definition, made)
    return answer(one.definition, made, certainty), " ".join(
        plain_answer(one.definition, made, certainty, evidence().plain_words("en"))
    )


def told_in_spanish(one, low, high):
    made = replace(one.main, estimate=(low + high) / 2, ci_low=low, ci_high=high)
    return " ".join(plain_answer(one.definition, made, grade(one.definition, made), evidence().plain_words("es")))


ENDS = st.floats(-5, 5, allow_nan=False).map(lambda value: round(value, 2))


@given(ENDS, ENDS, st.sampled_from([DEPRESSION, SEVERITY]))
@settings(max_examples=40, deadline=None)
def test_a_sentence_says_whether_its_interval_includes_no_effect(one, other, found):
    low, high = sorted((one, other))
    sentence, plain = told(found, low, high)
    includes = low <= 0 <= high
    assert ("includes no effect" in sentence) is includes
    assert ("do not settle" in sentence) is includes
    assert ("leave open" in plain) is includes
    assert ("no dicen si hace algo" in told_in_spanish(found, low, high)) is includes
    assert re.search(r"certainty (of this is )?(very low|low|moderate|high)", sentence)
    assert not CLAIMS.search(sentence)
    assert not CLAIMS.search(plain)


def test_an_interval_that_touches_no_effect_includes_it():
    assert "do not settle" in told(SEVERITY, -1.0, 0.0)[0]


def test_a_harm_is_told_as_plainly_as_a_benefit():
    sentence, plain = told(SEVERITY, 0.3, 0.9)
    assert "scores were higher in the group given the study dose" in sentence
    assert "did worse" in plain


def test_an_interval_that_excludes_no_effect_comes_with_number_certainty_and_limits():
    assert SEVERITY.answer == (
        "Severity of PTSD: in six controlled trials with 242 people scores were lower in the group given the study "
        "dose (standardized difference −0.71, 95 % interval −1.06 to −0.37); the certainty of this is very low, "
        "limited by imprecision and indirectness."
    )


def test_depression_beside_ptsd_is_not_told_as_depression():
    assert "do not settle whether there is any effect" in DEPRESSION.answer
    assert "beside another condition" in DEPRESSION.more
    condition = evidence().conditions["depression"]
    first = first_sentence(evidence(), condition, findings_of(evidence(), condition))
    assert first.startswith("No controlled trial of MDMA-assisted therapy for depression as the main condition")


@pytest.mark.parametrize("outcome", ["social-anxiety", "illness-anxiety", "anxiety", "depression", "function"])
def test_thin_evidence_is_told_as_unsettled(outcome):
    """With eleven or eighteen people, or where Hartung and Knapp's interval happens to be narrow as for function."""
    assert re.search(r"do(es)? not settle", finding(evidence(), outcome).answer)


@pytest.mark.parametrize("condition", evidence().texts.conditions, ids=lambda one: one.id)
def test_no_page_begins_with_a_claim(condition):
    assert not CLAIMS.search(first_sentence(evidence(), condition, findings_of(evidence(), condition)))


def test_a_domain_that_nobody_judged_lowers_the_certainty():
    unjudged = replace(SEVERITY.definition, judged=())
    made = grade(unjudged, SEVERITY.main)
    assert made.certainty == "very low"
    assert {one.why for one in made.domains if not one.computed} == {"Nobody has judged this yet."}


def test_rates_have_the_interval_of_wilson():
    """Brown, Cai & DasGupta 2001 and any table: 0 of 10 goes to 27.75 %, 5 of 10 from 23.66 to 76.34 %."""
    none, half = wilson(0, 10), wilson(5, 10)
    assert (none.low, none.high) == pytest.approx((0, 0.2775), abs=1e-4)
    assert (half.low, half.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_a_number_needed_to_harm_through_infinity_is_said_and_not_printed():
    """Newcombe 1998, table II, method 10: 56/70 − 48/80 = 0.2, interval 0.0524 to 0.3339; 9/10 − 3/10 too."""
    number, text = needed_to_harm(wilson(56, 70), wilson(48, 80))
    assert number == pytest.approx(5)
    assert text == f"Number needed to harm 5.0, 95 % interval {1 / 0.3339:.1f} to {1 / 0.0524:.1f}."
    assert "includes no difference" in needed_to_harm(wilson(3, 46), wilson(2, 44))[1]
    assert needed_to_harm(wilson(3, 46), wilson(5, 44))[0] is None


def test_the_plain_words_follow_the_figures_of_the_base_in_both_languages():
    """Remission: 15 of 92 in the control groups is 16 of 100; times 2.25 (1.007 to 5.029) 37, 16 and 82."""
    for language in ("en", "es"):
        told = plain_passages(evidence(), "MDMA", language)[0]
        assert [int(number) for number in re.findall(r"\d+", told)] == [6, 242, 100, 16, 37, 16, 82]
    texts = dict(evidence_texts())
    old = texts["trials/mapp2.yaml"]
    assert "events: 24, total: 52" in old
    other = load_base({**texts, "trials/mapp2.yaml": old.replace("events: 24, total: 52", "events: 9, total: 52")})
    assert "of 100" not in plain_passages(other, "MDMA", "en")[0].lower()


def test_harm_in_plain_words_follows_the_counts_of_the_arms_in_both_languages():
    """Muscle tightness 29 of 46 and 31 of 53 with MDMA, 5 of 44 and 13 of 51 without; MAPP2's counts are recalled."""
    expected = [60, 99, 18, 95]
    for language, unsure in (("en", "not confirmed yet"), ("es", "no se ha confirmado")):
        told = plain_risks(evidence(), "MDMA", language)
        assert [int(number) for number in re.findall(r"\d+", told[0])] == expected
        assert unsure in told[0]
        assert [int(number) for number in re.findall(r"\d+", told[6])] == [3, 46, 5, 44]
        assert unsure not in told[6]
        assert [int(number) for number in re.findall(r"\d+", told[8])] == [0, 53, 0, 51]
        ease = flesch_kincaid_grade(" ".join(told)) if language == "en" else fernandez_huerta(" ".join(told))
        assert ease <= 8 if language == "en" else ease >= 60
    assert "does not mean that no one can" in plain_risks(evidence(), "MDMA", "en")[8]
    without = evidence().leaving_out(["mapp2"])
    assert [int(number) for number in re.findall(r"\d+", plain_risks(without, "MDMA", "en")[0])] == [29, 46, 5, 44]
    assert plain_risks(evidence(), "ketamine", "en") == ()


def test_a_language_of_the_answers_is_one_more_file_that_says_everything():
    texts = dict(evidence_texts())
    norwegian = texts["plain/en.yaml"].replace("language: en", "language: nb\nconditions: {ptsd: Traume}")
    norwegian = norwegian.replace("{k} studies have been done, with {n} people.", "{k} studier, {n} personer.")
    other = load_base({**texts, "plain/nb.yaml": norwegian})
    assert plain_passages(other, "MDMA", "nb")[0].startswith("Traume: 6 studier, 242 personer.")
    assert plain_passages(other, "MDMA", "sv") == plain_passages(other, "MDMA", "en")
    with pytest.raises(ValueError, match="'nb' do not say the same"):
        load_base({**texts, "plain/nb.yaml": re.sub(r"  open: .*\n", "", norwegian)})


def test_what_a_participant_reads_is_what_the_base_says():
    for language, text in education().items():
        passage = text.passage("evidence")
        assert passage.text[:-1] == plain_passages(evidence(), "MDMA", language)
        assert text.version.endswith(evidence().digest[:8])
        assert not CLAIMS.search(" ".join(passage.text).replace("treatment works", ""))
