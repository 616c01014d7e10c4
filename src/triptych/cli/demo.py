"""`triptych demo`: the whole course of the bundled study, played into an embedded ledger and verified."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.rule import Rule

from triptych.cli.cohort import cohort
from triptych.cli.draw import triptych
from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import report
from triptych.cli.scenario import PARTICIPANT, Player, Step, read_lines
from triptych.cli.serve import make_accounts, start
from triptych.ledger.chain import verify
from triptych.ledger.drafts import Filed
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.opening import open_ledger

STUDY = "mdma-mdd-norway"
PASSWORD = "triptych-demo"  # noqa: S105
"""The password of every account of the demo: nothing in it is worth guarding."""


@click.command()
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=None, help="Keep the ledger in this folder."
)
@click.option("--no-serve", is_flag=True, help="Only build the demo data.")
@click.option("--site", is_flag=True, help="Build a dozen participants instead, with accounts, and serve the site.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port of the site.")
@click.option(
    "--width", type=click.IntRange(80, 400), default=None, help="Characters a line; the terminal's by default."
)
def demo(data: Path | None, width: int | None, port: int, *, no_serve: bool, site: bool) -> None:
    """Play one participant's whole course into an embedded ledger, drawing it as it fills, and verify the ledger."""
    if site:
        with explained(), _place(data) as folder:
            serve_cohort(folder, port, only_build=no_serve)
        return
    console = Console(width=width, highlight=False)
    with explained(), _place(data) as folder:
        if (folder / "ledger.sqlite3").exists():
            click.echo(f"{folder} holds a ledger already. It is kept as it is and only verified.")
        else:
            _play(folder, console, quiet=no_serve)
        store = open_ledger(str(folder), write=False)
        try:
            with store.reading() as reading:
                report(verify(reading))
        finally:
            store.close()
        if data is not None:
            click.echo(f"Kept in {folder}. Try: triptych ledger verify --data {folder}")


def serve_cohort(folder: Path, port: int, *, only_build: bool) -> None:
    """Build a dozen participants and an account for each role, unless they are there, and serve the site."""
    if not (folder / "ledger.sqlite3").exists():
        store = open_ledger(str(folder), write=True)
        try:
            study, scenario = find_study(STUDY), study_folder(STUDY) / "scenarios" / "whole-course.jsonl"
            lines = cohort(study, read_lines(scenario.read_text("utf-8")), datetime.now(UTC))
            with click.progressbar(Player(store, study, lines).play(), len(lines), "A dozen participants") as steps:
                refused = [step for step in steps if not isinstance(step.outcome, Filed)]
            if refused:
                raise CommandError(f"The demo does not hold: {refused[0].text} [demo]")
        finally:
            store.close()
    people = [f"{role.id}-1" for role in find_study(STUDY).document.roles if role.id != PARTICIPANT]
    make_accounts(str(folder), people, PASSWORD)
    click.echo(f"Log in as {', '.join(people)}. The password of each is {PASSWORD}")
    if not only_build:
        start(str(folder), port)


@contextmanager
def _place(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="triptych-demo-") as folder:
        yield Path(folder)


def _play(folder: Path, console: Console, *, quiet: bool) -> None:
    scenario = study_folder(STUDY) / "scenarios" / "whole-course.jsonl"
    store = open_ledger(str(folder), write=True)
    try:
        player = Player(store, find_study(STUDY), read_lines(scenario.read_text("utf-8")))
        for step in player.play():
            if step.unmet:
                raise CommandError(f"Line {step.line} of the demo does not hold: {'; '.join(step.unmet)} [demo]")
            if not quiet:
                _tell(player, step, console)
    finally:
        store.close()


def _tell(player: Player, step: Step, console: Console) -> None:
    """At a note, draw the course as it stands; between notes, one line a filing."""
    if step.kind == "note" and step.text:
        course = player.course()
        if course is not None:
            console.print(triptych(player.study, course, console.width))
        console.print(Rule(step.text, style="dim", align="left"))
    elif step.kind == "file":
        mark = "●" if isinstance(step.outcome, Filed) else "▮"
        console.print(f"  {mark} {step.text}", style="dim", markup=False)
