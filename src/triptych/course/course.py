"""The course: where one participant stands, derived from document, records, setting and now, and from nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from msgspec import Struct

from triptych.course.consent_lock import Lock, lock_at
from triptych.course.consent_words import Texts
from triptych.course.consenting import FORMS, Basis, Consented, consented, signatures_of
from triptych.course.danger import own_days
from triptych.course.deviations import (
    Deviation,
    Shown,
    after_withdrawal,
    deviation_log,
    deviation_tasks,
    visit_deviations,
)
from triptych.course.doses import doubtful_doses, given_doses, unauthorized_doses
from triptych.course.durability import RETREATMENT, retreatments
from triptych.course.duty import called
from triptych.course.entries import Entries, local_day
from triptych.course.events import awaiting
from triptych.course.facts import CourseFacts, context_at
from triptych.course.gates import GateState, judge_gate
from triptych.course.known import course_facts
from triptych.course.medicines import medicine_conflict
from triptych.course.obligations import Query, Task, held_tasks, queries, query_tasks, raised
from triptych.course.presence_alarm import presence_tasks
from triptych.course.reconsenting import asked
from triptych.course.record import Record
from triptych.course.recording import agreed_recordings
from triptych.course.results import Abnormal, abnormal_values
from triptych.course.schedule import PENDING, Planned
from triptych.course.screening import CONFIRMATION, Screened, is_confirmed, screened
from triptych.course.session_calls import alarm_tasks, asked_once
from triptych.course.session_ends import RESTS_ON, cycles_begun, late_at, unended_tasks
from triptych.course.session_facts import READ
from triptych.course.session_presence import presence_deviations
from triptych.course.session_records import SESSION_DECISIONS, SessionRecords
from triptych.course.session_state import SessionState, session_instants, session_state
from triptych.course.setting import Setting, entries_of
from triptych.course.sight import Sight, sight_of
from triptych.course.signing import Signature, signatures
from triptych.course.standing import Change, counts_now, current_site, derive_standing
from triptych.course.tapering import PLAN, Taper, taper_of
from triptych.course.touch import RELATED, TOUCH
from triptych.course.touch_alarms import touch_deviations, touch_tasks
from triptych.course.visit_tasks import visit_tasks
from triptych.course.visits import Visits, midnight
from triptych.course.withdrawing import RESTART, Ended, ended, withdrawal_tasks
from triptych.rules import Missing
from triptych.safety import Conflict, Knowledge
from triptych.study import Arm, Study

AGE = "age"
"""The definition that says how old a participant is."""


class Course(Struct, frozen=True, kw_only=True):
    """Where one participant stands at `now`, as far as the viewer may see it.

    `phase` is the phase of the first visit still to come, or `ended`. `next_change` is an instant up to which
    the course stays as it is if no record is filed; none when time alone changes nothing.
    """

    participant: str
    now: datetime
    site: str | None
    training: bool
    phase: str
    standing: Mapping[str, str]
    changes: tuple[Change, ...]
    attempt: int
    visits: tuple[Planned, ...]
    gates: tuple[GateState, ...]
    tasks: tuple[Task, ...]
    alerts: tuple[Task, ...]
    deviations: tuple[Deviation, ...]
    queries: tuple[Query, ...]
    signatures: tuple[Signature, ...]
    medicines: Conflict | None
    next_change: datetime | None
    recordings: frozenset[str] = frozenset()
    """The purposes for which recordings are agreed to, as far as the viewer may see it."""


def derive_course(
    study: Study,
    participant: str,
    records: Sequence[Record],
    setting: Setting,
    knowledge: Knowledge,
    now: datetime,
    sight: Sight | None = None,
    released: Mapping[str, date | None] | None = None,
) -> Course:
    """Derive a participant's course from the records that a sight shows, and what is released to it of visits."""
    return Fold(study, participant, records, setting, knowledge, now, sight, released).course()


