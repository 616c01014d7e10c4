"""Who has gone quiet: days since an answer or a contact, and unknown where there was neither."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from triptych.course.quiet import contact_of, is_followed
from triptych.course.schedule import Planned
from triptych.course.staying import is_asked_nothing
from triptych.ledger.library import find_study

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


class Told(NamedTuple):
    occurred_at: datetime
    values: dict[str, Any]
    current: bool = True


class Wished(NamedTuple):
    values: dict[str, Any]
    form: str = "follow_up_wish"


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def visit(status: Any, days: int | None = None) -> Planned:
    held = ago(days) if days is not None else None
    named: dict[str, Any] = {"key": status, "visit": status, "cycle": None, "title": status, "label": "", "phase": "p"}
    day = held.date() if held else None
    return Planned(**named, panel="medicine", series=None, status=status, window=None, actual=day, since=held)


def reached(days: int, *, yes: bool) -> Told:
    return Told(ago(days), {"reached": yes})


@pytest.mark.requirement("CRL-05")
@pytest.mark.parametrize(
    ("answered", "records", "visits", "days", "quiet", "tried"),
    [
        (None, [], [], None, None, 0),  # nobody knows: that is not being in touch
        (ago(14), [], [], 14, False, 0),
        (ago(15), [], [], 15, True, 0),
        (ago(40), [reached(3, yes=True)], [], 3, False, 0),
        (ago(20), [reached(30, yes=False), reached(9, yes=False), reached(2, yes=False)], [], 20, True, 2),
        (None, [reached(9, yes=False)], [], None, None, 1),
        (ago(40), [], [visit("done", 10), visit("missed")], 10, False, 0),
        (ago(40), [Told(ago(1), {"reached": True}, current=False)], [], 40, True, 0),
        (ago(40), [Told(ago(1), {"reached": {"missing": "unknown"}})], [], 40, True, 0),
    ],
)
def test_silence_is_counted_from_the_last_answer_or_contact(
    answered: Any, records: Any, visits: Any, days: Any, quiet: Any, tried: int
) -> None:
    found = contact_of(find_study("mdma-mdd-norway"), "P-1", records, visits, answered, NOW, OSLO)
    assert (found.days, found.quiet, found.tried) == (days, quiet, tried)
    assert found.missed == tuple(one.title for one in visits if one.status == "missed")


def test_days_are_those_of_the_calendar_over_a_change_of_clocks() -> None:
    """14 days of which one has 23 hours are 14 days."""
    study, last = find_study("mdma-mdd-norway"), datetime(2026, 3, 16, 23, 30, tzinfo=OSLO)
    found = contact_of(study, "P-1", (), (), last, datetime(2026, 3, 30, 0, 30, tzinfo=OSLO), OSLO)
    assert (found.days, found.quiet) == (14, False)


def test_whoever_left_or_was_lost_is_not_called_quiet() -> None:
    whole = {"enrollment": "enrolled", "follow_up": "active", "reach": "reachable", "life": "alive"}
    assert is_followed(whole)
    for axis, value in (("follow_up", "stopped"), ("reach", "lost"), ("life", "dead"), ("enrollment", "completed")):
        assert not is_followed({**whole, axis: value})


@pytest.mark.parametrize(
    ("wish", "standing", "nothing"),
    [
        ("leave", {}, True),
        ("safety", {}, True),
        ("answers", {"follow_up": "active", "data": "active", "life": "alive"}, False),
        ("as_planned", {"follow_up": "stopped"}, True),
        ("", {"data": "stopped"}, True),
        ("", {"life": "dead"}, True),
        ("", {"treatment": "stopped"}, False),  # whoever stops treatment is still followed
    ],
)
def test_nothing_more_is_asked_of_whoever_left_or_died(wish: str, standing: dict[str, str], nothing: bool) -> None:
    said: list[Any] = [Wished({"wish": wish})] if wish else []
    assert is_asked_nothing(said, standing) is nothing
