"""REDCap's branching logic and calculations, parsed and written in the rule language of the study document."""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

MAX_LENGTH = 20_000
MAX_DEPTH = 60
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<field>\[[^\[\]]{1,200}\])"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|<>|!=|=|<|>|\+|-|\*|/|\^|\(|\)|,))"
)
SIGNS = {"=": "==", "<>": "!=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}


class Untranslated(Exception):
    """The logic cannot be said in the rule language, for the reason given."""


class Known(Struct, frozen=True):
    """How rules know a field: its item and the kind of its answers."""

    item: str
    kind: str


class Translated(Struct, frozen=True):
    """A rule, the fields that the logic names, and what was left out on the way."""

    rule: str
    remarks: tuple[str, ...]


def fields_in(logic: str) -> list[str]:
    """Every field that logic names, in order; of a field of an event, the field."""
    return list(dict.fromkeys(re.sub(r"\(.*", "", name).strip() for name in re.findall(r"\[([^\[\]]{1,200})\]", logic)))


def translate(logic: str, known: Mapping[str, Known], *, decimal: bool = False) -> Translated:
    """Logic in the rule language. With `decimal`, whole numbers are written as decimals. Raises `Untranslated`."""
    return _Parser(logic, known, decimal=decimal).whole()


class _Parser:
    def __init__(self, logic: str, known: Mapping[str, Known], *, decimal: bool) -> None:
        self._known, self._decimal, self._remarks = known, decimal, list[str]()
        self._tokens, self._at, self._depth = _tokens(logic), 0, 0

    def whole(self) -> Translated:
        rule, _ = self._either()
        if self._at < len(self._tokens):
            raise Untranslated(f"{self._tokens[self._at][1]!r} stands where the logic should end")
        return Translated(rule, tuple(dict.fromkeys(self._remarks)))

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self, *wanted: str) -> str | None:
        kind, text = self._peek()
        if kind in ("sign", "word") and text.lower() in wanted:
            self._at += 1
            return text.lower()
        return None

    def _need(self, sign: str) -> None:
        if self._take(sign) is None:
            raise Untranslated(f"{sign!r} is missing")

    def _either(self) -> tuple[str, str]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Untranslated("it is nested too deeply")
        found, kind = self._chain(self._both, {"or": "||"})
        self._depth -= 1
        return found, kind

    def _both(self) -> tuple[str, str]:
        return self._chain(self._compared, {"and": "&&"})

    def _chain(self, part: Callable[[], tuple[str, str]], joins: Mapping[str, str]) -> tuple[str, str]:
        found, kind = part()
        while (join := self._take(*joins)) is not None:
            other, _ = part()
            found, kind = f"({found} {joins[join]} {other})", "boolean" if joins[join] in ("||", "&&") else "number"
        return found, kind

    def _compared(self) -> tuple[str, str]:
        if self._take("not"):
            denied, _ = self._compared()
            return f"!{denied}" if _is_whole(denied) else f"!({denied})", "boolean"
        left = self._sum()
        sign = self._take(*SIGNS)
        if sign is None:
            return left
        return _comparison(left, SIGNS[sign], self._sum()), "boolean"

    def _sum(self) -> tuple[str, str]:
        return self._chain(self._product, {"+": "+", "-": "-"})

    def _product(self) -> tuple[str, str]:
        return self._chain(self._power, {"*": "*", "/": "/"})

    def _power(self) -> tuple[str, str]:
        base = self._signed()
        if self._take("^") is None:
            return base
        exponent, _ = self._signed()
        times = exponent.strip("()").removesuffix(".0")
        if times not in ("2", "3", "4"):
            raise Untranslated("a power other than 2, 3 or 4")
        return "(" + " * ".join([base[0]] * int(times)) + ")", "number"

    def _signed(self) -> tuple[str, str]:
        if self._take("-"):
            return f"-{self._signed()[0]}", "number"
        return self._single()

    def _single(self) -> tuple[str, str]:
        kind, text = self._peek()
        self._at += 1
        match kind:
            case "number":
                return (f"{text}.0" if self._decimal and "." not in text else text), "number"
            case "text":
                return text[1:-1], "text"
            case "field":
                return self._field(text[1:-1].strip())
            case "word":
                return self._call(text.lower())
            case "sign" if text == "(":
                inner, of = self._either()
                self._need(")")
                return inner if _is_whole(inner) else f"({inner})", of
            case _:
                raise Untranslated("something is missing" if kind == "end" else f"{text!r} stands where a value should")

    def _field(self, name: str) -> tuple[str, str]:
        if self._peek()[0] == "field":
            raise Untranslated("it reads a field of another event")
        bare, _, code = name.partition("(")
        known = self._known.get(bare.strip())
        if known is None:
            raise Untranslated(f"it reads {bare.strip()!r}, which is not on this form")
        if known.kind == "codes":
            return f'"{code.rstrip(")").strip()}" in {known.item}', "ticked"
        if self._decimal and known.kind == "integer":
            return f"double({known.item})", "number"
        return known.item, known.kind

    def _call(self, name: str) -> tuple[str, str]:
        self._need("(")
        args = [self._either()]
        while self._take(","):
            args.append(self._either())
        self._need(")")
        texts = [text for text, _ in args]
        match name, len(args):
            case (("sum" | "mean" | "min" | "max"), _):
                return f"{name}([{', '.join(texts)}])", "number"
            case (("round" | "roundup" | "rounddown"), (1 | 2)):
                self._remarks.append("it is not rounded")
                return texts[0], args[0][1]
            case "if", 3:
                return f"({texts[0]} ? {texts[1]} : {texts[2]})", args[1][1]
            case "datediff", _ if len(args) >= 3:
                return self._between(texts)
            case _:
                raise Untranslated(f"the function {name!r}")

    def _between(self, texts: list[str]) -> tuple[str, str]:
        one, other = ("today" if text in ("today", "now") else text for text in texts[:2])
        match texts[2]:
            case "d":
                return f"days_between({one}, {other})", "integer"
            case "y" if other == "today":
                self._remarks.append("it counts completed years")
                return f"age_at({one}, today)", "integer"
            case unit:
                raise Untranslated(f"datediff in the unit {unit!r}")


