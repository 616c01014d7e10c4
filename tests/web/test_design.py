"""The colors of the pages against WCAG 2.2: every text on every ground it may stand on, in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = Path("src/triptych/web/static/triptych.css").read_text("utf-8")
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
}
GROUNDS = ("paper", "sheet", "sunk")
TEXTS = ("ink", "quiet", "preparation", "medicine", "integration", "alarm")


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors, as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_ratio_is_that_of_the_recommendation():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the known lightest gray that passes AA


@pytest.mark.parametrize(("text", "ground", "theme"), list(product(TEXTS, GROUNDS, range(2))))
def test_text_can_be_read(text, ground, theme):
    """1.4.3 Contrast (Minimum)."""
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize(("ground", "theme"), list(product(GROUNDS, range(2))))
def test_the_edges_of_fields_can_be_seen(ground, theme):
    """1.4.11 Non-text Contrast."""
    assert contrast(TOKENS["edge"][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize("theme", range(2))
def test_alarms_have_a_hue_to_themselves(theme):
    panels = {TOKENS[name][theme] for name in ("preparation", "medicine", "integration")}
    red, green, blue = (int(TOKENS["alarm"][theme][at : at + 2], 16) for at in (1, 3, 5))
    assert red > 1.5 * max(green, blue) or (red - green > 80 and red - blue > 80)
    assert all(int(color[1:3], 16) <= 1.5 * int(color[5:7], 16) for color in panels)


def test_the_documentation_gives_the_colors_and_the_least_contrast_of_each():
    page = Path("docs/design.md").read_text("utf-8")
    for name in (*TEXTS, "edge"):
        for theme, color in enumerate(TOKENS[name]):
            least = min(contrast(color, TOKENS[ground][theme]) for ground in GROUNDS)
            row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
            assert f"`{color}` {least:.1f}" in row
    for name in GROUNDS:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        assert all(f"`{color}`" in row for color in TOKENS[name])


def test_no_file_of_the_look_comes_from_elsewhere():
    assert not re.findall(r"url\(\"?(?:https?:)?//", CSS)
    assert "@import" not in CSS
