"""Types, names and what may stand in a gate: every problem of a rule, found before it is ever evaluated.

What a rule reads is gathered on the way, so that nobody is shown an answer that rests on what is hidden from them.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from triptych.rules._nodes import (
    Binary,
    Call,
    Choose,
    Constant,
    Expr,
    Items,
    Joined,
    Name,
    Quantified,
    Select,
    Unary,
)
from triptych.rules._types import (
    ANY,
    BOOL,
    INT,
    NUMBER,
    Code,
    ListOf,
    RecordOf,
    Type,
    fits,
    is_value,
    kind,
    merged,
    named,
)
from triptych.rules.errors import RuleProblem

ORDERED = ("number", "text", "date", "timestamp", "anything")
NOTHING: frozenset[str] = frozenset()


class Found(NamedTuple):
    """The type of a node, and the paths of the records or the list that it stands for."""

    type: Type
    paths: frozenset[str] = NOTHING

    @property
    def named(self) -> str:
        """The paths as a message names them."""
        return " and ".join(sorted(self.paths)) or "this list"


class Checker:
    """Walks a tree once, gathering types, the paths it reads and every problem."""

    def __init__(
        self,
        names: Mapping[str, Type],
        calls: Callable[["Checker", Call], Found],
        *,
        gate: bool,
        roles: Collection[str] | None,
    ) -> None:
        self.gate = gate
        self.roles = roles
        self._calls = calls
        self._problems: list[RuleProblem] = []
        self._reads: set[str] = set()
        self._names = names
        self._bound: dict[str, Found] = {}

    def problems(self) -> tuple[RuleProblem, ...]:
        """Every problem found, in the order of the text."""
        return tuple(sorted(dict.fromkeys(self._problems)))

    def reads(self) -> frozenset[str]:
        """Every path read; a list or a record stands for itself only where none of its fields is read."""
        above = {path.rpartition(".")[0] for path in self._reads}
        return frozenset(path for path in self._reads if path not in above)

    def say(self, node: Expr, message: str, hint: str = "") -> Found:
        """Note a problem; what has one fits everywhere, so that it is not reported again."""
        self._problems.append(RuleProblem(*node.at, message, hint))
        return Found(ANY)

    def check(self, node: Expr) -> Found:
        """Find the type of a node, noting what it reads and what is wrong with it."""
        match node:
            case Constant():
                return self._constant(node)
            case Name():
                return self._name(node)
            case Select():
                return self._select(node)
            case Items():
                return self._items(node)
            case Choose():
                return self._choose(node)
            case Call():
                return self._calls(self, node)
            case Quantified():
                return self._quantified(node)
            case _:
                return Found(self._operation(node))

    def wants(self, node: Expr, *wanted: Type) -> Type:
        """Check a node and note a problem if its type is none of those wanted."""
        found = self.check(node).type
        if any(fits(found, one) for one in wanted):
            return found
        words = " or ".join(map(named, wanted))
        return self.say(node, f"Wanted here is {words}, and this is {named(found)}.").type

    def unknown(self, node: Expr, name: str, known: Collection[str], what: str) -> Found:
        """Note a name that is not known, with the nearest that is."""
        near = difflib.get_close_matches(name, known, n=1)
        if near:
            hint = f"Did you mean {near[0]}?"
        else:
            hint = f"Known here: {', '.join(sorted(known)[:20])}." if known else "None is known here."
        return self.say(node, f"There is no {what} {name[:60]!r}.", hint)

    def whole(self, node: Expr, over: Found, what: str, outcome: str = "no") -> None:
        """Note a gate that draws a conclusion from the end of a list that nobody can affirm complete."""
        if self.gate and isinstance(over.type, ListOf) and not over.type.affirmable:
            message = f"Nobody can affirm that {over.named} is complete, so {what} turns absence into {outcome}."
            self.say(node, message, "Give the form affirmed_by, or decide on latest(…).")

    def _constant(self, node: Constant) -> Found:
        match node.value:
            case None:
                return self.say(node, "null stands only beside == and !=.", "Leave the answer missing.")
            case bool():
                return Found(BOOL)
            case int():
                return Found(INT)
            case float():
                return Found(NUMBER)
            case text:
                return Found(Code((text,)))

    def _name(self, node: Name) -> Found:
        if node.name in self._bound:
            return self._bound[node.name]
        if node.name not in self._names:
            return self.unknown(node, node.name, [*self._names, *self._bound], "fact")
        return self._read(self._names[node.name], [node.name])

    def _read(self, of: Type, paths: Iterable[str]) -> Found:
        found = Found(of, frozenset(paths))
        self._reads |= found.paths
        return Found(of) if is_value(of) else found

    def _select(self, node: Select) -> Found:
        of = self.check(node.of)
        if isinstance(of.type, RecordOf):
            if node.field not in of.type.fields:
                return self.unknown(node, node.field, of.type.fields, f"item in {of.type.name}")
            return self._read(of.type.fields[node.field], [f"{path}.{node.field}" for path in of.paths])
        if of.type == ANY:
            return of
        hint = f"The newest one is latest({of.named}).{node.field}." if isinstance(of.type, ListOf) else ""
        return self.say(node, f"{_starting(of.type)} has no items.", hint)

    def _items(self, node: Items) -> Found:
        element: Type = ANY
        for item in node.items:
            found = self.check(item).type
            if not is_value(found):
                self.say(item, f"A list written out holds values, and this is {named(found)}.")
                continue
            both = merged(element, found)
            if both is None:
                self.say(item, f"The list holds {element}, and this is {named(found)}.")
            element = both or element
        return Found(ListOf(element, affirmable=True))

    def _choose(self, node: Choose) -> Found:
        self.wants(node.condition, BOOL)
        yes, no = self.check(node.yes), self.check(node.no)
        both = merged(yes.type, no.type)
        if both is None:
            return self.say(node, f"The two answers differ in type: {yes.type} and {no.type}.")
        return Found(both, yes.paths | no.paths)

    def _quantified(self, node: Quantified) -> Found:
        over = self.check(node.over)
        element: Type = ANY
        if isinstance(over.type, ListOf):
            element = over.type.element
        elif over.type != ANY:
            self.say(node, f"{node.kind} goes over a list, and this is {named(over.type)}.")
        if node.kind in ("exists", "all", "exists_one"):
            self.whole(node, over, node.kind)
        body = self._body(node, Found(element, NOTHING if is_value(element) else over.paths))
        if node.kind == "map":
            return self._mapped(node, over, body)
        if not fits(body.type, BOOL):
            self.say(node.body, f"A condition is wanted here, and this is {named(body.type)}.")
        return over if node.kind == "filter" else Found(BOOL)

    def _body(self, node: Quantified, variable: Found) -> Found:
        if node.variable in self._names or node.variable in self._bound:
            self.say(node, f"{node.variable!r} already stands for something else.", "Choose another variable.")
        before = self._bound
        self._bound = {**before, node.variable: variable}
        body = self.check(node.body)
        self._bound = before
        return body

    def _mapped(self, node: Quantified, over: Found, body: Found) -> Found:
        if not is_value(body.type):
            return self.say(node.body, f"map answers with values, and this is {named(body.type)}.")
        return Found(ListOf(body.type, isinstance(over.type, ListOf) and over.type.affirmable), over.paths)

    def _operation(self, node: Unary | Joined | Binary) -> Type:
        match node:
            case Unary(op="!", arg=arg):
                self.wants(arg, BOOL)
                return BOOL
            case Unary(arg=arg):
                return self.wants(arg, NUMBER)
            case Joined(parts=parts):
                for part in parts:
                    self.wants(part, BOOL)
                return BOOL
            case Binary(op="in"):
                return self._in(node)
            case Binary(op="==" | "!="):
                return self._equal(node)
            case Binary(op="<" | "<=" | ">" | ">="):
                return self._ordered(node)
            case _:
                return self._arithmetic(node)

    def _in(self, node: Binary) -> Type:
        left, over = self.check(node.left).type, self.check(node.right)
        if not isinstance(over.type, ListOf):
            if over.type != ANY:
                self.say(node, f"`in` wants a list on its right, and this is {named(over.type)}.")
            return BOOL
        if not is_value(over.type.element):
            why = " It would turn absence into no." if self.gate else ""
            self.say(node, f"`in` does not look into records.{why}", "Compare an item: list.exists(x, x.item == …).")
            return BOOL
        self.whole(node, over, "`in`")
        if kind(left) != kind(over.type.element) and ANY not in (left, over.type.element):
            self.say(node, f"{_starting(left)} is never in {named(over.type)}.")
        elif isinstance(node.right, Items):
            for item in node.right.items:
                self._in_codes(item, left)
        else:
            self._in_codes(node.left, over.type.element)
        return BOOL

    def _in_codes(self, node: Expr, of: Type) -> bool:
        """Check that a text written out is in the code list it is compared with."""
        if not isinstance(of, Code) or not isinstance(node, Constant) or node.value in of.codes:
            return True
        if isinstance(node.value, str):
            self.say(node, f"{node.value[:60]!r} is not in the code list.", f"The codes are {', '.join(of.codes)}.")
        return False

    def _equal(self, node: Binary) -> Type:
        nulls = [side for side in (node.left, node.right) if isinstance(side, Constant) and side.value is None]
        if nulls:
            return self._null(node, nulls[0])
        left, right = self.check(node.left).type, self.check(node.right).type
        if not is_value(left) or not is_value(right):
            self.say(node, "Lists and records are not compared.", "Compare their answers.")
        elif ANY not in (left, right) and kind(left) != kind(right):
            self.say(node, f"{_starting(left)} never equals {named(right)}.")
        elif self._in_codes(node.left, right) and self._in_codes(node.right, left) and _apart(left, right):
            self.say(node, "The two code lists have no code in common.")
        return BOOL

    def _null(self, node: Binary, null: Expr) -> Type:
        other = node.left if null is node.right else node.right
        if self.gate:
            message = "null has no place in a gate: it turns absence into no."
            self.say(null, message, "Compare the answer itself; a missing one leaves the gate undecided.")
        self.check(other)
        return BOOL

    def _ordered(self, node: Binary) -> Type:
        left, right = self.check(node.left).type, self.check(node.right).type
        if ANY not in (left, right) and kind(left) != kind(right):
            self.say(node, f"{_starting(left)} and {named(right)} are not ordered.", _chained(left, right))
        elif kind(left) not in ORDERED or kind(right) not in ORDERED:
            self.say(node, f"Values of the type {left} are not ordered.", _chained(left, right))
        elif any(isinstance(side, Code) and len(side.codes) > 1 for side in (left, right)):
            self.say(
                node, "Codes have no order; as text they would be ordered by the alphabet.", "List them: x in [...]."
            )
        return BOOL

    def _arithmetic(self, node: Binary) -> Type:
        left, right = self.wants(node.left, NUMBER), self.wants(node.right, NUMBER)
        whole = left == right == INT
        if node.op == "/" and whole:
            hint = "Write double(a) / b."
            return self.say(node, "Integer division truncates in CEL, so / does not take two integers.", hint).type
        if node.op == "%" and not whole and ANY not in (left, right):
            return self.say(node, "% takes integers.").type
        return ANY if ANY in (left, right) else INT if whole else NUMBER


def _starting(of: Type) -> str:
    """Name a type at the start of a sentence."""
    words = named(of)
    return words[0].upper() + words[1:]


def _chained(one: Type, other: Type) -> str:
    """What to write where a comparison is compared."""
    return "Write a < b && b < c." if BOOL in (one, other) else ""


def _apart(one: Type, other: Type) -> bool:
    """Whether two types are code lists without a common code."""
    return isinstance(one, Code) and isinstance(other, Code) and not {*one.codes} & {*other.codes}


def fitting(found: Found, wanted: Type) -> RuleProblem | None:
    """Find out why a rule does not answer with what is wanted."""
    if fits(found.type, wanted):
        return None
    if isinstance(wanted, Code) and isinstance(found.type, Code):
        beyond = ", ".join(code for code in found.type.codes if code not in wanted.codes)
        message = f"The rule can answer {beyond[:200]}, which is not in the code list."
        return RuleProblem(1, 1, message, f"The codes are {', '.join(wanted.codes)}.")
    return RuleProblem(1, 1, f"The rule answers with {named(found.type)}, and {named(wanted)} is wanted.")
