"""One record with its whole history: each version, and beside each field what stood there, who changed it and why.

Queries stand beside the field they are about, signatures below; from here a record is set aside as entered in error.
"""

from collections.abc import Sequence
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from msgspec import Struct

from triptych.course import local_day, may_file
from triptych.ledger import Seen
from triptych.study import Item, bands_of, complete, score_notes
from triptych.web.pages import query
from triptych.web.pages.entry import act, sees_whole
from triptych.web.pages.held import resolutions
from triptych.web.pages.signing import VOID, signable, voiding
from triptych.web.people import Asker, found, page
from triptych.web.show import endable, show

FIRM = frozenset({VOID, "held_resolution"})
"""Forms whose records are not set aside: another record of the same kind says what is right."""


class Changed(Struct, frozen=True):
    """One field in one version: what it became, and in which record."""

    value: object
    version: Seen


class Score(Struct, frozen=True):
    """A result that is worked out from a record's answers: its value, the band it falls in, and how it came about."""

    item: Item
    value: object
    band: str
    note: str


def scores(asker: Asker, seen: Seen) -> list[Score]:
    """What is worked out from a record, by the version of the document it was filed under.

    None for somebody who does not see every answer that it rests on.
    """
    study = asker.study.at(seen.document)
    form = study.forms.get(seen.form)
    zone = asker.view.zone(seen.participant)
    if form is None or seen.status == "held" or not sees_whole(asker, form):
        return []
    day = local_day(seen.occurred_at, zone)
    done = complete(study, form, seen.values, day, zone)
    bands, notes = dict(bands_of(form, done)), score_notes(study, form, seen.values, day, zone)
    derived = [item for item in form.items if item.derived is not None]
    return [Score(item, done.get(item.id), bands.get(item.id, ""), notes.get(item.id, "")) for item in derived]


@page
def history(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Show a record and how it came to be what it is."""
    course = found(asker.view.course(participant))
    everything = asker.view.records(participant)
    asked = found(next((seen for seen in everything if seen.id == str(record)), None))
    versions = [seen for seen in everything if seen.root == asked.root]
    current = next((seen for seen in versions if seen.current), versions[-1])
    names = {version.id for version in versions}
    about = [seen for seen in everything if seen.current and seen.values.get("about") in names]
    form = asker.study.forms.get(current.form)
    role = asker.study.roles[asker.grant.role]
    voided = voiding(everything, names)
    live = current.current and not voided
    threads = [thread for thread in query.threads(asker, course) if thread.record.root == current.root]
    return show(
        request,
        asker,
        "record.html",
        participant=participant,
        form=form,
        current=current,
        scores=scores(asker, current),
        versions=versions,
        changes=changes(versions),
        about=[seen for seen in about if seen.form not in ("query", "signature")],
        zone=asker.view.zone(participant),
        asked_with=partial(asked_with, asker),
        correctable=live and form is not None and may_file(role, form) and sees_whole(asker, form),
        partial=form is not None and not sees_whole(asker, form),
        voided=voided,
        voidable=live and current.form not in FIRM,
        signable=signable(everything, current),
        signatures=[one for one in course.signatures if one.about in names],
        meanings=_meanings(asker),
        threads=threads,
        may=query.may(asker),
        resolution=resolutions(everything).get(current.id),
        refilable=form is not None and may_file(role, form),
    )


def asked_with(asker: Asker, seen: Seen) -> str:
    """The instrument and its version that a record was filed with, else the version of the study document."""
    study = asker.study.at(seen.document)
    if study.digest != seen.document:
        return "version not known"
    form = study.forms.get(seen.form)
    if form is not None and form.instrument:
        return f"{form.instrument} {form.instrument_version}"
    return f"study document {study.document.version}"


def _meanings(asker: Asker) -> dict[str, str]:
    items = asker.study.forms["signature"].items
    return {choice.code: choice.label for item in items if item.id == "meaning" for choice in item.choices or ()}


def changes(versions: Sequence[Seen]) -> dict[str, list[Changed]]:
    """For each item, every value that it had, oldest first, with the version that brought it."""
    found_changes: dict[str, list[Changed]] = {}
    for version in versions:
        for item in {*found_changes, *version.values}:
            had = found_changes.setdefault(item, [])
            value = version.values.get(item)
            if not had or had[-1].value != value:
                had.append(Changed(value, version))
    return found_changes


@page
def error(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Set a record aside as entered in error, and say why. It stays readable and counts in nothing."""
    everything = asker.view.records(participant)
    asked = found(next((seen for seen in everything if seen.id == str(record)), None))
    current = found(next((seen for seen in everything if seen.root == asked.root and seen.current), None))
    is_voided = voiding(everything, {seen.id for seen in everything if seen.root == current.root})
    if current.form in FIRM or (request.method != "POST" and is_voided):
        raise Http404
    form = found(asker.study.forms.get(current.form))
    return act(
        request,
        asker,
        participant,
        VOID,
        {"about": current.root},
        to=reverse("record", kwargs={"participant": participant, "record": current.root}),
        title=f"Entered in error: {form.title}",
        button="Mark as entered in error",
        seen=current,
        about=form,
        threads=(),
    )


@page
def done(request: HttpRequest, asker: Asker, participant: str, record: str, task: str) -> HttpResponse:
    """Mark a task as done."""
    course = found(asker.view.course(participant))
    asked = (one for one in (*course.tasks, *course.alerts) if one.id == task and one.about == str(record))
    wanted = next((one for one in asked if endable(asker.study, one)), None)
    seen = found(next((s for s in asker.view.records(participant) if s.id == str(record)), None))
    if wanted is None and request.method != "POST":
        raise Http404
    return act(
        request,
        asker,
        participant,
        "task_done",
        {"about": seen.root, "task": task},
        to=reverse("participant", kwargs={"participant": participant}),
        title=wanted.title if wanted else "Task done",
        button="Mark as done",
        seen=seen,
        about=asker.study.forms.get(seen.form),
        threads=(),
    )
