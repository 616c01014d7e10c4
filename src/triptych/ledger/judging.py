"""Reasons against a draft: its form, the actor's rights, links, the gate. Reads facts, writes nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec
from msgspec import structs

from triptych.course import (
    CASEBOOK,
    CONFIRMATION,
    Entries,
    Entry,
    Fold,
    Grant,
    Judged,
    Record,
    Setting,
    Sight,
    is_trained,
    local_day,
    may_file,
    review_digest,
    shown_digest,
    slots_by_key,
    under_review,
)
from triptych.course.schedule import slot_key
from triptych.course.sight import sight_of
from triptych.ledger.drafts import MAX_BYTES, Actor, Draft, Reason, System
from triptych.ledger.store import UNSTORABLE
from triptych.study import Form, Misfit, Role, Study, answers, fit
from triptych.study.treatment import JUDGED

AHEAD = timedelta(minutes=5)
DECISION_AGE = timedelta(minutes=15)
MAX_NAME = 200
SYSTEM_FILES = frozenset(
    {
        "reminder_sent",
        "query",
        "complaint",
        "complaint_sent",
        "conduct_observation",
        "reminder_wishes",
        "own_reminder_sent",
        "recording_pieces",
    }
)
"""What the system files through the door by itself; a person who goes by its name still needs a grant."""
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Case:
    """One draft before the door: the draft, who brings it, and everything it is judged on."""

    def __init__(
        self,
        study: Study,
        draft: Draft,
        actor: Actor,
        setting: Setting,
        records: Sequence[Record],
        now: datetime,
        site: str | None,
    ) -> None:
        self.study, self.draft, self.actor, self.setting = study, draft, actor, setting
        self.records, self.now, self.site = records, now, site
        self.form: Form | None = study.forms.get(draft.form)
        self.role: Role | None = study.roles.get(actor.role)
        self.grant: Grant | None = setting.grants.held(actor.person, actor.role, site, now)
        unblinded = self.grant is not None and self.grant.blinding == "unblinded"
        self.sight = sight_of(study, self.role, unblinded=unblinded) if self.role else None
        self.entries = Entries(records)


def authority(case: Case) -> Iterator[Reason]:
    """Whether grants let this actor file this form here and now (P11-03)."""
    if _is_own(case):
        return
    reaches = case.grant is not None and case.grant.reaches(case.draft.participant)
    allowed = case.role is not None and (case.form is None or may_file(case.role, case.form))
    if not (reaches and allowed):
        known = case.draft.site or case.actor.site  # where the participant is now may be news to the asker
        where = f" at {known}" if known else ""
        title = case.form.title if case.form else case.draft.form
        text = (
            f"{case.actor.person} may not file {title} as {case.actor.role}{where}. "
            "An administrator gives roles; the study document says what a role may file."
        )
        yield Reason(code="not_granted", text=text, final=case.draft.origin == "direct" or not _was_granted(case))


def masking(study: Study, draft: Draft, actor: Actor) -> Iterator[Reason]:
    """Whether somebody who may not know visit numbers names one: any answer would tell whether the guess is right."""
    role = study.roles.get(actor.role)
    if role is not None and "visit" in role.masks and (draft.visit is not None or draft.cycle is not None):
        text = "Your role does not know visit numbers. File without visit and cycle; the study places the record."
        yield Reason(code="masked_visit", text=text, final=True)


def _is_own(case: Case) -> bool:
    return isinstance(case.actor, System) and case.form is not None and case.form.id in SYSTEM_FILES


def _was_granted(case: Case) -> bool:
    return case.setting.grants.ever_held(case.actor.person, case.actor.role)


def shape(draft: Draft, actor: Actor) -> Iterator[Reason]:
    """Whether the draft can be taken at all: its identifiers, its time, and answers that JSON gives back unchanged."""
    text = _malformed(draft, actor)
    if text is not None:
        yield Reason(code="malformed", text=f"{text} Nothing was written.", final=True)
        return
    count = len(msgspec.json.encode(draft))
    if count > MAX_BYTES:
        text = (
            f"The record takes {count:,} bytes and at most {MAX_BYTES:,} are taken. Nothing was written. "
            "Attach long material as a file."
        )
        yield Reason(code="too_large", text=text, final=True)


def _malformed(draft: Draft, actor: Actor) -> str | None:
    if not _UUID.fullmatch(draft.id):
        return "A record's identifier is a UUID in lower case, made by whoever files it."
    if draft.occurred_at.tzinfo is None:
        return "The time at which it happened needs its offset from UTC."
    names = (draft.form, draft.participant, draft.site, draft.visit, draft.corrects, *structs.astuple(actor))
    if any(name is not None and not (0 < len(name) <= MAX_NAME and not UNSTORABLE.search(name)) for name in names):
        return f"A name has 1 to {MAX_NAME} characters and no control characters."
    try:
        same: bool = msgspec.json.decode(msgspec.json.encode(draft), type=Draft) == draft
    except (ValueError, TypeError, RecursionError):
        same = False
    return None if same else "The record cannot be written as JSON and read back unchanged."


def fitting(case: Case) -> Iterator[Reason]:
    """Whether the form exists and the draft fits it: stream, place in the schedule, times, answers."""
    if case.form is None or (case.form.id not in case.study.own_forms and case.draft.corrects is None):
        known = f"The study document in force (version {case.study.document.version}) has no form {case.draft.form!r}."
        yield Reason(code="unknown_form", text=known)
        return
    yield from _stream(case, case.form)
    yield from _times(case, case.form)
    yield from _place(case, case.form)
    for misfit in _misfits(case, case.form):
        if misfit.hard:
            yield Reason(code=misfit.code, text=misfit.message, item=misfit.item)


def findings(case: Case) -> tuple[Reason, ...]:
    """Soft checks that fire and do not stop the filing (QA-06)."""
    assert case.form is not None
    soft = (misfit for misfit in _misfits(case, case.form) if not misfit.hard)
    return tuple(Reason(code=misfit.code, text=misfit.message, item=misfit.item) for misfit in soft)


def _misfits(case: Case, form: Form) -> tuple[Misfit, ...]:
    zone = case.setting.zone
    return fit(case.study, form, case.draft.values, local_day(case.draft.occurred_at, zone), zone)


def _stream(case: Case, form: Form) -> Iterator[Reason]:
    if (form.about == "participant") != (case.draft.participant is not None):
        yield Reason(code="wrong_stream", text=f"{form.title} is about a {form.about}.", final=True)
    elif form.about == "participant" and not case.records and form.id != "first_contact":
        text = f"No participant {case.draft.participant!r} is known. Record the first contact first."
        yield Reason(code="unknown_participant", text=text, final=case.draft.origin == "direct")
    elif form.id == "first_contact" and not (case.setting.activated or case.setting.training):
        yield Reason(code="not_active", text="The study is neither activated nor in training mode.", final=True)
    elif form.id == "first_contact" and case.setting.activated and not case.setting.site_activated:
        text = (
            f"The site {case.site!r} has not been activated. An administrator records its ethics approval, its "
            "registration for the controlled substance and the credentials of its staff, and activates it."
        )
        yield Reason(code="not_active", text=text, final=True)
    elif form.about == "participant" and not case.setting.site_active:
        yield Reason(code="not_active", text=f"The site {case.site!r} has not been opened.", final=True)
    elif form.about == "site" and case.draft.site is None:
        yield Reason(code="wrong_stream", text=f"{form.title} names no site.", final=True)


def _times(case: Case, form: Form) -> Iterator[Reason]:
    ahead = case.draft.occurred_at - case.now
    if ahead > AHEAD:
        text = "It is said to have happened in the future. Check the date, the time and the clock of the device."
        yield Reason(code="in_the_future", text=text)
    elif form.kind == "decision" and -ahead > DECISION_AGE:
        text = "A decision is made now; it cannot be dated back. What happened earlier is recorded as a fact."
        yield Reason(code="not_now", text=text)


def _place(case: Case, form: Form) -> Iterator[Reason]:
    draft = case.draft
    if draft.visit is None:
        if draft.cycle is not None and not form.log:
            yield Reason(code="no_such_visit", text="A cycle is named without a visit.")
        return
    slot = slots_by_key(case.study).get(slot_key(draft.visit, draft.cycle))
    if slot is None:
        cycle = "" if draft.cycle is None else f" in cycle {draft.cycle}"
        yield Reason(code="no_such_visit", text=f"The study document has no visit {draft.visit!r}{cycle}.")
    elif not form.log and all(placement.form != form.id for placement in slot.visit.forms):
        yield Reason(code="not_at_visit", text=f"{form.title} is not part of the visit {slot.visit.title}.")


def linking(case: Case) -> Iterator[Reason]:
    """Whether the records that a draft corrects or names exist for this actor, and are what they were."""
    if case.draft.corrects is not None:
        yield from _correction(case, case.draft.corrects)
    assert case.form is not None
    for item in case.form.items:
        target = case.draft.values.get(item.id)
        if item.type == "record" and isinstance(target, str) and not _is_known(case, target):
            yield Reason(code="no_such_record", text=f"{item.label}: no such record here.", item=item.id)
    if case.form.id == "signature":
        yield from _signature(case)


def _is_known(case: Case, record_id: str) -> bool:
    held = any(record.id == record_id for record in case.entries.held)
    entry = case.entries.entry(record_id)
    shows = _is_own(case) or (
        entry is not None and case.sight is not None and _is_seen(case.sight, case.entries, entry)
    )
    return held or (entry is not None and shows)


def _is_seen(sight: Sight, entries: Entries, entry: Entry) -> bool:
    return sight.sees_form(entry.current.form) and sight.shares(entries, entry.current)


def _correction(case: Case, corrects: str) -> Iterator[Reason]:
    entry = case.entries.entry(corrects)
    by = (entry.current.actor, entry.current.role) if entry else None
    is_theirs = by == (case.actor.person, case.actor.role)  # who filed it knows it, as a rater knows their rating
    if entry is None or not (is_theirs or _is_known(case, corrects)):
        yield Reason(code="no_such_record", text="The record to be corrected is not known here.")
        return
    if entry.current.form != case.draft.form:
        yield Reason(code="other_form", text="A correction is made on the form of the record it corrects.")
    if corrects != entry.current.id:
        text = "The record has been corrected meanwhile. Look at the newest version and correct that."
        yield Reason(code="superseded", text=text)
    if not (case.draft.reason or "").strip():
        text = "A correction says why. Give the reason for the change."
        yield Reason(code="reason_required", text=text, source="GCP-07")


def _signature(case: Case) -> Iterator[Reason]:
    scope = case.draft.values.get("scope")
    if (scope is None) == (case.draft.values.get("about") is None):
        text = "A signature is about one record, or about a visit or the casebook."
        yield Reason(code="no_such_record", text=text, final=True)
        return
    if isinstance(scope, str):
        yield from _review(case, scope)
        return
    entry = case.entries.entry(str(case.draft.values.get("about")))
    if entry is None or case.sight is None:
        return
    if shown_digest(entry.id, entry.current, case.sight) != case.draft.values.get("shown"):
        text = "What was shown is not what stands now. Look at the record again before signing."
        yield Reason(code="not_what_was_shown", text=text, source="P11-09", final=True)
    yield from _training(case, (entry,))


def _review(case: Case, scope: str) -> Iterator[Reason]:
    """Whether a visit or the casebook can be signed, and still is what was shown."""
    assert case.sight is not None
    is_known = scope == CASEBOOK or (scope in slots_by_key(case.study) and not case.sight.masks_visits)
    covered = under_review(case.study, case.entries, case.sight, scope) if is_known else ()
    if not covered:
        yield Reason(code="no_such_record", text="Nothing is recorded there that could be signed.", final=True)
    elif review_digest(case.study, case.entries, case.sight, scope) != case.draft.values.get("shown"):
        text = "What was shown is not what stands now. Look at it again before signing."
        yield Reason(code="not_what_was_shown", text=text, source="P11-09", final=True)
    yield from _training(case, covered)


def _training(case: Case, signed: Iterable[Entry]) -> Iterator[Reason]:
    """Whoever signs an adverse event has been trained on the definition in force (CRL-02)."""
    signs = any(entry.current.form in JUDGED for entry in signed)
    if signs and not is_trained(case.study, case.setting, case.actor.person, local_day(case.now, case.setting.zone)):
        text = (
            f"{case.actor.person} has no credential in its dates for training on the definition of an adverse event "
            "that is in force. An administrator records it in the file of the site, with the code of the definition."
        )
        yield Reason(code="not_trained", text=text, source="CRL-02", final=True)


def screening(case: Case, fold: Fold) -> Iterator[Reason]:
    """Whether a physician confirms what they were shown, it is the answer of now, and it may be confirmed at all.

    The fold is of the whole ledger, so a role that sees less can confirm nothing.
    """
    values = case.draft.values
    planned = values.get("planned_on")
    if case.draft.form != CONFIRMATION or not isinstance(planned, str):
        return
    now = fold.screened(date.fromisoformat(planned), case.draft.cycle)
    if not now.may_be_confirmed:
        text = f"The screening says {now.decision.replace('_', ' ')}. It cannot be confirmed before that has changed."
        missing = now.answer.missing_items
        yield Reason(code="not_confirmable", text=text, source="SAF-08", final=True, missing=missing)
    elif (now.shown, now.decision) != (values.get("shown"), values.get("decision")):
        text = "What was shown is not what stands now. Look at the screening again before confirming it."
        yield Reason(code="not_what_was_shown", text=text, source="P11-09", final=True)


def gating(case: Case, fold: Fold) -> Iterator[Reason]:
    """Every condition of the decision's gate that is not met, in words for this actor."""
    gate = case.study.gate_of(case.draft.form)
    assert gate is not None  # the document check gives every decision one
    assert case.form is not None
    filing = {**answers(case.form, case.draft.values), "actor": case.actor.person}
    state = fold.gate(gate.id, case.draft.cycle, filing)
    hidden = False
    for condition in state.conditions:
        if condition.state == "met":
            continue
        reads = case.study.reads(f"gates.{gate.id}.conditions.{condition.id}.rule")
        if case.sight is not None and case.sight.sees_all(reads):
            yield _condition(condition)
        else:
            hidden = True
    if hidden:
        role = case.study.roles[gate.ask].title
        yield Reason(code="held_by_study", text=f"Held by the study; ask the {role}.")


def _condition(condition: Judged) -> Reason:
    text = condition.text
    if condition.state == "unknown":
        text = f"{condition.text}: cannot be decided until there is an answer to {', '.join(condition.missing)}"
    elif condition.state == "fault":
        text = f"{condition.text}: the rule of the study document fails ({condition.missing[0]})"
    if condition.cleared_by:
        text = f"{text}. {condition.cleared_by}: {condition.how}"
    return Reason(code=condition.id, text=text, source=condition.source, missing=condition.missing)
