"""A checked tree turned once into nested functions of a scope.

Kleene's logic: true, false, or missing with every path that could still decide. A missing answer is the only
unknown; whatever else cannot be evaluated is a fault of the document. Evaluation stops early only where nothing
that follows can change the answer.
"""

from collections.abc import Callable, Mapping
from datetime import date

from triptych.rules._functions import (
    AGGREGATES,
    ARITHMETIC,
    FUNCTIONS,
    QUICK,
    RELATIONS,
    WRITTEN,
    denied,
    equal,
    negated,
    total,
)
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
    paths_in,
)
from triptych.rules._quantify import Step, listing_of, quantified, unknown
from triptych.rules._values import AS_THEY_ARE, Hole, Listing, Missing, Scope, Unsettled, bounded, paths_of, received
from triptych.rules.errors import RuleFault

Bound = tuple[str, ...]
"""The variables in force; each has the slot of the scope that is its place here."""
ALIKE = frozenset({int, float, str, date})
"""Two values of one of these types are compared without more ado."""


def built(node: Expr, bound: Bound = ()) -> Step:
    """Turn a tree into a function of a scope."""
    match node:
        case Constant(value=value):
            return lambda _: value
        case Name(name=name):
            return _named(name, bound)
        case Select(of=of, field=field):
            return _selected(of, field, bound)
        case Items(items=items):
            steps = tuple(built(item, bound) for item in items)
            return lambda scope: Listing([step(scope) for step in steps])
        case Call():
            return _called(node, bound)
        case Quantified(kind=kind, over=over, variable=variable, body=body):
            return quantified(kind, built(over, bound), len(bound), built(body, (*bound, variable)))
        case _:
            return _operated(node, bound)


def _operated(node: Unary | Joined | Binary | Choose, bound: Bound) -> Step:
    match node:
        case Unary(op=op, arg=arg):
            return _strict(denied if op == "!" else negated, built(arg, bound))
        case Joined(op=op, parts=parts):
            return _joined(tuple(built(part, bound) for part in parts), decides=op == "||")
        case Binary():
            return _binary(node, bound)
        case _:
            return _chosen(built(node.condition, bound), built(node.yes, bound), built(node.no, bound))


def _named(name: str, bound: Bound) -> Step:
    if name in bound:
        slot = bound.index(name)
        return lambda scope: scope.slots[slot]

    def step(scope: Scope) -> object:
        value = scope.known.get(name)
        return scope.read(name) if value is None else value

    return step


def _selected(of: Expr, field: str, bound: Bound) -> Step:
    record_of, path_of = built(of, bound), _path(of, bound)

    def step(scope: Scope) -> object:
        record = record_of(scope)
        if type(record) is not dict and not isinstance(record, Mapping):
            return _item_of(record, field)
        value = record.get(field)
        return value if type(value) in AS_THEY_ARE else received(value, f"{path_of(scope)}.{field}")

    return step


def _item_of(record: object, field: str) -> Missing:
    if isinstance(record, Unsettled):
        return record
    if isinstance(record, Missing):
        return Missing(f"{path}.{field}" for path in record.paths)
    raise RuleFault(f"{field} is asked of something that is no record")


def _path(node: Expr, bound: Bound) -> Callable[[Scope], str]:
    """Make the function that names the record or list a node stands for, to name what is missing from it."""
    match node:
        case Name(name=name) if name in bound:
            slot = bound.index(name)
            return lambda scope: scope.paths[slot]
        case Name(name=name):
            step = _named(name, bound)
            return lambda scope: value.path if isinstance(value := step(scope), Listing) else name
        case Select(of=of, field=field):
            above = _path(of, bound)
            return lambda scope: f"{above(scope)}.{field}"
        case Choose(condition=condition, yes=yes, no=no):
            decide, one, other = built(condition, bound), _path(yes, bound), _path(no, bound)
            return lambda scope: one(scope) if decide(scope) is True else other(scope)
        case Quantified(over=of) | Call(args=(of, *_)):
            return _path(of, bound)
        case _:
            return lambda _: "list"


def _strict(apply: Callable[..., object], *steps: Step) -> Step:
    """A function of known values; missing if any of them is, naming all."""

    def step(scope: Scope) -> object:
        values = [one(scope) for one in steps]
        missing = paths_of(values)
        return Missing(missing) if missing else apply(*values)

    return step


def _joined(steps: tuple[Step, ...], *, decides: bool) -> Step:
    """Conditions joined by and (false decides) or by or (true decides): what decides wins over what is missing."""
    otherwise = not decides

    def step(scope: Scope) -> object:
        missing: frozenset[str] = frozenset()
        for one in steps:
            answer = one(scope)
            if answer is decides:
                return decides
            if answer is not otherwise:
                missing |= unknown(answer)
        return Missing(missing) if missing else otherwise

    return step


