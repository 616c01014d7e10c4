"""A dozen people who do not exist, at different points of one course: the demo scenario, cut, moved and varied.

Every line is filed through the door like any other; only its participant, its day and some numbers differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from triptych.cli.scenario import Line
from triptych.study import Study

STOPS: Sequence[tuple[str, int]] = (
    ("phone_screen", 1),
    ("appointment", 1),
    ("eligibility", 1),
    ("therapy_session", 1),
    ("baseline_confirmation", 1),
    ("medicine_review", 3),
    ("dose_administration", 1),
    ("safety_call", 2),
    ("dose_administration", 3),
    ("safety_call", 8),
    ("closing", 1),
    ("completion", 1),
)
"""Where each participant stands: after the nth record of a form. The sixth is before a dose, the seventh after it."""


def cohort(study: Study, lines: Sequence[Line], now: datetime) -> list[Line]:
    """The lines of every participant, in the order in which they happened, all before `now`."""
    filings = [line for line in lines if line.form is not None]
    made = [line for n, stop in enumerate(STOPS) for line in _one(study, filings, n, stop, now)]
    return sorted(made, key=_when)


def _one(study: Study, filings: Sequence[Line], number: int, stop: tuple[str, int], now: datetime) -> Iterator[Line]:
    until = _place(filings, *stop)
    back = (now - _when(filings[until])).days
    for line in filings[: until + 1]:
        yield _of(study, line, number, timedelta(days=back))


def _place(filings: Sequence[Line], form: str, count: int) -> int:
    """Where the nth record of a form stands, corrections not counted."""
    places = [n for n, line in enumerate(filings) if line.form == form and line.corrects is None]
    return places[min(count, len(places)) - 1]


def _of(study: Study, line: Line, number: int, later: timedelta) -> Line:
    name = f"NO-{number + 1:02d}"

    def own(short: str | None) -> str | None:
        return f"{name}/{short}" if short else None

    return replace(
        line,
        participant=name,
        occurred_at=_when(line) + later,
        id=own(line.id),
        corrects=own(line.corrects),
        values={key: _value(study, line, key, value, name, number, later) for key, value in line.values.items()},
    )


def _value(study: Study, line: Line, key: str, value: Any, name: str, number: int, later: timedelta) -> Any:  # noqa: ANN401
    item = next((item for item in study.forms[line.form or ""].items if item.id == key), None)
    match item.type if item else "":
        case "record":
            return f"{name}/{value}"
        case "date":
            return _birthday(value, number) if key == "birth_date" else _moved(value, later)
        case "datetime":
            return (datetime.fromisoformat(value) + later).isoformat()
        case "integer" if line.form in ("vitals", "madrs") and isinstance(value, int):
            return _varied(value, number, 6 if line.form == "madrs" else None)
        case _:
            return value


def _moved(value: str | Mapping[str, str], later: timedelta) -> str | Mapping[str, str]:
    return (date.fromisoformat(value) + later).isoformat() if isinstance(value, str) else value


def _birthday(value: str, number: int) -> str:
    born = date.fromisoformat(value)
    return born.replace(year=born.year - 3 * (number % 7), month=1 + (5 * number) % 12).isoformat()


def _varied(value: int, number: int, most: int | None) -> int:
    """A number a little lower or to either side, the same each time, within what the form takes."""
    moved = value - (number * 5) % 7 if most is None else value + number % 3 - 1
    return moved if most is None else max(0, min(most, moved))


def _when(line: Line) -> datetime:
    assert line.occurred_at is not None
    return line.occurred_at
