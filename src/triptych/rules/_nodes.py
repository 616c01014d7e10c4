"""The tree of a rule: small frozen nodes that serialize to JSON by their tags. The tree is the meaning."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Place = tuple[int, int]
Quantifier = Literal["exists", "all", "exists_one", "filter", "map"]


class Node(Struct, frozen=True, kw_only=True, tag_field="is", omit_defaults=True):
    """A node and where it stands in the text (line, column)."""

    at: Place = (1, 1)


class Constant(Node, frozen=True, kw_only=True, tag="constant"):
    """A literal."""

    value: bool | int | float | str | None


class Name(Node, frozen=True, kw_only=True, tag="name"):
    """A fact or a bound variable."""

    name: str


class Select(Node, frozen=True, kw_only=True, tag="select"):
    """A field of a record."""

    of: "Expr"
    field: str


class Unary(Node, frozen=True, kw_only=True, tag="unary"):
    """`!` or `-`."""

    op: Literal["!", "-"]
    arg: "Expr"


class Binary(Node, frozen=True, kw_only=True, tag="binary"):
    """A binary operator."""

    op: str
    left: "Expr"
    right: "Expr"


class Choose(Node, frozen=True, kw_only=True, tag="choose"):
    """`condition ? yes : no`."""

    condition: "Expr"
    yes: "Expr"
    no: "Expr"


class Items(Node, frozen=True, kw_only=True, tag="items"):
    """A list literal."""

    items: tuple["Expr", ...]


class Call(Node, frozen=True, kw_only=True, tag="call"):
    """A function call."""

    function: str
    args: tuple["Expr", ...]


class Quantified(Node, frozen=True, kw_only=True, tag="quantified"):
    """A macro over a list: `list.exists(x, …)`."""

    kind: Quantifier
    over: "Expr"
    variable: str
    body: "Expr"


Expr = Constant | Name | Select | Unary | Binary | Choose | Items | Call | Quantified


def children(node: Expr) -> Iterator[Expr]:
    """The nodes directly below one."""
    match node:
        case Select():
            yield node.of
        case Unary():
            yield node.arg
        case Binary():
            yield from (node.left, node.right)
        case Choose():
            yield from (node.condition, node.yes, node.no)
        case Items():
            yield from node.items
        case Call():
            yield from node.args
        case Quantified():
            yield from (node.over, node.body)
        case _:
            return
