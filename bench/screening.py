"""Screening: whole decisions, and ten thousand spellings of names with what became of them."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.measuring import Row, percentile, spent
from triptych.ledger.library import conditions, default_profile, knowledge_base
from triptych.safety import KnowledgeBase, Product, read_case, resolve, screen

CASES = Path(__file__).parents[1] / "tests" / "spec" / "safety" / "cases"
DECISIONS = 5_000
SPELLINGS = 10_000
SLIPS = ("left out", "doubled", "swapped", "wrong")
SEED = 20260315


def rows(share: float) -> Iterable[Row]:
    """Decisions a second with their slowest hundredth, and names with recall and false matches."""
    yield _decisions(int(DECISIONS * share))
    yield from _names(int(SPELLINGS * share))


def _decisions(count: int) -> Row:
    base, profile, words = knowledge_base(), default_profile(), conditions()
    cases = [json.loads(path.read_text("utf-8")) for path in sorted(CASES.glob("*.json"))]
    took: list[float] = []

    def run() -> None:
        for at in range(count):
            begun = time.perf_counter()
            screen(base, profile, words, read_case(cases[at % len(cases)]))
            took.append(time.perf_counter() - begun)

    used = spent(run)
    slowest = f"p50 {percentile(took, 0.5) * 1e3:.2f} ms, p99 {percentile(took, 0.99) * 1e3:.2f} ms"
    figure = f"{count / used.cpu:,.0f} decisions a CPU second"
    return Row(f"screen {count:,} worked cases", figure, slowest, "", None)


def _names(count: int) -> Iterable[Row]:
    """Each name of the checked tables, as it stands and with one slip of the hand."""
    base, chance = knowledge_base(), random.Random(SEED)
    names = [(name, _actives(base, key)) for key, name in sorted(base.spellings.items()) if len(key) >= 4]
    typed = [(_slip(name, chance), means) for name, means in (chance.choice(names) for _ in range(count))]
    became: Counter[str] = Counter()

    def run() -> None:
        for entered, means in typed:
            became[_outcome(base, entered, means)] += 1

    used = spent(run)
    known = became["right"] + became["offered"]
    figure = f"{known / count:.1%} identified or offered ({became['right'] / count:.1%} exactly)"
    beside = f"{became['another']} taken for another medicine ({became['another'] / count:.2%})"
    what = f"{count:,} spellings, one slip in seven of eight"
    yield Row(what, figure, beside, "", None)
    yield Row("a name", f"{used.cpu / count * 1e3:.2f} ms CPU", "", "", None)


def _actives(base: KnowledgeBase, key: str) -> frozenset[str]:
    found = (thing.actives if isinstance(thing, Product) else (thing.name,) for thing in base.index[key])
    return frozenset(name for names in found for name in names)


def _slip(name: str, chance: random.Random) -> str:
    """The name as it is, or with one letter left out, doubled, swapped with the next or replaced."""
    at = chance.randrange(1, len(name) - 1)
    match chance.choice(SLIPS):
        case "left out":
            return name[:at] + name[at + 1 :]
        case "doubled":
            return name[:at] + name[at] + name[at:]
        case "swapped":
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case _:
            return name if chance.random() < 0.5 else name[:at] + chance.choice("aeiouylnrst") + name[at + 1 :]


def _outcome(base: KnowledgeBase, entered: str, means: frozenset[str]) -> str:
    found = resolve(base, entered)
    if found.status == "resolved":
        return "right" if set(found.actives) == means else "another"
    return "offered" if any(set(one.actives) == means for one in found.candidates) else "not known"
