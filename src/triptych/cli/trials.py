"""`triptych ledger create`, `file` and `amend`: a trial of one's own study, administered at a terminal."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import data_option
from triptych.ledger.drafts import Actor, Draft, Filed, Outcome
from triptych.ledger.library import find_study, knowledge
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import Store
from triptych.ledger.trial import Trial
from triptych.study import differences
from triptych.study.checking_consent import placeholders_said


@contextmanager
def _opened(data: str) -> Iterator[Store]:
    store = open_ledger(data, write=True)
    try:
        yield store
    finally:
        store.close()


def _trial(store: Store) -> Trial:
    return Trial(store, knowledge(), lambda: datetime.now(UTC))


def _filed(outcome: Outcome) -> Filed:
    """What was filed. Raises `CommandError` with every reason where it was not."""
    if not isinstance(outcome, Filed):
        raise CommandError("\n".join(f"{reason.text} [{reason.code}]" for reason in outcome.reasons))
    return outcome


@click.command()
@data_option
@click.argument("study", metavar="STUDY")
@click.option("--as", "person", required=True, metavar="PERSON", help="The first administrator.")
@click.option("--training", is_flag=True, help="Begin in training mode, in which nothing counts as trial data.")
def create(data: str, study: str, person: str, *, training: bool) -> None:
    """Open a new trial of STUDY in an empty place. PERSON gives roles to everybody else."""
    with explained(), _opened(data) as store:
        with store.reading() as reading:
            if any(True for _ in reading.heads()):
                raise CommandError(f"{data} holds a trial already. Choose an empty place.")
        found = find_study(study)
        trial = Trial.create(store, found, knowledge(), lambda: datetime.now(UTC), person)
        if training:
            now = datetime.now(UTC)
            draft = Draft(id=str(uuid.uuid4()), form="training_start", values={}, occurred_at=now)
            _filed(trial.file(draft, Actor(person=person, role="administrator")))
    click.echo(f"A trial of {found.document.title}, version {found.document.version}, is open in {data}.")
    if found.unconfirmed:
        click.echo(
            f"{len(found.unconfirmed)} fields are unconfirmed: it can be used for training and not be activated."
        )
    if said := placeholders_said(found.document.consent):
        click.echo(f"{said}: it can be used for training and not be activated.")
    click.echo(f"Next: triptych account add {person}, and triptych ledger file site_opening --site …")


@click.command("file")
@data_option
@click.argument("form")
@click.argument("answers", nargs=-1, metavar="[ITEM=VALUE]...")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who files it.")
@click.option("--role", default="administrator", show_default=True, help="The role they act in.")
@click.option("--site", default=None, help="The site that it is about.")
def file_form(data: str, form: str, answers: tuple[str, ...], person: str, role: str, site: str | None) -> None:
    """File FORM about the study or a site: a grant, a site opening, an approval, an activation, a pause.

    Values are read as JSON where they are JSON (true, 3), and as text otherwise.
    """
    values = dict(map(_answer, answers))
    with explained(), _opened(data) as store:
        trial = _trial(store)
        known = trial.study.forms.get(form)
        if known is not None and known.about == "participant":
            raise CommandError(f"{known.title} is about a participant. File it on the site's pages.")
        now = datetime.now(UTC)
        draft = Draft(id=str(uuid.uuid4()), form=form, values=values, occurred_at=now, site=site)
        filed = _filed(trial.file(draft, Actor(person=person, role=role)))
    click.echo(f"Filed {form}, record {filed.record.id}.")
    for finding in filed.findings:
        click.echo(finding.text)


def _answer(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not ITEM=VALUE.")
    try:
        found = msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value
    return name, found


@click.command()
@data_option
@click.argument("study", metavar="STUDY")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who releases it: somebody with the role.")
@click.option("--role", default="administrator", show_default=True, help="The role they act in.")
@click.option("--everywhere", is_flag=True, help="Into force at once at every site, instead of site by site.")
def amend(data: str, study: str, person: str, role: str, *, everywhere: bool) -> None:
    """Release STUDY as an amendment of the study in force. A site follows when it records the approval."""
    with explained(), _opened(data) as store:
        amended, trial = find_study(study), _trial(store)
        found = differences(trial.study, amended)
        actor = Actor(person=person, role=role)
        _filed(trial.release(amended, actor, str(uuid.uuid4()), by_site=not everywhere))
    for difference in found:
        click.echo(f"{difference.section}: {difference.about}: {difference.what}")
    where = "everywhere" if everywhere else "at each site that records its approval"
    click.echo(f"Version {amended.document.version}, SHA-256 {amended.digest}, is released; it is in force {where}.")
