"""The tree of a rule: small frozen nodes that become JSON by their tags, and the bounds that every tree keeps.

The tree is the meaning: text is turned into it once, and whatever evaluates a rule evaluates the tree.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from triptych.rules.errors import RuleProblem

MAX_NODES = 400
MAX_DEPTH = 40
MAX_QUANTIFIERS = 2
MAX_ITEMS = 200

Place = tuple[int, int]
Join = Literal["&&", "||"]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"]
Macro = Literal["exists", "all", "exists_one", "filter", "map"]
FUNCTIONS: dict[str, int] = {
    "add_days": 2, "age_at": 2, "count_answered": 1, "date": 1, "days_between": 2, "double": 1, "has": 1,
    "holds_role": 2, "latest": 1, "local_day": 1, "max": 1, "mean": 1, "min": 1, "prorated": 2, "size": 1, "sum": 1,
    "timestamp": 1,
}  # fmt: skip
"""The functions, and how many arguments each takes."""


class Node(Struct, frozen=True, kw_only=True, tag_field="is", omit_defaults=True, forbid_unknown_fields=True):
    """A node and where it stands in the text (line, column)."""

    at: Place = (1, 1)


class Constant(Node, frozen=True, kw_only=True, tag="constant"):
    """A literal; `None` is `null`."""

    value: bool | int | float | str | None


class Name(Node, frozen=True, kw_only=True, tag="name"):
    """A fact or a variable of a quantifier."""

    name: str


class Select(Node, frozen=True, kw_only=True, tag="select"):
    """A field of a record."""

    of: "Expr"
    field: str


class Unary(Node, frozen=True, kw_only=True, tag="unary"):
    """`!` or `-`."""

    op: Literal["!", "-"]
    arg: "Expr"


class Joined(Node, frozen=True, kw_only=True, tag="joined"):
    """Conditions in a row, joined by `&&` or by `||`."""

    op: Join
    parts: tuple["Expr", ...]


class Binary(Node, frozen=True, kw_only=True, tag="binary"):
    """A relation or an operation of arithmetic."""

    op: Operator
    left: "Expr"
    right: "Expr"


class Choose(Node, frozen=True, kw_only=True, tag="choose"):
    """`condition ? yes : no`."""

    condition: "Expr"
    yes: "Expr"
    no: "Expr"


class Items(Node, frozen=True, kw_only=True, tag="items"):
    """A list written out."""

    items: tuple["Expr", ...]


class Call(Node, frozen=True, kw_only=True, tag="call"):
    """A function call."""

    function: str
    args: tuple["Expr", ...]


class Quantified(Node, frozen=True, kw_only=True, tag="quantified"):
    """A macro over a list: `list.exists(x, …)`."""

    kind: Macro
    over: "Expr"
    variable: str
    body: "Expr"


Expr = Constant | Name | Select | Unary | Joined | Binary | Choose | Items | Call | Quantified


def children(node: Expr) -> tuple[Expr, ...]:
    """Return the nodes directly below one."""
    match node:
        case Constant() | Name():
            return ()
        case Select(of=of):
            return (of,)
        case Unary(arg=arg):
            return (arg,)
        case Joined(parts=below) | Items(items=below) | Call(args=below):
            return below
        case Binary(left=left, right=right):
            return (left, right)
        case Choose(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case _:
            return (node.over, node.body)


def walk(tree: Expr) -> Iterator[tuple[Expr, int, int]]:
    """Yield every node with how deep it is nested and how many quantifiers stand around it, without recursion."""
    waiting = [(tree, 1, 0)]
    while waiting:
        node, depth, around = waiting.pop()
        yield node, depth, around
        waiting += [(below, depth + 1, around) for below in reversed(children(node))]
        if isinstance(node, Quantified):
            waiting[-2] = (node.body, depth + 1, around + 1)


def too_large(tree: Expr) -> RuleProblem | None:
    """Find the first bound that a tree does not keep."""
    for count, (node, depth, around) in enumerate(walk(tree), 1):
        if count > MAX_NODES:
            return RuleProblem(*node.at, f"The rule has more than {MAX_NODES} parts.", "Split it into definitions.")
        if depth > MAX_DEPTH:
            hint = "Split it into definitions; a long chain of + is sum([…])."
            return RuleProblem(*node.at, f"The rule is nested more than {MAX_DEPTH} deep.", hint)
        if isinstance(node, Quantified) and around >= MAX_QUANTIFIERS:
            message = f"Quantifiers are nested more than {MAX_QUANTIFIERS} deep."
            return RuleProblem(*node.at, message, "Split it into definitions.")
        if isinstance(node, Items) and len(node.items) > MAX_ITEMS:
            return RuleProblem(*node.at, f"A list written out holds at most {MAX_ITEMS} values.")
    return None


def paths_in(tree: Expr) -> frozenset[str]:
    """Return the paths of the facts that a tree names, as far as they are written: `course.arm`, `vitals`."""
    variables = {node.variable for node, _, _ in walk(tree) if isinstance(node, Quantified)}
    fields = {id(node.of) for node, _, _ in walk(tree) if isinstance(node, Select)}
    found = (_written(node) for node, _, _ in walk(tree) if id(node) not in fields)
    return frozenset(path for path in found if path and path.split(".")[0] not in variables)


def _written(node: Expr) -> str:
    match node:
        case Name(name=name):
            return name
        case Select(of=of, field=field) if path := _written(of):
            return f"{path}.{field}"
        case _:
            return ""
