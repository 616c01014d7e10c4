"""`triptych lint`, `study import` and `study protocol`: other people's documents in, and a protocol text out."""

import sys
from datetime import datetime
from pathlib import Path

import click
import msgspec

from triptych.cli.errors import CommandError, explained
from triptych.cli.studies import study
from triptych.exchange import (
    case_of_bundle,
    export_usdm,
    import_redcap,
    import_usdm,
    lint,
    medicines_as_fhir,
    protocol_html,
    protocol_pdf,
    read_dictionary,
)
from triptych.exchange.fhir_bundle import MAX_BYTES as MAX_FHIR
from triptych.exchange.redcap_reading import MAX_BYTES
from triptych.exchange.usdm import MAX_BYTES as MAX_USDM
from triptych.ledger.library import find_study, product_files, read_folder, shelf, study_folder
from triptych.study import as_files, check_study, flat_data, protocol_text

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KEPT = "usdm.json"
"""The file that a study was imported from, beside its own files, for what the document cannot say."""


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


DAY = click.DateTime(["%Y-%m-%d"])


@click.command("case")
@click.argument("file", type=FILE)
@click.option("--on", type=DAY, required=True, help="The day as of which the record is read.")
@click.option("--planned", type=DAY, help="The day of the planned session.")
@click.option("--fhir", type=click.Path(dir_okay=False, path_type=Path), help="Write the medicine list as FHIR R4.")
@click.option("--pseudonym", default="participant", help="What the patient is called in what is written.")
def read_case(file: Path, on: datetime, planned: datetime | None, fhir: Path | None, pseudonym: str) -> None:
    """Print what FILE, a FHIR R4 Bundle (JSON), says for a screening: a case, and what a person has to ask.

    What became of each resource is told on the error output; exit 1 while there are questions.
    """
    with explained():
        with file.open("rb") as opened:
            content = opened.read(MAX_FHIR + 1)
        made = case_of_bundle(content, on.date(), planned.date() if planned else None)
        if fhir is not None:
            fhir.write_bytes(msgspec.json.format(msgspec.json.encode(medicines_as_fhir(made, pseudonym))))
    click.echo(msgspec.json.format(msgspec.json.encode({"case": made.case, "questions": made.questions})).decode())
    for line in made.lines:
        click.echo(f"{line.outcome.replace('_', ' ')}: {line.resource}: {line.text}", err=True)
    if made.questions:
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


@study.command("export")
@click.argument("name", metavar="STUDY")
@click.option("--usdm", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Write a USDM v4 file.")
def export_study(name: str, usdm: Path) -> None:
    """Write STUDY as a USDM v4 file, in JSON.

    Of a study that was imported from such a file, what changed is written into a copy of that file.
    """
    with explained():
        folder = study_folder(name)
        data, marks = flat_data(read_folder(folder), shelf(name))
        kept = folder / KEPT
        made = export_usdm(data, marks, _titles(), kept.read_bytes() if kept.is_file() else None)
        usdm.write_bytes(made)
    click.echo(f"{usdm}: {len(made):,} bytes")


@study.command("import")
@click.option("--redcap", type=FILE, help="A REDCap data dictionary (CSV): its fields become forms.")
@click.option("--usdm", type=FILE, help="A USDM v4 study (JSON): it becomes a study document.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A new folder.")
def import_study(redcap: Path | None, usdm: Path | None, out: Path) -> None:
    """Turn a document of another system into files of a study, with a report in which everything is accounted for."""
    if (redcap is None) == (usdm is None):
        raise click.UsageError("Name one file: --redcap FILE.csv or --usdm FILE.json.")
    with explained():
        if out.exists() and any(out.iterdir()):
            raise CommandError(f"{out} is not empty. Choose a new folder.")
        made, report, closing = _from_redcap(redcap, out) if redcap is not None else _from_usdm(usdm or Path(), out)
        out.mkdir(parents=True, exist_ok=True)
        for file, content in made.items():
            (out / file).write_bytes(content)
        (out / "report.txt").write_text("".join(f"{line}\n" for line in report), "utf-8")
    for line in [*report, *closing]:
        click.echo(line)


Made = tuple[dict[str, bytes], list[str], list[str]]
"""The files, the lines of the report, and what to say at the end."""


def _from_redcap(file: Path, out: Path) -> Made:
    made = import_redcap(read_dictionary(content_of(file)))
    counted = f"{made.taken} of {made.fields} fields are items in {out / 'forms.yaml'}."
    next_step = "Copy the file into a study, place the forms on visits, and run `triptych study check`."
    return {"forms.yaml": made.text.encode()}, list(made.report), [counted, next_step]


def _from_usdm(file: Path, out: Path) -> Made:
    with file.open("rb") as opened:
        made = import_usdm(opened.read(MAX_USDM + 1), _titles())
    files = as_files(made.data, made.unconfirmed)
    problems = check_study(files, product_files(), shelf())
    missing = ["What a person must add or decide:", *(f"  {problem.render()}" for problem in problems)]
    report = [*made.report, *(missing if problems else [])]
    kept = {KEPT: made.kept} if made.kept is not None else {}
    next_step = f"Write what is missing into the files of {out}, and run `triptych study check {out}`."
    closing = [next_step] if problems else [f"{out} is a complete study document."]
    return {**{name: text.encode() for name, text in files.items()}, **kept}, report, closing


def _titles() -> dict[str, str]:
    """The titles of the product's own forms."""
    data, _ = flat_data(product_files())
    return {form["id"]: form["title"] for form in data["forms"]}
