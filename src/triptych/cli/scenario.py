"""Scenarios: a course written as JSON Lines and played through the doors, with expectations along the way."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from triptych.cli.agreeing import whole_consent
from triptych.course import CONFIRMATION, Course
from triptych.ledger.clock import AttendedTrial
from triptych.ledger.drafts import Actor, Draft, Filed, Outcome
from triptych.ledger.library import knowledge
from triptych.ledger.store import Store
from triptych.study import Role, Study

ADMINISTRATOR = "administrator-1"
SITE = "site-1"
PHARMACIST = "pharmacist"
PARTICIPANT = "participant"
"""The role of whom the study is about: its grant reaches that participant's own records alone."""
CREDENTIALS = (("therapist-1", "therapy"), ("co_therapist-1", "therapy"), ("physician-1", "license"))
VALID = timedelta(days=5 * 365)
KITS = tuple(f"K-{number:03d}" for number in range(1, 15))
"""Kits that the pharmacist of a played trial has released; a walked course takes the first."""
NAMES = uuid.UUID("6f0d9a52-6d0a-5a43-9c53-2f6f0c6a7d11")


class ScenarioError(Exception):
    """A line of a scenario cannot be understood."""

    code = "scenario_line"


class Expectation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What should hold after the last filing; everything is matched in part, `without` names what must be absent."""

    participant: str | None = None
    filed: bool | None = None
    reasons: tuple[str, ...] = ()
    gates: dict[str, str] = {}
    visits: dict[str, str] = {}
    phase: str | None = None
    standing: dict[str, str] = {}
    alerts: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    without: dict[str, tuple[str, ...]] = {}


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line: a filing, the clock set (`now`), an expectation, or a note.

    `whole` on the form `consent` files everything that makes a consent count, in its place.
    """

    participant: str | None = None
    form: str | None = None
    values: dict[str, Any] = {}
    role: str | None = None
    occurred_at: datetime | None = None
    id: str | None = None
    site: str | None = None
    visit: str | None = None
    cycle: int | None = None
    person: str | None = None
    corrects: str | None = None
    reason: str | None = None
    whole: bool = False
    now: datetime | None = None
    expect: Expectation | None = None
    note: str | None = None


class Step(Struct, frozen=True, kw_only=True):
    """What a line did: `line` counts from 1; `unmet` lists expectations that do not hold."""

    line: int
    kind: str
    text: str
    outcome: Outcome | None = None
    unmet: tuple[str, ...] = ()


def read_lines(text: str) -> tuple[Line, ...]:
    """Read a scenario. Raises `ScenarioError` naming the line that cannot be understood."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if raw.strip():
            try:
                lines.append(msgspec.json.decode(raw, type=Line))
            except msgspec.MsgspecError as error:
                raise ScenarioError(f"Line {number}: {error}") from error
        else:
            lines.append(Line(note=""))
    return tuple(lines)


class Clock:
    """A clock that a scenario sets; it never runs by itself."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The instant it was set to."""
        return self.now