def _chosen(condition: Step, yes: Step, no: Step) -> Step:
    def step(scope: Scope) -> object:
        found = condition(scope)
        if found is True:
            return yes(scope)
        return no(scope) if found is False else Unsettled(unknown(found))

    return step


def _binary(node: Binary, bound: Bound) -> Step:
    sides = node.left, node.right
    if any(isinstance(side, Constant) and side.value is None for side in sides):
        other = node.left if isinstance(node.right, Constant) and node.right.value is None else node.right
        return _absent(built(other, bound), absent=node.op == "==")
    left, right = (built(side, bound) for side in sides)
    if node.op == "in":
        return _contained(left, right)
    return _related(node.op, left, right) if node.op in RELATIONS else _strict(ARITHMETIC[node.op], left, right)


def _absent(step: Step, *, absent: bool) -> Step:
    return lambda scope: isinstance(step(scope), Missing) is absent


def _related(op: str, left: Step, right: Step) -> Step:
    quick, slow = QUICK[op], RELATIONS[op]

    def step(scope: Scope) -> object:
        one, other = left(scope), right(scope)
        kind = type(one)
        if kind is type(other) and kind in ALIKE:
            return quick(one, other)
        missing = paths_of((one, other))
        return Missing(missing) if missing else slow(one, other)

    return step


def _contained(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> object:
        value, over = left(scope), listing_of(right(scope))
        if isinstance(over, Missing) or isinstance(value, Missing):
            among = () if isinstance(over, Missing) else (*over.items, Missing(over.unaffirmed))
            return Missing(paths_of((value, over, *among)))
        if any(equal(value, item) for item in over.items if not isinstance(item, Missing)):
            return True
        missing = paths_of(over.items) | over.unaffirmed
        return Missing(missing) if missing else False

    return step


def _called(node: Call, bound: Bound) -> Step:
    step = built(node.args[0], bound)
    match node:
        case Call(function="has"):
            return _absent(step, absent=False)
        case Call(function="latest", args=(of,)):
            return _latest(step, paths_in(of))
        case Call(function="count_answered"):
            return lambda scope: _count(listing_of(step(scope)))
        case Call(function="prorated", args=(of, Constant(value=int(least)))):
            return _prorated(step, least, paths_in(of))
        case Call(function="date" | "timestamp" as function, args=(Constant(value=str(text)),)):
            written = WRITTEN[function](text)
            return lambda _: written
        case Call(function="sum" | "mean" | "min" | "max" | "size" as function, args=(of,)):
            return _aggregated(function, step, paths_in(of))
        case _:
            steps = (lambda scope: scope.context, step, *(built(arg, bound) for arg in node.args[1:]))
            return _strict(FUNCTIONS[node.function], *steps)


def _empty(over: Listing, made_of: frozenset[str]) -> Missing:
    """Name what is missing where a list is empty: the list, or what it was made of."""
    paths = {over.path} if over.path else made_of
    if not paths:
        raise RuleFault("an answer is asked of an empty list that stands for no fact")
    return Missing(paths)


def _latest(step: Step, made_of: frozenset[str]) -> Step:
    def latest(scope: Scope) -> object:
        over = listing_of(step(scope))
        if isinstance(over, Missing):
            return over
        holes: frozenset[str] = frozenset()
        for item in reversed(over.items):
            if not isinstance(item, Hole):
                return item if not holes else Unsettled(holes | paths_of((item,)))
            holes |= item.paths
        return Unsettled(holes) if holes else _empty(over, made_of)

    return latest


def _count(over: Listing | Missing) -> int:
    return 0 if isinstance(over, Missing) else sum(not isinstance(item, Missing) for item in over.items)


def _prorated(step: Step, least: int, made_of: frozenset[str]) -> Step:
    """The sum with each missing element counted as the mean of the answered ones, where enough are there."""

    def prorated(scope: Scope) -> object:
        over = listing_of(step(scope))
        if isinstance(over, Missing):
            return over
        answered = [item for item in over.items if not isinstance(item, Missing)]
        if over.unaffirmed or len(answered) < least or any(isinstance(item, Hole) for item in over.items):
            return Missing(paths_of(over.items) | over.unaffirmed) if over.items else _empty(over, made_of)
        return bounded(float(total(answered)) * len(over.items) / len(answered))

    return prorated


def _aggregated(function: str, step: Step, made_of: frozenset[str]) -> Step:
    """A function of a whole list: missing if an element is, or if nobody has affirmed the list complete."""
    apply, needs_one = AGGREGATES[function], function not in ("sum", "size")

    def aggregated(scope: Scope) -> object:
        value = step(scope)
        if function == "size" and isinstance(value, str):
            return len(value)
        over = listing_of(value)
        if isinstance(over, Missing):
            return over
        missing = paths_of(over.items) | over.unaffirmed
        if missing:
            return Missing(missing)
        return _empty(over, made_of) if needs_one and not over.items else apply(over.items)

    return aggregated
