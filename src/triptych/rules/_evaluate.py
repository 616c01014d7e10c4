"""Kleene's logic over facts: true, false, or missing with every path that could still decide.

A checked tree is turned into nested functions once. A missing answer is the only unknown; whatever else cannot
be evaluated is a fault of the document.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

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
from triptych.rules.errors import RuleFault

MAX_LIST = 10_000
LIMIT = 2**63


class Missing:
    """The unknown answer, with all the paths of answers that are missing."""

    __slots__ = ("paths",)

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Missing) and other.paths == self.paths

    def __hash__(self) -> int:
        return hash(self.paths)

    def __repr__(self) -> str:
        return f"Missing({sorted(self.paths)})"

    def __bool__(self) -> bool:
        raise TypeError("an unknown is neither true nor false")


class Absent(Missing):
    """No record is there: what is missing is whatever is asked of it."""

    __slots__ = ()


class Listing(Sequence[object]):
    """A list fact. `unaffirmed` are the paths for want of which nobody has affirmed it complete."""

    __slots__ = ("items", "path", "unaffirmed")

    def __init__(self, items: Sequence[object], unaffirmed: Iterable[str] = (), path: str = "") -> None:
        self.items, self.unaffirmed, self.path = items, frozenset(unaffirmed), path

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]

    def __iter__(self) -> Iterator[object]:
        return iter(self.items)

    def __repr__(self) -> str:
        return f"Listing({self.items!r}, unaffirmed={sorted(self.unaffirmed)}, path={self.path!r})"


class Context:
    """What rules need besides facts: the site's zone, and who holds which role."""

    __slots__ = ("holds_role", "zone")

    def __init__(self, zone: tzinfo, holds_role: Callable[[str, str], bool] | None = None) -> None:
        self.zone, self.holds_role = zone, holds_role


class Scope:
    """Facts, bound variables (value and path) and context of one evaluation."""

    __slots__ = ("bound", "context", "facts")

    def __init__(self, facts: Mapping[str, object], context: Context) -> None:
        self.facts, self.context = facts, context
        self.bound: dict[str, tuple[object, str]] = {}


Step = Callable[[Scope], object]


def built(node: Expr) -> Step:
    """Turn a checked tree into a function of a scope."""
    match node:
        case Constant(value=value):
            return lambda _: value
        case Name(name=name):
            return _named(name)
        case Select(of=of, field=field):
            return _selected(of, field)
        case Unary(op=op, arg=arg):
            step = built(arg)
            return _known(lambda a: not a, step) if op == "!" else _known(lambda a: _bounded(-a), step)
        case Binary(op="&&", left=left, right=right):
            return _joined(built(left), built(right), decides=False)
        case Binary(op="||", left=left, right=right):
            return _joined(built(left), built(right), decides=True)
        case Binary(op=op, left=left, right=right):
            return _known(OPERATORS[op], built(left), built(right))
        case Choose(condition=condition, yes=yes, no=no):
            return _chosen(built(condition), built(yes), built(no))
        case Items(items=items):
            steps = tuple(map(built, items))
            return lambda scope: Listing([step(scope) for step in steps])
        case Call(function="has", args=(of,)):
            step = built(of)
            return lambda scope: not isinstance(step(scope), Missing)
        case Call(function=function, args=args):
            return _called(function, tuple(map(built, args)))
        case Quantified(kind=kind, over=over, variable=variable, body=body):
            return _quantified(kind, built(over), variable, built(body))


def _named(name: str) -> Step:
    def step(scope: Scope) -> object:
        if name in scope.bound:
            return scope.bound[name][0]
        value = scope.facts.get(name)
        return Missing((name,)) if value is None else value

    return step


def _path_of(node: Expr, scope: Scope) -> str:
    """The path that a record expression stands for, to name a field that is missing from it."""
    match node:
        case Name(name=name):
            return scope.bound[name][1] if name in scope.bound else name
        case Select(of=of, field=field):
            return f"{_path_of(of, scope)}.{field}"
        case Call(function="latest", args=(of,)):
            return _path_of(of, scope)
        case Quantified(over=over):
            return _path_of(over, scope)
        case _:
            return ""


