"""Rules and facts made at random: well typed, over the names of `asking`, with holes where somebody did not answer."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from hypothesis import strategies as st
from tests.spec.rules.asking import NAMES

from triptych.rules import BOOL, DATE, INT, NUMBER, TEXT, TIME, Code, Listing, ListOf, RecordOf, Type

Draw = Any
"""What Hypothesis hands to a composite strategy, to draw with."""
WORDS = ["", "a", "å", "fever", "tremor"]
SMALL = st.integers(-3, 3)
DAYS = st.dates(date(2026, 2, 26), date(2026, 3, 3))
INSTANTS = st.datetimes(datetime(2026, 2, 26), datetime(2026, 3, 3), timezones=st.just(UTC))  # noqa: DTZ001 -- without a zone on purpose
HALVES = st.sampled_from([-1.5, -1.0, 0.0, 0.5, 1.0, 2.5, 3.0])
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")
REFUSED_IN_A_GATE = (
    "has(ready)",
    "has(latest(vitals).day)",
    "(note == null)",
    "(latest(medicines).dose != null)",
    "(count_answered(readings) > 1)",
    "(size(vitals) == 0)",
    "(mean(readings) < 1)",
    "(38.5 in readings)",
)
SEEN = ("v.day == today", "v.temperature > 0.5", "v.systolic == cycle || calm")
UNAFFIRMED = frozenset({"review.complete"})
VALUES: Mapping[Type, st.SearchStrategy[object]] = {
    BOOL: st.booleans(),
    INT: SMALL,
    NUMBER: HALVES,
    TEXT: st.sampled_from(WORDS),
    DATE: DAYS,
    TIME: INSTANTS,
}


def values_of(of: Type) -> st.SearchStrategy[Any]:
    """Values of a type, with nothing missing."""
    match of:
        case RecordOf(fields=fields):
            return st.fixed_dictionaries({name: values_of(field) for name, field in fields.items()})
        case ListOf(element=element):
            return st.lists(values_of(element), max_size=3)
        case Code(codes=codes):
            return st.sampled_from(codes)
        case _:
            return VALUES[of]


def facts_over(names: Mapping[str, Type]) -> st.SearchStrategy[dict[str, Any]]:
    """Facts of the types of names, with nothing missing."""
    return st.fixed_dictionaries({name: values_of(of) for name, of in names.items()})


@st.composite
def holed(draw: Draw, full: Any, *, grows: bool = False) -> Any:
    """Facts as they may have been before: answers taken out, lists not yet affirmed, or not yet as long."""
    match full:
        case dict():
            kept = {name: value for name, value in full.items() if draw(st.integers(0, 5))}
            return {name: draw(holed(value, grows=grows)) for name, value in kept.items()}
        case list():
            items = [draw(holed(item, grows=grows)) for item in full]
            if draw(st.integers(0, 2)):
                return items
            return Listing(items[: draw(st.integers(0, len(items)))] if grows else items, UNAFFIRMED)
        case _:
            return full if draw(st.integers(0, 9)) else None


class Maker:
    """Draws the text of a rule. In a gate only what a gate takes; *common* is what CEL answers alike."""

    def __init__(self, draw: Draw, *, gate: bool = False, common: bool = False, at: str = "") -> None:
        self.draw, self.gate, self.common, self.at = draw, gate, common, at
        self.bound: list[tuple[str, str]] = []

    def one_of(self, *options: str | Callable[[], str]) -> str:
        """Choose; what is made is made only once it is chosen."""
        chosen = options[self.draw(st.integers(0, len(options) - 1))]
        return chosen if isinstance(chosen, str) else chosen()

    def fact(self, *names: str) -> str:
        return self.at + self.one_of(*names)

    def variables(self, kind: str, item: str = "") -> list[str]:
        """The elements of a kind at which quantifiers stand, or an item of each."""
        return [f"{name}{item}" for name, of in self.bound if of == kind]

    def condition(self, depth: int) -> str:
        deeper = depth - 1
        leaves = [lambda: self.fact("ready", "calm"), *self.variables("medicine", ".stopped")]
        if depth == 0:
            return self.one_of(*leaves, "true", "false")
        kinds = [
            lambda: self.joined(deeper),
            lambda: f"!{self.condition(deeper)}",
            lambda: f"({self.condition(deeper)} ? {self.condition(deeper)} : {self.condition(deeper)})",
            lambda: f"({self.number(deeper)} {self.one_of(*RELATIONS)} {self.number(deeper)})",
            lambda: f"({self.text()} {self.one_of(*RELATIONS)} {self.one_of(*map(repr, WORDS))})",
            lambda: f"('fever' in {self.at}signs)",
            lambda: f"({self.number(deeper)} in {self.numbers(deeper)})",
        ]
        if len(self.bound) < 2:
            kinds += [lambda: self.quantified(deeper)] * 2
        if not self.common:
            kinds.append(lambda: f"({self.day(deeper)} {self.one_of(*RELATIONS)} {self.day(deeper)})")
        return self.one_of(*leaves, *kinds, *([] if self.common or self.gate else REFUSED_IN_A_GATE))

    def joined(self, depth: int) -> str:
        op = self.one_of(" && ", " || ", " == ")
        parts = [self.condition(depth) for _ in range(2 if op == " == " else self.draw(st.integers(2, 3)))]
        return f"({op.join(parts)})"

    def text(self) -> str:
        return self.one_of(lambda: self.fact("note"), *self.variables("medicine", ".name"))

    def quantified(self, depth: int) -> str:
        macro = self.one_of("exists", "all", "exists_one")
        kind = self.one_of("medicine", "number")
        over = self.records(depth) if kind == "medicine" else self.numbers(depth)
        return f"{over}.{macro}({self.within(kind, depth)})"

    def within(self, kind: str, depth: int) -> str:
        """A variable and a condition on it."""
        self.bound.append((f"x{len(self.bound)}", kind))
        body = self.condition(depth)
        name, _ = self.bound.pop()
        return f"{name}, {body}"

    def records(self, depth: int) -> str:
        over = f"{self.at}medicines"
        if not depth or len(self.bound) == 2:
            return over
        return self.one_of(over, lambda: f"{over}.filter({self.within('medicine', depth - 1)})")

    def numbers(self, depth: int) -> str:
        """A list of numbers that a gate may draw conclusions from."""
        kinds = [f"{self.at}scores", lambda: f"[{self.integer(0)}, {self.integer(0)}]"]
        if depth and len(self.bound) < 2:
            name = f"x{len(self.bound)}"
            kinds.append(lambda: f"{self.at}scores.filter({self.within('number', depth - 1)})")
            kinds.append(lambda: f"{self.records(depth - 1)}.map({name}, {name}.dose)")
        return self.one_of(*kinds)

    def number(self, depth: int) -> str:
        return self.one_of(lambda: self.integer(depth), lambda: self.decimal(depth), *self.variables("number"))

    def decimal(self, depth: int) -> str:
        leaves = [lambda: self.fact("temperature"), lambda: repr(self.draw(HALVES))]
        leaves += self.variables("medicine", ".dose")
        if depth == 0:
            return self.one_of(*leaves)
        deeper = depth - 1
        kinds = [lambda: f"({self.decimal(deeper)} {self.one_of('+', '-', '*')} {self.decimal(deeper)})"]
        if not self.common:
            kinds.append(lambda: f"{self.one_of('mean', 'min', 'max')}({self.numbers(deeper)})")
            kinds.append(lambda: f"(double({self.integer(deeper)}) / {self.one_of('2', '0.5', 'cycle')})")
        return self.one_of(*leaves, *kinds)

    def integer(self, depth: int) -> str:
        leaves = [lambda: self.fact("cycle", "systolic"), lambda: repr(self.draw(SMALL))]
        if depth == 0:
            return self.one_of(*leaves)
        deeper = depth - 1
        kinds = [
            lambda: f"({self.integer(deeper)} {self.one_of('+', '-', '*')} {self.integer(deeper)})",
            lambda: f"({self.integer(deeper)} % {self.one_of('2', '-3')})",
            lambda: f"-{self.fact('cycle')}",
            lambda: f"size({self.numbers(deeper)})",
            lambda: f"size({self.text()})",
        ]
        if not self.common:
            kinds += ["latest(vitals).systolic", "sum(scores)", "age_at(birth_date, today)"]
            if len(self.bound) < 2:
                kinds.append(lambda: f"latest(vitals.filter(v, {self.one_of(*SEEN)})).systolic")
            kinds.append(lambda: f"days_between({self.day(0)}, {self.one_of('dosed_at', 'today')})")
        return self.one_of(*leaves, *kinds)

    def day(self, depth: int) -> str:
        leaves = ["today", "birth_date", "date('2026-03-01')"]
        if depth == 0:
            return self.one_of(*leaves)
        added = lambda: f"add_days({self.day(0)}, {self.integer(0)})"  # noqa: E731 -- drawn only if it is chosen
        return self.one_of(*leaves, added, "local_day(dosed_at)", "max(days)", "latest(vitals).day")


@st.composite
def conditions(draw: Draw, *, gate: bool = False, common: bool = False, at: str = "") -> str:
    """The texts of rules that answer with true or false."""
    return Maker(draw, gate=gate, common=common, at=at).condition(draw(st.integers(1, 3)))


@st.composite
def rules(draw: Draw) -> str:
    """The texts of rules of every type."""
    maker, depth = Maker(draw), draw(st.integers(0, 3))
    makers = (maker.condition, maker.number, maker.day, maker.numbers, maker.records)
    return maker.one_of(*(partial(make, depth) for make in makers))


FACTS = facts_over(NAMES)
HOLED = FACTS.flatmap(holed)
