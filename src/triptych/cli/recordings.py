"""`triptych recording`: check the pieces of recordings against the ledger, and destroy those whose time is over."""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import data_option
from triptych.ledger import Actor, Draft, Filed, Seen, Trial, View
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger

if TYPE_CHECKING:
    from triptych.web.recording.kept import Recording
    from triptych.web.recording.shelf import Shelf

files_option = click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of recordings, where it is not beside the ledger.",
)


@click.group()
def recording() -> None:
    """Check recordings of sessions against the ledger, and destroy those that are kept no longer."""


@recording.command()
@data_option
@files_option
def verify(data: str, files: Path | None) -> None:
    """Compare each piece with its hash in the ledger; exit 1 if one is cut, replaced or missing. No key is needed."""
    from triptych.web.recording.kept import damages

    shelf = _shelf(data, files)
    with explained():
        store = open_ledger(data, write=False)
        try:
            found = list(all_of(Trial(store, knowledge(), lambda: datetime.now(UTC)).system_view()))
            told = [f"{one.id} of {one.participant}: {text}" for one in found for text in damages(one, shelf)]
        finally:
            store.close()
    for line in told:
        click.echo(line)
    click.echo(
        f"{len(found)} recordings, {sum(len(one.hashes) for one in found)} pieces: {'DAMAGED' if told else 'whole'}"
    )
    if told:
        sys.exit(1)


@recording.command()
@data_option
@files_option
@click.option("--as", "person", required=True, help="Who destroys them.")
@click.option("--role", required=True, help="The role they act in.")
@click.option("--site", help="The site of that role.")
@click.option("--yes", is_flag=True, help="Destroy them. Without it they are only listed.")
def destroy(data: str, files: Path | None, person: str, role: str, site: str | None, *, yes: bool) -> None:
    """Destroy the recordings that were kept for the years that the rule of their site names.

    The key goes first, then the pieces; who did it and the hashes stay in the ledger. Stop the site before.
    """
    shelf, now = _shelf(data, files), datetime.now(UTC)
    with explained():
        store = open_ledger(data, write=yes)
        try:
            trial = Trial(store, knowledge(), lambda: now)
            view = trial.system_view()
            over = [
                one for one in all_of(view) if one.state == "stopped" and is_over(one, rules_of(view, one), now.date())
            ]
            for one in over:
                click.echo(f"{one.id} of {one.participant}, begun {one.begun_at:%Y-%m-%d}")
                if yes:
                    _end(trial, one, Actor(person=person, role=role, site=site), now)
                    shelf.destroy(one.id)
        finally:
            store.close()
    click.echo(f"{len(over)} recordings {'destroyed' if yes else 'would be destroyed'}.")


def all_of(view: View) -> Iterator["Recording"]:
    """Every recording of the trial."""
    from triptych.web.recording.kept import recordings_of

    for participant in view.participants():
        yield from recordings_of(view.records(participant))


def rules_of(view: View, recording: "Recording") -> Sequence[Seen]:
    """The rules on recordings of a recording's site, oldest first."""
    from triptych.web.recording.kept import RULE

    found = view.site_records(recording.site) if recording.site else ()
    return sorted((one for one in found if one.form == RULE and one.current), key=lambda one: one.occurred_at)


def is_over(recording: "Recording", rules: Sequence[Seen], today: date) -> bool:
    """Whether a recording has been kept for the years of the newest rule; never where there is none."""
    years = rules[-1].values.get("keep_years") if rules else None
    if not isinstance(years, int):
        return False
    begun = recording.begun_at.date()
    return (begun.year + years, begun.month, begun.day) < (today.year, today.month, today.day)


def _end(trial: Trial, recording: "Recording", actor: Actor, now: datetime) -> None:
    from triptych.web.entry import new_id
    from triptych.web.recording.kept import END

    draft = Draft(
        id=new_id(now),
        form=END,
        values={"about": recording.id, "why": "It was kept for the years of the site's rule"},
        occurred_at=now,
        participant=recording.participant,
        site=actor.site,
    )
    outcome = trial.file(draft, actor)
    if not isinstance(outcome, Filed):
        raise CommandError(" ".join(reason.text for reason in outcome.reasons))


def _shelf(data: str, files: Path | None) -> "Shelf":
    from triptych.web.recording.shelf import Shelf

    folder = files or Path("triptych-data" if "://" in data else data) / "recordings"
    key = os.environ.get("TRIPTYCH_RECORDING_KEY")
    return Shelf(folder, Path(key) if key else folder.parent / "recording.key")