def _selected(of: Expr, field: str) -> Step:
    record = built(of)

    def step(scope: Scope) -> object:
        found = record(scope)
        if isinstance(found, Absent):
            return Missing(f"{path}.{field}" for path in found.paths)
        if isinstance(found, Missing):
            return found
        if not isinstance(found, Mapping):
            raise RuleFault(f"{field} is asked of something that is not a record")
        value = found.get(field)
        return Missing((f"{_path_of(of, scope)}.{field}",)) if value is None else value

    return step


def _missing(values: Iterable[object]) -> Missing | None:
    """All that is missing among values, if anything is."""
    paths = [value.paths for value in values if isinstance(value, Missing)]
    return Missing(frozenset().union(*paths)) if paths else None


def _unless(missing: Missing | None, value: object) -> object:
    return value if missing is None else missing


def _known(apply: Callable[..., object], *steps: Step) -> Step:
    """A function of known values; missing if any of them is, naming all."""

    def step(scope: Scope) -> object:
        values = [one(scope) for one in steps]
        missing = _missing(values)
        if missing is not None:
            return missing
        try:
            return apply(*values)
        except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
            raise RuleFault(str(error)) from error

    return step


def _joined(left: Step, right: Step, *, decides: bool) -> Step:
    """And (`decides` false) or or (`decides` true): the deciding value wins over anything missing."""

    def step(scope: Scope) -> object:
        one = left(scope)
        if one is decides:
            return one
        other = right(scope)
        if other is decides:
            return other
        return _unless(_missing((one, other)), not decides)

    return step


def _chosen(condition: Step, yes: Step, no: Step) -> Step:
    def step(scope: Scope) -> object:
        found = condition(scope)
        if isinstance(found, Missing):
            return found
        return yes(scope) if found is True else no(scope)

    return step


def _listing(value: object) -> Listing:
    listing = value if isinstance(value, Listing) else Listing(value)  # type: ignore[arg-type]
    if len(listing.items) > MAX_LIST:
        raise RuleFault(f"a list holds more than {MAX_LIST:,} elements")
    return listing


def _answers(over: Listing, variable: str, body: Step, scope: Scope) -> Iterator[object]:
    """The body's answer for each element; a hole of an earlier filter is as missing as it was there."""
    before = scope.bound
    for element in over.items:
        if isinstance(element, Missing):
            yield element
        else:
            scope.bound = {**before, variable: (element, over.path)}
            try:
                yield body(scope)
            finally:
                scope.bound = before


def _quantified(kind: str, over: Step, variable: str, body: Step) -> Step:
    judge = QUANTIFIERS[kind]

    def step(scope: Scope) -> object:
        found = over(scope)
        if isinstance(found, Missing):
            return found
        listing = _listing(found)
        return judge(listing, _answers(listing, variable, body, scope))

    return step


def _decided(decides: bool) -> Callable[[Listing, Iterator[object]], object]:
    """`exists` (decided by true) and `all` (decided by false)."""

    def judge(over: Listing, answers: Iterator[object]) -> object:
        unknown = []
        for answer in answers:
            if answer is decides:
                return decides
            if isinstance(answer, Missing):
                unknown.append(answer)
        if over.unaffirmed:
            unknown.append(Missing(over.unaffirmed))
        return _unless(_missing(unknown), not decides)

    return judge


def _exactly_one(over: Listing, answers: Iterator[object]) -> object:
    found = list(answers)
    if sum(one is True for one in found) > 1:
        return False
    unaffirmed = [Missing(over.unaffirmed)] if over.unaffirmed else []
    return _unless(_missing([*found, *unaffirmed]), sum(one is True for one in found) == 1)


def _filtered(over: Listing, answers: Iterator[object]) -> object:
    pairs = zip(over.items, answers, strict=True)
    kept = [answer if isinstance(answer, Missing) else element for element, answer in pairs if answer is not False]
    return Listing(kept, over.unaffirmed, over.path)


