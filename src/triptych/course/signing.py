"""Signatures: bound to the hash of what was shown, fallen when that changes (21 CFR 11.50, 11.70; P11-08, P11-09)."""

import hashlib
from datetime import datetime

import msgspec
from msgspec import Struct

from triptych.course.entries import Entries
from triptych.course.record import Record
from triptych.course.setting import Setting
from triptych.course.sight import Sight
from triptych.study import Study

_encode = msgspec.json.Encoder(order="sorted").encode


class Signature(Struct, frozen=True, kw_only=True):
    """A signature and whether it stands; `stands` is none where the reader may not see what was signed whole."""

    id: str
    about: str
    by: str
    role: str
    meaning: str
    at: datetime
    stands: bool | None


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


def signatures(study: Study, entries: Entries, setting: Setting, sight: Sight) -> tuple[Signature, ...]:
    """Every signature on this stream's records, oldest first."""
    return tuple(
        Signature(
            id=entry.id,
            about=str(entry.current.values["about"]),
            by=entry.root.actor,
            role=entry.root.role,
            meaning=str(entry.current.values["meaning"]),
            at=entry.root.recorded_at,
            stands=_stands(study, entries, setting, sight, entry.root),
        )
        for entry in entries.of("signature")
    )


def _stands(study: Study, entries: Entries, setting: Setting, sight: Sight, signature: Record) -> bool | None:
    entry = entries.entry(str(signature.values["about"]))
    if entry is None or not _shown_whole(study, entry.current, sight):
        return None
    if entry.id in entries.voided:
        return False
    signer = signer_sight(study, setting, signature.actor, signature.role, signature.recorded_at)
    return shown_digest(entry.id, entry.current, signer) == str(signature.values["shown"])


def _shown_whole(study: Study, record: Record, sight: Sight) -> bool:
    form = study.forms.get(record.form)
    return form is not None and sight.sees_form(form.id) and all(map(sight.sees_item, form.items))


def signer_sight(study: Study, setting: Setting, person: str, role: str, at: datetime) -> Sight:
    """What a person in a role could see at an instant."""
    grant = setting.grants.held(person, role, setting.site, at)
    return Sight(study, study.roles[role], unblinded=grant is not None and grant.blinding == "unblinded")
