"""A protocol text as a tagged PDF (PDF/UA-1), set by Typst. The same document gives the same bytes."""

import msgspec

from triptych.exchange.typesetting import set_pdf
from triptych.study import Protocol

SOURCE = """\
#let data = json(bytes(sys.inputs.at("data")))
#set document(title: data.title, date: none)
#set text(lang: data.language, size: 10pt)
#set page(paper: "a4", flipped: true, margin: 1.8cm, numbering: "1 / 1")
#set table(inset: 4pt, stroke: 0.4pt)
#show table: set text(size: 7pt)
= #data.title
Version #data.version, SHA-256 #data.digest
#if data.training [*For training only: fields of this document are not confirmed by their source.*]
#outline(depth: 3)
#for section in data.sections {
  heading(level: section.level + 1, [#section.number #section.title])
  for part in section.parts {
    if part.type == "text" { par(part.text) }
    else if part.type == "list" { enum(..part.entries) }
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


def protocol_pdf(protocol: Protocol, *, training: bool) -> bytes:
    """The protocol as the bytes of a PDF file, on wide pages; `training` says so at its head."""
    plain = msgspec.to_builtins(protocol)
    for section, known in zip(plain["sections"], protocol.sections, strict=True):
        section["level"] = known.level
    return set_pdf(SOURCE, msgspec.json.encode({**plain, "training": training}))
