"""Google's engine for CEL as judge: alike on facts without holes, and over what absorbs errors with holes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cel_expr_python import cel
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from tests.spec.rules.asking import NAMES, OSLO_WINTER
from tests.spec.rules.making import FACTS, conditions

from triptych.rules import Missing, RecordOf, compile_rule, evaluate

COMMON = {"f": RecordOf("f", NAMES)}


JUDGE = cel.NewEnv(variables={"f": cel.Type.DYN})


def judged(text: str, facts: Mapping[str, object]) -> object:
    """The answer of CEL. An error is told by its type: its value is an object like any other, and truthy."""
    found = JUDGE.compile(text, disable_check=True).eval(data={"f": facts})
    return None if found.type() == cel.Type.ERROR else found.plain_value()


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What CEL is told: its binding takes no dates, and the common rules ask for none."""
    kept = {name: value for name, value in facts.items() if not isinstance(value, date) and name != "days"}
    kept["vitals"] = []
    kept.pop("demographics", None)
    return kept


@settings(max_examples=200, deadline=None)
@given(conditions(common=True, at="f."), FACTS.map(plain))
def test_where_nothing_is_missing_the_answer_is_that_of_cel(text, facts):
    answer = evaluate(compile_rule(text, COMMON), {"f": facts}, OSLO_WINTER)
    event(str(answer))
    assert answer is judged(text, facts)


ATOMS = st.sampled_from(
    ["f.ready", "f.calm", "f.cycle > 0", "f.note == 'a'", "f.temperature <= 0.5", "true", "false"]
    + [
        f"f.medicines.{kind}(m, {body})"
        for kind in ("exists", "all")
        for body in ("m.stopped", "m.dose > 0.5", "m.stopped && m.name == 'a'", "m.dose > 0.5 || f.ready")
    ]
)
ABSORBING = st.recursive(
    ATOMS,
    lambda below: st.one_of(
        below.map("!({})".format),
        st.builds("{} && {}".format, below, below),
        st.builds("{} || {}".format, below, below),
        st.builds("({} || {})".format, below, below),
        st.builds("({} ? {} : {})".format, below, below, below),
    ),
    max_leaves=8,
)


@st.composite
def without(draw: Any, full: Any) -> Any:
    """Facts of which some keys are absent, as CEL knows absence."""
    if isinstance(full, list):
        return [draw(without(item)) for item in full]
    if not isinstance(full, dict):
        return full
    return {name: draw(without(value)) for name, value in full.items() if draw(st.integers(0, 2))}


@settings(max_examples=200, deadline=None)
@given(ABSORBING, FACTS.map(plain).flatmap(without))
def test_and_or_and_quantifiers_are_unknown_exactly_where_cel_has_an_error(text, facts):
    answer = evaluate(compile_rule(text, COMMON), {"f": facts}, OSLO_WINTER)
    event(type(answer).__name__)
    assert (None if isinstance(answer, Missing) else answer) is judged(text, facts)


OPERANDS = st.integers(-9, 9).map(str) | st.sampled_from(
    ["f.cycle", "f.systolic", "(2 - 5)", "-f.cycle", "size(f.note)"]
)


@settings(max_examples=100, deadline=None)
@given(OPERANDS, st.lists(st.tuples(st.sampled_from(["+", "-", "*", "% 7 +", "% -2 -"]), OPERANDS), max_size=6))
def test_arithmetic_without_parentheses_is_read_as_cel_reads_it(first, rest):
    text = " ".join([first, *(f"{op} {operand}" for op, operand in rest)])
    facts = {"cycle": 3, "systolic": -4, "note": "abc"}
    assert evaluate(compile_rule(text, COMMON), {"f": facts}, OSLO_WINTER) == judged(text, facts)


@settings(max_examples=100, deadline=None)
@given(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_compared_as_cel_compares_them(integer, decimal):
    facts = {"cycle": integer, "temperature": decimal}
    for op in ("==", "!=", "<", "<=", ">", ">="):
        for text in (f"f.cycle {op} f.temperature", f"f.temperature {op} {integer}", f"f.cycle {op} {decimal!r}"):
            answer = evaluate(compile_rule(text, COMMON), {"f": facts}, OSLO_WINTER)
            assert answer is judged(text, facts), text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.sampled_from(["'", '"']), st.booleans())
def test_a_text_written_out_is_the_text_that_cel_reads(written, quote, escaped):
    inside = written.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n").replace("\r", "\\r")
    if escaped:
        inside = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in written)
    assume(all(character >= " " and character != "\x7f" for character in inside))
    text = f"{quote}{inside}{quote}"
    assert evaluate(compile_rule(text, {}), {}, OSLO_WINTER) == written == judged(text, {})


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-14, 14), st.integers(-14, 14))  # noqa: DTZ001 -- without a zone on purpose
def test_instants_are_compared_as_cel_compares_them(moment, one, other):
    shown = f"{moment:%Y-%m-%dT%H:%M:%S}"
    text = f"timestamp('{shown}{one:+03d}:00') < timestamp('{shown}{other:+03d}:00')"
    assert evaluate(compile_rule(text, {}), {}, OSLO_WINTER) is judged(text, {})
