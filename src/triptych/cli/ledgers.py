"""`triptych ledger`: verify, export, restore and rebuild."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from triptych.cli.errors import explained
from triptych.ledger.archive import export as export_archive
from triptych.ledger.archive import import_archive, read_manifest, verify_against, verify_file
from triptych.ledger.chain import Verdict
from triptych.ledger.chain import verify as verify_chains
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger
from triptych.ledger.rebuilding import rebuild_lists
from triptych.ledger.trial import Trial

data_option = click.option(
    "--data",
    envvar="TRIPTYCH_DATA",
    default="triptych-data",
    show_default=True,
    metavar="DIR|postgresql://…",
    help="Where the ledger is.",
)


@click.group()
def ledger() -> None:
    """Open, verify, export and restore a ledger, rebuild what is kept for lists, and amend the study."""


@ledger.command()
@data_option
@click.option(
    "--file",
    "archive",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verify an export instead, with no database.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A manifest or an export that the ledger must still contain.",
)
def verify(data: str, archive: Path | None, against: Path | None) -> None:
    """Walk every hash chain and name the first damaged record of each; exit 1 if anything is damaged."""
    with explained():
        verdict = _verdict(data, archive, against)
    report(verdict)
    if verdict.damages:
        sys.exit(1)


def _verdict(data: str, archive: Path | None, against: Path | None) -> Verdict:
    manifest = read_manifest(against.read_bytes()) if against else None
    if archive is not None:
        with archive.open("rb") as lines:
            verdict = verify_file(lines)
        if manifest is not None and not verdict.damages:
            with archive.open("rb") as lines:
                return verify_against(lines, manifest)
        return verdict
    store = open_ledger(data, write=False)
    try:
        with store.reading() as reading:
            verdict = verify_chains(reading)
            if manifest is not None and not verdict.damages:
                return verify_against(reading, manifest)
            return verdict
    finally:
        store.close()


def report(verdict: Verdict) -> None:
    """Print a verdict."""
    for damage in verdict.damages:
        click.echo(damage.render())
    state = "DAMAGED" if verdict.damages else "whole"
    click.echo(f"{verdict.records:,} records in {verdict.streams:,} streams: {state}")


@ledger.command()
@data_option
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def export(data: str, out: Path) -> None:
    """Write the whole ledger to OUT as JSON Lines that end with a manifest."""
    with explained():
        store = open_ledger(data, write=False)
        try:
            with store.reading() as reading, out.open("wb") as lines:
                manifest = export_archive(reading, lines)
        finally:
            store.close()
    click.echo(f"{manifest.records:,} records in {len(manifest.streams):,} streams written to {out}")


@ledger.command("import")
@data_option
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(data: str, source: Path) -> None:
    """Restore an export into an empty place, byte for byte."""
    with explained():
        store = open_ledger(data, write=True)
        try:
            with source.open("rb") as lines:
                manifest = import_archive(store, lines)
        finally:
            store.close()
    click.echo(f"{manifest.records:,} records in {len(manifest.streams):,} streams restored to {data}")


@ledger.command()
@data_option
def rebuild(data: str) -> None:
    """Drop the rows kept for lists across participants and derive them anew; exit 1 if one that held is now another."""
    with explained():
        store = open_ledger(data, write=True)
        try:
            rebuilt = rebuild_lists(store, Trial(store, knowledge(), lambda: datetime.now(UTC)))
        finally:
            store.close()
    for name in rebuilt.differing:
        click.echo(f"{name}: the row that was kept is not what the records give", err=True)
    same = rebuilt.kept - len(rebuilt.differing)
    click.echo(
        f"{rebuilt.lines:,} lines for {rebuilt.audiences} audiences; {rebuilt.kept:,} were kept, {same:,} the same"
    )
    if rebuilt.differing:
        sys.exit(1)
