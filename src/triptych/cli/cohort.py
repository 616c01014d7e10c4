"""A dozen people who do not exist, at different points of one course: the demo scenario, cut, moved and varied.

Every line is filed through the door like any other; only its participant, its day and some numbers differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from triptych.cli import integrating
from triptych.cli.scenario import PARTICIPANT, SITE, Line
from triptych.course.duty import WEEKDAYS
from triptych.study import Study

FIRST = "NO-01"
OF_A_SESSION = 14
"""Kits that stand ready for the first sessions; those of the second ones are numbered after them."""
OWN = "NO-07"
"""The participant who has a log-in of their own in the demo: on the day of the first dose, before it."""
STOPS: Sequence[tuple[str, int]] = (
    ("completion", 1),
    ("closing", 1),
    ("safety_call", 8),
    ("dose_administration", 3),
    ("therapy_session", 7),
    ("dose_administration", 1),
    ("medicine_review", 3),
    ("baseline_confirmation", 1),
    ("therapy_session", 1),
    ("eligibility", 1),
    ("appointment", 1),
    ("phone_screen", 1),
)
"""Where each participant stands: after the nth record of a form. The fifth is
between two sessions, the sixth after a dose, the seventh before it."""


SOURCES = ("self", "clinician", "registry", "advertisement")
REASONS = ("distance", "medicine", "no_time", "not_interested", "prior_use", "condition", "declined_to_say")
"""How people came to the demo's site, and why some of them went no further."""


def cohort(study: Study, lines: Sequence[Line], now: datetime) -> list[Line]:
    """The lines of every participant in the order in which they happened, all before `now`; the first one's notes too.

    The first participant has come furthest and is filed as the scenario has it, only moved in time.
    """
    filings = [line for line in lines if line.form is not None]
    timed = list(_timed(lines))
    made = [
        line
        for number, stop in enumerate(STOPS)
        for line in _one(study, filings if number else timed, number, _when(_last(filings, *stop)), now)
    ]
    return sorted([*made, *extras(now), *contacts_before(made), *integrating.between(made)], key=_when)


def contacts_before(made: Sequence[Line]) -> Iterator[Line]:
    """The log of contacts before consent: the approval that allows it, everybody who went on, and some who did not."""
    came = [line for line in made if line.form == "first_contact"]
    begun = min(map(_when, came)) - timedelta(days=1)
    approval: dict[str, Any] = {"body": "A committee (nobody: this is a demonstration)"}
    approval |= {"approved_on": begun.date().isoformat(), "open_ended": True, "prescreening": True}
    yield Line(form="ethics_approval", site=SITE, role="administrator", occurred_at=begun, values=approval)
    yield from went_on(came)
    for line, source, reason in zip(came, 2 * SOURCES[::-1], REASONS, strict=False):
        yield _approach(_when(line) - timedelta(hours=2), source, "ended", reason=reason)
    yield _approach(max(map(_when, came)), "relative", "call_back")


def went_on(lines: Sequence[Line]) -> Iterator[Line]:
    """The line in the log of everybody whose first contact is among some lines."""
    came = (line for line in lines if line.form == "first_contact")
    for number, line in enumerate(came):
        at = _when(line) - timedelta(minutes=10)
        yield _approach(at, SOURCES[number % len(SOURCES)], "goes_on", participant=line.participant)


def _approach(at: datetime, source: str, outcome: str, **more: Any) -> Line:
    values = {"day": at.date().isoformat(), "source": source, "outcome": outcome, **more}
    return Line(form="approach", site=SITE, role="coordinator", occurred_at=at, values=values)


