"""A made-up participant walked through a whole course: every visit on its day, every form with answers that fit.

It shows the author of a study document that its course can be walked to the end. The lines that it files are a
scenario, which can be kept and played again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from triptych.cli.agreeing import whole_consent
from triptych.cli.answering import answer
from triptych.cli.hours import PAIR, hours_of
from triptych.cli.scenario import KITS, PARTICIPANT, Expectation, Line, Player, Step
from triptych.course import CONFIRMATION, Course, Planned, may_file, visits_of_form
from triptych.ledger.drafts import Filed
from triptych.ledger.store import Store
from triptych.study import Dose, Form, Role, Study

NAME = "P-01"
MAX_VISITS = 500
BEGIN = ("first_contact", "medicine_review", "prior_use")
DOSES = ("dose_administration", "dose_authorization")
OF_SESSION = ("supplement_decision", "discharge", "discharge_override")
"""Decisions of a session, made within it or not at all."""
MASKED = {"missing": "masked"}
RESULTS = ("laboratory", "ecg")
READY = ("session_arrival", "supplement_choice", "screening_interview", "intake_review", "readiness", "physician_cover")
LONG, STEP = timedelta(days=60), timedelta(minutes=5)
LAST = ("therapy_session", "discharge")
"""Forms of a day that come after its doses."""
UNTIL_SUPPLEMENT, UNTIL_DISCHARGE = timedelta(minutes=90), timedelta(hours=8)
BEFORE_DISCHARGE = ("session_closing", "vitals", "cssrs", "discharge_check")
AFTER_DISCHARGE = ("escort_call", "next_day_contact")


class Walk:
    """Walks one participant through a study in a fresh training trial.

    `choices` answers items by `form.item` where the first choice is not the one wanted. `lines` is what was played.
    With `hours` a medicine session is played whole: who is in the room, each reading that is due, moments and drinks.
    """

    def __init__(
        self,
        store: Store,
        study: Study,
        start: datetime,
        choices: Mapping[str, Any] | None = None,
        *,
        hours: bool = False,
    ) -> None:
        self.study, self._choices, self._now = study, choices or {}, start
        first = Line(now=start)
        self.player = Player(store, study, [first])
        self.lines = [first]
        self._arm = study.document.arms[0].id if study.document.arms else ""
        self._decided: set[str] = set()
        self._hours = tuple(hours_of(study)) if hours else ()
        self._dosed = start

    def steps(self) -> Iterator[Step]:
        """File everything, giving what each line did; the last line says what holds then."""
        yield from self.player.play()
        for name in BEGIN:
            if name in self.study.forms:
                yield self._file(self.study.forms[name])
            if name == "first_contact":
                yield from self._consent()
        for _ in range(MAX_VISITS):
            yield from self._decide()
            visit = self._next()
            if visit is None:
                break
            yield from self._hold(visit)
        course = self._course()
        if course.standing.get("enrollment") == "enrolled":
            yield self._file(self.study.forms["completion"])
        course = self._course()
        visits = {visit.key: str(visit.status) for visit in course.visits}
        yield self._play(Line(expect=Expectation(participant=NAME, phase=course.phase, visits=visits)))

    def _consent(self) -> Iterator[Step]:
        """The whole consent, each part by whoever may file it."""
        for one in whole_consent(self.study):
            form = self.study.forms[one.form]
            yield self._file(form, given=one.values, role=one.role if one.role in self.study.roles else "")

    def _course(self) -> Course:
        course = self.player.course(NAME)
        assert course is not None  # its first contact has been filed
        return course

    def _next(self) -> Planned | None:
        """Of the visits still to come, the one that is due first; what waits for something is passed over."""
        waiting = [v for v in self._course().visits if v.status == "open" or (v.status == "planned" and not v.reasons)]
        return min(
            (v for v in waiting if v.status == "open" or (v.window and v.window.firm)), key=self._day, default=None
        )

    def _day(self, visit: Planned) -> datetime:
        if visit.window is None:
            return self._now
        return datetime.combine(visit.window.target or visit.window.opens, time(10), self._now.tzinfo)

    def _hold(self, visit: Planned) -> Iterator[Step]:
        yield self._play(Line(note=f"{visit.label} {visit.title}".strip()))
        forms = [self.study.forms[state.form] for state in visit.forms]
        is_session = any(form.id == "dose_administration" for form in forms)
        if is_session or self._day(visit) - self._now > LONG:
            yield from self._rest(visit)
        self._now = max(self._day(visit), self._now)
        if is_session:
            yield from self._make_ready(visit)
        elif any(form.id == "therapy_session" for form in forms):
            yield from self._pressure()
        # What the gate of a dose reads comes before the dose, whatever the order on the visit.
        order = {form.id: 2 if form.id in LAST else 1 if form.id in DOSES else 0 for form in forms}
        for form in sorted(forms, key=lambda form: order[form.id]):
            if form.id == "dose_administration":
                yield from self._doses(visit)
            elif form.id == "discharge":
                yield from self._discharge(visit)
            else:
                yield self._file(form, visit)

    def _rest(self, visit: Planned) -> Iterator[Step]:
        """Blood pressure at rest on the two days before a session, or before whatever ends a long pause."""
        for days in (2, 1):
            before = self._day(visit) - timedelta(days=days)
            if before > self._now:
                self._now = before
                yield from self._pressure()

    def _pressure(self) -> Iterator[Step]:
        if "blood_pressure" in self.study.forms:
            yield self._file(self.study.forms["blood_pressure"])
        if "escort_briefing" in self.study.forms:
            yield self._file(self.study.forms["escort_briefing"], given={"moment": "before"})

    def _make_ready(self, visit: Planned) -> Iterator[Step]:
        """File what the gate of a dose asks for on the day and no visit has: results, their review, the readiness."""
        yield self._file(self.study.forms["medicine_review"])
        for name in RESULTS:
            if name in self.study.forms and "result_review" in self.study.forms:
                yield (filed := self._file(self.study.forms[name]))
                outcome = filed.outcome
                about = {"about": outcome.record.id} if isinstance(outcome, Filed) else {}
                yield self._file(self.study.forms["result_review"], given=about, role="physician")
        for name in READY:
            if name in self.study.forms:
                yield self._file(self.study.forms[name], role="physician" if name == "physician_cover" else "")
        if any(one.id == "alarm_way_tested" for one in self.study.gates["authorize_dose"].conditions):
            yield (tested := self._file(self.study.forms["alarm_test"], step=timedelta()))
            about = {"about": tested.outcome.record.id} if isinstance(tested.outcome, Filed) else {}
            yield self._file(self.study.forms["alarm_test_seen"], given=about, role="physician", step=timedelta())
        yield from self._agree_touch()
        if PARTICIPANT in self.study.roles:
            for role in (PARTICIPANT, "therapist"):
                yield self._file(self.study.forms["session_ready"], role=role, cycle=visit.cycle)

    def _agree_touch(self) -> Iterator[Step]:
        """A touch agreement for everybody who may be named for the session."""
        for role in ("therapist", "co_therapist"):
            if role in self.study.roles:
                agreed = {"person": f"{role}-1", "care_agreed": True, "signed": "paper"}
                yield self._file(self.study.forms["touch_agreement"], given=agreed)

    def _doses(self, visit: Planned) -> Iterator[Step]:
        """The initial dose of the session, and the supplemental one where the arm has one, each authorized before."""
        if any(one.id == "screening_confirmed" for one in self.study.gates["authorize_dose"].conditions):
            yield self._confirm(visit)
        yield from self._presence("came")
        dose = self._dose(visit)
        amounts = {"initial": dose.initial if dose else 0.0}
        if dose is not None and dose.supplemental is not None:
            amounts["supplemental"] = min(dose.supplemental, dose.initial / 2)
        for part, amount in amounts.items():
            if part == "supplemental":
                yield from self._until(visit, self._now + UNTIL_SUPPLEMENT)
                yield self._file(self.study.forms["vitals"], visit)
                yield self._file(self.study.forms["supplement_decision"], visit)
            given: dict[str, Any] = {"part": part, "amount": amount if self._names_amount(visit) else MASKED}
            given["kit"] = KITS[(visit.cycle or 1) - 1]
            if any(one.id == "checked_by_second" for one in self.study.gates["authorize_dose"].conditions):
                yield self._file(self.study.forms["dose_check"], visit, given, role="co_therapist", step=timedelta())
            yield self._file(self.study.forms["dose_authorization"], visit, given)
            given |= {"outcome": "taken", "taken_at": self._now.isoformat(), "witness": "co_therapist-1"}
            yield self._file(self.study.forms["dose_administration"], visit, given)
            self._dosed = self._now if part == "initial" else self._dosed

    def _until(self, visit: Planned, end: datetime) -> Iterator[Step]:
        """Let the session go on until an instant, with what happens in it."""
        for hour in self._hours:
            at = self._dosed + hour.after
            if self._now <= at - STEP and at <= end:
                self._now = at - STEP
                place = visit if hour.is_placed else None
                yield self._file(self.study.forms[hour.form], place, hour.values, self._able("therapist", hour.form))
        self._now = max(self._now, end)

    def _presence(self, change: str) -> Iterator[Step]:
        """The two in the room come, or leave."""
        for role in PAIR if self._hours else ():
            values = {"person": f"{role}-1", "change": change}
            yield self._file(self.study.forms["session_presence"], None, values, self._able(role, "session_presence"))

    def _able(self, role: str, form: str) -> str:
        """A role, if the study has it and it may file a form; else none."""
        found = self.study.roles.get(role)
        return role if found is not None and may_file(found, self.study.forms[form]) else ""

    def _discharge(self, visit: Planned) -> Iterator[Step]:
        """The end of the session: what its gate reads, the discharge, and the calls that follow it."""
        yield from self._until(visit, self._now + UNTIL_DISCHARGE)
        for name in BEFORE_DISCHARGE:
            yield self._file(self.study.forms[name], visit)
        yield self._file(self.study.forms["escort_briefing"], visit, {"moment": "handover"})
        yield (filed := self._file(self.study.forms["discharge"], visit))
        yield from self._presence("left")
        about = {"about": filed.outcome.record.id} if isinstance(filed.outcome, Filed) else {}
        for name in AFTER_DISCHARGE:
            yield self._file(self.study.forms[name], given={**about, "reached": True, "cleared": True})

    def _confirm(self, visit: Planned) -> Step:
        """The physician's confirmation of the screening of today; every point left to a physician is judged."""
        screened = self.player.trial.system_view().screened(NAME, self._now.date(), visit.cycle)
        assert screened is not None  # its first contact has been filed
        given = {"planned_on": self._now.date().isoformat(), "shown": "@current", "decision": screened.decision}
        given["judged"] = "Looked at, nothing stands against a session"
        return self._file(self.study.forms[CONFIRMATION], None, given, role="physician", cycle=visit.cycle)

    def _dose(self, visit: Planned) -> Dose | None:
        arms = {arm.id: arm for arm in self.study.document.arms}
        doses = arms[self._arm].doses if self._arm in arms else ()
        return next((dose for dose in doses if dose.cycle == (visit.cycle or 1)), None)

    def _names_amount(self, visit: Planned) -> bool:
        """Whether the amount is no secret: whatever the arm, it is the same in this session."""
        of_session = (
            dose for arm in self.study.document.arms for dose in arm.doses if dose.cycle == (visit.cycle or 1)
        )
        return len({(dose.initial, dose.supplemental) for dose in of_session}) < 2

    def _decide(self) -> Iterator[Step]:
        """File every decision whose gate stands open, once; those of a visit come with the visit."""
        while form := next(self._decisions(), None):
            self._decided.add(form.id)
            yield self._file(form)

    def _decisions(self) -> Iterator[Form]:
        placed = visits_of_form(self.study)
        for state in self._course().gates:
            form = self.study.forms[self.study.gates[state.id].guards]
            if state.decision == "open" and form.id not in (*self._decided, *DOSES, *OF_SESSION, *placed):
                yield form

    def _file(
        self,
        form: Form,
        visit: Planned | None = None,
        given: Mapping[str, Any] | None = None,
        role: str = "",
        cycle: int | None = None,
        step: timedelta = STEP,
    ) -> Step:
        self._now += step
        chosen = self.study.roles[role] if role else self._role(form)
        told = self._told(form) if given is None else given
        values = answer(
            self.study, form, self._now, {**self._choices, **{f"{form.id}.{k}": v for k, v in told.items()}}
        )
        if f"{form.id}." in f"{self.study.document.arm_item}.":
            self._arm = str(values.get(self.study.document.arm_item.partition(".")[2], self._arm))
        shown = visit if visit and "visit" not in chosen.masks else None
        return self._play(
            Line(
                participant=NAME,
                form=form.id,
                values=values,
                role=chosen.id,
                occurred_at=self._now,
                visit=shown.visit if shown else None,
                cycle=shown.cycle if shown else cycle,
            )
        )

    def _told(self, form: Form) -> Mapping[str, Any]:
        """The participant's own arm, where a form tells it and nothing else was chosen: what comes next hangs on it."""
        item = next((item for item in form.items if item.id == "arm_told"), None)
        knows = item is not None and self._arm in {choice.code for choice in item.choices}
        return {"arm_told": self._arm} if knows and f"{form.id}.arm_told" not in self._choices else {}

    def _role(self, form: Form) -> Role:
        """Who files a form: whom its gate asks, where that role may, else the first role of staff that may."""
        gate = self.study.gate_of(form.id)
        asked = gate.ask if gate else ""
        able = [role for role in self.study.document.roles if may_file(role, form) and role.id != PARTICIPANT]
        return next((role for role in able if role.id == asked), able[0] if able else self.study.document.roles[0])

    def _play(self, line: Line) -> Step:
        self.lines.append(line)
        return self.player.also(line)
