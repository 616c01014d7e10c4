"""A forest plot as SVG, drawn by us as text: each trial, the pooled estimate and no effect, named directly.

The drawing takes the colors of the page it stands in, has a text alternative, and is the same for the same figures.
"""

import math
from html import escape

from triptych.evidence import OutcomeDefinition, Synthesis, no_effect

ROW, TOP, BOTTOM = 26, 44, 46
LEFT, PLOT, RIGHT = 190, 340, 200
WIDTH = LEFT + PLOT + RIGHT
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:currentColor}"
    ".line{stroke:currentColor;stroke-width:1.5}.null{stroke:currentColor;stroke-dasharray:3 3}.mark{fill:currentColor}"
)


def forest_svg(definition: OutcomeDefinition, made: Synthesis, *, styled: bool = True) -> str:
    """The drawing. Without `styled` it holds no style of its own: the page brings classes, as a strict policy wants."""
    scale = _Scale(definition, made)
    height = TOP + ROW * (len(made.studies) + 2) + BOTTOM
    parts = [_text(0, 20, "Trial, year (people)"), _text(LEFT + PLOT + 12, 20, "Effect, 95 % interval")]
    y = TOP + ROW
    for study in made.studies:
        size = 4 + 8 * math.sqrt((study.weight or 0) / 100)
        name = f"{study.title}, {study.year} ({study.n}){'' if study.confirmed else ' ?'}"
        parts += _row(scale, y, name, (study.estimate, study.ci_low, study.ci_high))
        x = scale.at(study.estimate)
        parts.append(
            f'<rect class="mark" x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}"/>'
        )
        y += ROW
    if made.estimate is not None and made.ci_low is not None and made.ci_high is not None and made.k > 1:
        parts += _row(scale, y, f"Together, {made.method} ({made.n})", (made.estimate, made.ci_low, made.ci_high))
        low, middle, high = (scale.at(value) for value in (made.ci_low, made.estimate, made.ci_high))
        parts.append(
            f'<path class="mark" d="M{low:.1f} {y}L{middle:.1f} {y - 8}L{high:.1f} {y}L{middle:.1f} {y + 8}Z"/>'
        )
    foot = height - BOTTOM + 6
    null = scale.at(no_effect(definition))
    parts.append(f'<line class="null" x1="{null:.1f}" y1="{TOP - 8}" x2="{null:.1f}" y2="{foot}"/>')
    parts += [_text(scale.at(tick), foot + 16, f"{tick:g}".replace("-", "\u2212"), "middle") for tick in scale.ticks]
    sides = ("lower with the study dose", "higher with the study dose")
    parts += [
        _text(null - 10, foot + 34, "\u2190 " + sides[0], "end"),
        _text(null + 10, foot + 34, sides[1] + " \u2192"),
    ]
    title = escape(f"Forest plot: {definition.title}")
    style = f"<style>{STYLE}</style>" if styled else ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="forest" viewBox="0 0 {WIDTH} {height}" role="img"'
    told = escape(alternative(definition, made))
    return (
        f'{head} aria-label="{title}. {told}"><title>{title}</title><desc>{told}</desc>{style}{"".join(parts)}</svg>\n'
    )


def alternative(definition: OutcomeDefinition, made: Synthesis) -> str:
    """The drawing in words."""
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
        places = [self._of(value) for value in (*ends, no_effect(definition))]
        self._low, self._high = min(places), max(places)
        self._span = (self._high - self._low) or 1.0
        wanted = (0.1, 0.25, 0.5, 1, 2, 4, 10, 25, 50, 100) if definition.measure == "rr" else self._even()
        self.ticks = [tick for tick in wanted if self._low - 1e-9 <= self._of(tick) <= self._high + 1e-9]

    def _even(self) -> list[float]:
        """Round numbers, four to nine of them, zero always among them where it lies within."""
        step = next(size for size in (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50) if self._span / size <= 9 or size == 50)
        return [step * place for place in range(math.ceil(self._low / step), math.floor(self._high / step) + 1)]

    def at(self, value: float) -> float:
        """Where an effect stands."""
        return LEFT + 12 + (PLOT - 24) * (self._of(value) - self._low) / self._span


def _row(scale: _Scale, y: float, name: str, figures: tuple[float, float, float]) -> list[str]:
    estimate, low, high = figures
    reach = f"{estimate:.2f} ({low:.2f} to {high:.2f})".replace("-", "\u2212")
    return [
        _text(0, y + 5, name),
        f'<line class="line" x1="{scale.at(low):.1f}" y1="{y}" x2="{scale.at(high):.1f}" y2="{y}"/>',
        _text(LEFT + PLOT + 12, y + 5, reach),
    ]


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def synthesis_html(definition: OutcomeDefinition, made: Synthesis, answer: str, digest: str) -> str:
    """One outcome as a page by itself: the sentence, the drawing and the table beside it."""
    rows = "".join(
        f"<tr><th scope=row>{escape(one.title)} {one.year}</th><td>{one.n}</td><td>{one.estimate:.4f}</td>"
        f"<td>{one.ci_low:.4f} to {one.ci_high:.4f}</td><td>{escape(one.address)}</td></tr>"
        for one in made.studies
    )
    title = escape(definition.title)
    heads = "".join(f"<th scope=col>{name}</th>" for name in ("Trial", "People", "Effect", "95 % interval", "Source"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>"
        f"<p>{escape(answer)}</p><p>{escape(definition.unit)}; {made.method}</p>{forest_svg(definition, made)}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>Base: SHA-256 {digest}</p></body></html>\n"
    )
