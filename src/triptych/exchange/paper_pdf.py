"""A page to be handed out or put in a file, as a tagged PDF (PDF/UA-1) set by Typst. The same paper, the same bytes.

What it begins with stands at the head of every page, so that no page is ever without it.
"""

import msgspec
from msgspec import Struct

from triptych.exchange.typesetting import set_pdf
from triptych.study import Listing, Table, Text

SOURCE = """\
#let data = json(bytes(sys.inputs.at("data")))
#let size = if data.large { 13pt } else { 9.5pt }
#set document(title: data.title, date: none)
#set text(lang: data.language, size: size)
#set page(
  paper: "a4",
  margin: (x: 1.8cm, top: 3.2cm, bottom: 1.8cm),
  header: block(width: 100%, stroke: 1pt, inset: 6pt, strong(data.first)),
  footer: context text(size: 8pt)[#data.foot #h(1fr) #counter(page).display("1 / 1", both: true)],
)
#set table(inset: 4pt, stroke: 0.4pt)
#show table: set text(size: size * 0.85)
= #data.title
#for section in data.sections {
  heading(level: 2, section.title)
  for part in section.parts {
    if part.type == "text" { par(part.text) }
    else if part.type == "list" { list(..part.entries) }
    else {
      table(
        columns: part.head.len() * (1fr,),
        table.header(..part.head.map(cell => [*#cell*])),
        ..part.rows.flatten(),
      )
    }
  }
}
"""


class Part(Struct, frozen=True):
    """A heading and what stands under it."""

    title: str
    parts: tuple[Text | Listing | Table, ...]


class Paper(Struct, frozen=True, kw_only=True):
    """A paper: `first` heads every page, `foot` says what it is of; `large` sets it for reading at home."""

    title: str
    first: str
    sections: tuple[Part, ...]
    foot: str
    language: str = "en"
    large: bool = False


def paper_pdf(paper: Paper) -> bytes:
    """The file's bytes. Raises `ValueError` for a paper that does not say first what every paper says."""
    if not paper.first.strip():
        raise ValueError("A paper begins with what its reader must not do. Nothing was made.")
    return set_pdf(SOURCE, msgspec.json.encode(paper))
