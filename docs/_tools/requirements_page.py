"""The page of requirements: the tests that hold each one, and those that no test holds.

Tests are read, not imported: `@pytest.mark.requirement("CRL-01")` on a function or class, or in a
module's `pytestmark`. A mark counts for every test beneath it.
"""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "docs" / "requirements.csv"
EVIDENCE = {
    "A": "read in the source",
    "B": "read in a secondary source",
    "A/B": "read in part in the source",
    "unconfirmed": "not confirmed",
}
HEAD = """\
# Requirements

What rules and published criticism ask of a system that runs these trials, in this project's own
words, and the tests that hold each requirement. The catalog is `docs/requirements.csv`; a test
claims a requirement with `@pytest.mark.requirement("ID")`. A mark says that the test checks part of
what the requirement asks. It does not say that the requirement is met in full, and none of this is
legal advice.

*Confirmed* says how the requirement's source was checked: read in the source, read in a secondary
source, or not confirmed. Verify what is not confirmed before relying on it.
"""


def catalog() -> dict[str, dict[str, str]]:
    """Read the catalog, by id, in its order."""
    with CATALOG.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row for row in csv.DictReader(lines)}


def claims(root: Path = ROOT) -> dict[str, list[tuple[str, str]]]:
    """Collect, for each id claimed, the tests that claim it as (path, name)."""
    claimed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        where = path.relative_to(root).as_posix()
        for name, ids in _tests(tree.body, frozenset()):
            for identifier in sorted(ids):
                claimed[identifier].append((where, name))
    return claimed


def render() -> str:
    """Render the page; an id that the catalog does not have is an error."""
    rows, claimed = catalog(), claims()
    if unknown := sorted(set(claimed) - set(rows)):
        raise SystemExit(f"tests claim requirements that {CATALOG.name} does not have: {unknown}")
    covered = [row for name, row in rows.items() if name in claimed]
    open_rows = [row for name, row in rows.items() if name not in claimed]
    lines = [HEAD, f"## Covered by tests: {len(covered)} of {len(rows)}\n"]
    for row in covered:
        lines += [f"### {row['id']}: {row['title']}\n", f"{row['source']}; {_confirmed(row)}.\n"]
        lines += [f"- `{name}`, {where}" for where, name in claimed[row["id"]]] + [""]
    lines += [
        f"## Not covered yet: {len(open_rows)}\n",
        "No test claims these. Most wait for rooms that are not built.\n",
        "| id | requirement | source | confirmed |",
        "|---|---|---|---|",
    ]
    lines += [f"| {row['id']} | {row['title']} | {row['source']} | {_confirmed(row)} |" for row in open_rows]
    return "\n".join(lines) + "\n"


def _confirmed(row: dict[str, str]) -> str:
    words = EVIDENCE[row["evidence"]]
    if row["unconfirmed"] and row["evidence"] != "unconfirmed":
        words += f"; not confirmed: {row['unconfirmed'][0].lower()}{row['unconfirmed'][1:]}"
    return words


def _tests(body: list[ast.stmt], above: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    ids = above | {found for statement in body for found in _pytestmark(statement)}
    for statement in body:
        match statement:
            case ast.ClassDef():
                yield from _tests(statement.body, ids | _marks(*statement.decorator_list))
            case ast.FunctionDef() | ast.AsyncFunctionDef() if statement.name.startswith("test"):
                yield statement.name, ids | _marks(*statement.decorator_list)


def _pytestmark(statement: ast.stmt) -> frozenset[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
            return _marks(value)
    return frozenset()


def _marks(*nodes: ast.expr) -> frozenset[str]:
    return frozenset(
        str(argument.value)
        for node in nodes
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )
