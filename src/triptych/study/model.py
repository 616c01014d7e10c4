"""The study document as values: what a protocol says, made executable.

Every class is frozen and mirrors one shape of the YAML. A document says nothing about how it is stored
or drawn; the loader fills these values, the checker judges them, the course executes them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr

from triptych.study.consent import ConsentRules
from triptych.study.limits import SessionRules
from triptych.study.screening import ScreeningFact, ScreeningRules
from triptych.study.treatment import AdverseEventDefinition, Amendment, Arm, Part, Reference, Therapy
from triptych.study.visits import Cycle, Panel, Visit

ItemType = Literal[
    "text", "integer", "decimal", "boolean", "code", "codes", "date", "datetime", "person", "participant", "record"
]
Scope = Literal["study", "site"]
Stream = Literal["participant", "site", "study"]
DeviationClass = Literal["minor", "important", "serious breach"]


class Choice(Part, frozen=True, kw_only=True):
    """One entry of a code list."""

    code: str
    label: str


class Range(Part, frozen=True, kw_only=True):
    """Inclusive limits of a number; an absent end is open."""

    min: float | None = None
    max: float | None = None


class Item(Part, frozen=True, kw_only=True):
    """One thing a form asks: its type, unit (UCUM), limits, code list and permitted missing-value codes.

    `range` is hard (a value outside it does not fit the form), `expected` is soft (a value outside it asks).
    `missing` lists the FHIR data-absent-reason codes that may stand in for an answer.
    `secret` names the secret that this item would reveal; only roles unblinded for it see the answer. `score` says
    that a derived item is a result of an instrument, and `help` then how it comes about. `fact` is the fact of the
    screening case (see `triptych.study.screening`) that the answer is.
    """

    id: str
    label: str
    type: ItemType
    unit: str | None = None
    choices: tuple[Choice, ...] = ()
    required: bool = False
    range: Range | None = None
    expected: Range | None = None
    missing: tuple[str, ...] = ()
    max_length: int = 4000
    shown_when: str | None = None
    derived: str | None = None
    secret: str | None = None
    score: Literal["", "total", "subscale", "flag"] = ""
    fact: ScreeningFact | None = None
    help: str = ""


class Band(Part, frozen=True, kw_only=True):
    """A range of a score that has a name, limits included; an absent end is open."""

    score: str
    label: str
    min: float | None = None
    max: float | None = None


class License(Part, frozen=True, kw_only=True):
    """What may be done with an instrument's wording.

    A: free; B: free under conditions; C: permission or fee; D: not established. Of B to D numbers are entered, and a
    site that has the right pastes its own wording.
    """

    kind: Literal["A", "B", "C", "D"]
    text: str


class Check(Part, frozen=True, kw_only=True):
    """A rule over one form's own answers. It must not be false; a hard check also must not be unknown."""

    id: str
    rule: str
    text: str
    hard: bool = False


class Effect(Part, frozen=True, kw_only=True):
    """What filing a form does to one axis of the participant's standing (see `Axis`).

    With `only_from` it does so only while the axis has one of these values: signing a new version of the consent form
    does not send an enrolled participant back to screening.
    """

    axis: str
    to: str
    when: str | None = None
    only_from: tuple[str, ...] = ()


class Raise(Part, frozen=True, kw_only=True):
    """A task or alert that a filed form raises for a role, until a record of `until` names the record in `about`.

    `when` reads the form's own answers, `previous` (the record of this form before) and `baseline` (the first one).
    `within` is a duration ("24 hours"); without `until` the task ends when somebody files `task_done` about it, and
    where `until` is the form itself, with its next record. `tier` says how urgent a sign of danger is: a study may
    raise the tier of an instrument and not lower it.
    """

    id: str
    title: str
    role: str
    level: Literal["task", "alert"] = "task"
    tier: Literal["", "next_contact", "same_day", "immediate"] = ""
    when: str | None = None
    within: str | None = None
    until: str | None = None


class Allocation(Part, frozen=True, kw_only=True):
    """What filing a form takes from a stock kept in a shared stream: one of `limit` numbered places, or a named piece.

    A piece is the answer to `item`, such as the number on a kit: it is for one participant and one session.
    """

    stream: Literal["study", "site"] = "study"
    limit: int | None = None
    item: str = ""


class Form(Part, frozen=True, kw_only=True):
    """What can be recorded together.

    A *fact* is always accepted; a *decision* passes the gate that guards it. `group` is what roles are
    permitted by. `log` forms stand on no visit. `affirmed_by` is a rule that says when the list of this
    form's records is affirmed complete. `shared_by` names the form whose newest record about one of this form's
    says that others than those who file it may see that one. `instrument` names the instrument that the form is laid
    over, and `instrument_version` the version that was written out from it.
    """

    id: str
    title: str
    items: tuple[Item, ...] = ()
    kind: Literal["fact", "decision"] = "fact"
    about: Stream = "participant"
    group: str = "clinical"
    log: bool = False
    secret: str | None = None
    checks: tuple[Check, ...] = ()
    sets: tuple[Effect, ...] = ()
    raises: tuple[Raise, ...] = ()
    affirmed_by: str | None = None
    shared_by: str = ""
    allocates: Allocation | None = None
    help: str = ""
    instrument: str = ""
    instrument_version: str = ""
    license: License | None = None
    bands: tuple[Band, ...] = ()


