"""A forest plot as SVG, drawn by us as text: each trial, the pooled estimate and no effect, named directly.

The drawing takes the colors of the page it stands in, has a text alternative, and is the same for the same figures.
"""

import math
from collections.abc import Iterator
from html import escape

from triptych.evidence import OutcomeDefinition, Synthesis, figure, interval, no_effect, unit_of

ROW, TOP, BOTTOM = 26, 34, 74
LEFT, PLOT, EFFECT, WEIGHT = 216, 330, 160, 64
WIDTH = LEFT + PLOT + EFFECT + WEIGHT
FOREST_STYLE = (
    "text{font:14px 'Libertinus Serif','Source Serif 4',Georgia,serif;fill:currentColor}.head{font-weight:600}"
    ".line{stroke:currentColor;stroke-width:1.5}.null{stroke:currentColor;stroke-dasharray:3 3}.mark{fill:currentColor}"
    ".axis{stroke:currentColor;stroke-width:1}.reach{stroke:currentColor;stroke-width:5;opacity:.35}"
)
RATIOS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 25, 50, 100, 1000, 10_000, 100_000)


def forest_svg(definition: OutcomeDefinition, made: Synthesis, *, styled: bool = True) -> str:
    """The drawing. Without `styled` it holds no style of its own: the page brings classes, as a strict policy wants."""
    scale = _Scale(definition, made)
    height = TOP + ROW * (len(made.studies) + (2 if made.k > 1 else 0)) + 8 + BOTTOM
    title = escape(f"Forest plot: {definition.title}")
    style = f"<style>{FOREST_STYLE}</style>" if styled else ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="forest" viewBox="0 0 {WIDTH} {height}" role="img"'
    told = escape(alternative(definition, made))
    parts = "".join((*_heads(), *_rows(scale, made), *_axis(scale, definition, made, height)))
    return f'{head} aria-label="{title}"><title>{title}</title><desc>{told}</desc>{style}{parts}</svg>\n'


def alternative(definition: OutcomeDefinition, made: Synthesis) -> str:
    """The drawing in words, for whoever does not see it: what no effect is, each trial, and all together."""
    told = [
        f"{one.title} {one.year}: {one.estimate:.2f} ({one.ci_low:.2f} to {one.ci_high:.2f})" for one in made.studies
    ]
    if made.estimate is not None and made.k > 1:
        told.append(f"together: {made.estimate:.2f} ({made.ci_low:.2f} to {made.ci_high:.2f})")
    return f"No effect is {no_effect(definition):g}. " + "; ".join(told or ["no trial"]) + "."


class _Scale:
    """From effects to places; ratios on a logarithmic scale. The drawing is as wide as its widest interval."""

    def __init__(self, definition: OutcomeDefinition, made: Synthesis) -> None:
        self._of = math.log if definition.measure == "rr" else float
        ends = [value for one in made.studies for value in (one.ci_low, one.ci_high)]
        ends += [value for value in (made.ci_low, made.ci_high) if value is not None]
        ends += [value for value in (made.pi_low, made.pi_high) if value is not None]
        places = [self._of(value) for value in (*ends, no_effect(definition))]
        self._low, self._high = min(places), max(places)
        self._span = (self._high - self._low) or 1.0
        wanted = RATIOS if definition.measure == "rr" else self._even()
        self.ticks = [tick for tick in wanted if self._low - 1e-9 <= self._of(tick) <= self._high + 1e-9]

    def _even(self) -> list[float]:
        """Round numbers, nine at most, with zero among them."""
        steps = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100)
        step = next((size for size in steps if self._span / size <= 8), steps[-1])
        return [step * place for place in range(math.ceil(self._low / step), math.floor(self._high / step) + 1)]

    def at(self, value: float) -> float:
        """Where an effect stands."""
        return LEFT + 12 + (PLOT - 24) * (self._of(value) - self._low) / self._span


