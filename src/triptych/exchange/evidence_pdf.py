"""A report on the evidence, and a forest plot by itself, as tagged PDF files (PDF/UA-1), set by Typst.

The same report gives the same bytes.
"""

import msgspec
from msgspec.json import encode

from triptych.evidence import Drawing, EvidenceReport, OutcomeDefinition, Synthesis
from triptych.exchange.forest import alternative, forest_svg
from triptych.exchange.typesetting import set_pdf
from triptych.study import Listing, Table, Text

REPORT = """\
#let data = json(bytes(sys.inputs.at("data")))
#set document(title: data.title, date: none)
#set text(lang: "en", size: 10pt)
#set page(paper: "a4", flipped: true, margin: 1.8cm, numbering: "1 / 1")
#set table(inset: 4pt, stroke: 0.4pt)
#show table: set text(size: 7.5pt)
= #data.title
#data.versions
#outline(depth: 2)
#for chapter in data.chapters {
  heading(level: chapter.level + 1, chapter.title)
  for part in chapter.parts {
    if part.type == "text" { par(part.text) }
    else if part.type == "list" { list(..part.entries) }
    else if part.type == "drawing" { image(bytes(part.svg), format: "svg", alt: part.alt, width: 76%) }
    else {
      table(
        columns: part.head.len(),
        table.header(..part.head.map(cell => [*#cell*])),
        ..part.rows.flatten(),
      )
    }
  }
}
"""
FIGURE = """\
#let data = json(bytes(sys.inputs.at("data")))
#set document(title: data.title, date: none)
#set text(lang: "en", size: 10pt)
#set page(width: 18cm, height: auto, margin: 0.6cm)
#image(bytes(data.svg), format: "svg", alt: data.alt, width: 100%)
"""


def report_pdf(report: EvidenceReport) -> bytes:
    """The report as the bytes of a PDF file, on wide pages, with its drawings as vectors."""
    chapters = [
        {"title": one.title, "level": one.level, "parts": [_part(part) for part in one.parts]}
        for one in report.chapters
    ]
    versions = f"Base: SHA-256 {report.digest}; code: Triptych {report.version}"
    return set_pdf(REPORT, encode({"title": report.title, "versions": versions, "chapters": chapters}))


def forest_pdf(definition: OutcomeDefinition, made: Synthesis) -> bytes:
    """The forest plot by itself, as vectors on a page of its own size."""
    told = {"title": f"Forest plot: {definition.title}", **_drawn(definition, made)}
    return set_pdf(FIGURE, encode(told))


def _drawn(definition: OutcomeDefinition, made: Synthesis) -> dict[str, str]:
    return {"svg": forest_svg(definition, made), "alt": alternative(definition, made)}


def _part(part: Text | Listing | Table | Drawing) -> object:
    if isinstance(part, Drawing):
        return {"type": "drawing", **_drawn(part.finding.definition, part.finding.main)}
    return msgspec.to_builtins(part)
