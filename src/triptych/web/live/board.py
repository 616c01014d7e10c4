"""What the screen of a medicine session shows of a participant: assembled from a view, decided nowhere here.

The board of an audience is the same for everybody in it: what only its sender may see is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from triptych.course import local_day
from triptych.course.doses import GIVEN
from triptych.course.entries import VOID_FORM
from triptych.course.music import END, MUSIC, is_followed
from triptych.ledger import Seen, View
from triptych.safety import Stated, stated_in
from triptych.study import Form, Study
from triptych.study.limits import SIGNAL, SIGNALS
from triptych.web.templating import told

VITALS, DOSE = "vitals", "dose_administration"
BEFORE, AFTER = timedelta(hours=6), timedelta(hours=30)
"""What belongs to a session: from so long before the first dose to so long after it; without a dose, the day."""
SESSION, SILENT = timedelta(hours=8), timedelta(minutes=70)
"""How long readings are looked for after the first dose, and how long without one is a gap."""
DIGEST = re.compile("[0-9a-f]{64}")
SHOWN, PIECES = 150, 40
"""Entries on the timeline of the screen, and pieces of music among them, which take no other entry's place. Everything
else stands on the participant's page."""


class Place(Struct, frozen=True):
    """The visit that the session is."""

    visit: str
    cycle: int | None
    title: str


class Dose(Struct, frozen=True):
    """A dose that was given, at its actual time."""

    part: str
    at: datetime


class Reading(Struct, frozen=True):
    """Measured values of one moment; only numbers, so that a coded missing answer is a gap."""

    at: datetime
    values: Mapping[str, float]
    record: str


class Line(Struct, frozen=True):
    """One line of the timeline. A corrected one says what stood before and why it was corrected."""

    id: str
    root: str
    form: str
    at: datetime
    recorded_at: datetime
    title: str
    text: str
    by: str
    late: bool
    held: bool
    was: str | None = None
    why: str | None = None

    @property
    def is_piece(self) -> bool:
        """Whether it is music and nothing more is to be said of it than the list of pieces does."""
        return self.form in (MUSIC, END) and not (self.held or self.late or self.was is not None)


class Board(Struct, frozen=True, kw_only=True):
    """The session as it stands at `now`."""

    participant: str
    site: str | None
    zone: ZoneInfo
    now: datetime
    training: bool
    place: Place | None
    doses: tuple[Dose, ...]
    readings: tuple[Reading, ...]
    stated: tuple[Stated, ...]
    lines: tuple[Line, ...]
    hidden: int

    @property
    def dosed_at(self) -> datetime | None:
        """The actual time of the first dose."""
        return self.doses[0].at if self.doses else None


def board_of(view: View, participant: str, seen: Sequence[Seen]) -> Board:
    """Assemble the board from what a view shows of a participant."""
    study, zone = view.study_of(participant), view.zone(participant)
    mine = [one for one in seen if view.sight.sees_form(one.form) and (one.current or one.status == "held")]
    gone = set_aside(mine)
    counting = [one for one in mine if one.root not in gone]
    place = _dosed_place(study, counting, view.now) or _begun_place(study, counting, local_day(view.now, zone), zone)
    place = place or _planned_place(study, view, participant, zone)
    doses = _doses(counting, place)
    begins, ends = _span(doses, view.now, zone)
    within = [one for one in mine if begins <= one.occurred_at <= ends]
    counted = [one for one in within if one.root not in gone]
    told = [one for one in within if one.form != SIGNAL or past_limit(one.values)]
    before = {one.id: one for one in seen}
    lines = sorted(
        (_line(one, study, zone, before.get(one.corrects or ""), gone) for one in told if not is_followed(one)),
        key=lambda line: line.at,
        reverse=True,
    )
    shown = _newest(lines)
    return Board(
        participant=participant,
        site=mine[-1].site if mine else None,
        zone=zone,
        now=view.now,
        training=view.training,
        place=place,
        doses=doses,
        readings=tuple(_readings(counted)),
        stated=tuple(_stated(counted, study)),
        lines=shown,
        hidden=len(lines) - len(shown),
    )


def set_aside(seen: Iterable[Seen]) -> frozenset[str]:
    """The records that somebody entered in error, by their first version: they stay to be read and count in nothing."""
    shown = list(seen)
    roots = {one.id: one.root for one in shown} | {one.root: one.root for one in shown}
    voids = (one for one in shown if one.form == VOID_FORM and one.status == "filed")
    return frozenset(roots.get(str(one.values.get("about")), "") for one in voids)