class Player:
    """Plays lines into a fresh training trial in a store, one person per role unless a line names another."""

    def __init__(self, store: Store, study: Study, lines: Iterable[Line]) -> None:
        self.study = study
        self.lines = tuple(lines)
        first = next((line.occurred_at or line.now for line in self.lines if line.occurred_at or line.now), None)
        if first is None:
            raise ScenarioError("The scenario names no time: give a filing its occurred_at, or begin with a now line.")
        self.clock = Clock(first)
        self.trial = AttendedTrial.create(store, study, knowledge(), self.clock, ADMINISTRATOR)
        self._participant: str | None = None
        self._last: Outcome | None = None
        self._count = 0
        self._known: set[tuple[str, str]] = {(ADMINISTRATOR, "administrator")}
        self._prepare()

    def _prepare(self) -> None:
        zone = self.study.document.site_defaults.zone if self.study.document.site_defaults else "UTC"
        self._administer("training_start", {})
        self._administer("site_opening", {"title": "Site 1", "zone": zone}, site=SITE)
        for role in self.study.document.roles:
            if role.id != PARTICIPANT:
                self._grant(f"{role.id}-1", role)
        gate = self.study.gates.get("authorize_dose")
        asked = {one.id for one in gate.conditions} if gate is not None else set()
        if "credentials_in_date" in asked:
            self._show_credentials()
        if "kit_released" in asked:
            self._release_kits()

    def _show_credentials(self) -> None:
        """What a dose asks of those who are there: training in the therapy and a license, in their dates."""
        dates = {"valid_from": self.clock.now.date().isoformat()}
        dates["expires_on"] = (self.clock.now + VALID).date().isoformat()
        for person, kind in CREDENTIALS:
            self._administer("staff_credential", {"person": person, "kind": kind, **dates}, site=SITE)

    def _release_kits(self) -> None:
        """What a dose asks of its kit: a pharmacist's release with a certificate of analysis, in date."""
        released = {"batch": "B-1", "certificate": "C-1", "identity": True, "assay": 99.2, "purity": 99.6}
        released |= {"conforms": True, "expires_on": (self.clock.now + VALID).date().isoformat()}
        named = (line.values.get("kit") for line in self.lines if line.form == "dose_check")
        kits = tuple(dict.fromkeys((*KITS, *(kit for kit in named if isinstance(kit, str)))))
        self._administer("kit_movement", {"kits": "\n".join(kits), "what": "received"}, SITE, PHARMACIST)
        for kit in kits:
            self._administer("kit_release", {"kit": kit, **released}, SITE, PHARMACIST)

    def _administer(
        self, form: str, values: dict[str, Any], site: str | None = None, role: str = "administrator"
    ) -> None:
        self._count += 1
        draft = Draft(
            id=name_id(f"setup:{self._count}"), form=form, values=values, occurred_at=self.clock.now, site=site
        )
        outcome = self.trial.file(draft, Actor(person=f"{role}-1", role=role))
        if not isinstance(outcome, Filed):
            reasons = "; ".join(reason.text for reason in outcome.reasons)
            raise ScenarioError(f"The trial could not be set up: {form}: {reasons}")

    def _grant(self, person: str, role: Role, participant: str | None = None) -> None:
        if (person, role.id) not in self._known:
            self._known.add((person, role.id))
            blinding = "unblinded" if role.unblinded else "blinded"
            own = {"participant": participant} if participant and role.id == PARTICIPANT else {}
            self._administer("grant", {"person": person, "role": role.id, "blinding": blinding, **own})

    def course(self, participant: str | None = None) -> Course | None:
        """The whole course of a participant (the last one named, if none is given) as the scenario's clock has it."""
        name = participant or self._participant
        return self.trial.system_view().course(name) if name else None

    def play(self) -> Iterator[Step]:
        """Play every line in order, giving what each did."""
        for number, line in enumerate(self.lines, start=1):
            yield self._step(number, line)

    def also(self, line: Line) -> Step:
        """Play one more line behind those given."""
        self.lines = (*self.lines, line)
        return self._step(len(self.lines), line)

    def _step(self, number: int, line: Line) -> Step:
        if line.note is not None:
            return Step(line=number, kind="note", text=line.note)
        if line.now is not None:
            self.clock.now = max(self.clock.now, line.now)
            return Step(line=number, kind="now", text=line.now.isoformat())
        if line.expect is not None:
            unmet = tuple(self._unmet(line.expect))
            return Step(line=number, kind="expect", text=describe(line.expect), unmet=unmet)
        return self._agree(number, line) if line.whole else self._file(number, line)

    def _agree(self, number: int, line: Line) -> Step:
        """File the whole consent at once; what is told is the first part that was not filed, else the last."""
        step = None
        for count, one in enumerate(whole_consent(self.study)):
            name = f"{line.id or f'line:{number}'}:consent:{count}"
            part = replace(line, form=one.form, values=one.values, role=one.role, person=None, id=name)
            step = self._file(number, part)
            if not isinstance(step.outcome, Filed):
                break
        assert step is not None  # there is a signature at least
        return step

    def _file(self, number: int, line: Line) -> Step:
        if line.form is None or line.role is None or line.occurred_at is None:
            raise ScenarioError(f"Line {number}: a filing names form, role and occurred_at.")
        self.clock.now = max(self.clock.now, line.occurred_at)
        person = line.person or f"{line.role}-1"
        if line.role in self.study.roles:
            self._grant(person, self.study.roles[line.role], line.participant)
        self._participant = line.participant or self._participant
        actor = Actor(person=person, role=line.role)
        draft = Draft(
            id=name_id(line.id or f"line:{number}"),
            form=line.form,
            values=self._values(line, actor),
            occurred_at=line.occurred_at,
            participant=line.participant,
            site=line.site or (SITE if line.participant else None),
            visit=line.visit,
            cycle=line.cycle,
            corrects=name_id(line.corrects) if line.corrects else None,
            reason=line.reason,
        )
        self._last = self.trial.file(draft, actor)
        where = f" at {line.visit}{f'.{line.cycle}' if line.cycle else ''}" if line.visit else ""
        text = f"{line.participant or line.site or 'study'}: {line.form}{where} by {person}"
        return Step(line=number, kind="file", text=text, outcome=self._last)

    def _values(self, line: Line, actor: Actor) -> dict[str, Any]:
        """Short names stand for record ids; `@current` stands for the hash of what the actor is shown."""
        form = self.study.forms.get(line.form or "")
        named = {item.id for item in form.items if item.type == "record"} if form else set()
        values = {key: name_id(v) if key in named and isinstance(v, str) else v for key, v in line.values.items()}
        if line.form in (CONFIRMATION, "taper_plan") and values.get("shown") == "@current" and line.participant:
            planned = date.fromisoformat(str(values["planned_on"]))
            screened = self.trial.view(actor).screened(line.participant, planned, line.cycle)
            assert screened is not None  # whoever confirms sees the participant
            if line.form == CONFIRMATION:
                values |= {"shown": screened.shown, "decision": values.get("decision", screened.decision)}
            else:
                values["shown"] = screened.medicines_shown
        elif values.get("shown") == "@current" and line.participant:
            seen = self.trial.view(actor).records(line.participant)
            roots = {record.id: record.root for record in seen}
            root = roots.get(values.get("about", ""))
            values["shown"] = next((record.shown for record in seen if record.root == root and record.current), "")
        return values

    def _unmet(self, expect: Expectation) -> Iterator[str]:
        if expect.filed is not None and expect.filed != isinstance(self._last, Filed):
            yield f"filed: expected {expect.filed}, found {not expect.filed} {self._codes()}"
        yield from (
            f"reasons: {code} is not among {self._codes()}" for code in expect.reasons if code not in self._codes()
        )
        course = self.course(expect.participant)
        if course is not None:
            yield from unmet(expect, course)

    def _codes(self) -> list[str]:
        return [] if self._last is None or isinstance(self._last, Filed) else [r.code for r in self._last.reasons]


