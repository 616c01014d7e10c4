"""The diary of each session day by day, so that what the week after it was like is read and not guessed."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from triptych.course.whereabouts import Whereabouts
from triptych.ledger import Seen

FORM = "days_after"
DAYS = (*range(1, 8), 14)
"""The days after a session on which it is asked for: a week, so that a low in its middle is seen, and day 14."""


class Day(Struct, frozen=True, kw_only=True):
    """A day after a session: its number, and the diary that was kept on it; none on a day of asking that has passed."""

    number: int
    on: date
    seen: Seen | None


def days_of(
    records: Iterable[Seen], sessions: Sequence[date], where: Whereabouts, today: date
) -> list[tuple[date, list[Day]]]:
    """Each session, newest first, with its days until the one after it: every diary that was kept, and each gap.

    Days are the participant's own. A day of asking is a gap once it is over.
    """
    kept = [(where.day(one.occurred_at), one) for one in records if one.form == FORM]
    found = []
    for held, end in pairwise([*sorted(sessions), today + timedelta(days=1)]):
        here = [Day(number=(on - held).days, on=on, seen=one) for on, one in kept if held < on < end]
        known = {day.on for day in here}
        asked = ((number, held + timedelta(days=number)) for number in DAYS)
        gaps = [Day(number=n, on=on, seen=None) for n, on in asked if on not in known and on < min(end, today)]
        found.append((held, sorted([*here, *gaps], key=lambda day: day.on)))
    return found[::-1]