def _newest(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The newest lines: so many pieces of music, and so many others, in their order."""
    room, shown = {True: PIECES, False: SHOWN}, []
    for line in lines:
        room[line.is_piece] -= 1
        if room[line.is_piece] >= 0:
            shown.append(line)
    return tuple(shown)


def _dosed_place(study: Study, seen: Sequence[Seen], now: datetime) -> Place | None:
    """The visit at which a dose was given within the time that a session may last; no course is derived for it."""
    titles = {visit.id: visit.title for visit in study.document.visits if visit.held_by == DOSE}
    doses = [one for one in seen if one.form == DOSE and one.status == "filed" and one.visit in titles]
    last = max(doses, key=lambda one: one.occurred_at, default=None)
    if last is None or last.visit is None or now - last.occurred_at > AFTER:
        return None
    return Place(last.visit, last.cycle, titles[last.visit])


def _begun_place(study: Study, seen: Sequence[Seen], today: date, zone: ZoneInfo) -> Place | None:
    """The visit of a session for which something was entered today, whatever its window: it is being held."""
    titles = {visit.id: visit.title for visit in study.document.visits if visit.held_by == DOSE}
    begun = (one for one in seen if one.visit in titles and local_day(one.occurred_at, zone) == today)
    last = max(begun, key=lambda one: one.occurred_at, default=None)
    return Place(last.visit, last.cycle, titles[last.visit]) if last is not None and last.visit else None


def _planned_place(study: Study, view: View, participant: str, zone: ZoneInfo) -> Place | None:
    """The visit of the medicine session: the one held today, else the one that is open, else the last; none before."""
    course = view.course(participant)
    sessions = {visit.id for visit in study.document.visits if visit.held_by == DOSE}
    mine = [visit for visit in course.visits if visit.visit in sessions] if course else []
    today = local_day(view.now, zone)
    found = next((v for v in mine if v.actual == today), None) or next((v for v in mine if v.status == "open"), None)
    found = found or next((visit for visit in reversed(mine) if visit.actual is not None), None)
    return Place(found.visit, found.cycle, found.title) if found else None


def _doses(seen: Iterable[Seen], place: Place | None) -> tuple[Dose, ...]:
    found = [
        Dose(str(one.values.get("part")), taken_at(one))
        for one in seen
        if one.form == DOSE
        and one.status == "filed"
        and one.values.get("outcome") in GIVEN
        and (place is None or (one.visit, one.cycle) == (place.visit, place.cycle))
    ]
    return tuple(sorted(found, key=lambda dose: dose.at))


def taken_at(dose: Seen) -> datetime:
    """When a dose was taken: the actual time that was recorded, else when the record says it happened."""
    actual = dose.values.get("taken_at")
    return datetime.fromisoformat(actual) if isinstance(actual, str) else dose.occurred_at


def _span(doses: Sequence[Dose], now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if doses:
        return doses[0].at - BEFORE, doses[0].at + AFTER
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight + timedelta(days=2)


def _readings(seen: Iterable[Seen]) -> Iterator[Reading]:
    for one in sorted(seen, key=lambda one: one.occurred_at):
        if one.form == VITALS and one.status == "filed":
            numbers = {key: float(value) for key, value in one.values.items() if is_number(value)}
            yield Reading(one.occurred_at, numbers, one.root)


def _stated(seen: Iterable[Seen], study: Study) -> Iterator[Stated]:
    """What alarms are decided from: readings, signs and drinks, oldest first."""
    for one in sorted(seen, key=lambda one: one.occurred_at):
        facts = stated_in(study, one.form, one.values) if one.status == "filed" else {}
        if facts:
            yield Stated(one.occurred_at, one.root, facts, one.form == SIGNAL)


def gaps(board: Board, ended_at: datetime | None = None) -> list[tuple[datetime, datetime]]:
    """Stretches longer than `SILENT` after the first dose without a reading, up to now or the end of the session."""
    if board.dosed_at is None:
        return []
    until = min(board.now, ended_at or board.now, board.dosed_at + SESSION)
    measured = (one.at for one in board.readings if one.values and board.dosed_at <= one.at <= until)
    times = [board.dosed_at, *measured, until]
    return [(one, other) for one, other in pairwise(times) if other - one > SILENT]


def is_number(value: object) -> bool:
    """Whether an answer is a number that was measured; zero is no reading of anything alive."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _line(one: Seen, study: Study, zone: ZoneInfo, before: Seen | None, gone: frozenset[str]) -> Line:
    form = study.forms.get(one.form)
    text = _text(one, form, zone)
    return Line(
        id=one.id,
        root=one.root,
        form=one.form,
        at=one.occurred_at,
        recorded_at=one.recorded_at,
        title=form.title if form else one.form,
        text=f"entered in error, counts for nothing · {text}" if one.root in gone else text,
        by=one.actor,
        late=one.late,
        held=one.status == "held",
        was=_text(before, form, zone) if before else None,
        why=one.reason,
    )


def _text(one: Seen, form: Form | None, zone: ZoneInfo) -> str:
    if one.form == SIGNAL:
        return past_limit(one.values)
    return vital(one.values) if one.form == VITALS else summary(one.values, form, zone)


def past_limit(values: Mapping[str, object]) -> str:
    """The values of a signal's record that are past a limit, in short; nothing where none is."""
    names = {"heart_rate": "heart rate {:g} /min", "spo2": "SpO2 {:g} %"}
    found = {key: value for key in SIGNALS if isinstance(value := values.get(key), int | float)}
    return " · ".join(names[key].format(value) for key, value in found.items())


def vital(values: Mapping[str, object]) -> str:
    """The vital signs of a record in the short form that everybody reads."""
    short = {key: f"{value:g}" for key, value in values.items() if isinstance(value, int | float)}
    pressure = f"{short.pop('systolic', '–')}/{short.pop('diastolic', '–')}"
    units = {"heart_rate": "{} /min", "temperature": "{} °C", "spo2": "{} %"}
    return " · ".join([pressure, *(units.get(key, f"{key} {{}}").format(text) for key, text in short.items())])


def _is_digest(value: object) -> bool:
    """Whether an answer is a SHA-256: it binds a record to what was read and tells nobody in the room anything."""
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def summary(values: Mapping[str, object], form: Form | None, zone: ZoneInfo) -> str:
    """The answers of a record in one line."""
    items = {item.id: item for item in form.items} if form else {}
    parts = []
    for key, value in values.items():
        item = items.get(key)
        if value is None or (item is not None and item.type == "record") or _is_digest(value):
            continue
        match value:
            case bool():
                text = f"{item.label if item else key}: {'yes' if value else 'no'}"
            case {"missing": code}:
                text = f"{item.label if item else key}: {str(code).replace('-', ' ')}"
            case list():
                text = ", ".join(told(one, item, zone) for one in value)
            case int() | float():
                text = f"{item.label if item else key} {value:g}"
            case _:
                text = told(value, item, zone)
        parts.append(text)
    return " · ".join(parts)
