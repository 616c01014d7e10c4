"""Who is on call at a site: rota, public holidays and covers, and whom an alert goes to when nobody acknowledges it.

A person who holds no role that can plan after danger is not on call, whatever the rota says.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.entries import Entries, Entry, local_day
from triptych.course.obligations import Call, Task
from triptych.course.setting import Setting
from triptych.course.sight import may_file
from triptych.course.whereabouts import zone_named
from triptych.study import Study

ROTA, HOLIDAY, COVER, PHONE = "duty_rota", "duty_holiday", "duty_cover", "duty_phone"
ACKNOWLEDGMENT, PLAN = "acknowledgment", "risk_plan"
STEPS = (
    ("clinician", timedelta()),
    ("backup", timedelta(minutes=15)),
    ("physician", timedelta(minutes=30)),
    ("lead", timedelta(minutes=45)),
)
"""Whom an alert goes to while nobody has acknowledged it, and how long after the system had it."""
URGENT = ("immediate", "same_day")
AHEAD = timedelta(hours=24)
"""For how long the rota has to be without a gap where answers are asked for."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Acknowledged(Struct, frozen=True, kw_only=True):
    """Who took an alert on, by the name that the participant knows, and when."""

    by: str
    name: str
    at: datetime


def on_call(study: Study, setting: Setting, step: str, at: datetime) -> str | None:
    """The person on call for a step at an instant; none where the rota leaves a gap."""
    person = _covering(setting.site_entries, step, at) or _in_rota(setting.site_entries, step, at)
    return person if person is not None and _may_plan(study, setting, person, at) else None


def phone_of(setting: Setting, person: str) -> str | None:
    """The telephone number of somebody on call that was filed last; none where nobody filed one."""
    mine = (one.current.values for one in _newest(setting.site_entries, PHONE))
    return next((str(one["phone"]) for one in mine if one.get("person") == person), None)


def _may_plan(study: Study, setting: Setting, person: str, at: datetime) -> bool:
    plan = study.forms.get(PLAN)
    roles = [role.id for role in study.document.roles if plan is not None and may_file(role, plan)]
    return any(setting.holds_role(person, role, at) for role in roles)


def _newest(entries: Entries, form: str) -> list[Entry]:
    return sorted(entries.of(form), key=lambda entry: entry.root.position, reverse=True)


def _covering(entries: Entries, step: str, at: datetime) -> str | None:
    for entry in _newest(entries, COVER):
        values = entry.current.values
        if values["step"] == step and _instant(values["starts"]) <= at < _instant(values["ends"]):
            return str(values["person"])
    return None


def _in_rota(entries: Entries, step: str, at: datetime) -> str | None:
    for entry in _newest(entries, ROTA):
        values, day = entry.current.values, _day(entry.current.values, at)
        if _names_day(values, day):
            works = values["works_holidays"] is True or not _is_holiday(entries, day)
            return str(values[step]) if works and zone_named(values["zone"]) else None
    return None


def _names_day(values: Mapping[str, Any], day: date) -> bool:
    return values["starts_on"] <= day.isoformat() <= values["ends_on"] and WEEKDAYS[day.weekday()] in values["weekdays"]


def _is_holiday(entries: Entries, day: date) -> bool:
    return any(entry.current.values["day"] == day.isoformat() for entry in entries.of(HOLIDAY))


def _day(values: dict[str, Any], at: datetime) -> date:
    """The day on call that an instant belongs to: it begins at the hour of the hand-over."""
    local = at.astimezone(_zone(values))
    return local.date() if local.hour >= values["hands_over"] else local.date() - timedelta(days=1)


def _zone(values: dict[str, Any]) -> ZoneInfo:
    """The zone of a rota. A name that there is none of gives UTC, and nobody is on call by that rota."""
    return zone_named(values["zone"]) or ZoneInfo("UTC")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def changes(setting: Setting, since: datetime, until: datetime) -> Iterator[datetime]:
    """The instants from one to another at which somebody else may be on call; the first is `since`."""
    found = {since}
    for entry in setting.site_entries.of(COVER):
        found |= {_instant(entry.current.values[name]) for name in ("starts", "ends")}
    for entry in setting.site_entries.of(ROTA):
        zone, hour = _zone(entry.current.values), entry.current.values["hands_over"]
        first = since.astimezone(zone).date()
        for ahead in range((until - since).days + 2):
            found.add(datetime.combine(first + timedelta(days=ahead), time(hour), zone).astimezone(UTC))
    return iter(sorted(instant for instant in found if since <= instant < until))


def gaps(study: Study, setting: Setting, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Every instant at which a step is without anybody on call, or goes on being so, and the step."""
    return [
        (instant, step)
        for instant in changes(setting, since, until)
        for step, _ in STEPS
        if on_call(study, setting, step, instant) is None
    ]


def holidays_missing(
    rotas: Iterable[Mapping[str, Any]], holidays: Iterable[str], days: Iterable[date]
) -> tuple[int, ...]:
    """The years of which no public holiday is known, though the rota of one of the days does not work on them.

    `rotas` are the answers of rotas, the one filed last first; `holidays` are days as ISO 8601 writes them. Without a
    holiday nobody knows on which days such a rota leaves a gap, and a day that is not known to be one is not a workday.
    """
    rotas, known = list(rotas), {day[:4] for day in holidays}
    of_day = {day: next((one for one in rotas if _names_day(one, day)), None) for day in days}
    rests = {day.year for day, one in of_day.items() if one is not None and one["works_holidays"] is not True}
    return tuple(sorted(year for year in rests if str(year) not in known))


def is_watched(study: Study, setting: Setting, now: datetime) -> bool:
    """Whether answers can reach somebody: a clinician at any hour, and a rota without a gap, its holidays known."""
    known = setting.site_entries.latest("site_help")
    answers = known is not None and known.current.values.get("any_hour") is True
    return answers and _knows_holidays(setting, now) and not gaps(study, setting, now, now + AHEAD)


def _knows_holidays(setting: Setting, now: datetime) -> bool:
    entries = setting.site_entries
    days = {local_day(instant, setting.zone) for instant in (now, now + AHEAD)}
    holidays = (str(one.current.values["day"]) for one in entries.of(HOLIDAY))
    return not holidays_missing((one.current.values for one in _newest(entries, ROTA)), holidays, days)


def acknowledged(entries: Entries, about: str | None) -> Acknowledged | None:
    """Who has acknowledged the alerts about a record, the first one if several have."""
    found = sorted(entries.about.get((ACKNOWLEDGMENT, about or ""), ()), key=lambda entry: entry.root.position)
    if not found:
        return None
    first = found[0]
    return Acknowledged(by=first.root.actor, name=str(first.current.values["name"]), at=first.root.recorded_at)


def called(study: Study, entries: Entries, setting: Setting, task: Task) -> Task:
    """An alert with those it goes to, step by step, while nobody has acknowledged it; any other task as it is."""
    if task.level != "alert" or task.tier not in URGENT or task.since is None:
        return task
    known = acknowledged(entries, task.about)
    if known is not None:
        return replace(task, acknowledged=known.at)
    since = task.since
    calls = (
        Call(step=step, at=since + after, person=on_call(study, setting, step, since + after)) for step, after in STEPS
    )
    return replace(task, calls=tuple(calls))