def _mapped(over: Listing, answers: Iterator[object]) -> object:
    return Listing(list(answers), over.unaffirmed)


QUANTIFIERS: dict[str, Callable[[Listing, Iterator[object]], object]] = {
    "exists": _decided(decides=True),
    "all": _decided(decides=False),
    "exists_one": _exactly_one,
    "filter": _filtered,
    "map": _mapped,
}


def _bounded(value: Any) -> Any:
    """A number in range; an overflow or a value that is no number is a fault."""
    if isinstance(value, float) and not math.isfinite(value):
        raise RuleFault("a result is not a number")
    if isinstance(value, int) and not -LIMIT <= value < LIMIT:
        raise RuleFault("a result does not fit an integer of 64 bits")
    return value


def _divide(a: Any, b: Any) -> Any:
    return _bounded(a / b)


def _remainder(a: Any, b: Any) -> Any:
    return int(math.fmod(a, b)) if abs(a) < 2**53 and abs(b) < 2**53 else a - b * int(a / b)


def _contains(value: object, among: Any) -> object:
    listing = _listing(among)
    return _decided(decides=True)(listing, (one if isinstance(one, Missing) else one == value for one in listing.items))


OPERATORS: dict[str, Callable[[Any, Any], object]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": _contains,
    "+": lambda a, b: _bounded(a + b),
    "-": lambda a, b: _bounded(a - b),
    "*": lambda a, b: _bounded(a * b),
    "/": _divide,
    "%": _remainder,
}


def _called(function: str, steps: tuple[Step, ...]) -> Step:
    if function == "latest":
        return lambda scope: _latest(steps[0](scope))
    if function == "count_answered":
        return lambda scope: _count(steps[0](scope))
    if function in LISTED:
        apply = LISTED[function]
        return lambda scope: _over_all(apply, steps[0](scope), scope)
    if function in ZONED:
        zoned = ZONED[function]
        return lambda scope: _known(lambda *values: zoned(scope.context, *values), *steps)(scope)
    return _known(PLAIN[function], *steps)


def _latest(value: object) -> object:
    if isinstance(value, Missing):
        return value
    listing = _listing(value)
    return listing.items[-1] if listing.items else Absent((listing.path or "list",))


def _count(value: object) -> int:
    return 0 if isinstance(value, Missing) else sum(not isinstance(one, Missing) for one in _listing(value).items)


def _over_all(apply: Callable[[list[Any]], object], value: object, scope: Scope) -> object:
    """A function of all elements: missing if any is, or if the list is empty and the function needs one."""
    if isinstance(value, Missing):
        return value
    listing = _listing(value)
    missing = _missing(listing.items)
    if missing is not None:
        return missing
    if not listing.items and apply is not LISTED["sum"]:
        return Missing((listing.path or "list",))
    return _known(apply)(scope) if not listing.items else _bounded(apply(list(listing.items)))


LISTED: dict[str, Callable[..., object]] = {
    "sum": lambda found=(): sum(found),
    "mean": lambda found: sum(found) / len(found),
    "min": min,
    "max": max,
}


def _local(context: Context, value: date) -> date:
    return value.astimezone(context.zone).date() if isinstance(value, datetime) else value


def _age(context: Context, born: date, day: date) -> int:
    """Completed years; a birthday on 29 February is kept on 1 March in common years."""
    day = _local(context, day)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _holds_role(context: Context, person: str, role: str) -> bool:
    if context.holds_role is None:
        raise RuleFault("who holds which role is not known here")
    return context.holds_role(person, role)


ZONED: dict[str, Callable[..., object]] = {
    "local_day": _local,
    "days_between": lambda context, a, b: (_local(context, b) - _local(context, a)).days,
    "age_at": _age,
    "holds_role": _holds_role,
}

PLAIN: dict[str, Callable[..., object]] = {
    "add_days": lambda day, days: day + timedelta(days=days),
    "double": float,
    "size": len,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
