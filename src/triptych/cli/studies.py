"""`triptych study`: check a study document and show it as a protocol reader knows it."""

import sys

import click

from triptych.cli.errors import explained
from triptych.ledger.library import find_study, product_files, read_folder, shelf, study_folder, study_names
from triptych.study import check_study, flat_study, render_text


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


def terminal_width() -> int:
    """The width of the terminal, or 120 where there is none."""
    import shutil

    return shutil.get_terminal_size((120, 40)).columns
