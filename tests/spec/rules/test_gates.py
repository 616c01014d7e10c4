"""What a gate refuses: every construct that turns the absence of an answer into a no, a yes or a number."""

import pytest
from tests.spec.rules.asking import problems_of

AFFIRM = "Give the form affirmed_by, or decide on latest(…)."
ANSWER = "Compare the answer itself; a missing one leaves the gate undecided."
REFUSED = {
    "has of an item": ("has(demographics.birth_date)", 1, "has has no place in a gate", ANSWER),
    "has of a fact": ("has(ready)", 1, "has has no place in a gate", ANSWER),
    "has of the newest": ("has(latest(vitals).systolic)", 1, "has has no place in a gate", ANSWER),
    "not has": ("!has(ready)", 2, "has has no place in a gate", ANSWER),
    "equal to null": ("ready == null", 10, "null has no place in a gate", ANSWER),
    "unequal to null": ("ready != null", 10, "null has no place in a gate", ANSWER),
    "null on the left": ("null == ready", 1, "null has no place in a gate", ANSWER),
    "null of the newest": ("latest(vitals).systolic != null", 28, "null has no place in a gate", ANSWER),
    "exists": ("!vitals.exists(v, v.systolic > 140)", 9, "Nobody can affirm that vitals is complete", AFFIRM),
    "all": ("vitals.all(v, v.systolic < 140)", 8, "so all turns absence into no.", AFFIRM),
    "exists_one": ("vitals.exists_one(v, v.systolic > 140)", 8, "so exists_one turns absence into no.", AFFIRM),
    "exists after filter": ("vitals.filter(v, v.day == today).exists(v, true)", 34, "that vitals is complete", AFFIRM),
    "all after map": ("vitals.map(v, v.systolic).all(w, w < 140)", 27, "that vitals is complete", AFFIRM),
    "exists on either of two": (
        "(ready ? readings : scores).exists(r, r > 1.0)",
        29,
        "that readings and scores is complete",
        AFFIRM,
    ),
    "in": ("1.0 in readings", 5, "so `in` turns absence into no.", AFFIRM),
    "not in": ("!(1.0 in readings)", 7, "so `in` turns absence into no.", AFFIRM),
    "in after map": ("130 in vitals.map(v, v.systolic)", 5, "that vitals is complete", AFFIRM),
    "in on records": ("1 in medicines", 3, "It would turn absence into no.", "list.exists(x, x.item == …)"),
    "size of records": ("size(vitals) > 0", 1, "size over records has no place in a gate", "latest(…)"),
    "size of records affirmed": ("size(medicines) == 0", 1, "size over records has no place in a gate", "latest(…)"),
    "size of kept records": ("size(medicines.filter(m, m.stopped)) == 0", 1, "size over records", "latest(…)"),
    "size of values": ("size(readings) > 0", 1, "so size turns absence into a number.", AFFIRM),
    "sum": ("sum(readings) < 10.0", 1, "so sum turns absence into a number.", AFFIRM),
    "mean": ("mean(readings) < 10.0", 1, "so mean turns absence into a number.", AFFIRM),
    "min": ("min(readings) < 10.0", 1, "so min turns absence into a number.", AFFIRM),
    "max": ("max(readings) < 10.0", 1, "so max turns absence into a number.", AFFIRM),
    "max of days": ("max(vitals.map(v, v.day)) < today", 1, "so max turns absence into an answer.", AFFIRM),
    "count_answered": ("count_answered(scores) > 1", 1, "count_answered has no place in a gate", "sum or mean"),
    "prorated": ("prorated(scores, 1) > 1", 1, "prorated has no place in a gate", "sum or mean"),
    "count_answered of a written list": (
        "count_answered([cycle]) == 0",
        1,
        "count_answered has no place",
        "sum or mean",
    ),
}


@pytest.mark.parametrize(("text", "column", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_a_gate_refuses_what_turns_absence_into_an_answer(text, column, message, hint):
    (problem,) = problems_of(text, gate=True)
    assert (problem.line, problem.column) == (1, column)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    "around",
    ["ready && ({})", "ready || !({})", "ready ? ({}) : calm", "scores.all(s, s > 1 && ({}))", "[({})].exists(b, b)"],
)
@pytest.mark.parametrize("text", [text for text, *_ in REFUSED.values() if "1 in medicines" not in text])
def test_a_gate_refuses_it_wherever_it_stands(text, around):
    assert len(problems_of(around.format(text), gate=True)) == 1


@pytest.mark.parametrize("text", [text for text, *_ in REFUSED.values() if "1 in medicines" not in text])
def test_outside_a_gate_it_may_stand(text):
    assert problems_of(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "ready && !calm || arm == 'active'",
        "latest(vitals).systolic <= 140",
        "latest(vitals.filter(v, v.day == today)).systolic <= 140",
        "!medicines.exists(m, m.class == 'maoi' && !m.stopped)",
        "medicines.filter(m, !m.stopped).all(m, m.dose < 10.0)",
        "medicines.exists_one(m, m.stopped)",
        "sum(medicines.map(m, m.dose)) < 10.0",
        "'maoi' in medicines.map(m, m.class)",
        "size(scores) == 3 && mean(scores) > 1.5 && max(days) < today",
        "cycle in [1, 2] && arm in ['active']",
        "[ready, calm].all(b, b)",
        "sum([cycle, latest(vitals).systolic]) > 3",
        "size(note) > 0",
        "age_at(birth_date, today) >= 18 && days_between(dosed_at, today) > 7",
        "ready ? calm : false",
    ],
)
def test_a_gate_takes_what_stays_unknown_while_an_answer_is_missing(text):
    assert problems_of(text, gate=True) == ()


def test_a_gate_tells_every_refusal_at_once():
    found = problems_of("has(ready) && calm == null && vitals.all(v, true) && size(medicines) > 0", gate=True)
    assert [problem.column for problem in found] == [1, 23, 38, 54]
