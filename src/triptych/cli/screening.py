"""`triptych screen` and `triptych medicines`: whether somebody may be treated on a day, and what a name stands for."""

import json
import sys
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from triptych.cli.errors import CommandError, explained
from triptych.exchange import day_of_record, decision_as_fhir, screen_bundle
from triptych.exchange.answers import answer_of
from triptych.exchange.fhir_bundle import MAX_BYTES
from triptych.ledger.library import find_study, knowledge, knowledge_base
from triptych.safety import Knowledge, Resolution, Screening, profile_of, read_case, resolve, screen


class Day(click.DateTime):
    """A day of this or a neighboring century, such as 2027-03-15."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the day; one that nobody lives to see is refused."""
        found: datetime = super().convert(value, param, ctx)
        if not 1900 <= found.year <= 2199:
            self.fail(f"{value!r} is not a day on which anybody can be treated.", param, ctx)
        return found


DAY = Day(["%Y-%m-%d"])


@click.command("screen")
@click.option("--case", "case_file", type=click.Path(path_type=Path), help="A case in JSON; - reads it.")
@click.option("--bundle", "bundle_file", type=click.Path(path_type=Path), help="A FHIR R4 Bundle (JSON); - reads it.")
@click.option("--study", help="A study document whose profile applies: a folder or a bundled name.")
@click.option("--on", type=DAY, help="The planned session, in place of the case's.")
@click.option("--evaluated", type=DAY, help="The day as of which a Bundle is read: its own, or else today.")
@click.option("--fhir", type=click.Path(dir_okay=False, path_type=Path), help="Write the decision as FHIR R4.")
@click.option("--pseudonym", default="participant", help="What the patient is called in what is written.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def screen_case(
    case_file: Path | None,
    bundle_file: Path | None,
    study: str | None,
    on: datetime | None,
    evaluated: datetime | None,
    fhir: Path | None,
    pseudonym: str,
    *,
    as_json: bool,
) -> None:
    """Decide whether a participant may be treated on the planned day, and say why.

    The case has the format of the screening cases. Anything absent is listed as missing and never ends in eligible;
    nor does a Bundle that leaves a question open.
    """
    if (case_file is None) == (bundle_file is None):
        raise click.UsageError("Name one file: --case CASE.json or --bundle PATIENT.fhir.json.")
    planned = on.date() if on else None
    with explained():
        knowledge = _knowledge(study)
        if bundle_file is not None:
            content = _read_bytes(bundle_file)
            day = evaluated.date() if evaluated else day_of_record(content) or datetime.now(UTC).date()
            read = screen_bundle(knowledge, content, day, planned)
            answer, case = read.answer, read.case
        else:
            data = _read_json(case_file or Path("-"))
            put = {"planned_session_date": planned.isoformat()} if planned else {}
            case = read_case({**data, **put} if isinstance(data, dict) else data)
            answer = screen(knowledge.base, knowledge.profile, knowledge.conditions, case)
        if fhir is not None:
            made = decision_as_fhir(answer, case, pseudonym, datetime.now(UTC), version("triptych"))
            fhir.write_text(_writable(json.dumps(made, ensure_ascii=False, indent=1)), "utf-8")
    click.echo(_writable(json.dumps(answer_of(answer), ensure_ascii=False, indent=1) if as_json else _told(answer)))


def _writable(text: str) -> str:
    """Text with a mark in the place of halves of characters, which JSON can hold and no file."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _knowledge(study: str | None) -> Knowledge:
    found = knowledge()
    return found if study is None else replace(found, profile=profile_of(found.profile, find_study(study)))


def _read_bytes(file: Path) -> bytes:
    """The bytes of a file, and one more than are taken where it is larger."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.") from fault


def _read_json(file: Path) -> object:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
        return json.loads(text, object_pairs_hook=_once)
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.") from fault
    except (ValueError, RecursionError) as fault:
        raise CommandError(f"{file} is not JSON in UTF-8 that can be read: {fault}.") from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key given twice: which of the two was meant is not known."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _told(answer: Screening) -> str:
    lines = [answer.decision.replace("_", " ").capitalize() + f"   (profile {answer.profile})"]
    if answer.earliest_date is not None:
        conditional = ", conditional on what is missing" if answer.missing_items else ""
        lines.append(f"Earliest date: {answer.earliest_date.isoformat()}{conditional}")
    parts = (
        ("Actives", answer.resolved_actives),
        ("Why", answer.reasons),
        ("Missing", answer.missing_items),
        ("To do", answer.other_actions),
    )
    for title, entries in parts:
        if entries:
            lines += ["", title, *(f"  {entry}" for entry in entries)]
    return "\n".join(lines)


@click.group()
def medicines() -> None:
    """Look up names of medicines together with MDMA."""


@medicines.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(names: tuple[str, ...], *, as_json: bool) -> None:
    """Say what each NAME stands for and which rows judge it; exit 1 if one is not identified for certain.

    An unknown name means stop and ask, never that there is no interaction.
    """
    found = [resolve(knowledge_base(), name) for name in names]
    if as_json:
        click.echo(json.dumps([_named(one) for one in found], ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(line for one in found for line in _named_lines(one)))
    if any(one.status != "resolved" for one in found):
        raise SystemExit(1)


def _rows(one: Resolution) -> list[dict[str, Any]]:
    ids = dict.fromkeys(row for part in one.identified for row in (*part.own_rows, *(row for _, row in part.rows_of)))
    rows = (knowledge_base().rows[row] for row in ids)
    return [
        {
            "id": row.id,
            "hazards": list(row.hazards),
            "management": row.management,
            "washout_days": row.washout_days,
            "advice": row.advice,
            "citation": row.citation,
            "confirmed": row.confirmed,
        }
        for row in rows
    ]


def _named(one: Resolution) -> dict[str, Any]:
    return {
        "entered": one.entered,
        "status": one.status,
        "actives": list(one.actives),
        "rows": _rows(one),
        "without_row": [name for part in one.identified for name in part.unlisted],
        "ask": [part.ask for part in one.identified if part.ask],
        "candidates": [candidate.name for candidate in one.candidates],
    }


def _named_lines(one: Resolution) -> list[str]:
    lines = [f"{one.entered}: {one.status}" + (f", {' + '.join(one.actives)}" if one.actives else "")]
    for row in _rows(one):
        days = "no wash-out fixes it" if row["washout_days"] is None else f"{row['washout_days']} d"
        mark = "confirmed" if row["confirmed"] else "unconfirmed"
        hazards = ", ".join(row["hazards"]).replace("_", " ")
        lines.append(
            f"  {row['id']}  {hazards}; {row['management']}; {days}; {row['advice']} [{mark}: {row['citation']}]"
        )
    lines += [
        f"  {name}: recognized, and the knowledge base has no row for it: a physician decides"
        for part in one.identified
        for name in part.unlisted
    ]
    lines += [f"  to be known first: {part.ask}" for part in one.identified if part.ask]
    if one.status != "resolved":
        offered = "; ".join(candidate.name for candidate in one.candidates)
        offer = f"Offered, for a person to confirm: {offered}" if offered else "Nothing like it is known."
        lines.append(f"  stop and ask. {offer}")
    return lines
