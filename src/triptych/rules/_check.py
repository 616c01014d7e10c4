"""Types, names and what may stand in a gate: every problem of a rule, found before it is ever evaluated."""

import difflib
from collections.abc import Collection, Mapping
from datetime import date, datetime

from triptych.rules._nodes import (
    Binary,
    Call,
    Choose,
    Constant,
    Expr,
    Items,
    Name,
    Quantified,
    Select,
    Unary,
)
from triptych.rules._types import (
    ANY,
    BOOL,
    DATE,
    INT,
    NULL,
    NUMBER,
    NUMBERS,
    TEXT,
    TIME,
    Code,
    ListOf,
    RecordOf,
    Type,
    alike,
    kind,
)
from triptych.rules.errors import RuleProblem

MAX_QUANTIFIERS = 2
FUNCTIONS = (
    "add_days", "age_at", "count_answered", "date", "days_between", "double", "has", "holds_role", "latest",
    "local_day", "max", "mean", "min", "size", "sum", "timestamp",
)  # fmt: skip
CONSTANTS: dict[type, Type] = {bool: BOOL, int: INT, float: NUMBER, str: TEXT, type(None): NULL}


class Checker:
    """Walks a tree once, gathering types, the paths it reads and every problem."""

    def __init__(self, names: Mapping[str, Type], *, gate: bool, roles: Collection[str] | None) -> None:
        self.problems: list[RuleProblem] = []
        self.reads: set[str] = set()
        self._names, self._gate, self._roles = names, gate, roles
        self._bound: list[tuple[str, Type, str]] = []

    def _say(self, node: Expr, message: str, hint: str = "") -> Type:
        self.problems.append(RuleProblem(node.at[0], node.at[1], message, hint))
        return ANY

    def check(self, node: Expr) -> Type:
        """The type of a node; `ANY` where a problem has been reported."""
        found, path = self.typed(node)
        if path and not isinstance(found, RecordOf | ListOf):
            self.reads.add(path)
        return found

    def typed(self, node: Expr) -> tuple[Type, str]:
        """The type of a node, and the path of the fact it stands for (empty where it stands for none)."""
        match node:
            case Constant():
                return self._constant(node), ""
            case Name():
                return self._name(node)
            case Select():
                return self._select(node)
            case Unary():
                return self._unary(node), ""
            case Binary():
                return self._binary(node), ""
            case Choose():
                return self._choose(node), ""
            case Items():
                return self._items(node), ""
            case Call():
                return self._call(node)
            case Quantified():
                return self._quantified(node)

    def _constant(self, node: Constant) -> Type:
        if node.value is None and self._gate:
            return self._say(node, "null has no place in a gate: it turns absence into no.", "Compare the answer itself.")
        return CONSTANTS[type(node.value)]

    def _name(self, node: Name) -> tuple[Type, str]:
        for name, found, path in reversed(self._bound):
            if name == node.name:
                return found, path
        if node.name in self._names:
            return self._names[node.name], node.name
        return self._unknown(node, node.name, self._names, "fact"), ""

    def _unknown(self, node: Expr, name: str, known: Collection[str], what: str) -> Type:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(known)[:20])}."
        return self._say(node, f"There is no {what} {name!r}.", hint)

    def _select(self, node: Select) -> tuple[Type, str]:
        of, path = self.typed(node.of)
        if not isinstance(of, RecordOf):
            if of is ANY:
                return ANY, ""
            hint = f"latest({path or 'list'}).{node.field} is the newest." if isinstance(of, ListOf) else ""
            return self._say(node, f"A {of} has no fields.", hint), ""
        if node.field not in of.fields:
            return self._unknown(node, node.field, of.fields, f"item in {of.name}"), ""
        found = of.fields[node.field]
        path = f"{path}.{node.field}" if path else ""
        if path:
            self.reads.add(path)
        return found, path

    def _wants(self, node: Expr, *wanted: Type) -> Type:
        found = self.check(node)
        if not any(alike(found, one) for one in wanted):
            return self._say(node, f"A {' or '.join(map(str, wanted))} is wanted here, and this is a {found}.")
        return found

    def _unary(self, node: Unary) -> Type:
        if node.op == "!":
            self._wants(node.arg, BOOL)
            return BOOL
        return self._wants(node.arg, NUMBER)

    def _binary(self, node: Binary) -> Type:
        match node.op:
            case "&&" | "||":
                self._wants(node.left, BOOL)
                self._wants(node.right, BOOL)
                return BOOL
            case "in":
                return self._in(node)
            case "==" | "!=":
                return self._equal(node)
            case "<" | "<=" | ">" | ">=":
                return self._ordered(node)
            case _:
                return self._arithmetic(node)

    def _in(self, node: Binary) -> Type:
        left, right = self.check(node.left), self.check(node.right)
        if right is not ANY and not isinstance(right, ListOf):
            return self._say(node, f"`in` wants a list on its right, and this is a {right}.")
        if isinstance(right, ListOf) and isinstance(right.element, RecordOf):
            return self._say(node, "`in` does not look into records.", "Use a quantifier over the list.")
        if isinstance(right, ListOf) and not alike(left, right.element):
            return self._say(node, f"A {left} is never in a {right}.")
        return BOOL

    def _equal(self, node: Binary) -> Type:
        left, right = self.check(node.left), self.check(node.right)
        if NULL in (left, right):
            return BOOL
        if not alike(left, right):
            return self._say(node, f"A {left} never equals a {right}.")
        for code, other in ((left, node.right), (right, node.left)):
            if isinstance(code, Code) and isinstance(other, Constant) and other.value not in code.codes:
                self._say(other, f"{other.value!r} is not in the code list.", f"The codes are {', '.join(code.codes)}.")
        if kind(left) in ("list", "record") and ANY not in (left, right):
            return self._say(node, "Lists and records are not compared.", "Compare their answers.")
        return BOOL

    def _ordered(self, node: Binary) -> Type:
        left, right = self.check(node.left), self.check(node.right)
        if not alike(left, right):
            return self._say(node, f"A {left} and a {right} are not ordered.")
        if kind(left) not in ("number", "text", "date", "timestamp", "anything"):
            return self._say(node, f"Values of the type {left} are not ordered.")
        return BOOL

    def _arithmetic(self, node: Binary) -> Type:
        left, right = self._wants(node.left, NUMBER), self._wants(node.right, NUMBER)
        both_int = left == right == INT
        if node.op == "/" and both_int:
            return self._say(node, "A division of integers drops the remainder.", "Write double(a) / b.")
        if node.op == "%" and not both_int and ANY not in (left, right):
            return self._say(node, "% is for integers.")
        return INT if both_int else NUMBER

    def _choose(self, node: Choose) -> Type:
        self._wants(node.condition, BOOL)
        yes, no = self.check(node.yes), self.check(node.no)
        if not alike(yes, no):
            return self._say(node, f"The two answers differ in type: {yes} and {no}.")
        return yes if yes == no else NUMBER if kind(yes) == "number" else yes

    def _items(self, node: Items) -> Type:
        found = [self.check(item) for item in node.items]
        first = next((one for one in found if one is not ANY), ANY)
        for item, one in zip(node.items, found, strict=True):
            if not alike(one, first):
                self._say(item, f"The list holds {first}, and this is a {one}.")
        return ListOf(NUMBER if NUMBER in found else first)

    def _quantified(self, node: Quantified) -> tuple[Type, str]:
        over, path = self.typed(node.over)
        if not isinstance(over, ListOf):
            if over is not ANY:
                self._say(node, f"{node.kind} goes over a list, and this is a {over}.")
            return ANY, ""
        if len(self._bound) >= MAX_QUANTIFIERS:
            self._say(node, f"Quantifiers are nested more than {MAX_QUANTIFIERS} deep.", "Split it into definitions.")
        if self._gate and node.kind in ("exists", "all", "exists_one") and not _closed(over, path):
            message = f"Nobody affirms that {path or 'this list'} is complete, so {node.kind} turns absence into no."
            self._say(node, message, "Give the form affirmed_by, or use latest(…).")
        self._bound.append((node.variable, over.element, path))
        body = self.check(node.body)
        self._bound.pop()
        if node.kind == "map":
            return ListOf(body, over.affirmable), ""
        if not alike(body, BOOL):
            self._say(node.body, f"A condition is wanted here, and this is a {body}.")
        return (over, path) if node.kind == "filter" else (BOOL, "")

    def _call(self, node: Call) -> tuple[Type, str]:
        if node.function not in FUNCTIONS:
            return self._unknown(node, node.function, FUNCTIONS, "function"), ""
        wanted = 2 if node.function in ("add_days", "age_at", "days_between", "holds_role") else 1
        if len(node.args) != wanted:
            return self._say(node, f"{node.function} takes {wanted} argument{'s' * (wanted > 1)}."), ""
        if node.function == "latest":
            return self._latest(node)
        return self._apply(node), ""

    def _latest(self, node: Call) -> tuple[Type, str]:
        over, path = self.typed(node.args[0])
        if not isinstance(over, ListOf):
            return (ANY if over is ANY else self._say(node, f"latest takes a list, and this is a {over}.")), ""
        return over.element, path

    def _apply(self, node: Call) -> Type:
        match node.function, node.args:
            case ("sum" | "mean" | "min" | "max") as name, (of,):
                found = self.check(of)
                element = found.element if isinstance(found, ListOf) else found
                if not isinstance(found, ListOf) or kind(element) not in ("number", "anything"):
                    return self._say(node, f"{name} takes a list of numbers.")
                return NUMBER if name == "mean" else element
            case "count_answered", (of,):
                if self._gate:
                    return self._say(node, "count_answered has no place in a gate: it turns absence into a number.")
                self.check(of)
                return INT
            case "size", (of,):
                return self._size(node, of)
            case "has", (of,):
                return self._has(node, of)
            case "days_between", (first, second):
                self._wants(first, DATE, TIME)
                self._wants(second, DATE, TIME)
                return INT
            case "age_at", (born, day):
                self._wants(born, DATE)
                self._wants(day, DATE, TIME)
                return INT
            case "add_days", (day, days):
                self._wants(day, DATE)
                self._wants(days, INT)
                return DATE
            case "local_day", (instant,):
                self._wants(instant, TIME)
                return DATE
            case "double", (number,):
                self._wants(number, NUMBER)
                return NUMBER
            case "holds_role", (person, role):
                return self._holds_role(person, role)
            case name, (literal,):
                return self._literal(node, name, literal)
        raise AssertionError(node.function)

    def _size(self, node: Call, of: Expr) -> Type:
        found = self.check(of)
        is_records = isinstance(found, ListOf) and isinstance(found.element, RecordOf)
        if is_records and self._gate:
            return self._say(node, "size over records turns absence into no.", "Use latest(…).")
        if kind(found) not in ("text", "list", "anything"):
            return self._say(node, f"size takes text or a list, and this is a {found}.")
        return INT

    def _has(self, node: Call, of: Expr) -> Type:
        if self._gate:
            return self._say(node, "has has no place in a gate: it turns absence into no.", "Compare the answer itself.")
        if not isinstance(of, Select | Name):
            return self._say(node, "has takes an item.")
        self.check(of)
        return BOOL

    def _holds_role(self, person: Expr, role: Expr) -> Type:
        self._wants(person, TEXT)
        if not isinstance(role, Constant) or not isinstance(role.value, str):
            return self._say(role, "The role is written out in quotes.")
        if self._roles is not None and role.value not in self._roles:
            self._unknown(role, role.value, self._roles, "role")
        return BOOL

    def _literal(self, node: Call, name: str, literal: Expr) -> Type:
        if not isinstance(literal, Constant) or not isinstance(literal.value, str):
            return self._say(node, f"{name} takes text written out in quotes.")
        try:
            if name == "date":
                date.fromisoformat(literal.value)
            elif datetime.fromisoformat(literal.value).tzinfo is None:
                return self._say(literal, "A timestamp has an offset.", 'Write "2026-11-23T08:00:00Z".')
        except ValueError:
            return self._say(literal, f"{literal.value!r} is not a {name}.", 'Write "2026-11-23".')
        return DATE if name == "date" else TIME


def _closed(over: ListOf, path: str) -> bool:
    """A list is closed if it can be affirmed, or was written out or answered whole (no list of records)."""
    return over.affirmable or not isinstance(over.element, RecordOf)
