"""Every rule ends soon: how large text, tree, lists and numbers may be, and what a hostile document meets."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.spec.rules.asking import NAMES, OSLO_WINTER, answer_to, problems_of

from triptych.rules import INT, ListOf, Missing, RuleFault, RuleProblems, compile_rule, evaluate

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "piece",
    ["(", "[", "!", "-", "- ", "a.", "1+", "a&&", "a?", "a?1:", "'", "'a", "\\", "9", " ", "\n", "size(", "\x00", "é"],
)
@pytest.mark.parametrize("size", [4000, MEGABYTE])
def test_a_hostile_rule_is_refused_at_once(piece, size):
    began = time.perf_counter()
    with pytest.raises(RuleProblems):
        compile_rule((piece * size)[:size], NAMES)
    assert time.perf_counter() - began < 1


def test_a_rule_of_4000_characters_is_the_longest():
    assert problems_of("ready" + " " * 3995) == ()
    (problem,) = problems_of("ready" + " " * 3996)
    assert problem.message == "The rule has 4,001 characters; at most 4,000 are allowed."
    assert (problem.line, problem.column) == (1, 1)


def test_a_long_text_is_taken_and_a_longer_one_is_not():
    assert answer_to(f"size('{'x' * 3900}')") == 3900
    assert "characters" in problems_of(f"size('{'x' * 4000}')")[0].message


NESTED = {
    "parentheses": ("(", "ready", ")", 39),
    "not": ("!", "ready", "", 39),
    "minus": ("- ", "cycle", "", 39),
    "choices": ("ready ? calm : ", "ready", "", 39),
    "functions": ("double(", "1", ")", 39),
    "sums": ("", "1", " + 1", 39),
    "sums to the right": ("1 + (", "1", ")", 39),
    "not in parentheses": ("!(", "ready", ")", 39),
}


@pytest.mark.parametrize(("before", "core", "after", "most"), NESTED.values(), ids=NESTED)
def test_a_rule_is_nested_at_most_40_deep(before, core, after, most):
    assert problems_of(before * most + core + after * most) == ()
    (problem,) = problems_of(before * (most + 1) + core + after * (most + 1))
    assert problem.message == "The rule is nested more than 40 deep."
    assert "Split it into definitions" in problem.hint


def test_items_of_items_count_as_nesting():
    (problem,) = problems_of("demographics" + ".home" * 40)
    assert problem.message == "The rule is nested more than 40 deep."


def test_a_deep_rule_is_evaluated_to_its_end():
    assert answer_to("!(" * 39 + "ready" + ")" * 39, ready=True) is False


def test_conditions_in_a_row_do_not_nest():
    assert problems_of(" && ".join(["ready"] * 300)) == ()
    assert problems_of(" || ".join(["ready"] * 300)) == ()


def test_a_rule_has_at_most_400_parts():
    assert problems_of("&&".join(["ready"] * 399)) == ()
    (problem,) = problems_of("&&".join(["ready"] * 400))
    assert problem.message == "The rule has more than 400 parts."
    assert problem.column == 399 * len("ready&&") + 1


def test_a_list_written_out_has_at_most_200_values():
    assert problems_of(f"cycle in [{','.join(['1'] * 200)}]") == ()
    (problem,) = problems_of(f"cycle in [{','.join(['1'] * 201)}]")
    assert problem.message == "A list written out holds at most 200 values."
    assert problem.column == 10


@pytest.mark.parametrize("kind", ["exists", "all", "exists_one", "filter", "map"])
def test_quantifiers_are_nested_at_most_two_deep(kind):
    body = "s > 0" if kind != "map" else "s"
    two = "scores.exists(s, days.exists(d, d == today && s > 0))"
    assert problems_of(two) == ()
    (problem,) = problems_of(f"readings.exists(r, days.exists(d, scores.{kind}(s, {body}).all(z, true)))")
    assert problem.message == "Quantifiers are nested more than 2 deep."


def test_quantifiers_after_each_other_are_not_nested():
    assert problems_of("scores.filter(a, a > 0).filter(b, b > 1).map(c, c + 1).exists(d, d > 3)") == ()


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "9" * 3990])
def test_an_integer_has_64_bits(number):
    (problem,) = problems_of(f"{number}")
    assert "does not fit an integer of 64 bits" in problem.message
    assert problem.hint == "Write it as a decimal number."


@pytest.mark.parametrize("number", ["1e309", "1.0e400", "1e" + "9" * 3990])
def test_a_number_is_finite(number):
    (problem,) = problems_of(number)
    assert "too large for a number" in problem.message


def test_the_ends_of_the_integers_are_integers():
    assert answer_to("-9223372036854775808") == -(2**63)
    assert answer_to("9223372036854775807") == 2**63 - 1


def test_an_unknown_name_is_shown_cut_short():
    (problem,) = problems_of("x" * 4000)
    assert len(problem.message) < 120


def test_many_unknown_names_do_not_take_long():
    names = {f"a_rather_long_name_of_an_item_{number}": INT for number in range(1000)}
    began = time.perf_counter()
    with pytest.raises(RuleProblems) as wrong:
        compile_rule("[" + ",".join(f"a_rather_l{number}" for number in range(199)) + "]", names)
    assert len(wrong.value.problems) == 199
    assert time.perf_counter() - began < 5


def test_a_list_fact_of_more_than_10_000_elements_is_at_fault():
    assert answer_to("size(scores)", scores=[1] * 10_000) == 10_000
    with pytest.raises(RuleFault, match="scores holds more than 10,000 elements"):
        answer_to("size(scores)", scores=[1] * 10_001)


def test_a_list_in_a_record_has_the_same_bound():
    with pytest.raises(RuleFault, match=r"demographics\.home holds more than 10,000 elements"):
        answer_to("demographics.home == null", demographics={"home": [1] * 10_001})


def test_two_quantifiers_over_long_lists_end():
    assert answer_to("scores.exists(a, scores.exists(b, b > a))", scores=[1] * 300) is False


UNKNOWN_TO_RULES = [
    2**63,
    -(2**63) - 1,
    float("nan"),
    float("inf"),
    datetime(2026, 1, 1),  # noqa: DTZ001 -- without a zone on purpose
    b"1",
    {1},
    1j,
    object(),
    timedelta(),
]


@pytest.mark.parametrize("value", UNKNOWN_TO_RULES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("place", ["fact", "element", "item", "item of an element"])
def test_a_value_that_rules_do_not_know_is_at_fault_wherever_it_stands(value, place):
    text, facts = {
        "fact": ("cycle == 1", {"cycle": value}),
        "element": ("1 in scores", {"scores": [value]}),
        "item": (
            "demographics.birth_date == today",
            {"demographics": {"birth_date": value}, "today": date(2026, 1, 1)},
        ),
        "item of an element": ("latest(vitals).systolic > 1", {"vitals": [{"systolic": value}]}),
    }[place]
    with pytest.raises(RuleFault) as fault:
        answer_to(text, **facts)
    assert fault.value.code == "rule_fault"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("dosed_at < timestamp('2026-01-01T00:00:00Z')", {"dosed_at": "4711"}),
        ("note == 'a'", {"note": 4711}),
        ("cycle + 1 > 2", {"cycle": "4711"}),
        ("ready && calm", {"ready": 4711}),
        ("!ready", {"ready": "4711"}),
        ("ready ? 1 : 2", {"ready": 4711}),
        ("scores.exists(s, s > 1)", {"scores": "4711"}),
        ("scores.all(s, s > 1)", {"scores": ["4711"]}),
        ("latest(vitals).systolic > 1", {"vitals": [4711]}),
        ("local_day(dosed_at) == today", {"dosed_at": 4711, "today": date(2026, 1, 1)}),
        ("add_days(today, cycle) == today", {"today": date(4711, 1, 1), "cycle": 9_000_000}),
        ("local_day(dosed_at) == today", {"dosed_at": datetime.max.replace(tzinfo=UTC), "today": date(4711, 1, 1)}),
        ("sum(scores) > 1", {"scores": [2**63 - 1, 4711]}),
        ("max(scores) > 1", {"scores": [4711, "a"]}),
    ],
)
def test_a_fault_is_never_an_answer_and_never_repeats_a_value(text, facts):
    with pytest.raises(RuleFault) as fault:
        answer_to(text, **facts)
    assert "4711" not in str(fault.value)


@pytest.mark.parametrize("text", ["dosed_at", "local_day(dosed_at)", "dosed_at > timestamp('2026-01-01T00:00:00Z')"])
def test_an_instant_without_an_offset_is_at_fault(text):
    with pytest.raises(RuleFault, match="a timestamp has no offset"):
        answer_to(text, dosed_at=datetime(2026, 1, 1))  # noqa: DTZ001 -- without a zone on purpose


def test_an_unknown_answer_is_neither_true_nor_false():
    answer = answer_to("ready")
    assert answer == Missing(["ready"])
    assert hash(answer) == hash(Missing(["ready"]))
    assert repr(answer) == "Missing(['ready'])"
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(answer)


def test_facts_are_read_only_as_far_as_they_are_asked_for():
    assert answer_to("ready || calm", ready=True, calm=object()) is True


def test_a_rule_over_a_list_of_lists_is_evaluated():
    grid = ListOf(ListOf(INT, affirmable=True), affirmable=True)
    rule = compile_rule("grid.exists(row, row.exists(x, x == 2))", {"grid": grid}, gate=True)
    assert evaluate(rule, {"grid": [[1], [3, 2]]}, OSLO_WINTER) is True
    assert evaluate(rule, {"grid": [[1], [3, None]]}, OSLO_WINTER) == Missing(["grid"])
