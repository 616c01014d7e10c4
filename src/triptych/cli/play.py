"""`triptych play`: a scenario through the doors of a fresh in-memory trial."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from triptych.cli.errors import explained
from triptych.cli.scenario import Player, Step, read_lines
from triptych.cli.walking import Walk
from triptych.ledger.drafts import Filed, Held
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.study import Study


@click.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--study", "study_name", required=True, metavar="STUDY", help="A folder or a bundled name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, ending with the course.")
@click.option("--choose", multiple=True, metavar="FORM.ITEM=VALUE", help="An answer of the made-up participant.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep what was played as a scenario.")
def play(scenario: Path | None, study_name: str, choose: tuple[str, ...], save: Path | None, *, as_json: bool) -> None:
    """Play SCENARIO (JSON Lines) in memory and print a line a step; exit 1 if an expectation is not met.

    Without SCENARIO a made-up participant walks through the whole course.
    """
    with explained():
        study = find_study(study_name)
        if scenario is None:
            walk(study, choose, save, as_json=as_json)
            return
        player = Player(MemoryStore(), study, read_lines(scenario.read_text("utf-8")))
        failed = False
        for step in player.play():
            failed = failed or bool(step.unmet)
            click.echo(msgspec.json.encode(step).decode() if as_json else render(step))
        if as_json:
            click.echo(msgspec.json.encode({"course": player.course()}).decode())
    if failed:
        sys.exit(1)


def walk(study: Study, choose: tuple[str, ...], save: Path | None, *, as_json: bool) -> None:
    """Walk a made-up participant through a study, printing a line a step; exit 1 if something was refused."""
    zone = ZoneInfo(study.document.site_defaults.zone if study.document.site_defaults else "UTC")
    walked = Walk(MemoryStore(), study, datetime(2026, 1, 12, 9, tzinfo=zone), dict(map(_chosen, choose)), hours=True)
    refused = False
    for step in walked.steps():
        refused = refused or (step.kind == "file" and not isinstance(step.outcome, Filed))
        click.echo(msgspec.json.encode(step).decode() if as_json else render(step))
    if save is not None:
        save.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in walked.lines))
    if refused:
        sys.exit(1)


def _chosen(text: str) -> tuple[str, Any]:
    """`form.item=value`, the value as JSON where it is, and as text otherwise."""
    name, equals, value = text.partition("=")
    if not equals or "." not in name:
        raise click.BadParameter(f"{text!r} is not FORM.ITEM=VALUE.", param_hint="--choose")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value


def render(step: Step) -> str:
    """A step in words."""
    head = f"{step.line:>4}  "
    match step.kind:
        case "note":
            return f"\n      {step.text}" if step.text else ""
        case "now":
            return f"{head}· the clock reads {step.text}"
        case "expect" if step.unmet:
            return "\n".join([f"{head}✕ NOT MET", *(f"        {reason}" for reason in step.unmet)])
        case "expect":
            return f"{head}✓ {step.text}"
        case _:
            return head + outcome_text(step)


def outcome_text(step: Step) -> str:
    """What became of a filing, with every reason."""
    outcome = step.outcome
    if isinstance(outcome, Filed):
        return f"● filed    {step.text}"
    assert outcome is not None
    word = "▨ held    " if isinstance(outcome, Held) else "▮ refused "
    reasons = "".join(f"\n        {reason.code}: {reason.text}" for reason in outcome.reasons)
    return f"{word} {step.text}{reasons}"
