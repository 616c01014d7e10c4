"""What named roles may know of hidden records: the day of a visit or the answer to a definition, and nothing else."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from triptych.course import Fold
from triptych.rules import Missing
from triptych.study import Release


def released_days(releases: Iterable[Release], whole: Callable[[], Fold]) -> dict[str, date | None]:
    """The days on which released visits were held, by their keys; the whole is derived only where one is released."""
    visits = {release.visit for release in releases if release.visit}
    return {visit.key: visit.actual for visit in whole().planned if visit.visit in visits} if visits else {}


def released_definitions(releases: Iterable[Release], whole: Callable[[], Fold]) -> Iterator[tuple[str, object]]:
    """The answers to released definitions; unknown ones are left out."""
    names = [release.definition for release in releases if release.definition]
    if names:
        fold = whole()
        facts = fold.facts.bound(fold.cycle, {})
        for name in names:
            if not isinstance(facts[name], Missing):
                yield name, facts[name]
