"""A series of visits written out as numbered visits, each counted from where the series counts from."""

from collections.abc import Iterator

from msgspec.structs import replace

from triptych.study.durations import days_text, parse_days
from triptych.study.errors import NotADuration
from triptych.study.references import Say
from triptych.study.shaping import Lost
from triptych.study.visits import Series, Timing, Visit

MAX_COUNT = 400
MAX_VISITS = 5_000


def written_out(visits: tuple[Visit, ...], lost: Lost, say: Say) -> Iterator[Visit]:
    """Visits with every series as numbered visits; a series that cannot be written out is reported and lost."""
    room = MAX_VISITS
    for visit in visits:
        if visit.series is None:
            yield visit
        elif _can_be_written(visit, visit.series, room, say):
            room -= visit.series.count
            yield from _numbered(visit, visit.series)
        else:
            lost.add("visits", visit.id)


def _can_be_written(visit: Visit, series: Series, room: int, say: Say) -> bool:
    path = f"visits.{visit.id}.series"
    if not 1 <= series.count <= min(MAX_COUNT, room):
        message = f"A series of {series.count:,} visits cannot be planned."
        hint = f"Write 1 to {MAX_COUNT}; all series together have at most {MAX_VISITS:,} visits."
        say(f"{path}.count", "bad_series", message, hint)
        return False
    if not visit.timing:
        message, hint = "The visits of a series count from another visit.", "Write `timing` for the first of them."
        say(path, "bad_series", message, hint)
        return False
    return _every(series, path, say) and all(_can_be_moved(timing) for timing in visit.timing)


def _every(series: Series, path: str, say: Say) -> bool:
    try:
        days = parse_days(series.every)
    except NotADuration as error:
        hint = 'Series are counted in days: write "1 day" or "1 week".'
        say(f"{path}.every", "duration", str(error).partition(". ")[0] + ".", hint)
        return False
    if days < 1:
        say(f"{path}.every", "bad_series", "The visits of a series follow each other.", 'Write "1 day" or more.')
    return days > 0


def _can_be_moved(timing: Timing) -> bool:
    """Whether a timing can be counted on; what is wrong with it is reported with the windows."""
    try:
        ends = timing.between if timing.target is None else (timing.target, *timing.window)
        return bool(ends) and [parse_days(text) for text in ends or ()] != []
    except NotADuration:
        return False


def _numbered(visit: Visit, series: Series) -> Iterator[Visit]:
    every = parse_days(series.every)
    for number in range(1, series.count + 1):
        timing = tuple(_later(one, every * (number - 1)) for one in visit.timing)
        yield replace(visit, id=f"{visit.id}_{number}", title=f"{visit.title} {number}", timing=timing)


def _later(timing: Timing, days: int) -> Timing:
    if timing.target is not None:
        return replace(timing, target=days_text(parse_days(timing.target) + days))
    assert timing.between is not None
    opens, closes = (days_text(parse_days(text) + days) for text in timing.between)
    return replace(timing, between=(opens, closes))
