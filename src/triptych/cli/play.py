"""`triptych play`: a scenario through the doors of a fresh in-memory trial."""

import sys
from pathlib import Path

import click
import msgspec

from triptych.cli.errors import explained
from triptych.cli.scenario import Player, Step, read_lines
from triptych.ledger.drafts import Filed, Held
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore


@click.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--study", "study_name", required=True, metavar="STUDY", help="A folder or a bundled name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, ending with the course.")
def play(scenario: Path, study_name: str, *, as_json: bool) -> None:
    """Play SCENARIO (JSON Lines) in memory and print a line a step; exit 1 if an expectation is not met."""
    with explained():
        player = Player(MemoryStore(), find_study(study_name), read_lines(scenario.read_text("utf-8")))
        failed = False
        for step in player.play():
            failed = failed or bool(step.unmet)
            click.echo(msgspec.json.encode(step).decode() if as_json else render(step))
        if as_json:
            click.echo(msgspec.json.encode({"course": player.course()}).decode())
    if failed:
        sys.exit(1)


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