def unmet(expect: Expectation, course: Course) -> Iterator[str]:
    """What an expectation asks of a course and does not find."""
    if expect.phase is not None and expect.phase != course.phase:
        yield f"phase: expected {expect.phase}, found {course.phase}"
    found: dict[str, Mapping[str, str]] = {
        "gates": {gate.id: gate.decision for gate in course.gates},
        "visits": {visit.key: visit.status for visit in course.visits},
        "standing": course.standing,
    }
    for name, actual in found.items():
        for key, value in getattr(expect, name).items():
            if actual.get(key) != value:
                yield f"{name}: expected {key} {value}, found {actual.get(key, 'nothing')}"
    listed = {
        "alerts": [alert.id for alert in course.alerts],
        "tasks": [task.id for task in course.tasks],
        "deviations": [deviation.key for deviation in course.deviations],
    }
    for name, ids in listed.items():
        yield from (f"{name}: {one} is not among {ids}" for one in getattr(expect, name) if one not in ids)
        yield from (f"{name}: {one} is there" for one in expect.without.get(name, ()) if one in ids)


def name_id(name: str) -> str:
    """The identifier that a short name stands for; an identifier stands for itself."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.uuid5(NAMES, name))


def describe(expect: Expectation) -> str:
    """An expectation in one line."""
    given = msgspec.to_builtins(expect)
    return "; ".join(f"{key} {_told(value)}" for key, value in given.items() if value not in (None, {}, [], ()))


def _told(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_told(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
