"""Text to tokens, each with its line and column. Whatever is not in the language is refused here, by name."""

import re
from itertools import pairwise
from typing import NamedTuple, NoReturn

from triptych.rules._nodes import Place
from triptych.rules.errors import RuleProblem, RuleProblems

MAX_TEXT = 4000
TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+)
    |(?P<double>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
    |(?P<int>[0-9]+)
    |(?P<text>"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"|'(?:[^'\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<op>&&|\|\||==|!=|<=|>=|[!<>+\-*/%?:.,()\[\]])""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
INSTEAD = {
    "=": "Compare with ==.",
    "&": "Conditions are joined with &&.",
    "|": "Conditions are joined with ||.",
    '"': "A text ends with the quote it starts with, on the same line.",
    "'": "A text ends with the quote it starts with, on the same line.",
    "#": "A rule holds no comments.",
    "{": "There are no maps and no messages.",
    "\\": "An escape stands only inside quotes.",
}


class Token(NamedTuple):
    """A piece of the text and where it stands."""

    kind: str
    text: str
    at: Place

    @property
    def shown(self) -> str:
        """The token as a message names it."""
        return "the end" if self.kind == "end" else repr(self.text[:40])


def fail(at: Place, message: str, hint: str = "") -> NoReturn:
    """Raise `RuleProblems` with one problem at a place."""
    raise RuleProblems((RuleProblem(*at, message, hint),))


def tokens(text: str) -> list[Token]:
    """Cut a rule into tokens. Raises `RuleProblems` at the first piece that is not of the language."""
    if len(text) > MAX_TEXT:
        message = f"The rule has {len(text):,} characters; at most {MAX_TEXT:,} are allowed."
        fail((1, 1), message, "Split it into definitions.")
    found: list[Token] = []
    position, line, start = 0, 1, 0
    while position < len(text):
        at = (line, position - start + 1)
        match = TOKEN.match(text, position)
        if match is None:
            fail(at, f"{text[position]!r} has no place here.", INSTEAD.get(text[position], ""))
        piece, kind = match.group(), match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, piece, at))
        elif "\n" in piece:
            line += piece.count("\n")
            start = position + piece.rindex("\n") + 1
        position = match.end()
    _refuse_glued(found)
    return [*found, Token("end", "", (line, position - start + 1))]


def _refuse_glued(found: list[Token]) -> None:
    """Refuse a number with a word stuck to it: `10u`, `0x1f`, `1.5kg`."""
    for one, other in pairwise(found):
        end = (one.at[0], one.at[1] + len(one.text))
        if one.kind in ("int", "double") and other.kind in ("name", "int", "double") and other.at == end:
            fail(one.at, f"{(one.text + other.text)[:40]!r} is not a number.", "Numbers are written 12, 0.5 or 1.5e3.")


def integer(token: Token, sign: int = 1) -> int:
    """Read an integer of 64 bits. Raises `RuleProblems` if it does not fit."""
    value = sign * int(token.text)
    if not -(2**63) <= value < 2**63:
        fail(token.at, f"{token.text[:40]} does not fit an integer of 64 bits.", "Write it as a decimal number.")
    return value


def decimal(token: Token) -> float:
    """Read a decimal number. Raises `RuleProblems` if it is too large."""
    value = float(token.text)
    if value == float("inf"):
        fail(token.at, f"{token.text[:40]} is too large for a number.")
    return value


def unquoted(token: Token) -> str:
    """Read a text in quotes. Raises `RuleProblems` on an unknown escape or half a character."""

    def escaped(match: re.Match[str]) -> str:
        written = match.group(1)
        if len(written) == 5:
            return chr(int(written[1:], 16))
        if written not in ESCAPES:
            fail(
                token.at,
                f"{match.group()!r} is not an escape.",
                r"The escapes are \n \t \r \\ \" \' and \u with 4 digits.",
            )
        return ESCAPES[written]

    text = ESCAPE.sub(escaped, token.text[1:-1])
    if any("\ud800" <= character <= "\udfff" for character in text):
        fail(token.at, "The text holds half a character.", "Write the character itself.")
    return text
