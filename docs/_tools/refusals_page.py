"""The page of refusals: every code that a reason or a misfit has in the source, with its words.

The source is read, not imported. Codes that come from a study document (the id of a gate's
condition or of a form's check) are its author's and are not listed.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "triptych"
HEAD = """\
# Refusals

`file` answers *filed*, *refused* or *held*. A refusal is a value with every reason, each with a
code that stays the same and words for the person who asked. Where a gate or a check of the study
document is the reason, its code is the id it has in the document. "…" stands for what the situation
fills in.
"""


def render() -> str:
    """Render the table of codes, in alphabetical order."""
    words: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for code, text in _reasons(tree):
            if text not in words[code]:
                words[code].append(text)
    rows = [f"| `{code}` | {' / '.join(filter(None, words[code]))} |" for code in sorted(words)]
    return "\n".join([HEAD, "| code | words |", "|---|---|", *rows]) + "\n"


def _reasons(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            nodes = sorted(
                (node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Call)),
                key=lambda node: node.lineno,
            )
            yield from _in_order(nodes)


def _in_order(nodes: list[ast.Assign | ast.Call]) -> Iterator[tuple[str, str]]:
    named: dict[str, ast.expr] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                named[name] = value
            case ast.Call(func=ast.Name(id="Reason" | "Misfit"), keywords=keywords):
                given = {keyword.arg: keyword.value for keyword in keywords}
                code = given.get("code")
                if isinstance(code, ast.Constant):
                    text = _words(given.get("text") or given.get("message"), named)
                    yield str(code.value), re.sub("…+", "…", text)


def _words(node: ast.expr | None, named: dict[str, ast.expr]) -> str:
    match node:
        case ast.Name(id=name) if name in named:
            return _words(named[name], {})
        case ast.Constant(value=str(text)):
            return text.replace("|", "\\|")
        case ast.JoinedStr(values=parts):
            return "".join(_words(part, {}) for part in parts)
        case ast.FormattedValue():
            return "…"
    return ""
