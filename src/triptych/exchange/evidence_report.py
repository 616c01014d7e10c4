"""A report on the evidence, and one outcome by itself, as Markdown and as HTML files that need nothing else."""

from collections.abc import Iterator
from html import escape

from triptych.evidence import Chapter, Drawing, EvidenceReport, OutcomeDefinition, Synthesis, figure, interval, unit_of
from triptych.exchange.forest import alternative, forest_svg
from triptych.exchange.protocol_html import STYLE, table_lines
from triptych.study import Listing, Table, Text

Part = Text | Listing | Table | Drawing
WIDE = "svg{max-width:100%;height:auto}body{overflow-wrap:anywhere}"


def report_markdown(report: EvidenceReport) -> str:
    """The report as Markdown. A drawing is told in words; its figures stand in the table below it."""
    lines = [f"# {report.title}", "", _versions(report)]
    for chapter in report.chapters:
        lines += ["", f"{'#' * (chapter.level + 1)} {chapter.title}"]
        for part in chapter.parts:
            lines += ["", *_markdown(part)]
    return "\n".join(lines) + "\n"


def _versions(report: EvidenceReport) -> str:
    return f"Base: SHA-256 {report.digest}; code: Triptych {report.version}"


def _markdown(part: Part) -> Iterator[str]:
    match part:
        case Text(text):
            yield text
        case Listing(entries):
            yield from (f"- {entry}" for entry in entries)
        case Drawing(one):
            yield f"*Forest plot. {alternative(one.definition, one.main)}*"
        case Table(head, rows):
            yield _cells(head)
            yield _cells(("---",) * len(head))
            yield from map(_cells, rows)


def _cells(row: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def report_html(report: EvidenceReport) -> str:
    """The report as one accessible page, with its forest plots."""
    title = escape(report.title)
    body = "\n".join(line for number, chapter in enumerate(report.chapters) for line in _chapter(chapter, number))
    contents = "".join(
        f'<li><a href="#c{number}">{escape(chapter.title)}</a></li>'
        for number, chapter in enumerate(report.chapters)
        if chapter.level == 1
    )
    nav = f'<nav aria-label="Contents"><ul>{contents}</ul></nav>'
    return _page(title, f"<h1>{title}</h1><p>{escape(_versions(report))}</p>{nav}\n{body}")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}{WIDE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _chapter(chapter: Chapter, number: int) -> Iterator[str]:
    level = chapter.level + 1
    yield f'<h{level} id="c{number}">{escape(chapter.title)}</h{level}>'
    for place, part in enumerate(chapter.parts):
        yield from _html(part, f"{chapter.title} {place + 1}" if place else chapter.title)


def _html(part: Part, title: str) -> Iterator[str]:
    match part:
        case Text(text):
            yield f"<p>{escape(text)}</p>"
        case Listing(entries):
            yield "<ul>" + "".join(f"<li>{escape(entry)}</li>" for entry in entries) + "</ul>"
        case Drawing(one):
            yield forest_svg(one.definition, one.main)
        case Table():
            yield from table_lines(part, title)


def synthesis_html(definition: OutcomeDefinition, made: Synthesis, answer: str, digest: str) -> str:
    """One outcome as a page by itself: the sentence, the drawing and the table beside it."""
    head = ("Trial", "People", "Effect", "95 % interval", "Weight", "Source")
    rows = [
        (
            f"{one.title} {one.year}{'' if one.confirmed else ' (recalled)'}",
            str(one.n),
            figure(one.estimate),
            interval(one.ci_low, one.ci_high),
            "" if one.weight is None else f"{one.weight:.1f} %",
            one.address,
        )
        for one in made.studies
    ]
    if made.estimate is not None and made.ci_low is not None and made.ci_high is not None and made.k > 1:
        reach = interval(made.ci_low, made.ci_high)
        rows.append((f"Together, {made.method}", str(made.n), figure(made.estimate), reach, "", ""))
    title = escape(definition.title)
    parts = [
        f"<h1>{title}</h1><p>{escape(answer)}</p><p>{escape(unit_of(definition, made))}; {made.method}</p>",
        forest_svg(definition, made) if made.studies else "",
        *_html(Table(head, tuple(rows)), definition.title),
        f"<p>{escape(made.note)}</p>" if made.note else "",
        f"<p>Base: SHA-256 {digest}</p>",
    ]
    return _page(title, "\n".join(parts))
