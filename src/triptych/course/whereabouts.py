"""Where a participant is, as far as time goes: the zone that they named last, else that of their site.

What they answer by themselves is asked for on their own days. A zone that is named later changes no day before it, so
that a journey moves nothing that had passed.
"""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triptych.course.entries import Entries, local_day
from triptych.study import Study, Visit

FORM, ITEM, ROLE = "reminder_wishes", "zone", "participant"


def zone_named(name: object) -> ZoneInfo | None:
    """The time zone of a name of the IANA database; none where there is none of that name.

    >>> zone_named("Europe/Oslo"), zone_named("the moon"), zone_named(None)
    (zoneinfo.ZoneInfo(key='Europe/Oslo'), None, None)
    """
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


class Whereabouts:
    """The zones of one participant over time, and their own days."""

    def __init__(self, entries: Entries, site: ZoneInfo) -> None:
        self._site = site
        self._named = [(e.current.occurred_at, zone_named(e.current.values.get(ITEM))) for e in entries.of(FORM)]

    def at(self, instant: datetime) -> ZoneInfo:
        """The zone where they are at an instant."""
        last = [zone for since, zone in self._named if since <= instant]
        return last[-1] or self._site if last else self._site

    def day(self, instant: datetime) -> date:
        """Their calendar day at an instant."""
        return local_day(instant, self.at(instant))

    def midnight(self, day: date) -> datetime:
        """The instant at which a day begins for them, in the zone that they had named when it began at the site."""
        return datetime.combine(day, time(), self.at(datetime.combine(day, time(), self._site)))


@lru_cache(maxsize=64)
def own_visits(study: Study) -> frozenset[str]:
    """The visits that participants answer by themselves: they may file every form of them."""
    role = study.roles.get(ROLE)
    return frozenset(visit.id for visit in study.document.visits if role and visit.forms and _is_own(study, visit))


def _is_own(study: Study, visit: Visit) -> bool:
    files = study.roles[ROLE].files
    return all(placed.form in files or study.forms[placed.form].group in files for placed in visit.forms)
