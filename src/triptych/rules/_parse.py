"""Tokens to tree: the grammar of CEL as far as the language goes, bounded before recursion can grow."""

from collections.abc import Iterator
from typing import Literal, cast, get_args

from triptych.rules._nodes import (
    MAX_DEPTH,
    Binary,
    Call,
    Choose,
    Constant,
    Expr,
    Items,
    Join,
    Joined,
    Macro,
    Name,
    Operator,
    Quantified,
    Select,
    Unary,
    too_large,
)
from triptych.rules._tokens import Token, decimal, fail, integer, tokens, unquoted
from triptych.rules.errors import RuleProblems

MACROS: tuple[str, ...] = get_args(Macro)
JOINS: tuple[Join, ...] = ("||", "&&")
LEVELS = (("==", "!=", "<=", ">=", "<", ">", "in"), ("+", "-"), ("*", "/", "%"))
KEYWORDS = frozenset({"false", "in", "null", "true"})
RESERVED = KEYWORDS | {
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
}  # fmt: skip
INSTEAD = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "is": "=="}


def parse(text: str) -> Expr:
    """Parse a rule. Raises `RuleProblems` with the first problem of syntax or size."""
    tree = _Parser(tokens(text)).whole()
    problem = too_large(tree)
    if problem is not None:
        raise RuleProblems((problem,))
    return tree


class _Parser:
    """Recursive descent over tokens, one method a level of precedence."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0

    def whole(self) -> Expr:
        tree = self._expression()
        token = self._peek()
        if token.kind != "end":
            hint = f"Write {INSTEAD[token.text]}." if token.text in INSTEAD else "Join conditions with && or ||."
            fail(token.at, f"The rule should end before {token.shown}.", hint)
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> Token | None:
        token = self._peek()
        if token.kind not in ("op", "name") or token.text not in texts:
            return None
        self._next += 1
        return token

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            fail(self._peek().at, f"{text!r} is expected, and {self._peek().shown} stands here.")

    def _expression(self) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"The rule is nested more than {MAX_DEPTH} deep."
            fail(self._peek().at, message, "Split it into definitions.")
        node = self._joined(0)
        mark = self._take("?")
        if mark:
            yes = self._joined(0)
            self._expect(":")
            node = Choose(condition=node, yes=yes, no=self._expression(), at=mark.at)
        self._depth -= 1
        return node

    def _joined(self, level: int) -> Expr:
        if level == len(JOINS):
            return self._binary(0)
        parts, place = [self._joined(level + 1)], self._peek().at
        while self._take(JOINS[level]):
            parts.append(self._joined(level + 1))
        return Joined(op=JOINS[level], parts=tuple(parts), at=place) if len(parts) > 1 else parts[0]

    def _binary(self, level: int) -> Expr:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while token := self._take(*LEVELS[level]):
            left = Binary(op=cast(Operator, token.text), left=left, right=self._binary(level + 1), at=token.at)
        return left

    def _unary(self) -> Expr:
        marks = list(self._marks())
        number = self._peek()
        if marks and marks[-1].text == "-" and number.kind == "int":
            self._next += 1
            node = self._members(Constant(value=integer(number, -1), at=marks.pop().at))
        else:
            node = self._members(self._primary())
        for token in reversed(marks):
            node = Unary(op=cast(Literal["!", "-"], token.text), arg=node, at=token.at)
        return node

    def _marks(self) -> Iterator[Token]:
        first = self._take("!", "-")
        while first:
            yield first
            first = self._take(first.text)

    def _members(self, node: Expr) -> Expr:
        while mark := self._take("."):
            name = self._word("The name of an item", KEYWORDS)
            call = self._take("(")
            node = self._macro(node, name) if call else Select(of=node, field=name.text, at=mark.at)
        bracket = self._peek()
        if bracket.text == "[" and bracket.kind == "op":
            fail(bracket.at, "Lists have no positions.", "Use latest(list), or a quantifier such as list.exists(x, …).")
        return node

    def _word(self, what: str, refused: frozenset[str]) -> Token:
        token = self._peek()
        if token.kind != "name":
            fail(token.at, f"{what} is expected, and {token.shown} stands here.")
        if token.text in refused:
            fail(token.at, f"{token.text!r} is a reserved word.", "Choose another name.")
        self._next += 1
        return token

    def _macro(self, over: Expr, name: Token) -> Expr:
        if name.text not in MACROS:
            hint = f"After a list stand {', '.join(MACROS)}; functions are written latest(list)."
            fail(name.at, f"{name.text!r} does not stand after a point.", hint)
        variable = self._word("A variable", RESERVED)
        self._expect(",")
        body = self._expression()
        self._expect(")")
        return Quantified(kind=cast(Macro, name.text), over=over, variable=variable.text, body=body, at=name.at)

    def _primary(self) -> Expr:
        token = self._peek()
        if token.kind in ("int", "double", "text"):
            self._next += 1
            return Constant(value=_literal(token), at=token.at)
        if token.kind == "name":
            return self._named(token)
        if self._take("["):
            return Items(items=self._listed("]"), at=token.at)
        if self._take("(") is None:
            fail(token.at, f"A value is expected, and {token.shown} stands here.")
        node = self._expression()
        self._expect(")")
        return node

    def _named(self, token: Token) -> Expr:
        if token.text in KEYWORDS and token.text != "in":
            self._next += 1
            return Constant(value={"true": True, "false": False, "null": None}[token.text], at=token.at)
        self._word("A value", RESERVED)
        if self._take("("):
            return Call(function=token.text, args=self._listed(")"), at=token.at)
        return Name(name=token.text, at=token.at)

    def _listed(self, end: str) -> tuple[Expr, ...]:
        if self._take(end):
            return ()
        found = [self._expression()]
        while not self._take(end):
            self._expect(",")
            found.append(self._expression())
        return tuple(found)


def _literal(token: Token) -> int | float | str:
    match token.kind:
        case "int":
            return integer(token)
        case "double":
            return decimal(token)
        case _:
            return unquoted(token)