class Fold:
    """The parts of a course while it is being derived; each is found once and only when asked for."""

    def __init__(
        self,
        study: Study,
        participant: str,
        records: Sequence[Record],
        setting: Setting,
        knowledge: Knowledge,
        now: datetime,
        sight: Sight | None = None,
        released: Mapping[str, date | None] | None = None,
    ) -> None:
        self.study, self.participant, self.setting, self.now = study, participant, setting, now
        self.sight = sight or sight_of(study)
        self._knowledge, self._records = knowledge, records
        self._confirmed: dict[int | None, bool | Missing] = {}
        self._sessions: dict[int | None, SessionRecords] = {}
        self._states: dict[int | None, SessionState] = {}
        self.entries = entries_of(records)
        self.context = context_at(setting, now)
        self.today = local_day(now, setting.zone)
        self.standing = derive_standing(study, self.entries, self.context)
        self._released = released or {}
        self.counting = self._current_attempt()
        self.facts = CourseFacts(study, self.counting, setting, now, partial(course_facts, self))

    @cached_property
    def _visits(self) -> Visits:
        place = self.standing, self.sight, self._released, self.setting.zone, self.now
        return Visits(self.study, self.entries, *place)

    def _current_attempt(self) -> Entries:
        """Entries that count for gates: of earlier screening attempts, only log forms and what may serve again."""
        if self.standing.attempt == 1:
            return self.entries
        return self.entries.kept(counts_now(self.study, self.standing, self.today, self.setting.zone))

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """Every visit as it stands."""
        return self._visits.planned()

    @cached_property
    def phase(self) -> str:
        """The phase of the first visit still to come; `ended` when none is."""
        return next((visit.phase for visit in self.planned if visit.status in PENDING), "ended")

    @cached_property
    def cycle(self) -> int | None:
        """The cycle that gates are judged for: the one under way, else the next one."""
        cyclic = [visit for visit in self.planned if visit.cycle is not None]
        pending = [visit.cycle for visit in cyclic if visit.status in PENDING]
        return min(filter(None, pending), default=max((v.cycle or 1 for v in cyclic), default=None))

    @cached_property
    def conflict(self) -> Conflict | None:
        """The judgment on the recorded medicines for a dose today; none where medicines are hidden."""
        if not (self.sight.sees_form("medicine") and self.sight.sees_form("medicine_review")):
            return None
        return medicine_conflict(self.study, self.entries, self._knowledge, self.today)

    def screened(self, planned: date, cycle: int | None = None) -> Screened:
        """The screening for a planned day, as known today; the cycle is the one under way if none is named."""
        at = (planned, self.cycle if cycle is None else cycle)
        return screened(self.study, self.counting, self.facts, self.sight, self._knowledge, at)

    @property
    def abnormal(self) -> tuple[Abnormal, ...]:
        """The abnormal values of the newest results."""
        return abnormal_values(self.study, self.counting)

    @property
    def taper(self) -> Taper | None:
        """The newest taper plan as it stands; none where there is none."""
        plan = self.counting.latest(PLAN)
        if plan is None:
            return None
        signed = signatures(self.study, self.counting, self.setting, self.sight)
        screened = self.screened(date.fromisoformat(plan.current.values["planned_on"]))
        return taper_of(plan, self.counting, signed, screened, consents=self.consented.in_force is True)

    def screening_confirmed(self, cycle: int | None) -> bool | Missing | None:
        """Whether a physician's confirmation for today stands; none where what it rests on is hidden."""
        rested_on = (form.id for form in self.study.document.forms if any(item.fact for item in form.items))
        if not all(map(self.sight.sees_form, (CONFIRMATION, "medicine", "medicine_review", *rested_on))):
            return None
        at = self.cycle if cycle is None else cycle
        if at not in self._confirmed:  # every gate asks, and the answer takes a whole screening
            found = is_confirmed(self.study, self.counting, self.facts, self.sight, self._knowledge, at)
            self._confirmed[at] = found
        return self._confirmed[at]

    def age(self, at: datetime) -> int | None:
        """The age in completed years at an instant, by the document's definition `age`; none where it is not known."""
        if all(one.id != AGE for one in self.study.document.definitions):
            return None
        then = CourseFacts(self.study, self.entries, self.setting, at, partial(course_facts, self))
        age = then.bound(None, {})[AGE]
        return age if isinstance(age, int) else None

    @cached_property
    def consented(self) -> Consented:
        """The participant's consent as it stands."""
        return consented(self._consent_basis)

    @cached_property
    def recordings(self) -> Mapping[str, bool | Missing]:
        """Whether each purpose of a recording is agreed to."""
        return agreed_recordings(self._consent_basis)

    @cached_property
    def _consent_basis(self) -> Basis:
        signed = signatures_of(self.counting).standing
        return Basis(
            entries=self.counting,
            rules=self.study.document.consent,
            asked=asked(self.study, self.setting, self.counting, self.today),
            ages=(self.age(self.now), self.age(signed[-1].at) if signed else None),
            standing=self.standing.axes,
            setting=self.setting,
            texts=self.consent_texts,
            ended=tuple(one.entry.current for one in self.ended.all),
        )

    @cached_property
    def ended(self) -> Ended:
        """Every part taken back that ended treatment, and after which a physician decided to begin again."""
        return ended(self.study, self.entries)

    @property
    def consent_texts(self) -> Texts:
        """The texts of the consent that are known here."""
        return Texts(self.study, self._knowledge.consent)

    def consent_lock(self, at: datetime) -> Lock | None:
        """Why nothing may be signed at an instant: a dose, and not a day since the discharge; none if it may."""
        return lock_at(self.entries, at)

    @property
    def sees_consent(self) -> bool:
        """Whether everything that consent rests on may be seen."""
        age = f"definitions.{AGE}.rule"
        reads = self.study.reads(age) if age in self.study.rules else ()
        return all(map(self.sight.sees_form, FORMS)) and self.sight.sees_all(reads)

    def session(self, cycle: int | None) -> SessionRecords:
        """The records of the medicine session of a cycle."""
        if cycle not in self._sessions:
            zone = self.setting.zone
            self._sessions[cycle] = SessionRecords(self.study, self.entries, cycle, self.now, zone)
        return self._sessions[cycle]

    def session_state(self, cycle: int | None) -> SessionState:
        """Where the medicine session of a cycle stands."""
        if cycle not in self._states:
            self._states[cycle] = session_state(self.session(cycle), self.setting.holds_role)
        return self._states[cycle]

    @cached_property
    def arm(self) -> Arm | None:
        """The participant's arm: the only one, or the one that the document's `arm_item` holds."""
        arms = {arm.id: arm for arm in self.study.document.arms}
        if len(arms) == 1:
            return next(iter(arms.values()))
        form, _, item = self.study.document.arm_item.partition(".")
        allocated = self.entries.latest(form)
        return arms.get(str(allocated.current.values.get(item))) if allocated else None

    def gate(self, gate_id: str, cycle: int | None, filing: Mapping[str, object] | None = None) -> GateState:
        """Judge one gate for a cycle, with the answers being filed where there are any."""
        gate = self.study.gates[gate_id]
        return judge_gate(self.study, gate, self.facts, self.sight, cycle, filing)

    def course(self) -> Course:
        """Put the whole course together."""
        signed = signatures(self.study, self.entries, self.setting, self.sight)
        asked = queries(self.entries)
        shown = tuple(self._shown())
        tasks = tuple(self._tasks(asked, shown))
        gates = tuple(
            self.gate(gate.id, self.cycle) for gate in self.study.document.gates if self._is_shown(gate.guards)
        )
        return Course(
            participant=self.participant,
            now=self.now,
            site=current_site(self.entries),
            training=self.setting.training,
            phase=self.phase,
            standing=self.standing.axes,
            changes=self.standing.changes,
            attempt=self.standing.attempt,
            visits=self.planned,
            gates=gates,
            tasks=tuple(task for task in tasks if task.level == "task"),
            alerts=tuple(task for task in tasks if task.level == "alert"),
            deviations=deviation_log(self.study, self.entries, shown, signed),
            queries=asked,
            signatures=signed,
            medicines=self.conflict,
            next_change=self._next_change(tasks),
            recordings=frozenset(name for name, agreed in self.recordings.items() if agreed is True)
            if self.sees_consent
            else frozenset(),
        )

    def facts_at(self, version: Study, records: Sequence[Record], now: datetime) -> Mapping[str, object]:
        """What rules of a version could read of the participant's records at an earlier instant, as seen here."""
        then = Fold(version, self.participant, records, self.setting, self._knowledge, now, self.sight)
        return then.facts.bound(then.cycle, {})

    def _is_shown(self, form: str) -> bool:
        """Whether a gate is among those of a course: one that waits for something only while that goes on."""
        if form in SESSION_DECISIONS and not (self.session(self.cycle).is_live and self.session(self.cycle).doses):
            return False
        if form == RESTART and not self.ended.standing:
            return False
        return self.study.forms[form].about == "participant" and self.sight.sees_form(form)

    def _shown(self) -> Iterator[Shown]:
        yield from visit_deviations(self.planned, self._missing_forms())
        yield from unauthorized_doses(self.entries, self.sight)
        yield from doubtful_doses(self.entries, self.sight, self.setting)
        if self.sight.sees_form(RETREATMENT) and self.entries.of(RETREATMENT):
            yield from retreatments(self.study, self._records, self.entries, self.sight, self.facts_at)
        yield from after_withdrawal(self.study, self.entries, self.standing, self.sight)
        if self._sees_presence:
            for cycle in sorted({dose.current.cycle for dose in given_doses(self.entries)}, key=lambda one: one or 0):
                yield from presence_deviations(self.session_state(cycle).presence)
        if self.sees_touch:
            yield from touch_deviations(self.entries)

    @property
    def _sees_presence(self) -> bool:
        return all(map(self.sight.sees_form, ("session_presence", "session_team", "dose_administration")))

    @cached_property
    def sees_touch(self) -> bool:
        """Whether a sight shows what a touch agreement rests on."""
        return all(map(self.sight.sees_form, (TOUCH, *(form for form in RELATED if form in self.study.forms))))

    def _missing_forms(self) -> Iterator[tuple[Planned, str, datetime]]:
        for visit in self.planned:
            for form in visit.forms:
                if form.status == "missing" and visit.actual is not None:
                    yield visit, form.form, self._visits.forms_close(visit.key, visit.actual)

    def _tasks(self, asked: tuple[Query, ...], shown: tuple[Shown, ...]) -> Iterator[Task]:
        of_session = tuple(self._session_tasks())
        yield from of_session
        days = own_days(self.entries, self.setting.zone, self.context)
        filed = raised(self.study, self.entries, self.sight, days, self.now)
        for task in asked_once(self.study, self.session(self.cycle), of_session, filed):
            yield called(self.study, self.entries, self.setting, task)
        yield from withdrawal_tasks(self.study, self.entries, self.sight, self.now)
        yield from deviation_tasks(self.study, self.entries, shown, self.now)
        if self.sees_touch:
            yield from touch_tasks(self.study, self.entries, self.setting, self.now)
        yield from query_tasks(self.study, asked)
        for task in held_tasks(self.study, self.entries):
            yield called(self.study, self.entries, self.setting, task)
        begun = next((entry.current.occurred_at for entry in self.entries.entries), None)
        yield from visit_tasks(self.study, self.planned, self._visits, begun)

    def _session_tasks(self) -> Iterator[Task]:
        if self.sight.sees_forms(READ):
            yield from alarm_tasks(self.session(self.cycle), self.setting, self.study.roles)
        if self._sees_presence and self.sight.sees_form("session_alarm"):
            there = self.session_state(self.cycle).presence
            yield from presence_tasks(self.session(self.cycle), there, self.setting, self.study.roles)
        if self.sight.sees_forms(RESTS_ON):
            yield from unended_tasks(map(self.session, cycles_begun(self.entries, self.cycle)), self.study.roles)
        yield from awaiting(self.entries, self.sight, self.study.roles)

    def _next_change(self, tasks: Sequence[Task]) -> datetime | None:
        instants = [*self._visits.boundaries(self.planned), *(task.due for task in tasks if task.due)]
        instants.extend(call.at for task in tasks for call in task.calls)
        amended = self.setting.site_entries.of("amendment_in_force")
        days = (date.fromisoformat(entry.current.values["in_force_on"]) for entry in amended)
        instants.extend(midnight(day, self.setting.zone) for day in days)
        instants.extend(session_instants(self.session(self.cycle)))
        instants.extend(filter(None, (late_at(self.session(one)) for one in cycles_begun(self.entries, self.cycle))))
        if self.study.gates_read_today:
            instants.append(midnight(self.today + timedelta(days=1), self.setting.zone))
        return min((instant for instant in instants if instant > self.now), default=None)
