"""What comes to the API and what goes. An answer has the members named here and no others."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
LANGUAGE = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
NAME = "^[^\\x00-\\x1f\\x7f]+$"


class ReasonOut(Schema):
    """Why something was not filed, or what asks for a look: a code, words, and where the study document says so."""

    code: str
    text: str
    source: str = ""
    item: str | None = None
    missing: list[str] = Field(default_factory=list)


class ProblemOut(Schema):
    """Why there is no answer to what was asked, or why nothing was filed."""

    code: str
    text: str
    reasons: list[ReasonOut] = Field(default_factory=list)


class GrantOut(Schema):
    """A role that the person holds; its id is what the header `Act-As` names."""

    id: str
    role: str
    title: str
    site: str | None
    blinding: Literal["blinded", "unblinded"]
    since: datetime


class MeOut(Schema):
    """Who asks."""

    person: str
    grants: list[GrantOut]


class TakenOut(Schema):
    """A sample of a continuous signal that is kept; it stands in the ledger with its minute."""

    outcome: Literal["taken"]
    findings: list[ReasonOut] = Field(default_factory=list)


class ChoiceOut(Schema):
    """One entry of a code list."""

    code: str
    label: str


class RangeOut(Schema):
    """Inclusive limits of a number."""

    min: float | None
    max: float | None


class ItemOut(Schema):
    """One thing that a form asks. A number outside `range` does not fit; one outside `expected` asks for a look."""

    id: str
    label: str
    type: str
    unit: str | None
    choices: list[ChoiceOut]
    required: bool
    range: RangeOut | None
    expected: RangeOut | None
    missing: list[str]
    max_length: int
    derived: bool
    help: str


class FormOut(Schema):
    """A form with its items. `files` and `sees` say what the asking role may do with it."""

    id: str
    title: str
    kind: Literal["fact", "decision"]
    about: Literal["participant", "site", "study"]
    group: str
    log: bool
    help: str
    source: str
    files: bool
    sees: bool
    items: list[ItemOut]


class StudyOut(Schema):
    """The study document in force."""

    id: str
    title: str
    version: str
    digest: str
    language: str
    training: bool
    forms: list[FormOut]


class SummaryOut(Schema):
    """Where a participant stands, in short."""

    participant: str
    site: str | None
    phase: str
    standing: dict[str, str]
    attempt: int
    tasks: int
    alerts: int


class ParticipantsOut(Schema):
    """Some of the participants within reach, by name. `next` is what to ask for `after`; none at the end."""

    participants: list[SummaryOut]
    next: str | None


class WindowOut(Schema):
    """Days at the site, inclusive. A window is firm once what it counts from has happened."""

    opens: date
    closes: date
    target: date | None
    firm: bool


class FormStateOut(Schema):
    """A form expected at a visit."""

    form: str
    title: str
    required: bool
    status: str


class VisitOut(Schema):
    """One visit: when it is due, where it stands, and why."""

    key: str
    visit: str
    cycle: int | None
    title: str
    label: str
    phase: str
    panel: str
    status: str
    window: WindowOut | None
    actual: date | None
    since: datetime | None
    reasons: list[str]
    forms: list[FormStateOut]


class ConditionOut(Schema):
    """One condition of a gate."""

    id: str
    text: str
    source: str
    state: str
    missing: list[str]
    cleared_by: str
    how: str


class GateOut(Schema):
    """What stands in front of a decision; `ask` is the role to ask about what is withheld."""

    id: str
    title: str
    guards: str
    decision: str
    conditions: list[ConditionOut]
    ask: str
    cycle: int | None


class TaskOut(Schema):
    """Something asked of the roles named."""

    id: str
    title: str
    roles: list[str]
    since: datetime
    level: Literal["task", "alert"]
    due: datetime | None
    overdue: bool
    about: str | None
    visit: str | None
    form: str | None


class DeviationOut(Schema):
    """One line of the deviation log."""

    key: str
    title: str
    what: str
    classification: str | None
    since: datetime
    visit: str | None
    about: str | None
    entered: str | None
    cause: str | None
    corrective_action: str | None
    informed: str | None
    ethics_reported_on: date | str | None
    signed_by: list[str]


class QueryOut(Schema):
    """A question on a record."""

    id: str
    about: str
    item: str | None
    text: str
    status: Literal["open", "answered", "closed"]
    asked_by: str
    asked_at: datetime


class SignatureOut(Schema):
    """A signature on a record, or on a `scope`: a visit by its key, or the casebook.

    `stands` is none where the reader may not see all that was signed.
    """

    id: str
    about: str | None
    scope: str | None
    by: str
    role: str
    meaning: str
    at: datetime
    stands: bool | None


class CourseOut(Schema):
    """Where one participant stands, as far as the asking role may see. `released` is what the study lets it know."""

    participant: str
    now: datetime
    site: str | None
    training: bool
    phase: str
    standing: dict[str, str]
    attempt: int
    visits: list[VisitOut]
    gates: list[GateOut]
    tasks: list[TaskOut]
    alerts: list[TaskOut]
    deviations: list[DeviationOut]
    queries: list[QueryOut]
    signatures: list[SignatureOut]
    released: dict[str, Any]
    next_change: datetime | None


class RecordOut(Schema):
    """One version of a record. `root` is the id of its first version; a held record counts in nothing.

    `current` marks the newest version, `in_error` a record that was marked as entered in error. `language` is the one
    in which the form was asked; null where that is not known.
    """

    id: str
    root: str
    form: str
    participant: str | None
    site: str | None
    visit: str | None
    cycle: int | None
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime
    document: str
    values: dict[str, Any]
    corrects: str | None
    reason: str | None
    status: Literal["filed", "held"]
    held: list[str]
    current: bool
    late: bool
    in_error: bool
    language: str | None


class RecordsOut(Schema):
    """The records of a participant, in the order of filing."""

    records: list[RecordOut]


class HistoryOut(Schema):
    """A record as it stands, and every version of it, oldest first."""

    current: RecordOut
    versions: list[RecordOut]


EXAMPLE = {
    "id": "019cf5e5-20c0-7ee6-b48e-b3e4130b9070",
    "form": "vitals",
    "participant": "P-1",
    "visit": "screening",
    "occurred_at": "2026-03-02T10:00:00+01:00",
    "values": {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6},
}


class DraftIn(Schema, extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE]}):
    """A filled form. `id` is a UUID made by whoever sends it, so that sending it again files nothing twice."""

    id: str = Field(pattern=UUID)
    form: str = Field(min_length=1, max_length=200, pattern=NAME)
    values: dict[str, Any]
    occurred_at: str = Field(
        description="When it happened, with its offset from UTC, in the years 1900 to 2199.",
        json_schema_extra={"format": "date-time", "examples": ["2026-03-02T10:00:00+01:00"]},
    )
    participant: str | None = Field(None, min_length=1, max_length=200, pattern=NAME)
    site: str | None = Field(None, min_length=1, max_length=200, pattern=NAME)
    visit: str | None = Field(None, min_length=1, max_length=200, pattern=NAME)
    cycle: float | None = Field(None, ge=1, le=9999, multiple_of=1)
    corrects: str | None = Field(None, pattern=UUID)
    reason: str | None = Field(None, max_length=4000)
    language: str | None = Field(
        None,
        max_length=35,
        pattern=LANGUAGE,
        description="The language in which whoever answered was asked (BCP 47). Left out where it is not known.",
    )


class FiledOut(Schema):
    """The record stands in the ledger; `repeated` if it did already. `findings` are answers that ask for a look."""

    outcome: Literal["filed"]
    id: str
    recorded_at: datetime
    repeated: bool
    findings: list[ReasonOut]


class HeldOut(Schema):
    """The record is kept word for word and counts in nothing until a person files or dismisses it."""

    outcome: Literal["held"]
    id: str
    recorded_at: datetime
    repeated: bool
    reasons: list[ReasonOut]
