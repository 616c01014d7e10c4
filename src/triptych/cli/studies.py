"""`triptych study`: check a study document and show it as a protocol reader knows it."""

import sys
from pathlib import Path

import click
import msgspec

from triptych.cli.errors import CommandError, explained
from triptych.ledger.library import find_study, product_files, read_folder, shelf, study_folder, study_names
from triptych.study import check_study, differences, flat_study, new_study, render_text
from triptych.study.checking_consent import placeholders_said


@click.group()
def study() -> None:
    """Check and show study documents. STUDY is a folder or a bundled name."""


@study.command("list")
def list_studies() -> None:
    """List the bundled studies."""
    for name in study_names():
        click.echo(name)


@study.command()
@click.argument("study")
def check(study: str) -> None:
    """Report every problem of STUDY with file, line and what to write instead; exit 1 if there is one."""
    with explained():
        problems = check_study(read_folder(study_folder(study)), product_files(), shelf(study))
    for problem in problems:
        click.echo(problem.render())
    if problems:
        click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {study}", err=True)
        sys.exit(1)
    with explained():
        loaded = find_study(study)
    click.echo(f"{study}: no problems. Version {loaded.document.version}, SHA-256 {loaded.digest}")
    if loaded.unconfirmed:
        count = len(loaded.unconfirmed)
        click.echo(f"{count} unconfirmed fields: it can be used for training and cannot be activated.")
    if said := placeholders_said(loaded.document.consent):
        click.echo(f"{said}: it can be used for training and cannot be activated.")


@study.command()
@click.argument("study")
@click.option(
    "--width", type=click.IntRange(60, 400), default=None, help="Characters a line; the terminal's by default."
)
@click.option("--resolved", is_flag=True, help="Print the flat document instead, with all that it inherits.")
def show(study: str, width: int | None, *, resolved: bool) -> None:
    """Print the schedule of activities of STUDY, with every unconfirmed field."""
    with explained():
        if resolved:
            click.echo(flat_study(read_folder(study_folder(study)), shelf(study)), nl=False)
            return
        click.echo(render_text(find_study(study), width or terminal_width()))


@study.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(one: str, other: str, *, as_json: bool) -> None:
    """Say what study B has otherwise than A: visits and windows, forms, doses, criteria and the rest."""
    with explained():
        found = differences(find_study(one), find_study(other))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    section = ""
    for difference in found:
        if difference.section != section:
            section = difference.section
            click.echo(f"\n{section}")
        click.echo(f"  {difference.about}: {difference.what}")
    click.echo(f"\n{len(found)} differences" if found else "The two documents say the same.")


@study.command()
@click.argument("name")
@click.option(
    "--from", "source", default="mapp-template", show_default=True, metavar="STUDY", help="What it is made from."
)
@click.option("--inherit", is_flag=True, help="Say only what differs, instead of copying the whole document.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder; NAME by default.")
def new(name: str, source: str, out: Path | None, *, inherit: bool) -> None:
    """Make a study document NAME of your own, as a folder that can be checked, shown, edited and played at once."""
    folder = out or Path(name)
    with explained():
        if folder.exists():
            raise CommandError(f"{folder} exists already. Choose another name, or --out another folder.")
        files = new_study(read_folder(study_folder(source)), shelf(source), name, source if inherit else None)
        problems = check_study(files, product_files(), shelf(source))
        if problems:
            raise CommandError("\n".join(problem.render() for problem in problems))
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
    click.echo(f"{folder}: {', '.join(files)}")
    click.echo(f"Next: triptych study check {folder}, then triptych play --study {folder}")


def terminal_width() -> int:
    """The width of the terminal, or 120 where there is none."""
    import shutil

    return shutil.get_terminal_size((120, 40)).columns