def _heads() -> Iterator[str]:
    yield _text(0, 18, "Trial, year (people)", kind="head")
    yield _text(LEFT + PLOT + 12, 18, "Effect, 95 % interval", kind="head")
    yield _text(WIDTH, 18, "Weight", "end", "head")
    yield _line("axis", 0, WIDTH, 27)


def _rows(scale: _Scale, made: Synthesis) -> Iterator[str]:
    y = TOP + ROW // 2
    for study in made.studies:
        size = 4 + 8 * math.sqrt((study.weight or 0) / 100)
        name = f"{study.title}, {study.year} ({study.n}){'' if study.confirmed else ' ?'}"
        yield from _row(scale, y, name, (study.estimate, study.ci_low, study.ci_high))
        x = scale.at(study.estimate)
        side = f'width="{2 * size:.1f}" height="{2 * size:.1f}"'
        yield f'<rect class="mark" x="{x - size:.1f}" y="{y - size:.1f}" {side}/>'
        if study.weight is not None:
            yield _text(WIDTH, y + 5, f"{study.weight:.1f} %", "end")
        y += ROW
    if made.estimate is None or made.ci_low is None or made.ci_high is None or made.k < 2:
        return
    yield _line("axis", 0, WIDTH, y - ROW // 2 + 1)
    yield from _row(scale, y, f"Together, {made.method} ({made.n})", (made.estimate, made.ci_low, made.ci_high))
    low, middle, high = (scale.at(value) for value in (made.ci_low, made.estimate, made.ci_high))
    yield f'<path class="mark" d="M{low:.1f} {y}L{middle:.1f} {y - 8}L{high:.1f} {y}L{middle:.1f} {y + 8}Z"/>'
    if made.pi_low is not None and made.pi_high is not None:
        y += ROW
        yield _text(0, y + 5, "Another trial, 95 % prediction")
        yield _line("reach", scale.at(made.pi_low), scale.at(made.pi_high), y)
        yield _text(LEFT + PLOT + 12, y + 5, interval(made.pi_low, made.pi_high))


def _axis(scale: _Scale, definition: OutcomeDefinition, made: Synthesis, height: float) -> Iterator[str]:
    foot, null = height - BOTTOM, scale.at(no_effect(definition))
    yield f'<line class="null" x1="{null:.1f}" y1="{TOP - 8}" x2="{null:.1f}" y2="{foot:.1f}"/>'
    yield _line("axis", LEFT + 12, LEFT + PLOT - 12, foot)
    for tick in scale.ticks:
        x = scale.at(tick)
        yield f'<line class="axis" x1="{x:.1f}" y1="{foot:.1f}" x2="{x:.1f}" y2="{foot + 5:.1f}"/>'
        yield _text(x, foot + 20, f"{tick:g}".replace("-", "\u2212"), "middle")
    middle = LEFT + PLOT / 2
    yield _text(
        middle, foot + 40, f"\u2190 lower \u00b7 {_measure(made)} \u00b7 higher with the study dose \u2192", "middle"
    )
    beside = "; ".join(_heterogeneity(made))
    yield _text(0, foot + 64, f"{unit_of(definition, made)}{'; ' if beside else ''}{beside}")


def _measure(made: Synthesis) -> str:
    return {"smd": "Hedges' g", "md": "points", "rr": "risk ratio", "or": "odds ratio"}[made.measure]


def _heterogeneity(made: Synthesis) -> Iterator[str]:
    if made.tau2 is not None:
        yield f"\u03c4\u00b2 {made.tau2:.3f}"
    if made.i2 is not None:
        yield f"I\u00b2 {made.i2:.0f} %"


def _row(scale: _Scale, y: float, name: str, figures: tuple[float, float, float]) -> list[str]:
    estimate, low, high = figures
    return [
        _text(0, y + 5, name),
        _line("line", scale.at(low), scale.at(high), y),
        _text(LEFT + PLOT + 12, y + 5, f"{figure(estimate)} ({interval(low, high)})"),
    ]


def _line(kind: str, x1: float, x2: float, y: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