def extras(now: datetime) -> list[Line]:
    """What makes a site look lived in: open queries, a site file with a gap, and a participant's own access."""
    ago = {days: now - timedelta(days=days) for days in (1, 6, 40, 300)}
    today = now.date()
    documents = (
        ("approvals", "Ethics committee approval", "1", -300, 40),
        ("consent", "Informed consent form", "1", -300, None),
        ("delegation", "Delegation log", "2", -90, None),
        ("laboratory", "Laboratory accreditation certificate", None, -400, -10),
    )
    own = {"person": f"{PARTICIPANT}-1", "role": PARTICIPANT, "blinding": "blinded", "participant": OWN}
    reached: dict[str, Any] = {
        "who": "The doctor on duty (nobody: this is a demonstration)",
        "phone": "00 00 00 00",
        "any_hour": True,
    }
    reached |= {"tried_on": (today - timedelta(days=1)).isoformat()}
    rota: dict[str, Any] = {
        "clinician": "physician-1",
        "backup": "principal_investigator-1",
        "physician": "physician-1",
    }
    rota |= {"lead": "principal_investigator-1", "zone": "Europe/Oslo", "hands_over": 8, "works_holidays": True}
    rota |= {"starts_on": (today - timedelta(days=2)).isoformat(), "ends_on": (today + timedelta(days=365)).isoformat()}
    rota |= {"weekdays": list(WEEKDAYS)}
    return [
        Line(form="site_help", site=SITE, role="administrator", occurred_at=ago[1], values=reached),
        *_complaints(ago[1]),
        Line(form="duty_rota", site=SITE, role="coordinator", occurred_at=ago[1], values=rota),
        *(
            Line(form="duty_phone", site=SITE, role="coordinator", occurred_at=ago[1], values=number)
            for number in (
                {"person": "physician-1", "phone": "00 00 00 01"},
                {"person": "principal_investigator-1", "phone": "00 00 00 02"},
            )
        ),
        *(
            Line(
                form="site_document",
                site=SITE,
                role="coordinator",
                occurred_at=ago[40],
                values={
                    "section": section,
                    "title": title,
                    "dated": (today + timedelta(days=dated)).isoformat(),
                    **({"version": version} if version else {}),
                    **({"expires_on": (today + timedelta(days=ends)).isoformat()} if ends else {}),
                },
            )
            for section, title, version, dated, ends in documents
        ),
        _query("NO-02/screening-vitals", "NO-02", "heart_rate", "Was the heart rate taken at rest?", ago[6]),
        _query("NO-04/screening-vitals", "NO-04", "", "Please confirm the date of this examination.", ago[1]),
        Line(form="grant", role="administrator", occurred_at=ago[1], values=own),
        *_plan(now - timedelta(minutes=3)),
    ]


def _plan(at: datetime) -> Iterator[Line]:
    """The taper plan of the participant with a log-in, signed by the physician and, on paper, by the prescriber."""
    name = f"{OWN}/plan"
    written = {"planned_on": at.date().isoformat(), "shown": "@current", "prescriber": "Dr. Demo"}
    written |= {
        "how": "Sertraline was reduced over two weeks, as Dr. Demo wrote it.",
        "contact": "Site office, 00 00 00 00",
    }
    written |= {"watch": "A therapist calls on Monday and on Thursday and asks how you are."}
    agreed = {"about": name, "name": "Dr. Demo", "signed_on": at.date().isoformat(), "where": "Binder 4"}
    signed = {"about": name, "meaning": "approval", "shown": "@current"}
    for form, identifier, values in (
        ("taper_plan", name, written),
        ("signature", None, signed),
        ("prescriber_agreement", None, agreed),
    ):
        yield Line(participant=OWN, form=form, id=identifier, role="physician", occurred_at=at, values=values)


def _complaints(at: datetime) -> Iterator[Line]:
    """The way in which complaints reach somebody, tested: nobody of this is real."""
    way: dict[str, Any] = {"recipient": "The ombudsperson (nobody: this is a demonstration)", "deputy": "Her deputy"}
    way |= {"outside": True, "ethics_board": "The ethics committee of the demonstration", "police": "The police"}
    way |= {"ethics_address": "committee@example.org", "regulator": "The medicines agency"}
    tested = {
        "about": "complaint-channel",
        "recipient_received": True,
        "deputy_received": True,
        "ethics_received": True,
    }
    yield Line(form="complaint_channel", id="complaint-channel", role="administrator", occurred_at=at, values=way)
    later = at + timedelta(minutes=1)
    yield Line(form="complaint_channel_test", role="compliance", occurred_at=later, values=tested)
    board = {"board": "The ethics committee of the demonstration's site", "address": "site-committee@example.org"}
    reached = {"about": "complaint-board", "received": True}
    common: dict[str, Any] = {"site": SITE, "occurred_at": later}
    yield Line(form="complaint_board", id="complaint-board", role="administrator", values=board, **common)
    yield Line(form="complaint_board_test", role="compliance", values=reached, **common)


