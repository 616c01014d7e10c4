"""Operators and functions over values that are all known. Wrong values are faults, and no message repeats one."""

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from triptych.rules._values import Context, bounded
from triptych.rules.errors import RuleFault

KINDS = {bool: "bool", int: "number", float: "number", str: "text", datetime: "timestamp", date: "date"}
"""The kind of a value by its class; a class stands before those it is derived from."""


def kind_of(value: object) -> str:
    """Name the kind of a value: values of two kinds are never compared. Raises `RuleFault` on anything else."""
    for of in (type(value), *KINDS):
        if of in KINDS and isinstance(value, of):
            return KINDS[of]
    raise RuleFault("a single value is wanted here, and this is something else")


def same_kind(one: object, other: object) -> str:
    """Name the kind of two values. Raises `RuleFault` if they are of different kinds."""
    found = kind_of(one)
    if found != kind_of(other):
        raise RuleFault(f"a {found} is compared with a {kind_of(other)}")
    return found


def equal(one: object, other: object) -> bool:
    """Whether two values are equal. Raises `RuleFault` for values of two kinds, which are never compared."""
    same_kind(one, other)
    return one == other


def _unequal(one: object, other: object) -> bool:
    return not equal(one, other)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(one: object, other: object) -> bool:
        if same_kind(one, other) == "bool":
            raise RuleFault("true and false have no order")
        return compare(one, other)

    return apply


def number(value: object) -> int | float:
    """Take a number. Raises `RuleFault` on anything else."""
    if kind_of(value) != "number":
        raise RuleFault(f"a number is wanted here, and this is a {kind_of(value)}")
    return cast(int | float, value)


def _calculated(calculate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], object]:
    def apply(one: object, other: object) -> object:
        try:
            return bounded(calculate(number(one), number(other)))
        except ZeroDivisionError:
            raise RuleFault("division by zero") from None

    return apply


def _remainder(one: int | float, other: int | float) -> int:
    """The remainder with the sign of the dividend, as in CEL."""
    if not isinstance(one, int) or not isinstance(other, int):
        raise RuleFault("% takes integers")
    rest = abs(one) % abs(other)
    return -rest if one < 0 else rest


RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": equal,
    "!=": _unequal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
QUICK: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The same for two values of one type that has an order."""
ARITHMETIC: dict[str, Callable[[Any, Any], object]] = {
    "+": _calculated(operator.add),
    "-": _calculated(operator.sub),
    "*": _calculated(operator.mul),
    "/": _calculated(operator.truediv),
    "%": _calculated(_remainder),
}


def negated(value: object) -> object:
    """Change the sign of a number. Raises `RuleFault` if the result is out of range."""
    return bounded(-number(value))


def denied(value: object) -> bool:
    """Turn true into false and false into true. Raises `RuleFault` on anything else."""
    if not isinstance(value, bool):
        raise RuleFault("a condition is wanted here")
    return not value


def total(values: Sequence[object]) -> int | float:
    """Add from left to right, so that every evaluator rounds alike."""
    found: int | float = 0
    for value in values:
        found = bounded(found + number(value))
    return found


def _mean(values: Sequence[object]) -> float:
    return total(values) / len(values)


def _extreme(choose: Callable[..., Any]) -> Callable[[Sequence[object]], object]:
    def apply(values: Sequence[object]) -> object:
        for value in values:
            same_kind(values[0], value)
        return choose(values)

    return apply


AGGREGATES: dict[str, Callable[[Sequence[object]], object]] = {
    "sum": total,
    "mean": _mean,
    "min": _extreme(min),
    "max": _extreme(max),
    "size": len,
}


def local_day(context: Context, value: object) -> date:
    """Return the day of an instant in the site's zone; a day is itself. Raises `RuleFault` on anything else."""
    try:
        if isinstance(value, datetime):
            return value.astimezone(context.zone).date()
    except OverflowError:
        raise RuleFault("a timestamp is out of range") from None
    if isinstance(value, date):
        return value
    raise RuleFault("a date or a timestamp is wanted here")


def _days_between(context: Context, one: object, other: object) -> int:
    return (local_day(context, other) - local_day(context, one)).days


def _age_at(context: Context, birth_date: object, day: object) -> int:
    """Completed years; a birthday on 29 February counts on 1 March in common years."""
    born, at = local_day(context, birth_date), local_day(context, day)
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def _add_days(context: Context, day: object, days: object) -> date:
    if kind_of(days) != "number" or not isinstance(days, int):
        raise RuleFault("add_days takes an integer")
    try:
        return local_day(context, day) + timedelta(days=days)
    except OverflowError:
        raise RuleFault("a date is out of range") from None


def _double(_: Context, value: object) -> float:
    return float(number(value))


def _holds_role(context: Context, person: object, role: object) -> bool:
    if context.holds_role is None:
        raise RuleFault("nobody knows here who holds which role")
    if not isinstance(person, str) or not isinstance(role, str):
        raise RuleFault("holds_role takes text")
    return context.holds_role(person, role)


FUNCTIONS: dict[str, Callable[..., object]] = {
    "add_days": _add_days,
    "age_at": _age_at,
    "days_between": _days_between,
    "double": _double,
    "holds_role": _holds_role,
    "local_day": local_day,
}
WRITTEN: dict[str, Callable[[str], object]] = {"date": date.fromisoformat, "timestamp": datetime.fromisoformat}
