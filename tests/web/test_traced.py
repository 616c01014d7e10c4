"""What the summary of a session is drawn from: signals with their gaps, and entries put together by kind."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from triptych.web.grouped import grouped
from triptych.web.traced import traces

BEGINS = datetime(2026, 3, 2, 10, tzinfo=UTC)


def minute(number: int, **values: float) -> Any:
    at = BEGINS + timedelta(minutes=number)
    return SimpleNamespace(form="session_signal", current=True, status="filed", occurred_at=at, values=values)


def read(number: int, middle: float) -> Any:
    told = {"heart_rate_min": middle - 2, "heart_rate_median": middle, "heart_rate_max": middle + 3}
    return minute(number, **told)


def test_a_line_joins_what_was_read_and_a_probe_that_was_off_is_a_gap() -> None:
    off = [minute(number) for number in (3, 4)]
    seen = [*(read(number, 90 + number) for number in range(3)), *off, *(read(number, 100) for number in (5, 6))]
    (heart,) = traces(seen, None, None)
    assert (heart.low, heart.high, heart.unit) == (88, 103, "/min")
    assert heart.gaps == ((BEGINS + timedelta(minutes=2), BEGINS + timedelta(minutes=5)),)
    assert str(heart.svg).count('class="line"') == 3
    assert str(heart.svg).count('class="band"') == 5


def test_what_another_session_told_is_not_drawn_and_nothing_is_no_line() -> None:
    since, until = BEGINS + timedelta(minutes=1), BEGINS + timedelta(minutes=2)
    (heart,) = traces([read(0, 60), read(1, 90), read(2, 91), read(9, 140)], since, until)
    assert (heart.low, heart.high) == (88, 94)
    assert traces([minute(1)], None, None) == ()


def line(minutes: int, text: str, **more: Any) -> Any:
    at = BEGINS + timedelta(minutes=minutes)
    return SimpleNamespace(title=more.pop("title", "Distress"), text=text, at=at, was=more.pop("was", None))


def test_entries_of_a_kind_say_once_what_all_of_them_say_and_nothing_is_lost() -> None:
    lines = [line(0, "Distress now, 0 to 10 4"), line(1, "Tears", title="Moment"), line(2, "Distress now, 0 to 10 6")]
    distress, moment = grouped(lines)
    assert (distress.shared, [text for _, text in distress.lines]) == ("Distress now, 0 to 10", ["4", "6"])
    assert (moment.shared, [text for _, text in moment.lines]) == ("", ["Tears"])
    (corrected,) = grouped([lines[0], line(3, "Distress now, 0 to 10 5", was="Distress now, 0 to 10 7")])
    assert corrected.shared == ""
