"""Signatures: bound to the hash of what was shown, fallen when that changes (21 CFR 11.50, 11.70; P11-08, P11-09)."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.entries import Entries
from triptych.course.record import Record
from triptych.course.reviewing import Altered, altered, review_digest, shown_digest
from triptych.course.setting import Setting
from triptych.course.sight import Sight, sight_of
from triptych.study import Study


class Signature(Struct, frozen=True, kw_only=True):
    """A signature and whether it stands; `stands` is none where the reader may not see what was signed whole.

    It is about a record, or about a `scope`: a visit by its key, or the casebook. `altered` says why it fell.
    """

    id: str
    about: str | None
    scope: str | None
    by: str
    role: str
    meaning: str
    at: datetime
    stands: bool | None
    altered: tuple[Altered, ...] = ()


def signatures(study: Study, entries: Entries, setting: Setting, sight: Sight) -> tuple[Signature, ...]:
    """Every signature on this stream's records, oldest first."""
    return tuple(_signature(study, entries, setting, sight, entry.root) for entry in entries.of("signature"))


def _signature(study: Study, entries: Entries, setting: Setting, sight: Sight, record: Record) -> Signature:
    scope = record.values.get("scope")
    made = Signature(
        id=record.id,
        about=None if scope else str(record.values.get("about")),
        scope=scope,
        by=record.actor,
        role=record.role,
        meaning=str(record.values["meaning"]),
        at=record.recorded_at,
        stands=None if scope else _stands(study, entries, setting, sight, record),
    )
    if scope is None or "shown" not in record.values or not sees_as_signer(study, setting, sight, record):
        return made
    signer = signer_sight(study, setting, record.actor, record.role, record.recorded_at)
    stands = review_digest(study, entries, signer, scope) == record.values["shown"]
    why = () if stands else altered(study, entries, signer, scope, record.position)
    return replace(made, stands=stands, altered=why)


def sees_as_signer(study: Study, setting: Setting, sight: Sight, signature: Record) -> bool:
    """Whether a sight shows everything that the signer could see when signing."""
    if signature.role not in study.roles:
        return False
    signer = signer_sight(study, setting, signature.actor, signature.role, signature.recorded_at)
    return not (sight.masks_visits and not signer.masks_visits) and all(
        sight.sees_form(form.id) and all(sight.sees_item(item) for item in form.items if signer.sees_item(item))
        for form in study.document.forms
        if form.about == "participant" and signer.sees_form(form.id)
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
    return sight_of(study, study.roles[role], unblinded=grant is not None and grant.blinding == "unblinded")
