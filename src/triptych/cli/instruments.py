"""`triptych instrument`: the bundled instruments, their check and their scores."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from triptych.cli.errors import explained
from triptych.ledger.library import instrument_names, instruments_not_shipped, shelf
from triptych.study import (
    INSTRUMENTS,
    Instrument,
    Scored,
    Shelf,
    check_instrument,
    load_instrument,
    misfits,
    score,
)

MAX_BYTES = 1_000_000


@click.group()
def instrument() -> None:
    """List, check and score instruments. INSTRUMENT is a bundled name or a YAML file."""


@instrument.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_instruments(*, as_json: bool) -> None:
    """List the bundled instruments, and those that are not bundled with the reason."""
    with explained():
        found = [load_instrument(name, shelf()) for name in instrument_names()]
    if as_json:
        click.echo(msgspec.json.encode([_listed(one) for one in found]).decode())
        return
    for one in found:
        marks = f", {len(one.unconfirmed)} unconfirmed" if one.unconfirmed else ""
        document = one.document
        click.echo(f"{document.id:20} {document.version:5} {document.license.kind}  {document.title}{marks}")
    click.echo("\nNot bundled:")
    for missing in instruments_not_shipped():
        click.echo(f"{missing.id:20} {missing.title}: {missing.reason}")


def _listed(one: Instrument) -> dict[str, Any]:
    document = one.document
    items = [item.id for item in one.form.items if item.derived is None]
    scores = [item.id for item in one.form.items if item.score]
    return {
        "id": document.id,
        "title": document.title,
        "version": document.version,
        "language": document.language,
        "mode": document.mode,
        "license": document.license.kind,
        "items": items,
        "scores": scores,
        "unconfirmed": sorted(mark.path for mark in one.unconfirmed),
    }


@instrument.command()
@click.argument("name", metavar="INSTRUMENT")
def check(name: str) -> None:
    """Report every problem of INSTRUMENT with its line and what to write instead; exit 1 if there is one."""
    known, short = _known(name)
    with explained():
        problems = check_instrument(short, known)
    for problem in problems:
        click.echo(problem.render())
    if problems:
        sys.exit(1)
    click.echo(f"{short}: no problems.")


@instrument.command("score")
@click.argument("name", metavar="INSTRUMENT")
@click.argument("answers", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON with total, subscales, flags and missing.")
def score_answers(name: str, answers: BinaryIO, *, as_json: bool) -> None:
    """Score ANSWERS, a JSON file: an object of answers by item, or a list of them in the items' order."""
    known, short = _known(name)
    with explained():
        found = load_instrument(short, known)
        values = _answers(found, answers.read(MAX_BYTES + 1))
        wrong = misfits(found, values)
        if wrong:
            raise click.ClickException("\n".join(misfit.message for misfit in wrong))
        result = score(found, values)
    click.echo(_json(result) if as_json else _text(found, result))


def _known(name: str) -> tuple[Shelf, str]:
    """The shelf with the instrument on it, and its name there."""
    path = Path(name)
    if path.suffix == ".yaml" and path.is_file():
        return {**shelf(), INSTRUMENTS + path.stem: {path.name: path.read_text("utf-8", errors="replace")}}, path.stem
    if name not in instrument_names():
        raise click.ClickException(
            f"There is no instrument {name[:60]!r}: it is neither a YAML file nor one of `triptych instrument list`."
        )
    return shelf(), name


def _answers(found: Instrument, text: bytes) -> Mapping[str, Any]:
    items = [item.id for item in found.form.items if item.derived is None]
    if len(text) > MAX_BYTES:
        raise click.ClickException(f"The answers have more than {MAX_BYTES:,} bytes.")
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise click.ClickException(f"The answers are not JSON: {error}") from None
    if isinstance(data, list) and len(data) <= len(items):
        return dict(zip(items, data, strict=False))
    if not isinstance(data, dict):
        raise click.ClickException(f"An object of answers is wanted, or a list of at most {len(items)}.")
    return {
        items[int(key) - 1] if key.isascii() and key.isdecimal() and 0 < int(key) <= len(items) else key: value
        for key, value in data.items()
    }


def _json(result: Scored) -> str:
    keys = ("total", "subscales", "flags", "missing")
    return msgspec.json.encode({key: getattr(result, key) for key in keys}).decode()


def _text(found: Instrument, result: Scored) -> str:
    lines = [f"{found.document.title}, version {found.document.version}"]
    labels = {item.id: item.label for item in found.form.items}
    totals = {item.id: result.total for item in found.form.items if item.score == "total"}
    for name, value in {**totals, **result.subscales, **result.flags}.items():
        band = f" ({result.bands[name]})" if name in result.bands else ""
        lines.append(f"{labels[name]}: {_told(value)}{band}\n  {result.told[name]}")
    if found.unconfirmed:
        lines.append(f"{len(found.unconfirmed)} fields of this instrument are unconfirmed.")
    return "\n".join(lines)


def _told(value: float | bool | None) -> str:
    match value:
        case None:
            return "no score"
        case bool():
            return "yes" if value else "no"
        case _:
            return f"{value:g}"
