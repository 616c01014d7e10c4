"""Write the generated pages of the documentation, or say which are stale.

`python docs/_tools` writes them. With `--check` it changes nothing and exits 1 if one is stale.
"""

import sys
from pathlib import Path

import commands_page
import errors_page
import evidence_page
import refusals_page
import requirements_page

DOCS = Path(__file__).resolve().parents[1]
PAGES = {
    "requirements.md": requirements_page.render,
    "reference/errors.md": errors_page.render,
    "reference/refusals.md": refusals_page.render,
    "reference/cli.md": commands_page.render,
    "reference/evidence.md": evidence_page.render,
}


def main(arguments: list[str]) -> int:
    """Render every page; with `--check`, compare instead of writing."""
    stale = []
    for name, render in PAGES.items():
        path, text = DOCS / name, render()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    if "--check" not in arguments:
        return 0
    for name in stale:
        print(f"docs/{name} is stale. Run `make fix`.", file=sys.stderr)
    if not stale:
        print("generated docs are current")
    return 1 if stale else 0


sys.exit(main(sys.argv[1:]))
