"""Text to tree: a documented subset of CEL's syntax, with bounds kept before recursion can grow."""

import re
from typing import NamedTuple, NoReturn

from triptych.rules._nodes import (
    Binary,
    Call,
    Choose,
    Constant,
    Expr,
    Items,
    Name,
    Place,
    Quantified,
    Quantifier,
    Select,
    Unary,
)
from triptych.rules.errors import RuleProblem, RuleProblems

MAX_TEXT = 4000
MAX_NODES = 400
MAX_DEPTH = 40
MAX_LIST = 200
MACROS: dict[str, Quantifier] = {
    "exists": "exists",
    "all": "all",
    "exists_one": "exists_one",
    "filter": "filter",
    "map": "map",
}
LEVELS = (("||",), ("&&",), ("==", "!=", "<=", ">=", "<", ">", "in"), ("+", "-"), ("*", "/", "%"))
TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<int>\d+)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<op>&&|\|\||==|!=|<=|>=|[!<>+\-*/%?:.,()\[\]])""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


class Token(NamedTuple):
    """A piece of the text and where it stands."""

    kind: str
    text: str
    at: Place


def parse(text: str) -> Expr:
    """Parse a rule. Raises `RuleProblems` with the first problem of syntax or size."""
    if len(text) > MAX_TEXT:
        _fail((1, 1), f"The rule has {len(text):,} characters; at most {MAX_TEXT:,} are allowed.", "Split it into definitions.")
    return _Parser(_tokens(text)).whole()


def _fail(at: Place, message: str, hint: str = "") -> NoReturn:
    raise RuleProblems((RuleProblem(at[0], at[1], message, hint),))


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position, line, start = 0, 1, 0
    while position < len(text):
        match = TOKEN.match(text, position)
        at = (line, position - start + 1)
        if match is None:
            _fail(at, f"{text[position]!r} has no place in a rule.", "Strings stand in quotes; `&&`, `||` and `!` join.")
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), at))
        newlines = match.group().count("\n")
        if newlines:
            line += newlines
            start = match.start() + match.group().rindex("\n") + 1
        position = match.end()
    found.append(Token("end", "", (line, position - start + 1)))
    return found


class _Parser:
    """Recursive descent over tokens, one method a level of precedence."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._nodes = 0
        self._depth = 0

    def whole(self) -> Expr:
        tree = self._ternary()
        if self._peek().kind != "end":
            token = self._peek()
            _fail(token.at, f"The rule should end before {token.text!r}.", "Join conditions with && or ||.")
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> Token | None:
        token = self._peek()
        if token.text in texts and token.kind in ("op", "name"):
            self._next += 1
            return token
        return None

    def _expect(self, text: str) -> Token:
        token = self._take(text)
        if token is None:
            found = self._peek()
            _fail(found.at, f"{text!r} is expected, and {found.text or 'the end'!r} stands here.")
        return token

    def _made(self, node: Expr) -> Expr:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _fail(node.at, f"The rule has more than {MAX_NODES} parts.", "Split it into definitions.")
        return node

    def _ternary(self) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _fail(self._peek().at, f"The rule is nested more than {MAX_DEPTH} deep.", "Split it into definitions.")
        condition = self._binary(0)
        mark = self._take("?")
        if mark:
            yes = self._ternary()
            self._expect(":")
            condition = self._made(Choose(condition=condition, yes=yes, no=self._ternary(), at=mark.at))
        self._depth -= 1
        return condition

    def _binary(self, level: int) -> Expr:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while token := self._take(*LEVELS[level]):
            left = self._made(Binary(op=token.text, left=left, right=self._binary(level + 1), at=token.at))
        return left

    def _unary(self) -> Expr:
        marks = []
        while token := self._take("!", "-"):
            marks.append(token)
            if len(marks) > MAX_DEPTH:
                _fail(token.at, f"The rule is nested more than {MAX_DEPTH} deep.")
        node = self._member()
        for token in reversed(marks):
            node = self._made(Unary(op="!" if token.text == "!" else "-", arg=node, at=token.at))
        return node

    def _member(self) -> Expr:
        node = self._primary()
        while token := self._take("."):
            name = self._name()
            if self._take("("):
                node = self._macro(node, name)
            else:
                node = self._made(Select(of=node, field=name.text, at=token.at))
        if self._take("["):
            _fail(self._peek().at, "Lists are not indexed.", "Use latest(list) or a quantifier.")
        return node

    def _name(self) -> Token:
        token = self._peek()
        if token.kind != "name":
            _fail(token.at, f"A name is expected, and {token.text or 'the end'!r} stands here.")
        self._next += 1
        return token

    def _macro(self, over: Expr, name: Token) -> Expr:
        if name.text not in MACROS:
            _fail(name.at, f"{name.text!r} is not a macro over a list.", f"The macros are {', '.join(MACROS)}.")
        variable = self._name()
        self._expect(",")
        body = self._ternary()
        self._expect(")")
        return self._made(
            Quantified(kind=MACROS[name.text], over=over, variable=variable.text, body=body, at=name.at)
        )

    def _primary(self) -> Expr:
        token = self._peek()
        self._next += 1
        match token.kind, token.text:
            case "int", digits:
                return self._made(Constant(value=_integer(digits, token.at), at=token.at))
            case "double", digits:
                return self._made(Constant(value=float(digits), at=token.at))
            case "text", quoted:
                return self._made(Constant(value=_unquoted(quoted, token.at), at=token.at))
            case "name", ("true" | "false") as word:
                return self._made(Constant(value=word == "true", at=token.at))
            case "name", "null":
                return self._made(Constant(value=None, at=token.at))
            case "name", name if name != "in":
                if self._take("("):
                    return self._made(Call(function=name, args=self._listed(")", MAX_LIST), at=token.at))
                return self._made(Name(name=name, at=token.at))
            case "op", "(":
                node = self._ternary()
                self._expect(")")
                return node
            case "op", "[":
                return self._made(Items(items=self._listed("]", MAX_LIST), at=token.at))
            case _:
                _fail(token.at, f"A value is expected, and {token.text or 'the end'!r} stands here.")

    def _listed(self, end: str, most: int) -> tuple[Expr, ...]:
        found: list[Expr] = []
        if self._take(end):
            return ()
        while True:
            found.append(self._ternary())
            if len(found) > most:
                _fail(found[-1].at, f"A list holds at most {most} values.")
            if self._take(end):
                return tuple(found)
            self._expect(",")


def _integer(digits: str, at: Place) -> int:
    value = int(digits)
    if value > 2**63 - 1:
        _fail(at, f"{digits} is too large for an integer.", "Write it as a decimal.")
    return value


def _unquoted(quoted: str, at: Place) -> str:
    def escape(match: re.Match[str]) -> str:
        letter = match.group(1)
        if letter not in ESCAPES:
            _fail(at, f"\\{letter} is not an escape.", r"The escapes are \n \t \r \\ \" and \'.")
        return ESCAPES[letter]

    return re.sub(r"\\(.)", escape, quoted[1:-1])
