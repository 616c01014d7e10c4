"""Make the typeface of the participants' site: one weight of Source Serif 4, with the letters of Western Europe.

A changed copy may not bear the reserved name of the original (SIL Open Font License 1.1), so it is called otherwise.
Run it with `uv run --with fonttools --with brotli tools/fonts/build.py ORIGINAL.woff2 OUT.woff2`, where ORIGINAL is the
variable font of the npm package @fontsource-variable/source-serif-4 (files/source-serif-4-latin-wght-normal.woff2).
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

NAME = "Triptych Text"
WEIGHT = 400
FEATURES = ["kern", "liga", "ccmp", "locl", "tnum"]
BEYOND_LATIN_1 = "ıŒœ–—‘’‚“”„•…′″‹›€↑↓−"
FAMILY, UNIQUE, FULL, POSTSCRIPT, TRADEMARK = 1, 3, 4, 6, 7


def build(original: str, out: str) -> None:
    """Write the smaller font."""
    font = TTFont(original)
    options = subset.Options()
    options.layout_features, options.hinting, options.glyph_names = FEATURES, False, False
    wanted = {code for code in font.getBestCmap() if 0x20 <= code < 0x100 or chr(code) in BEYOND_LATIN_1}
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=wanted)
    chosen.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHT})
    names = {FAMILY: NAME, FULL: NAME, UNIQUE: f"{NAME} 1", POSTSCRIPT: NAME.replace(" ", "")}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID in (TRADEMARK, 16, 17, 25) or record.nameID > 255:
            font["name"].removeNames(nameID=record.nameID)
    font.flavor = "woff2"
    font.save(out)


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2])
