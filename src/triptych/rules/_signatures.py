"""The functions of the language as the checker sees them: what each takes, answers with and may do in a gate."""

import re
from datetime import date, datetime

from triptych.rules._check import Checker, Found
from triptych.rules._nodes import FUNCTIONS, Call, Constant, Expr, Name, Select
from triptych.rules._types import ANY, BOOL, DATE, INT, NUMBER, TEXT, TIME, ListOf, RecordOf, Type, kind, named

SIMPLE: dict[str, tuple[tuple[tuple[Type, ...], ...], Type]] = {
    "add_days": (((DATE,), (INT,)), DATE),
    "age_at": (((DATE,), (DATE, TIME)), INT),
    "days_between": (((DATE, TIME), (DATE, TIME)), INT),
    "double": (((NUMBER,),), NUMBER),
    "local_day": (((TIME,),), DATE),
}
ORDERED = ("number", "date", "timestamp", "anything")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def check_call(checker: Checker, node: Call) -> Found:
    """Check a call: its name, its arguments and whether it may stand in a gate."""
    if node.function not in FUNCTIONS:
        return checker.unknown(node, node.function, FUNCTIONS, "function")
    wanted = FUNCTIONS[node.function]
    if len(node.args) != wanted:
        values = "1 argument" if wanted == 1 else f"{wanted} arguments"
        return checker.say(node, f"{node.function} takes {values}, and here are {len(node.args)}.")
    if node.function in SIMPLE:
        parameters, answer = SIMPLE[node.function]
        for arg, types in zip(node.args, parameters, strict=True):
            checker.wants(arg, *types)
        return Found(answer)
    return _special(checker, node, node.args[0])


def _special(checker: Checker, node: Call, of: Expr) -> Found:
    match node.function:
        case "latest":
            return _latest(checker, node, of)
        case "sum" | "mean" | "min" | "max":
            return Found(_aggregate(checker, node, of))
        case "size":
            return Found(_size(checker, node, of))
        case "count_answered":
            return Found(_count(checker, node, of))
        case "prorated":
            return Found(_prorated(checker, node, of, node.args[1]))
        case "has":
            return Found(_has(checker, node, of))
        case "holds_role":
            return Found(_holds_role(checker, of, node.args[1]))
        case _:
            return Found(_written(checker, node, of))


def _list(checker: Checker, node: Call, of: Expr) -> tuple[Found, Type] | None:
    """Check an argument that has to be a list; the list and the type of its elements."""
    before = checker.problems()
    found = checker.check(of)
    if isinstance(found.type, ListOf):
        if found.type.element == ANY and checker.problems() == before:
            checker.say(node, f"{node.function} is asked of a list that is always empty.")
        return found, found.type.element
    if kind(found.type) != "anything":
        checker.say(node, f"{node.function} takes a list, and this is {named(found.type)}.")
    return None


def _latest(checker: Checker, node: Call, of: Expr) -> Found:
    over = _list(checker, node, of)
    if over is None:
        return Found(ANY)
    found, element = over
    return Found(element, found.paths if isinstance(element, RecordOf) else frozenset())


def _aggregate(checker: Checker, node: Call, of: Expr) -> Type:
    over = _list(checker, node, of)
    if over is None:
        return ANY
    found, element = over
    allowed = ORDERED if node.function in ("min", "max") else ("number", "anything")
    if kind(element) not in allowed:
        what = "numbers, dates or timestamps" if len(allowed) > 2 else "numbers"
        return checker.say(node, f"{node.function} takes a list of {what}, and this is {named(found.type)}.").type
    checker.whole(node, found, node.function, "a number" if kind(element) == "number" else "an answer")
    return NUMBER if node.function == "mean" else element


def _size(checker: Checker, node: Call, of: Expr) -> Type:
    found = checker.check(of)
    if kind(found.type) not in ("text", "list", "anything"):
        return checker.say(node, f"size takes text or a list, and this is {named(found.type)}.").type
    if isinstance(found.type, ListOf) and isinstance(found.type.element, RecordOf):
        if checker.gate:
            message = "size over records has no place in a gate: it turns absence into a number."
            checker.say(node, message, "Use all or exists over a list that is affirmed complete, or latest(…).")
    else:
        checker.whole(node, found, "size", "a number")
    return INT


def _count(checker: Checker, node: Call, of: Expr) -> Type:
    if checker.gate:
        message = "count_answered has no place in a gate: it turns absence into a number."
        checker.say(node, message, "Use sum or mean, which are unknown while an answer is missing.")
    _list(checker, node, of)
    return INT


def _prorated(checker: Checker, node: Call, of: Expr, least: Expr) -> Type:
    if checker.gate:
        message = "prorated has no place in a gate: it puts a number where an answer is missing."
        checker.say(node, message, "Use sum or mean, which are unknown while an answer is missing.")
    over = _list(checker, node, of)
    if over is not None and kind(over[1]) not in ("number", "anything"):
        checker.say(node, f"prorated takes a list of numbers, and this is {named(over[0].type)}.")
    if not isinstance(least, Constant) or isinstance(least.value, bool) or not isinstance(least.value, int):
        checker.check(least)
        checker.say(least, "How many answers are enough is written out as a whole number.")
    elif least.value < 1:
        checker.say(least, "At least one answer is needed.", "Write 1 or more.")
    return NUMBER


def _has(checker: Checker, node: Call, of: Expr) -> Type:
    if checker.gate:
        message = "has has no place in a gate: it turns absence into no."
        checker.say(node, message, "Compare the answer itself; a missing one leaves the gate undecided.")
    if not isinstance(of, Select | Name):
        checker.say(node, "has takes an item.", "Write has(item) or has(latest(list).item).")
    checker.check(of)
    return BOOL


def _holds_role(checker: Checker, person: Expr, role: Expr) -> Type:
    checker.wants(person, TEXT)
    if not isinstance(role, Constant) or not isinstance(role.value, str):
        checker.say(role, "The role is written out in quotes.")
    elif checker.roles is not None and role.value not in checker.roles:
        checker.unknown(role, role.value, checker.roles, "role")
    return BOOL


def _written(checker: Checker, node: Call, literal: Expr) -> Type:
    """Check `date("…")` and `timestamp("…")`, which take what is written out and nothing else."""
    is_day = node.function == "date"
    example = f'Write {node.function}("2026-11-23{"" if is_day else "T08:30:00Z"}").'
    if not isinstance(literal, Constant) or not isinstance(literal.value, str):
        checker.check(literal)
        checker.say(literal, f"{node.function} takes what is written out in quotes.", example)
    elif not is_written(literal.value, is_day=is_day):
        checker.say(literal, f"{literal.value[:40]!r} is not a {node.function}.", example)
    return DATE if is_day else TIME


def is_written(text: str, *, is_day: bool) -> bool:
    """Whether a text is a day, or an instant with its offset, as `date` and `timestamp` take it."""
    if not (DAY if is_day else INSTANT).fullmatch(text):
        return False
    try:
        (date if is_day else datetime).fromisoformat(text)
    except ValueError:
        return False
    return True
