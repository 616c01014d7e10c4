"""`triptych lint`, `study import` and `study protocol`: other people's documents in, and a protocol text out."""

import sys
from pathlib import Path

import click
import msgspec

from triptych.cli.errors import CommandError, explained
from triptych.cli.studies import study
from triptych.exchange import import_redcap, lint, protocol_html, protocol_pdf, read_dictionary
from triptych.exchange.redcap_reading import MAX_BYTES
from triptych.ledger.library import find_study
from triptych.study import protocol_text


def content_of(path: Path) -> bytes:
    """The bytes of a file, and one more than are taken where it is larger."""
    with path.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


@click.command("lint")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lint_file(file: Path, *, as_json: bool) -> None:
    """Name what in FILE, a REDCap data dictionary (CSV), would hurt a trial; exit 1 if there is an error."""
    with explained():
        dictionary = read_dictionary(content_of(file))
        found = lint(dictionary)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for one in found:
            click.echo(f"{one.level}: {one.field} (row {one.row}): {one.what} {one.why} {one.fix} [{one.code}]")
        errors = sum(one.level == "error" for one in found)
        click.echo(f"{len(dictionary.fields)} fields: {errors} errors, {len(found) - errors} warnings", err=True)
    if any(one.level == "error" for one in found):
        sys.exit(1)


@study.command("protocol")
@click.argument("name", metavar="STUDY")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write an HTML file.")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write a tagged PDF file (PDF/UA-1).")
def write_protocol(name: str, html: Path | None, pdf: Path | None) -> None:
    """Write STUDY as a protocol text with its schedule of activities, under the headings of ICH M11."""
    if html is None and pdf is None:
        raise click.UsageError("Name a file: --html OUT.html, --pdf OUT.pdf, or both.")
    with explained():
        found = find_study(name)
        text, training = protocol_text(found), bool(found.unconfirmed)
        if html is not None:
            html.write_text(protocol_html(text, training=training), "utf-8")
        if pdf is not None:
            pdf.write_bytes(protocol_pdf(text, training=training))
    for made in (html, pdf):
        if made is not None:
            click.echo(f"{made}: {made.stat().st_size:,} bytes")


@study.command("import")
@click.option(
    "--redcap",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A REDCap data dictionary (CSV).",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A new folder.")
def import_study(redcap: Path, out: Path) -> None:
    """Turn a document of another system into forms, with a report in which every field is accounted for."""
    with explained():
        if out.exists() and any(out.iterdir()):
            raise CommandError(f"{out} is not empty. Choose a new folder.")
        made = import_redcap(read_dictionary(content_of(redcap)))
        out.mkdir(parents=True, exist_ok=True)
        (out / "forms.yaml").write_text(made.text, "utf-8")
        (out / "report.txt").write_text("".join(f"{line}\n" for line in made.report), "utf-8")
    for line in made.report:
        click.echo(line)
    click.echo(f"{made.taken} of {made.fields} fields are items in {out / 'forms.yaml'}.")
    click.echo("Copy the file into a study, place the forms on visits, and run `triptych study check`.")
