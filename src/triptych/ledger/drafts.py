"""What comes to the door and what comes back: drafts and actors in; filed, refused or held out.

A refusal is a value. It lists every reason, in words for the person who asked, with what would help.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct

from triptych.course import Capture, Origin, Record

MAX_BYTES = 1_000_000
"""The largest record that is taken, in bytes of JSON; files are attached by content hash instead."""


class Actor(Struct, frozen=True, kw_only=True):
    """A person acting in a role, at a site or (site none) in the whole study. Authority comes from grants alone."""

    person: str
    role: str
    site: str | None = None


class System(Actor, frozen=True, kw_only=True):
    """The software itself. It holds no grant and files only what `judging` names; nothing from outside becomes one."""


class Draft(Struct, frozen=True, kw_only=True):
    """A filled form on its way in. `id` is made by its originator, so sending it twice is harmless.

    `participant` is none for forms about a site or the study. `occurred_at` is aware. `language` is the one in which
    the form was asked; none where that is not known.
    """

    id: str
    form: str
    values: dict[str, Any]
    occurred_at: datetime
    participant: str | None = None
    site: str | None = None
    visit: str | None = None
    cycle: int | None = None
    corrects: str | None = None
    reason: str | None = None
    origin: Origin = "direct"
    capture: Capture | None = None
    language: str | None = None


class Reason(Struct, frozen=True, kw_only=True):
    """One reason why a draft was not filed; `missing` lists what would decide an undecided condition.

    A *final* reason cannot be held: the sender keeps the draft.
    """

    code: str
    text: str
    source: str = ""
    item: str | None = None
    missing: tuple[str, ...] = ()
    final: bool = False


class Filed(Struct, frozen=True, kw_only=True, tag="filed"):
    """The record stands in the ledger: `repeated` if it was there already, with the soft checks that fired."""

    record: Record
    repeated: bool = False
    findings: tuple[Reason, ...] = ()


class Refused(Struct, frozen=True, kw_only=True, tag="refused"):
    """Nothing was written."""

    reasons: tuple[Reason, ...]


class Held(Struct, frozen=True, kw_only=True, tag="held"):
    """The record is kept verbatim with its reasons and counts in nothing until a person files or dismisses it."""

    record: Record
    reasons: tuple[Reason, ...]
    repeated: bool = False


Outcome = Filed | Refused | Held
