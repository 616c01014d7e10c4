"""A trial: one ledger, the document in force in it, and its two doors, `file` in and `view` out."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Self

import msgspec

from triptych.course import CONFIRMATION, Course, Fold, Grant, Record, Setting, current_site, local_day
from triptych.course.setting import entries_of, grants_of, setting_of
from triptych.ledger import consenting, judging
from triptych.ledger.chain import link, seal
from triptych.ledger.drafts import Actor, Draft, Filed, Held, Outcome, Reason, Refused
from triptych.ledger.errors import DuplicateRecord, NotALedger
from triptych.ledger.plan import Plan
from triptych.ledger.stock import against_stock, taking
from triptych.ledger.store import Reading, Store, Stored, Transaction
from triptych.ledger.streams import STUDY, Streams, participant_stream, site_stream
from triptych.ledger.supposing import Unsecret, compared
from triptych.ledger.versions import Supposed, Versions
from triptych.ledger.view import View
from triptych.safety import Knowledge
from triptych.study import (
    Study,
    StudyProblems,
    amendment_problems,
    known_to_each_other,
    study_from_canonical,
)

SYSTEM = Actor(person="system", role="system")
SKEW = timedelta(seconds=5)
_encode = msgspec.json.Encoder().encode
_reload = lru_cache(maxsize=16)(study_from_canonical)


class Trial:
    """The doors of one ledger. `clock` gives the server's time, aware; nothing else here reads a clock."""

    def __init__(self, store: Store, knowledge: Knowledge, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._knowledge = knowledge
        self._clock = clock
        self._streams = Streams()
        self._studies: dict[tuple[str, ...], Mapping[str, Study]] = {}

    @classmethod
    def create(
        cls,
        store: Store,
        study: Study,
        knowledge: Knowledge,
        clock: Callable[[], datetime],
        administrator: str,
        role: str = "administrator",
    ) -> Self:
        """Open a new trial in an empty ledger: the document in force, and one person who can give roles."""
        trial = cls(store, knowledge, clock)
        now = clock()
        version = {"digest": study.digest, "version": study.document.version}
        grant = {"person": administrator, "role": role, "blinding": "blinded", "qualification": "Opened the trial"}
        setting = Setting(study, (), (), None)
        with store.transaction(append=[STUDY]) as transaction:
            transaction.put_document(study.digest, study.canonical)
            for form, values in (("study_version", version), ("grant", grant)):
                cause = uuid.uuid5(uuid.NAMESPACE_URL, f"triptych:{study.digest}:{form}:{now.isoformat()}")
                draft = Draft(id=str(cause), form=form, values=values, occurred_at=now, origin="system")
                case = judging.Case(study, draft, SYSTEM, setting, (), now, None)
                _append(transaction, _record(transaction, STUDY, case))
        return trial

    def file(self, draft: Draft, actor: Actor) -> Outcome:
        """File a draft for an actor: the only way in. Everything is judged and written in one transaction.

        Returns what became of it; a refusal lists every reason. Raises `LedgerError` only where the store fails.
        """
        misshapen = tuple(judging.shape(draft, actor))
        if misshapen:
            return Refused(reasons=misshapen)
        plan = self._guess(draft, actor)
        try:
            while True:
                with self._store.transaction(read=plan.reads, append=plan.appends) as transaction:
                    known = self._streams.load(transaction, plan.streams)
                    found = self._plan(transaction, known, draft, actor)
                    if found == plan:
                        return self._file(transaction, plan, known, draft, actor)
                plan = found
        except DuplicateRecord:
            return self._taken(draft, actor)

    def release(self, study: Study, actor: Actor, record_id: str, *, by_site: bool) -> Outcome:
        """Release an amendment: into force everywhere at once, or site by site as its approval is recorded.

        Raises `StudyProblems` where it may not follow the version in force.
        """
        problems = amendment_problems(self.study, study)
        if problems:
            raise StudyProblems(problems)
        with self._store.transaction(append=[]) as transaction:
            transaction.put_document(study.digest, study.canonical)
        values = {"digest": study.digest, "version": study.document.version, "by_site": by_site}
        draft = Draft(id=record_id, form="study_version", values=values, occurred_at=self._clock())
        return self.file(draft, actor)

    def view(self, viewer: Actor) -> View:
        """A read-only window for a viewer: the only way out. Without a grant it shows nothing."""
        return self._view(viewer)

    def supposing(self, study: Study) -> Iterator[tuple[Course, Course]]:
        """Each participant's course as it is, and as it would be if this version were in force for everybody.

        In neither is anything secret seen, and nothing is filed.
        """
        with self._store.reading() as reading:
            known = self._streams.load(reading, [STUDY])
            versions = self._versions(reading, known[STUDY])
        now, then = (
            Unsecret(self._store, self._streams, held, self._knowledge, None, self._clock(), known)
            for held in (versions, Supposed(versions, study))
        )
        return compared(now, then)

    def system_view(self) -> View:
        """The whole ledger, for whoever holds the ledger itself (the command line, the clock task)."""
        return self._view(None)

    def audience_views(self) -> Iterator[View]:
        """A window for the system, and one for each audience that somebody belongs to now, as nobody in particular."""
        whole = self.system_view()
        yield whole
        held = [grant for grant in whole.grants() if grant.in_force(whole.now) and grant.role in whole.study.roles]
        for role, blinding in sorted({(grant.role, grant.blinding) for grant in held}):
            grant = Grant(id="", person="", role=role, site=None, blinding=blinding, since=whole.now)
            yield self._view(Actor(person="", role=role), grant)

    def grants_of(self, person: str) -> tuple[Grant, ...]:
        """The grants that a person holds now in roles of the study: what an account may choose to act as."""
        with self._store.reading() as reading:
            records = self._streams.records(reading, STUDY)
            roles = self._versions(reading, records).newest.roles
        now = self._clock()
        return tuple(grant for grant in grants_of(records).of(person) if grant.role in roles and grant.in_force(now))

    @property
    def study(self) -> Study:
        """The study document in force. Raises `NotALedger` if none has been brought into force."""
        with self._store.reading() as reading:
            return self._versions(reading, self._streams.records(reading, STUDY)).newest

    def _view(self, viewer: Actor | None, grant: Grant | None = None) -> View:
        site = viewer.site if viewer else None
        with self._store.reading() as reading:
            known = self._streams.load(reading, [STUDY, *([site_stream(site)] if site else [])])
            versions = self._versions(reading, known[STUDY])
        return View(self._store, self._streams, versions, self._knowledge, viewer, self._clock(), known, grant)

    def _versions(self, reading: Reading, records: Sequence[Record]) -> Versions:
        """The versions of the document that the study's records release; each set is loaded once."""
        digests = tuple(dict.fromkeys(str(e.current.values["digest"]) for e in entries_of(records).of("study_version")))
        if digests not in self._studies:
            found = {digest: reading.document(digest) for digest in digests}
            loaded = {digest: _reload(content) for digest, content in found.items() if content is not None}
            if len(loaded) < max(len(digests), 1):
                raise NotALedger("No study document is in force in this ledger. Create the trial first.")
            self._studies[digests] = known_to_each_other(loaded)
        return Versions(records, self._studies[digests])

    def _guess(self, draft: Draft, actor: Actor) -> Plan:
        """What a filing will touch, as far as is known without asking the store; the transaction finds out."""
        names = [STUDY, *([participant_stream(draft.participant)] if draft.participant is not None else [])]
        kept = {name: self._streams.kept(name) or () for name in names}
        with self._store.reading() as reading:
            if not kept[STUDY]:
                kept = self._streams.load(reading, names)
            return self._plan(reading, kept, draft, actor)

    def _plan(self, reading: Reading, known: Mapping[str, tuple[Record, ...]], draft: Draft, actor: Actor) -> Plan:
        """Which streams a filing reads and appends to: known from the form and the participant's site."""
        records = known[participant_stream(draft.participant)] if draft.participant is not None else ()
        site = current_site(entries_of(records)) or draft.site or actor.site
        study = self._study(reading, known, site, records)
        form = study.forms.get(draft.form)
        about = form.about if form else ("participant" if draft.participant else "study")
        if (about == "participant" and draft.participant is None) or (about == "site" and site is None):
            about = "study"  # it belongs nowhere and will be refused, but not before the asker's rights are known
        return Plan(study=study, about=about, participant=draft.participant, site=site, form=form)

    def _study(
        self, reading: Reading, known: Mapping[str, tuple[Record, ...]], site: str | None, records: Sequence[Record]
    ) -> Study:
        """The version in force at a site now, for the participant with these records."""
        versions = self._versions(reading, known[STUDY])
        if not versions.differ:
            return versions.newest
        name = site_stream(site) if site else ""
        site_records = known[name] if name in known else self._streams.kept(name) or ()
        setting = setting_of(known[STUDY], site_records, versions.newest, site)
        return versions.at(setting, local_day(self._clock(), setting.zone), records)

    def _file(
        self,
        transaction: Transaction,
        plan: Plan,
        known: Mapping[str, tuple[Record, ...]],
        draft: Draft,
        actor: Actor,
    ) -> Outcome:
        masked = tuple(judging.masking(plan.study, draft, actor))
        if masked:
            return Refused(reasons=masked)
        records = known[plan.stream]
        prior = next((record for record in reversed(records) if record.id == draft.id), None)
        if prior is not None:
            return _repeated(prior, draft, actor)
        now = self._clock()
        now = max([now, *(r.recorded_at for r in records[-1:] if now >= r.recorded_at - SKEW)])
        site_records = known[site_stream(plan.site)] if plan.site else ()
        setting = setting_of(known[STUDY], site_records, plan.study, plan.site)
        case = judging.Case(plan.study, draft, actor, setting, records, now, plan.site)
        case.draft = self._placed(case)
        reasons = self._reasons(plan, case)
        if reasons:
            return self._turn_away(transaction, plan, case, reasons)
        record = _record(transaction, plan.stream, case)
        self._allocate(transaction, plan, known, record, case)
        _append(transaction, record)
        return Filed(record=record, findings=judging.findings(case))

    def _taken(self, draft: Draft, actor: Actor) -> Outcome:
        """What is answered where a draft's identifier is that of a record in another stream."""
        with self._store.reading() as reading:
            prior = reading.find(draft.id)
        if prior is None:
            raise DuplicateRecord(f"The identifier {draft.id!r} could not be filed under. Send the draft again.")
        return _repeated(msgspec.json.decode(prior.body, type=Record), draft, actor)

    def _reasons(self, plan: Plan, case: judging.Case) -> tuple[Reason, ...]:
        """Every reason against a draft, in the order of the door; later steps are judged only if earlier ones pass."""
        late = _clock_behind(case.records, case.now)
        reasons = late or tuple(judging.authority(case)) or tuple(judging.fitting(case))
        reasons = reasons or tuple(judging.linking(case))
        if not reasons and case.form is not None and case.form.kind == "decision":
            reasons = tuple(judging.gating(case, self._fold(case)))
        if not reasons and case.draft.form == CONFIRMATION:
            reasons = tuple(judging.screening(case, self._fold(case)))
        if not reasons and consenting.is_agreement(case):
            reasons = tuple(consenting.agreeing(case, self._fold(case)))
        return reasons or tuple(against_stock(plan, case))

    def _fold(self, case: judging.Case) -> Fold:
        """The whole course behind a draft, judged on the whole ledger and not on what the actor sees."""
        participant = case.draft.participant or ""
        return Fold(case.study, participant, case.records, case.setting, self._knowledge, case.now)

    def _placed(self, case: judging.Case) -> Draft:
        """A role that is kept from knowing visit numbers files without one; the visit is the open one that wants it."""
        masked = case.sight is not None and case.sight.masks_visits
        if not masked or case.draft.visit is not None or case.form is None or case.form.log or not case.records:
            return case.draft
        wanting = (visit for visit in self._fold(case).planned if visit.wants(case.form.id))
        visit = next(wanting, None)
        return msgspec.structs.replace(case.draft, visit=visit.visit, cycle=visit.cycle) if visit else case.draft

    def _turn_away(
        self, transaction: Transaction, plan: Plan, case: judging.Case, reasons: tuple[Reason, ...]
    ) -> Outcome:
        """Refuse, or hold a fact that cannot be filed as it is, and anything that comes from an outbox."""
        is_fact = case.form is None or case.form.kind == "fact"
        holdable = plan.participant is not None and (is_fact or case.draft.origin != "direct")
        if not holdable or any(reason.final for reason in reasons):
            return Refused(reasons=reasons)
        codes = tuple(dict.fromkeys(reason.code for reason in reasons))
        record = _record(transaction, participant_stream(plan.participant or ""), case)
        record = msgspec.structs.replace(record, status="held", held=codes)
        _append(transaction, record)
        return Held(record=record, reasons=reasons)

    def _allocate(
        self,
        transaction: Transaction,
        plan: Plan,
        known: Mapping[str, tuple[Record, ...]],
        record: Record,
        case: judging.Case,
    ) -> None:
        """Take the next place of a limited stock in the same transaction as the record that needs it."""
        draft = taking(plan, record, known[plan.stock]) if plan.takes else None
        if draft is not None:
            cause_case = judging.Case(plan.study, draft, SYSTEM, case.setting, (), case.now, plan.site)
            _append(transaction, _record(transaction, plan.stock, cause_case))


def _clock_behind(records: Sequence[Record], now: datetime) -> tuple[Reason, ...]:
    if not records or now >= records[-1].recorded_at - SKEW:
        return ()
    text = (
        f"The server's clock reads {now.isoformat()}, earlier than the last record of this stream "
        f"({records[-1].recorded_at.isoformat()}). Nothing was written. Have the clock set right, then send again."
    )
    return (Reason(code="clock_behind", text=text, source="QA-07", final=True),)


def _record(reading: Reading, stream: str, case: judging.Case) -> Record:
    draft = case.draft
    position, previous = link(reading.head(stream))
    return Record(
        stream=stream,
        position=position,
        previous=previous,
        id=draft.id,
        form=draft.form,
        actor=case.actor.person,
        role=case.actor.role,
        occurred_at=draft.occurred_at,
        recorded_at=case.now,
        document=case.study.digest,
        values=draft.values,
        site=case.site,
        visit=draft.visit,
        cycle=draft.cycle,
        corrects=draft.corrects,
        reason=draft.reason,
        origin=draft.origin,
        capture=draft.capture,
        language=draft.language,
    )


def _append(transaction: Transaction, record: Record) -> Stored:
    stored = seal(record.stream, record.position, record.id, _encode(record))
    transaction.append(stored)
    return stored


def _repeated(record: Record, draft: Draft, actor: Actor) -> Outcome:
    """Sending the same draft twice is harmless; other content under the same identifier is a refused conflict."""
    moved = draft.visit is not None and (record.visit, record.cycle) != (draft.visit, draft.cycle)
    if moved or _sent(record) != _sent(draft) or (record.actor, record.role) != (actor.person, actor.role):
        text = "Another record is filed under this identifier. Send the draft under an identifier of its own."
        return Refused(reasons=(Reason(code="conflict", text=text, final=True),))
    if record.status == "held":
        return Held(record=record, reasons=tuple(_held(code) for code in record.held), repeated=True)
    return Filed(record=record, repeated=True)


def _held(code: str) -> Reason:
    return Reason(code=code, text=f"It was held when it was first sent: {code.replace('_', ' ')}.")


def _sent(one: Record | Draft) -> tuple[object, ...]:
    """What its originator sent, as it is stored."""
    values = msgspec.json.encode(one.values)
    return one.form, values, one.participant, one.occurred_at, one.corrects, one.reason, one.language
