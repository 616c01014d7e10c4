"""What the form on paper says of the study's own figures: the limits, and the times at which readings are due.

It is read when nothing else works, so it holds what a screen would have decided. It decides nothing itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from triptych.study import Limit, SessionRules, Study
from triptych.study.limits import Watch

LEVELS = ("hold", "withhold", "notify", "emergency")


class LimitLine(Struct, frozen=True):
    """One measured value: its name with its unit, and its limits in words by level, in the order of `LEVELS`."""

    title: str
    limits: tuple[str, ...]


def limit_lines(study: Study) -> list[LimitLine]:
    """The limits of every value that has some, as the document in force sets them."""
    rules = study.document.session or SessionRules()
    titles = {one.id: _titled(study, one) for one in rules.watches}
    return [LimitLine(titles[one.id], tuple(_levels(one.at))) for one in rules.watches if one.at]


def is_unconfirmed(study: Study) -> bool:
    """Whether a figure of the session was not confirmed by the document."""
    return any(mark.path.startswith("session.") for mark in study.unconfirmed)


def due_times(study: Study) -> list[tuple[str, list[str]]]:
    """What is measured at which times from the first dose, as hours and minutes."""
    rules = study.document.session or SessionRules()
    beside = [(one.title, one.due) for one in rules.watches] + [(one.title, one.at) for one in rules.scales]
    every = [("Vital signs", rules.readings), *beside]
    return [(title, [_clock(minutes) for minutes in due]) for title, due in every if due]


def callers(calls: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Whom to call, with what each is and the number; an empty number is to be written in by hand."""
    duty = (calls["duty"] or [{}])[0]
    people = [
        ("covers the session", calls["cover"]),
        ("on call", duty.get("physician")),
        ("backup", duty.get("backup")),
    ]
    found = [(what, one["name"], one["phone"] or "") for what, one in people if one]
    return [one for at, one in enumerate(found) if one[1] not in [name for _, name, _ in found[:at]]]


def _titled(study: Study, watch: Watch) -> str:
    items = study.forms[watch.form].items if watch.form in study.forms else ()
    unit = next((one.unit for one in items if one.id == watch.held_in), None) or ""
    return watch.title if not unit or unit.startswith("{") else f"{watch.title}, {in_short(unit)}"


def in_short(unit: str) -> str:
    """A unit as it is said aloud.

    >>> in_short("mm[Hg]"), in_short("%")
    ('mmHg', '%')
    """
    return {"mm[Hg]": "mmHg", "Cel": "°C"}.get(unit, unit)


def _levels(limits: Sequence[Limit]) -> Iterator[str]:
    for level in LEVELS:
        yield ", ".join(_in_words(one) for one in limits if one.level == level)


def _in_words(limit: Limit) -> str:
    """A limit in words.

    >>> _in_words(Limit(level="notify", over=180.0)), _in_words(Limit(level="hold", under=95))
    ('over 180', 'under 95')
    """
    if limit.over is not None:
        return f"over {limit.over:g}"
    return f"{limit.at_least:g} or more" if limit.at_least is not None else f"under {limit.under:g}"


def _clock(minutes: int) -> str:
    """Minutes from the first dose as hours and minutes.

    >>> _clock(90), _clock(-30)
    ('1:30', '−0:30')
    """
    hours, rest = divmod(abs(minutes), 60)
    return f"{'−' if minutes < 0 else ''}{hours}:{rest:02}"