def identities() -> Iterator[tuple[str, dict[str, str]]]:
    """Made-up identities of the dozen, by participant."""
    for number in range(len(STOPS) + 1):
        yield (
            f"NO-{number + 1:02d}",
            {
                "name": f"Demo Person {number + 1}",
                "phone": f"+47 000 00 {number + 1:03d}",
                "emergency_contact": "Demo Relative, +47 000 00 000",
                "allergies": "" if number % 3 else "Penicillin",
            },
        )


def waiting() -> Iterator[tuple[str, str, str]]:
    """Made-up people who wait for a call: a name, a number and when to call."""
    yield "Demo Caller 1", "+47 000 01 001", "after five"
    yield "Demo Caller 2", "+47 000 01 002", "mornings"


def _query(about: str, participant: str, item: str, text: str, at: datetime) -> Line:
    values = {"about": about, "text": text, **({"item": item} if item else {})}
    return Line(participant=participant, form="query", role="monitor", occurred_at=at, values=values)


def _timed(lines: Sequence[Line]) -> Iterator[Line]:
    """The filings and the notes, each note at the time of the filing that follows it; a last note is left out."""
    notes: list[Line] = []
    for line in lines:
        if line.note:
            notes.append(line)
        elif line.form is not None:
            yield from (replace(note, occurred_at=line.occurred_at, participant=line.participant) for note in notes)
            notes.clear()
            yield line


def _one(study: Study, lines: Sequence[Line], number: int, until: datetime, now: datetime) -> Iterator[Line]:
    later = timedelta(days=(now - until).days)
    for line in lines:
        if _when(line) <= until:
            yield replace(line, occurred_at=_when(line) + later) if line.note else moved(study, line, number, later)


def _last(filings: Sequence[Line], form: str, count: int) -> Line:
    """The nth record of a form, corrections not counted."""
    found = [line for line in filings if line.form == form and line.corrects is None]
    return found[min(count, len(found)) - 1]


def _own(name: str) -> str:
    """Who a participant is when they act on their own access."""
    return integrating.PERSON if name == integrating.NAME else f"{PARTICIPANT}-{name}"


def moved(study: Study, line: Line, number: int, later: timedelta) -> Line:
    """A line of the scenario as that of another person, so much later."""
    name = f"NO-{number + 1:02d}"

    def own(short: str | None) -> str | None:
        return f"{name}/{short}" if short else None

    return replace(
        line,
        participant=name,
        person=_own(name) if line.role == PARTICIPANT else line.person,
        occurred_at=_when(line) + later,
        id=own(line.id),
        corrects=own(line.corrects),
        values={key: _value(study, line, key, value, name, number, later) for key, value in line.values.items()},
    )


def _value(study: Study, line: Line, key: str, value: Any, name: str, number: int, later: timedelta) -> Any:  # noqa: ANN401 -- any answer
    item = next((item for item in study.forms[line.form or ""].items if item.id == key), None)
    if key == "kit":
        return f"K-{number + 1 + (int(str(value)[2:]) - 1) * OF_A_SESSION:03d}"
    match item.type if item else "":
        case "record":
            return f"{name}/{value}"
        case "date":
            return _birthday(value, number) if key == "birth_date" else _moved(value, later)
        case "datetime":
            return (datetime.fromisoformat(value) + later).isoformat()
        case "integer" if line.form in ("vitals", "madrs") and key != "spo2" and isinstance(value, int):
            return _varied(value, number, 6 if line.form == "madrs" else None)
        case _:
            return value


def _moved(value: str | Mapping[str, str], later: timedelta) -> str | Mapping[str, str]:
    return (date.fromisoformat(value) + later).isoformat() if isinstance(value, str) else value


def _birthday(value: str, number: int) -> str:
    born = date.fromisoformat(value)
    if not number:
        return value
    return born.replace(year=born.year - 3 * (number % 7), month=1 + (5 * number) % 12).isoformat()


def _varied(value: int, number: int, most: int | None) -> int:
    """A number a little lower or higher, the same each time, within what the form takes."""
    moved = value - (number * 5) % 7 if most is None else value + number % 3
    return moved if most is None else max(0, min(most, moved))


def _when(line: Line) -> datetime:
    assert line.occurred_at is not None
    return line.occurred_at
