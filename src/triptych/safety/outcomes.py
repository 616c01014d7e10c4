"""The five decisions in their order of precedence, and the findings that lead to them."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

Decision = Literal["excluded", "not_eligible_on_date", "cannot_decide", "needs_physician_review", "eligible_on_date"]
PRECEDENCE: tuple[Decision, ...] = (
    "excluded",
    "not_eligible_on_date",
    "cannot_decide",
    "needs_physician_review",
    "eligible_on_date",
)


class Finding(Struct, frozen=True):
    """One reason for one decision, with what is missing and what to do.

    `earliest` is the first day on which this reason falls away by waiting; `never` says that waiting does not do it,
    and `blocks_date` that no date can be given while this is open. `also` are further reasons.
    """

    decision: Decision
    reason: str
    missing: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    earliest: date | None = None
    never: bool = False
    blocks_date: bool = False
    also: tuple[str, ...] = ()


def strongest(decisions: Iterable[Decision]) -> Decision:
    """The decision that comes first in the order of precedence; with none at all, eligible.

    >>> strongest(["needs_physician_review", "cannot_decide"])
    'cannot_decide'
    """
    return min(decisions, key=PRECEDENCE.index, default="eligible_on_date")
