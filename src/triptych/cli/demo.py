"""`triptych demo`: a dozen simulated people in the bundled study, drawn as they fill, verified, and served."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.rule import Rule

from triptych.cli import integrating, live, live_signal, rating
from triptych.cli.cohort import FIRST, OWN, cohort, identities, waiting, went_on
from triptych.cli.draw import triptych
from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import report
from triptych.cli.scenario import PARTICIPANT, SITE, Line, Player, Step, name_id, read_lines
from triptych.cli.serve import make_accounts, start
from triptych.cli.tones import make_music
from triptych.ledger.chain import verify
from triptych.ledger.drafts import Filed
from triptych.ledger.errors import LedgerError
from triptych.ledger.library import find_study, knowledge, study_folder
from triptych.ledger.opening import open_ledger
from triptych.ledger.trial import Trial

if TYPE_CHECKING:
    from triptych.web.house import House

STUDY = "mdma-mdd-norway"
LEDGER = "ledger.sqlite3"
PASSWORD = "triptych-demo"  # noqa: S105 -- what follows says why
"""The password of every account of the demo: nothing in it is worth guarding."""


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default="triptych-demo",
    show_default=True,
    help="The folder that keeps the ledger, the accounts and the rest.",
)
@click.option("--no-serve", is_flag=True, help="Only build the demo data.")
@click.option("--reset", is_flag=True, help="Start over: remove the folder first, if it holds a demo.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port of the site.")
@click.option(
    "--width", type=click.IntRange(80, 400), default=None, help="Characters a line; the terminal's by default."
)
def demo(data: Path, port: int, width: int | None, *, no_serve: bool, reset: bool) -> None:
    """Build a trial of a dozen simulated people, drawing one whole course as it fills; verify it and serve its site."""
    with explained():
        if reset:
            remove(data)
        begins = None
        if (data / LEDGER).exists():
            click.echo(f"{data} holds a ledger already. It is kept as it is and only verified.")
        else:
            begins = build(data, Console(width=width, highlight=False))
        store = open_ledger(str(data), write=False)
        try:
            with store.reading() as reading:
                report(verify(reading))
        finally:
            store.close()
        people = [*(f"{role.id}-1" for role in find_study(STUDY).document.roles), integrating.PERSON, rating.SECOND]
        make_accounts(str(data), people, PASSWORD)
        keep_identities()
        keep_callers()
        keep_picture()
        click.echo(f"Kept in {data}. Try: triptych ledger verify --data {data}")
        if not no_serve:
            _tell_who(people)
            _serve(data, port, begins)


def _serve(data: Path, port: int, begins: datetime | None) -> None:
    """Serve the demo; right after it was built, with the day of the live session running fast."""
    music = make_music(data / "music")
    if begins is None:
        start(str(data), port, music=music)
        return
    clock = live.Fast(begins)
    click.echo(f"A medicine session begins when you open its page, eight hours in {live.SECONDS / 60:g} minutes:")
    click.echo(f"                      http://localhost:{port}/participants/{live.LIVE}/session/")
    click.echo("                      as physician-1 or therapist-1. The clock waits for it, ten minutes at most.\n")
    start(
        str(data),
        port,
        music=music,
        clock=clock,
        beside=lambda served: _watch(served, clock, begins),
    )


def _watch(served: "House", clock: live.Fast, begins: datetime) -> None:
    live.begin(served, clock)
    live.play(served, begins, live_signal.telling(served, begins))


def build(folder: Path, console: Console) -> datetime:
    """Play the dozen into a new ledger, drawing the course of the first at each note of the scenario.

    Gives the time of the first dose of the thirteenth person, whose session is still to be lived.
    """
    scenario = study_folder(STUDY) / "scenarios" / "whole-course.jsonl"
    study = find_study(STUDY)
    now = datetime.now(UTC)
    store = open_ledger(str(folder), write=True)
    try:
        lines = read_lines(scenario.read_text("utf-8"))
        morning = list(live.before(study, lines, now))
        rule = live.rule_on_recordings(_when(morning[-1]))
        player = Player(
            store, study, sorted([*cohort(study, lines, now), *morning, rule, *went_on(morning)], key=_when)
        )
        for step in player.play():
            if step.kind == "file" and not isinstance(step.outcome, Filed):
                raise CommandError(f"Line {step.line} of the demo does not hold: {step.text} [demo]")
            _tell(player, step, console)
        player.clock.now = now
        rating.rate(player)
        _draw(player, console)
        return _when(morning[-1])
    finally:
        store.close()


def _when(line: Line) -> datetime:
    assert line.occurred_at is not None
    return line.occurred_at


def remove(folder: Path) -> None:
    """Remove the folder of a demo. Raises `CommandError` if it holds none, or a trial that is not for training."""
    if not folder.exists():
        return
    if not (folder / LEDGER).exists():
        raise CommandError(f"{folder} holds no ledger, so it is left alone. Remove it by hand. [not_a_demo]")
    store = open_ledger(str(folder), write=True)  # refused while a site is served from it
    try:
        is_demo = Trial(store, knowledge(), lambda: datetime.now(UTC)).system_view().training
    except LedgerError:
        is_demo = False
    finally:
        store.close()
    if not is_demo:
        raise CommandError(f"{folder} holds a trial that is not for training. It is left alone. [not_a_demo]")
    shutil.rmtree(folder)


def keep_identities() -> None:
    """Keep the made-up identities of the dozen, where none is kept yet."""
    from triptych.web.identity.sealing import Person
    from triptych.web.identity.store import identity_of, keep_identity

    for participant, person in identities():
        if identity_of(participant) == Person():
            keep_identity(participant, Person(**person))


def keep_callers() -> None:
    """Keep the made-up people who wait for a call, where nobody waits yet."""
    from triptych.web.identity.callers import count_callers, keep_caller
    from triptych.web.identity.sealing import Caller

    today = datetime.now(UTC).date()
    if count_callers(SITE) == 0:
        for name, phone, when in waiting():
            keep_caller(
                name_id(name), SITE, Caller(name=name, phone=phone, when=when), today + timedelta(days=14), today
            )


def keep_picture() -> None:
    """Keep the drawing of the participant between two sessions; the ledger names it by its hash."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from triptych.web.attachments import keep

    keep(SimpleUploadedFile("picture", integrating.picture()))


def _tell_who(people: list[str]) -> None:
    staff = [person for person in people if not person.startswith(f"{PARTICIPANT}-")]
    click.echo(f"\nStaff log in as       {', '.join(staff)}")
    click.echo(f"A participant as      {PARTICIPANT}-1 (who is {OWN})")
    click.echo(f"In integration as     {integrating.PERSON} (who is {integrating.NAME}, between two sessions)")
    click.echo(f"Password of each      {PASSWORD}\n")


def _tell(player: Player, step: Step, console: Console) -> None:
    """At a note, draw the course as it stands; between notes, one line a filing about the first participant."""
    if step.kind == "note":
        _draw(player, console)
        console.print(Rule(step.text, style="dim", align="left"))
    elif step.kind == "file" and step.text.startswith(FIRST):
        console.print(f"  ● {step.text}", style="dim", markup=False)


def _draw(player: Player, console: Console) -> None:
    course = player.course(FIRST)
    if course is not None:
        console.print(triptych(player.study, course, console.width))
