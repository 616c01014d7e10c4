"""`triptych evidence`: the base of published results, its check, its synthesis and its reports."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from triptych import __version__
from triptych.cli.errors import explained
from triptych.evidence import (
    METHODS,
    Base,
    EvidenceError,
    Finding,
    OutcomeDefinition,
    Synthesis,
    beside,
    changes,
    check_base,
    condition_report,
    figure,
    finding,
    interval,
    synthesize,
    unit_of,
)
from triptych.exchange import forest_pdf, forest_svg, report_html, report_markdown, report_pdf, synthesis_html
from triptych.ledger.library import evidence as bundled

PATH = click.Path(dir_okay=False, path_type=Path)


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
@click.option("--beside", "with_beside", is_flag=True, help="Add what the answer hangs on and what would change it.")
@click.option("--pdf", type=PATH, help="Write the forest plot as a PDF file as well.")
def synthesize_outcome(
    outcome: str,
    method: str | None,
    left_out: tuple[str, ...],
    form: str,
    pdf: Path | None,
    *,
    retracted: bool,
    with_beside: bool,
) -> None:
    """Pool OUTCOME, one of `triptych evidence list`."""
    with explained():
        base = bundled()
    _known(base, outcome, left_out)
    definition = base.outcomes[outcome]
    try:
        made = synthesize(base, outcome, method or "", left_out, retracted=retracted)
        told = finding(base, outcome, left_out, retracted=retracted)
    except EvidenceError as error:
        raise click.ClickException(str(error)) from None
    match form:
        case "json":
            click.echo(msgspec.json.encode(msgspec.to_builtins(made)).decode())
        case "svg":
            click.echo(forest_svg(definition, made), nl=False)
        case "html":
            click.echo(synthesis_html(definition, made, told.answer, base.digest), nl=False)
        case _:
            click.echo(_table(definition, made))
            click.echo(f"\n{told.answer}\n{told.more}".rstrip())
            if retracted and synthesize(base, outcome, left_out=left_out).k == made.k:
                click.echo("No retracted report gives a figure of its own to this outcome.")
            if with_beside:
                click.echo("\n".join(_hangs(base, told, retracted=retracted)))
    if pdf is not None:
        with explained():
            pdf.write_bytes(forest_pdf(definition, made))


@evidence.command()
@click.argument("condition")
@click.option("--without", "left_out", multiple=True, metavar="SITE_OR_TRIAL", help="Leave out; may be repeated.")
@click.option("--html", type=PATH, help="Write an HTML file.")
@click.option("--pdf", type=PATH, help="Write a tagged PDF file (PDF/UA-1).")
def report(condition: str, left_out: tuple[str, ...], html: Path | None, pdf: Path | None) -> None:
    """Report on CONDITION: counts, dates, versions, figures, judgments, risks, sources. Without a file, as Markdown."""
    with explained():
        base = bundled()
    if condition not in base.conditions:
        names = ", ".join(base.conditions)
        raise click.ClickException(f"There is no condition {condition[:60]!r}. The conditions are: {names}.")
    _named(base, left_out)
    made = condition_report(base.leaving_out(left_out), condition, __version__)
    with explained():
        if html is not None:
            html.write_text(report_html(made), "utf-8")
        if pdf is not None:
            pdf.write_bytes(report_pdf(made))
    if html is None and pdf is None:
        click.echo(report_markdown(made), nl=False)
    for written in (html, pdf):
        if written is not None:
            click.echo(f"wrote {written}")


def _hangs(base: Base, told: Finding, *, retracted: bool) -> Iterator[str]:
    """What an answer hangs on and what would change it, line by line."""
    found = beside(base, told.definition.id, told.main.left_out, retracted=retracted)
    titled = [("Left out", found.without), ("By year", found.by_year), ("Another method", found.ways)]
    titled += [(f"By {group.title}", group.lines) for group in found.groups]
    for title, lines in titled:
        if lines:
            yield f"\n{title}"
        for line in lines:
            yield f"  {line.label:62} {line.k:3} {figure(line.estimate):>7} {line.reach:>18}"
    if found.pulls:
        yield "\nInfluence: residual without it, Cook's distance, share of the weight"
    for one in found.pulls:
        yield f"  {one.study:62} {one.rstudent:7.2f} {one.cooks_distance:7.2f} {100 * one.hat:5.0f} %"
    if found.egger is not None:
        yield f"\nEgger's test: slope {figure(found.egger.estimate)}, p {found.egger.p:.3f}."
    yield from found.absent
    yield "\nWhat would change it"
    yield from (f"  {text}" for text in changes(base, told, retracted=retracted))


def _known(base: Base, outcome: str, left_out: tuple[str, ...]) -> None:
    if outcome not in base.outcomes:
        names = ", ".join(base.outcomes)
        raise click.ClickException(f"There is no outcome {outcome[:60]!r}. The outcomes are: {names}.")
    _named(base, left_out)


def _named(base: Base, left_out: tuple[str, ...]) -> None:
    for name in left_out:
        if not base.named(name):
            raise click.ClickException(f"There is no trial or site {name[:60]!r}: see `triptych evidence list`.")


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
