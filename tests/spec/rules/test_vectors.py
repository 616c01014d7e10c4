"""Every test vector, asked of the rule as it is compiled and of the rule that has been JSON in between."""

import json

import pytest
from tests.spec.rules.vectors import VECTORS, context_of, facts_of, names_of, written

from triptych.rules import Missing, Rule, RuleFault, RuleProblems, compile_rule, evaluate, rule_from_json, rule_to_json

OUTCOMES = {"answer", "missing", "fault", "problems"}
ANSWERED = [vector for vector in VECTORS if "problems" not in vector]
REFUSED = [vector for vector in VECTORS if "problems" in vector]


def about(vector):
    return vector["about"]


def compiled(vector) -> Rule:
    return compile_rule(vector["rule"], names_of(vector), gate=vector.get("gate", False))


def sent(vector) -> Rule:
    return rule_from_json(json.loads(json.dumps(rule_to_json(compiled(vector)))))


@pytest.mark.parametrize("make", [compiled, sent])
@pytest.mark.parametrize("vector", ANSWERED, ids=about)
def test_a_rule_answers_as_its_vector_says(vector, make):
    rule, facts, context = make(vector), facts_of(vector), context_of(vector)
    if "fault" in vector:
        with pytest.raises(RuleFault):
            evaluate(rule, facts, context)
        return
    answer = evaluate(rule, facts, context)
    if "missing" in vector:
        assert answer == Missing(vector["missing"])
    else:
        assert written(answer) == vector["answer"]
        assert isinstance(answer, bool) == isinstance(vector["answer"], bool)


@pytest.mark.parametrize("vector", REFUSED, ids=about)
def test_a_rule_is_refused_as_its_vector_says(vector):
    with pytest.raises(RuleProblems) as wrong:
        compiled(vector)
    found = [(problem.line, problem.column) for problem in wrong.value.problems]
    assert found == [(problem["line"], problem["column"]) for problem in vector["problems"]]
    for problem, expected in zip(wrong.value.problems, vector["problems"], strict=True):
        assert expected["contains"] in problem.message


@pytest.mark.parametrize("vector", ANSWERED, ids=about)
def test_a_rule_is_the_same_after_it_has_been_json(vector):
    assert sent(vector) == compiled(vector)


def test_no_two_vectors_are_about_the_same():
    assert len({about(vector) for vector in VECTORS}) == len(VECTORS) >= 120


def test_every_vector_has_one_outcome():
    assert [about(vector) for vector in VECTORS if len(OUTCOMES & vector.keys()) != 1] == []


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector.get("gate")], ids=about)
def test_what_a_gate_refuses_may_stand_elsewhere(vector):
    compile_rule(vector["rule"], names_of(vector))
