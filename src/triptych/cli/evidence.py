"""`triptych evidence`: the base of published results, its check, its synthesis and its reports."""

import sys
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from triptych import __version__
from triptych.cli.errors import explained
from triptych.evidence import (
    METHODS,
    Base,
    EvidenceError,
    OutcomeDefinition,
    Synthesis,
    check_base,
    figure,
    finding,
    interval,
    report_text,
    synthesize,
    unit_of,
)
from triptych.exchange import forest_svg, synthesis_html
from triptych.ledger.library import evidence as bundled


@click.group()
def evidence() -> None:
    """What published trials say: list, check, synthesize and report, with certainty and retractions."""


@evidence.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_outcomes(*, as_json: bool) -> None:
    """List the outcomes that can be synthesized, the conditions, the trials and the sites."""
    with explained():
        base = bundled()
    if as_json:
        found = {
            "outcomes": {one.id: one.title for one in base.definitions.outcomes},
            "conditions": {one.id: one.title for one in base.texts.conditions},
            "trials": {one.id: one.document.title for one in base.trials},
            "sites": {site.id: site.title for one in base.trials for site in one.document.sites},
        }
        click.echo(msgspec.json.encode(found).decode())
        return
    click.echo("Outcomes:")
    for outcome in base.definitions.outcomes:
        click.echo(f"  {outcome.id:28} {outcome.title}")
    click.echo("Conditions:")
    for condition in base.texts.conditions:
        click.echo(f"  {condition.id:28} {condition.title}")
    click.echo("Trials, and the sites that can be left out:")
    for trial in base.trials:
        gone = ", retracted" if any(report.retracted for report in trial.document.reports) else ""
        sites = "".join(f", {site.id}{' (flagged)' if site.flag else ''}" for site in trial.document.sites)
        marks = f", {len(trial.unconfirmed)} unconfirmed" if trial.unconfirmed else ""
        click.echo(f"  {trial.id:28} {trial.document.title}, {trial.document.year}{gone}{sites}{marks}")


@evidence.command()
def check() -> None:
    """Find what is impossible in the base; exit 1 if something is not explained by a recorded misprint."""
    with explained():
        base = bundled()
        found = check_base(base)
    for one in found:
        click.echo(one.render())
    unexplained = [one for one in found if not one.explained]
    click.echo(f"{len(base.trials)} trials, {len(found)} findings, {len(unexplained)} of them not explained.")
    if unexplained:
        sys.exit(1)


@evidence.command("synthesize")
@click.argument("outcome")
@click.option("--method", type=click.Choice(METHODS), help="How it is pooled; the default is the published review's.")
@click.option("--without", "left_out", multiple=True, metavar="SITE_OR_TRIAL", help="Leave out; may be repeated.")
@click.option("--retracted", is_flag=True, help="Count retracted reports as well.")
@click.option("--format", "form", type=click.Choice(["table", "json", "svg", "html"]), default="table")
def synthesize_outcome(
    outcome: str, method: str | None, left_out: tuple[str, ...], form: str, *, retracted: bool
) -> None:
    """Pool OUTCOME, one of `triptych evidence list`."""
    with explained():
        base = bundled()
    _known(base, outcome, left_out)
    try:
        made = synthesize(base, outcome, method or "", left_out, retracted=retracted)
        told = finding(base, outcome, left_out, retracted=retracted)
    except EvidenceError as error:
        raise click.ClickException(str(error)) from None
    definition = base.outcomes[outcome]
    match form:
        case "json":
            click.echo(msgspec.json.encode(_plain(made)).decode())
        case "svg":
            click.echo(forest_svg(definition, made), nl=False)
        case "html":
            click.echo(synthesis_html(definition, made, told.answer, base.digest), nl=False)
        case _:
            click.echo(_table(definition, made))
            click.echo(f"\n{told.answer}\n{told.more}".rstrip())
            if retracted and synthesize(base, outcome, left_out=left_out).k == made.k:
                click.echo("No retracted report gives a figure of its own to this outcome.")


@evidence.command()
@click.argument("condition")
def report(condition: str) -> None:
    """Print the report on CONDITION as Markdown: counts, dates, versions, figures, judgments, risks, sources."""
    with explained():
        base = bundled()
    if condition not in base.conditions:
        names = ", ".join(base.conditions)
        raise click.ClickException(f"There is no condition {condition[:60]!r}. The conditions are: {names}.")
    click.echo(report_text(base, condition, __version__), nl=False)


def _known(base: Base, outcome: str, left_out: tuple[str, ...]) -> None:
    if outcome not in base.outcomes:
        names = ", ".join(base.outcomes)
        raise click.ClickException(f"There is no outcome {outcome[:60]!r}. The outcomes are: {names}.")
    for name in left_out:
        if not base.named(name):
            raise click.ClickException(f"There is no trial or site {name[:60]!r}: see `triptych evidence list`.")


def _plain(made: Synthesis) -> dict[str, Any]:
    """The synthesis with the keys that programs rely on, and what stands beside them."""
    plain: dict[str, Any] = msgspec.to_builtins(made)
    return plain


def _table(definition: OutcomeDefinition, made: Synthesis) -> str:
    lines = [definition.title, f"{unit_of(definition, made)}; {definition.better} is better; method {made.method}"]
    lines.append(f"{'trial':28} {'people':>6} {'effect':>8} {'95 % interval':>18} {'weight':>7}")
    for one in made.studies:
        weight = f"{one.weight:6.1f}%" if one.weight is not None else ""
        mark = "" if one.confirmed else "  recalled"
        reach = interval(one.ci_low, one.ci_high)
        name = f"{one.title} {one.year}"
        lines.append(f"{name:28} {one.n:6} {figure(one.estimate):>8} {reach:>18} {weight:>7}{mark}".rstrip())
    if made.estimate is not None and made.ci_low is not None and made.ci_high is not None:
        reach = interval(made.ci_low, made.ci_high)
        name = "together" if made.k > 1 else "alone, Student's interval"
        lines.append(f"{name:28} {made.n:6} {figure(made.estimate):>8} {reach:>18}")
    lines.append("; ".join(_beside(made)))
    return "\n".join(line for line in [*lines, made.note] if line)


def _beside(made: Synthesis) -> Iterator[str]:
    """What stands below the table, where the method gives it."""
    if made.p is not None:
        yield f"p {made.p:.4f}" if made.p >= 0.0001 else "p < 0.0001"
    if made.tau2 is not None:
        yield f"τ² {made.tau2:.4f}"
    if made.i2 is not None:
        yield f"I² {made.i2:.1f} %"
    if made.q is not None:
        yield f"Q {made.q:.2f}"
    if made.pi_low is not None and made.pi_high is not None:
        yield f"95 % prediction interval {interval(made.pi_low, made.pi_high)}"
    if made.left_out:
        yield f"left out: {', '.join(made.left_out)}"
