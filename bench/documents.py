"""Loading and checking the largest bundled document; scoring 100,000 questionnaires beside pandas."""

import random
from datetime import UTC

import pandas as pd

from bench.measuring import Row, median, spent
from triptych.ledger.library import product_files, read_folder, shelf, study_folder, study_names
from triptych.rules import Context, Missing, evaluate
from triptych.study import load_instrument, load_study, score

LIMIT = 0.300
LOADS = 21
QUESTIONNAIRES = 100_000
ITEMS = [f"item_{number}" for number in range(1, 10)]


def rows(scale: float) -> list[Row]:
    """The largest document, and the PHQ-9 with one answer in twenty missing."""
    return [_loading(), *_scoring(max(1_000, int(QUESTIONNAIRES * scale)))]


def _loading() -> Row:
    known, product = shelf(), product_files()
    texts = {name: read_folder(study_folder(name)) for name in study_names()}
    sizes = {name: len(load_study(files, product, known).canonical) for name, files in texts.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    spans = [spent(lambda: load_study(texts[largest], product, known)) for _ in range(LOADS)]
    p50 = median(spans)
    return Row(
        f"load and check the largest document ({largest}, {sizes[largest]:,} bytes flat), p50 of {LOADS}",
        f"{1e3 * p50.wall:.0f} ms ({1e3 * p50.cpu:.0f} ms CPU)",
        "",
        "300 ms",
        p50.wall < LIMIT,
    )


def _scoring(count: int) -> list[Row]:
    draw = random.Random(9)
    answers = [{name: draw.randint(0, 3) for name in ITEMS if draw.random() > 0.05} for _ in range(count)]
    instrument = load_instrument("phq-9", shelf())
    path = f"forms.{instrument.form.id}.items.total.derived"
    rule, context = instrument.study.rule(path), Context(UTC)
    frame = pd.DataFrame(answers, columns=ITEMS)

    def by_rule() -> list[object]:
        return [evaluate(rule, one, context) for one in answers]

    def by_pandas() -> pd.Series:
        enough = frame.notna().sum(axis=1) >= 8
        return (frame.mean(axis=1) * len(ITEMS)).where(enough)

    ours, theirs = by_rule(), by_pandas()
    assert all(
        isinstance(one, Missing) if pd.isna(other) else abs(float(str(one)) - other) < 1e-9
        for one, other in zip(ours, theirs, strict=True)
    )
    rules, frames = median([spent(by_rule) for _ in range(3)]), median([spent(by_pandas) for _ in range(3)])
    whole = spent(lambda: [score(instrument, one) for one in answers[: count // 10]])
    each = 1e6 * whole.cpu / (count // 10)
    return [
        Row(
            f"the totals of {count:,} PHQ-9 by their rule, one at a time",
            f"{rules.cpu:.2f} s CPU",
            f"pandas, all at once, {frames.cpu:.3f} s ({rules.cpu / frames.cpu:.0f}×)",
            "",
            None,
        ),
        Row("one PHQ-9 scored whole, with bands, flags and how it came about", f"{each:.0f} µs CPU", "", "", None),
    ]