class Condition(Part, frozen=True, kw_only=True):
    """One sourced condition of a gate; `cleared_by` is the role that can clear it, `how` what that role does.

    `rationale` says why a criterion of eligibility is there (PSY-04).
    """

    id: str
    text: str
    rule: str
    cleared_by: str = ""
    how: str = ""
    rationale: str = ""


class Gate(Part, frozen=True, kw_only=True):
    """Conditions in front of the decision form `guards`; `ask` is the role that a person kept in the dark asks."""

    id: str
    title: str
    guards: str
    ask: str
    conditions: tuple[Condition, ...]


class Definition(Part, frozen=True, kw_only=True):
    """A named rule that gates, visits and releases can use by its id.

    One that `judges` recurrence or retreatment is evaluated anew at each record that it reads, and listed by day.
    """

    id: str
    title: str
    rule: str
    judges: Literal["", "recurrence", "retreatment"] = ""


class Release(Part, frozen=True, kw_only=True):
    """A fact derived from hidden records that named roles may know: the actual date of `visit`, or a definition."""

    to: tuple[str, ...]
    visit: str | None = None
    definition: str | None = None


class Axis(Part, frozen=True, kw_only=True):
    """One independent aspect of a participant's standing, and its value before any record sets it."""

    id: str
    title: str
    values: tuple[str, ...]
    start: str


class Phase(Part, frozen=True, kw_only=True):
    """A part of the course in protocol order, drawn in one of the three panels."""

    id: str
    title: str
    panel: Panel


class Role(Part, frozen=True, kw_only=True):
    """What a person may file and see: form ids or groups, and the secrets they may know when unblinded.

    A role that stands `apart` is held by nobody who holds another one.
    """

    id: str
    title: str
    scope: Scope = "site"
    files: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()
    unblinded: tuple[str, ...] = ()
    masks: tuple[Literal["visit"], ...] = ()
    apart: bool = False


class SiteDefaults(Part, frozen=True, kw_only=True):
    """What holds at a site until its own records say otherwise."""

    zone: str
    country: str = ""
    form_grace: str = "3 days"
    late_entry: str = "24 hours"
    quiet_after: str = "14 days"


class Reuse(Part, frozen=True, kw_only=True):
    """A form whose record may serve again in a later screening attempt while it is not older than `within`."""

    form: str
    within: str


class DeviationRule(Part, frozen=True, kw_only=True):
    """The class and title given to a deviation that the records show by themselves, and the tasks it raises."""

    id: Literal[
        "out_of_window",
        "missed_visit",
        "form_missing",
        "dose_without_authorization",
        "dose_above_authorization",
        "unwitnessed_dose",
        "kit_not_authorized",
        "kit_unusable",
        "data_after_withdrawal",
        "retreatment_without_rule",
        "presence_gap",
        "touch_outside_agreement",
    ]
    title: str
    classification: DeviationClass
    raises: tuple[Raise, ...] = ()


class StudyDocument(Part, frozen=True, kw_only=True):
    """A whole protocol. The product document has the same shape and is laid under every study.

    `version_date` is the day on which this version was issued (ISO 8601). `arm_item` names the item that holds a
    participant's arm (`randomization.arm`) where there is more than one arm.
    """

    id: str
    title: str
    version: str
    version_date: str = ""
    language: str = "en"
    design: str = ""
    population: str = ""
    planned_participants: int | None = None
    registrations: Mapping[str, str] = {}
    references: tuple[Reference, ...] = ()
    amendment: Amendment | None = None
    adverse_event: AdverseEventDefinition | None = None
    screening: ScreeningRules | None = None
    session: SessionRules | None = None
    consent: ConsentRules | None = None
    therapies: tuple[Therapy, ...] = ()
    site_defaults: SiteDefaults | None = None
    arms: tuple[Arm, ...] = ()
    roles: tuple[Role, ...] = ()
    axes: tuple[Axis, ...] = ()
    phases: tuple[Phase, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    visits: tuple[Visit, ...] = ()
    forms: tuple[Form, ...] = ()
    gates: tuple[Gate, ...] = ()
    definitions: tuple[Definition, ...] = ()
    releases: tuple[Release, ...] = ()
    reuse: tuple[Reuse, ...] = ()
    deviations: tuple[DeviationRule, ...] = ()
    requires: Mapping[str, str] = {}
    arm_item: str = ""

    def __post_init__(self) -> None:
        for name in ("registrations", "requires"):
            force_setattr(self, name, MappingProxyType(dict(getattr(self, name))))


class Unconfirmed(Struct, frozen=True):
    """A field that its source does not confirm: its path in the document, and where it is written."""

    path: str
    file: str
    line: int
