"""Dropping every kept row of lists and deriving all of them anew, for every audience."""

from msgspec import Struct
from msgspec.structs import replace

from triptych.course import Listed
from triptych.ledger.store import Store
from triptych.ledger.trial import Trial


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What was rebuilt: lines for how many audiences, how many of them were kept before, and which were another."""

    lines: int
    audiences: int
    kept: int
    differing: tuple[str, ...]


def rebuild_lists(store: Store, trial: Trial) -> Rebuilt:
    """Drop all rows and derive them anew. A row that held and is now another shows a fault in how rows are kept."""
    before = {view.audience: view.kept() for view in trial.audience_views()}
    with store.transaction(append=[]) as transaction:
        transaction.drop_rows()
    after = {view.audience: {line.participant: line for line in view.listing()} for view in trial.audience_views()}
    return Rebuilt(
        lines=sum(map(len, after.values())),
        audiences=len(after),
        kept=sum(map(len, before.values())),
        differing=tuple(
            f"{audience} {name}"
            for audience, lines in before.items()
            for name, line in lines.items()
            if not _is_same(line, after.get(audience, {}).get(name))
        ),
    )


def _is_same(line: Listed, other: Listed | None) -> bool:
    """Whether two lines say the same. Each was read at an instant of its own, which does not matter."""
    return other is not None and replace(other, now=line.now) == line