def _is_whole(rule: str) -> bool:
    """Whether a rule is one name or number, or stands in one pair of brackets."""
    if re.fullmatch(r"[\w.]+|\w+\(\w+\)", rule):
        return True
    depth = [0]
    for sign in rule:
        depth.append(depth[-1] + (sign == "(") - (sign == ")"))
    return rule.startswith("(") and 0 not in depth[1:-1]


def _tokens(logic: str) -> list[tuple[str, str]]:
    if len(logic) > MAX_LENGTH:
        raise Untranslated("it is too long")
    found, at = [], 0
    while logic[at:].strip():
        token = _TOKEN.match(logic, at)
        if token is None:
            raise Untranslated(f"{logic[at:].strip()[:20]!r} cannot be read")
        found.append((str(token.lastgroup), token[token.lastgroup or 0]))
        at = token.end()
    return found


def _comparison(left: tuple[str, str], sign: str, right: tuple[str, str]) -> str:
    """A comparison by the kind of what is compared: REDCap compares everything as text."""
    if left[1] == "text" and right[1] != "text":
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
        return _comparison(right, turned.get(sign, sign), left)
    (one, kind), (other, of) = left, right
    if of == "text" and other == "":
        if kind == "ticked":
            raise Untranslated("a tick compared with nothing")
        return f"!has({one})" if sign == "==" else f"has({one})"
    if kind in ("boolean", "ticked") and of in ("text", "number"):
        yes = (other.removesuffix(".0") == "1") == (sign == "==")
        return f"({one})" if yes else f"!({one})"
    if of == "text" and kind in ("integer", "number", "decimal"):
        if not re.fullmatch(r"-?\d+(\.\d+)?", other):
            raise Untranslated(f"a number compared with {other!r}")
        return f"{one} {sign} {other}"
    if of == "number" and kind in ("code", "text"):
        return f'{one} {sign} "{other.removesuffix(".0")}"'
    if of == "text" and kind == "date":
        return f'{one} {sign} date("{other}")'
    return f'{one} {sign} "{other}"' if of == "text" else f"{one} {sign} {other}"
