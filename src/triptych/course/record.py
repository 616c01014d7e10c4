"""A record: one form, filled in by someone in a role, about a participant, a site or the study, at a time.

Records are values. How they are stored and chained is the ledger's business.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Origin = Literal["direct", "outbox", "import", "device", "system"]
Status = Literal["filed", "held"]


class Capture(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How an entry was captured before the system had it: the device, its own clock, and what it was shown.

    `at` is what the device's clock read, `offset` how many seconds the server's clock was ahead of it when that was
    last measured (none: never measured), `document` the digest of the study document that the device had. Where a
    measuring device reached the system over a tablet, `device` is the one that measured and `through` the tablet.
    """

    device: str
    at: datetime
    offset: float | None = None
    document: str | None = None
    through: str | None = None


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stored record. The first three members open its stored bytes and chain it (see `triptych.ledger.chain`).

    `occurred_at` is when it happened, `recorded_at` when the system had it (EMA-03); both are aware and in UTC.
    `values` maps item ids to answers; a missing-value code stands as `{"missing": CODE}`.
    `held` lists the reasons for which a held record does not count. `capture` stands on what came from an outbox.
    `language` is the one in which the form was asked (BCP 47), as the page that asked it says; none: not known.
    """

    stream: str
    position: int
    previous: str
    id: str
    form: str
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime
    document: str
    values: dict[str, Any]
    site: str | None = None
    visit: str | None = None
    cycle: int | None = None
    corrects: str | None = None
    reason: str | None = None
    origin: Origin = "direct"
    status: Status = "filed"
    held: tuple[str, ...] = ()
    capture: Capture | None = None
    language: str | None = None

    @property
    def participant(self) -> str | None:
        """The participant whose stream this is, if it is a participant's."""
        kind, _, name = self.stream.partition(":")
        return name if kind == "participant" else None
