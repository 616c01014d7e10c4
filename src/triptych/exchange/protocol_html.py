"""A protocol text as one accessible HTML file that needs nothing else."""

from collections.abc import Iterator
from html import escape

from triptych.study import Listing, Protocol, Table, Text

STYLE = (
    "body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "h1,h2,h3{line-height:1.2}table{border-collapse:collapse;font:14px/1.4 system-ui,sans-serif}"
    "th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    ".scroll{overflow-x:auto}@media print{.scroll{overflow:visible}thead{display:table-header-group}}"
)


def protocol_html(protocol: Protocol, *, training: bool) -> str:
    """The file's text. While a field is unconfirmed the study can only be in training, and the head says so."""
    return "\n".join(_lines(protocol, training=training)) + "\n"


def _lines(protocol: Protocol, *, training: bool) -> Iterator[str]:
    title = escape(protocol.title)
    yield f'<!doctype html><html lang="{escape(protocol.language)}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{STYLE}</style></head><body><main>"
    yield f"<h1>{title}</h1><p>Version {escape(protocol.version)}, SHA-256 {protocol.digest}</p>"
    if training:
        yield "<p><strong>For training only: fields of this document are not confirmed by their source.</strong></p>"
    yield '<nav aria-label="Contents"><ul>'
    for section in protocol.sections:
        yield f'<li><a href="#s{section.number}">{section.number} {escape(section.title)}</a></li>'
    yield "</ul></nav>"
    for section in protocol.sections:
        level = section.level + 1
        yield f'<h{level} id="s{section.number}">{section.number} {escape(section.title)}</h{level}>'
        for part in section.parts:
            yield from _part(part, section.title)
    yield "</main></body></html>"


def _part(part: Text | Listing | Table, title: str) -> Iterator[str]:
    match part:
        case Text(text):
            yield f"<p>{escape(text)}</p>"
        case Listing(entries):
            yield "<ol>" + "".join(f"<li>{escape(entry)}</li>" for entry in entries) + "</ol>"
        case Table():
            yield from table_lines(part, title)


def table_lines(table: Table, title: str) -> Iterator[str]:
    """A table that scrolls by itself, in lines of HTML; the first cell of a row heads it."""
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}"><table><thead><tr>'
    yield "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head) + "</tr></thead><tbody>"
    for first, *rest in table.rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"
