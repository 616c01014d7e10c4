"""What a review covers: the records of a visit or of the casebook as a sight shows them, and what changed since then.

A review signature binds to the hash of all of them (21 CFR 11.70).
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from triptych.course.entries import VOID_FORM, Entries, Entry
from triptych.course.record import Record
from triptych.course.schedule import slot_key
from triptych.course.sight import Sight
from triptych.study import Study

CASEBOOK = "casebook"
UNREVIEWED = frozenset(
    {
        "signature",
        "query",
        "query_answer",
        "query_close",
        "task_done",
        "held_resolution",
        "identity_look",
        "reminder_sent",
        VOID_FORM,
    }
)
"""Forms about the keeping of records; a review is of what was recorded."""


class Altered(Struct, frozen=True, kw_only=True):
    """One thing that is no longer as it was when it was reviewed: the record, its form, what happened to it, when."""

    about: str
    form: str
    what: Literal["new", "corrected", "entered in error"]
    at: datetime


def under_review(study: Study, entries: Entries, sight: Sight, scope: str) -> list[Entry]:
    """The entries of a visit (by its key) or of the casebook, as far as a sight shows them."""
    return [entry for entry in entries.entries if _covers(study, entries, sight, scope, entry, (entry.current,))]


def review_digest(study: Study, entries: Entries, sight: Sight, scope: str) -> str:
    """The SHA-256 of everything under review, as a sight shows it."""
    covered = under_review(study, entries, sight, scope)
    shown = sorted((entry.id, shown_digest(entry.id, entry.current, sight)) for entry in covered)
    return hashlib.sha256(msgspec.json.encode((scope, shown))).hexdigest()


def altered(study: Study, entries: Entries, sight: Sight, scope: str, since: int) -> tuple[Altered, ...]:
    """What was filed, corrected or set aside under review after a position of the stream, in order of filing."""
    found: list[Altered] = []
    every = [*entries.entries, *(entry for name in entries.voided if (entry := entries.entry(name)) is not None)]
    for entry in every:
        if _covers(study, entries, sight, scope, entry, entry.versions):
            found.extend(_altered(entry, entries.voided.get(entry.id), since))
    return tuple(sorted(found, key=lambda one: (one.at, one.about)))


def _altered(entry: Entry, void: Record | None, since: int) -> Iterator[Altered]:
    later = [version for version in entry.versions if version.position > since]
    if void is not None:
        if void.position > since >= entry.root.position:
            yield Altered(about=entry.id, form=entry.current.form, what="entered in error", at=void.recorded_at)
    elif later:
        what: Literal["new", "corrected"] = "new" if entry.root.position > since else "corrected"
        yield Altered(about=entry.id, form=entry.current.form, what=what, at=later[0].recorded_at)


def _covers(
    study: Study, entries: Entries, sight: Sight, scope: str, entry: Entry, versions: tuple[Record, ...]
) -> bool:
    is_there = scope == CASEBOOK or any(
        version.visit is not None and slot_key(version.visit, version.cycle) == scope for version in versions
    )
    is_content = is_there and entry.current.form not in UNREVIEWED
    return is_content and _is_visible(study, entries, sight, entry, frozenset())


def _is_visible(study: Study, entries: Entries, sight: Sight, entry: Entry, passed: frozenset[str]) -> bool:
    """Whether a sight shows an entry: its form, and every record that it names."""
    form = study.forms.get(entry.current.form)
    if form is None or not sight.sees_form(form.id):
        return False
    answers = (entry.current.values.get(item.id) for item in form.items if item.type == "record")
    named = (entries.entry(answer) for answer in answers if isinstance(answer, str))
    return all(
        one is None or one.id in passed or _is_visible(study, entries, sight, one, passed | {entry.id}) for one in named
    )


def shown_digest(record_id: str, record: Record, sight: Sight) -> str:
    """The SHA-256 of a record as a sight shows it: its identity, form, time, place and visible answers."""
    shown = {
        "id": record_id,
        "form": record.form,
        "document": record.document,
        "visit": None if sight.masks_visits else record.visit,
        "cycle": None if sight.masks_visits else record.cycle,
        "occurred_at": record.occurred_at,
        "values": sight.values(record),
    }
    return hashlib.sha256(_encode(shown)).hexdigest()


_encode = msgspec.json.Encoder(order="sorted").encode
