"""The shapes of requests and answers about screening: a case, its decision, and cards of CDS Hooks 2.0."""

from datetime import date
from typing import Any, Literal

from ninja import Field, Schema

DAY = r"^\d{4}-\d{2}-\d{2}$"


class ScreeningIn(Schema, extra="forbid", strict=True):
    """One of two: a screening case, or a FHIR R4 Bundle about one patient.

    `planned` is the day of the session, in place of the case's; `evaluated` the day as of which it is read, by default
    the case's own, and of a Bundle today.
    """

    case: dict[str, Any] | None = None
    bundle: dict[str, Any] | None = None
    planned: str | None = Field(None, pattern=DAY)
    evaluated: str | None = Field(None, pattern=DAY)


class ScreeningOut(Schema):
    """The decision, as `triptych screen` gives it. Where something is missing, any date is conditional on it."""

    decision: Literal["excluded", "not_eligible_on_date", "cannot_decide", "needs_physician_review", "eligible_on_date"]
    earliest_date: date | None
    resolved_actives: list[str]
    reasons: list[str]
    missing_items: list[str]
    other_actions: list[str]


class ServiceOut(Schema):
    """One service of CDS Hooks."""

    id: str
    hook: str
    title: str
    description: str
    prefetch: dict[str, str]
    usageRequirements: str  # noqa: N815 -- the standard's own name


class ServicesOut(Schema):
    """What there is to be called."""

    services: list[ServiceOut]


class CallIn(Schema, strict=True):
    """A call of CDS Hooks 2.0. What else stands in it is left alone, tokens for your server among it."""

    hook: str = Field(min_length=1, max_length=200)
    hookInstance: str = Field(min_length=1, max_length=200)  # noqa: N815 -- the standard's own name
    context: dict[str, Any]
    prefetch: dict[str, Any] | None = None
    extension: dict[str, Any] | None = None


class SourceOut(Schema):
    """Where what a card says comes from, and whether that was confirmed."""

    label: str
    url: str | None = None


class CardOut(Schema):
    """One card. `detail` is GitHub Flavored Markdown; `extension` has the answer for programs."""

    summary: str = Field(max_length=139)
    indicator: Literal["info", "warning", "critical"]
    source: SourceOut
    detail: str
    extension: dict[str, Any] | None = None


class CardsOut(Schema):
    """The cards of a call; the first is the decision."""

    cards: list[CardOut]
