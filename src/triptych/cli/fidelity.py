"""`triptych fidelity`: draw recorded sessions from a seed, file the draw, and check the draws that were filed."""

import sys
import uuid
from contextlib import closing
from datetime import UTC, datetime
from typing import get_args

import click

from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import data_option
from triptych.course.fidelity import How, code_of, sample
from triptych.ledger.drafts import Actor, Filed
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger
from triptych.ledger.rating import raters_of
from triptych.ledger.sampling import drawable, drawn_by, file_draw, frame_of
from triptych.ledger.trial import Trial

LEAD = "fidelity_lead"


@click.group()
def fidelity() -> None:
    """Draw recorded sessions to be rated by two people, the same from the same seed, and check what was drawn."""


@fidelity.command("sample")
@data_option
@click.option("--seed", required=True, help="Any text. The same seed draws the same.")
@click.option("--count", type=click.IntRange(1, 200), default=5, show_default=True, help="How many sessions.")
@click.option("--how", type=click.Choice(get_args(How)), default="random", show_default=True, help="By which chance.")
@click.option("--as", "person", default=None, metavar="PERSON", help="File the draw, as this lead for fidelity.")
@click.option("--rater", "raters", multiple=True, metavar="PERSON", help="With --as, twice: who rates.")
def sample_sessions(data: str, seed: str, count: int, how: How, person: str | None, raters: tuple[str, ...]) -> None:
    """Draw sessions that say they were recorded and were not drawn before. Without --as nothing is filed."""
    if person is not None and len(set(raters)) != 2:
        raise click.UsageError("Name two raters: --rater ONE --rater OTHER.")
    with explained(), closing(open_ledger(data, write=person is not None)) as store:
        trial = Trial(store, knowledge(), lambda: datetime.now(UTC))
        view = trial.system_view()
        weights = drawable(view, how)
        known = {one.id: one for one in frame_of(view)}
        drawn = sample(seed, weights, count)
        if person is not None:
            if unknown := sorted(set(raters) - set(raters_of(trial))):
                raise CommandError(f"{', '.join(unknown)}: no rater of fidelity. Grant the role first. [no_rater]")
            actor = Actor(person=person, role=LEAD)
            outcome = file_draw(trial, actor, str(uuid.uuid4()), seed, how, count, (raters[0], raters[1]))
            if not isinstance(outcome, Filed):
                raise CommandError("\n".join(f"{reason.text} [{reason.code}]" for reason in outcome.reasons))
    click.echo(f"{len(drawn)} of {len(weights)} recorded sessions, seed {seed!r}, {how}:")
    for name in drawn:
        one = known[name]
        click.echo(f"{code_of(seed, name)}  {one.participant}  {one.on}  {name}  {', '.join(one.why)}".rstrip())
    if person is not None:
        click.echo(f"Filed, and given to {raters[0]} and {raters[1]}.")


@fidelity.command()
@data_option
def check(data: str) -> None:
    """Draw every filed draw again, from the sessions of its time; exit 1 if one comes out otherwise."""
    with explained(), closing(open_ledger(data, write=False)) as store:
        made = drawn_by(Trial(store, knowledge(), lambda: datetime.now(UTC)).system_view())
    for one in made:
        found = "the same" if one.repeats and one.frame_agrees else "OTHERWISE"
        click.echo(f"{one.at:%Y-%m-%d %H:%M}  seed {one.seed!r}  {len(one.drawn)} sessions  {found}")
    click.echo(f"{len(made)} draws checked.")
    if not all(one.repeats and one.frame_agrees for one in made):
        sys.exit(1)
