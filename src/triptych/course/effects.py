"""What another version of the document would change for the people who are in the trial, as it stands now."""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from triptych.course.course import Course
from triptych.course.schedule import Planned


class Effect(Struct, frozen=True):
    """One change, and for how many participants it would come about."""

    what: str
    participants: int


def effects(courses: Iterable[tuple[Course, Course]]) -> tuple[Effect, ...]:
    """The changes between each participant's course as it is and as it would be, most frequent first.

    They name visits and tasks of the document and nobody: who sees nothing of the courses may read them.
    """
    counts: Counter[str] = Counter()
    for before, after in courses:
        counts.update(dict.fromkeys(_changes(before, after), 1))
    return tuple(Effect(what, count) for what, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _changes(before: Course, after: Course) -> Iterator[str]:
    was, will = ({visit.key: visit for visit in course.visits} for course in (before, after))
    for key in dict.fromkeys((*was, *will)):
        yield from _visit(was.get(key), will.get(key))
    had, has = _tasks(before), _tasks(after)
    yield from (f"Task “{title}”: would no longer be asked" for key, title in had.items() if key not in has)
    yield from (f"Task “{title}”: would be asked" for key, title in has.items() if key not in had)
    known = {one.key for one in before.deviations}
    yield from (f"Deviation “{one.title}”: would be shown" for one in after.deviations if one.key not in known)


def _tasks(course: Course) -> dict[tuple[str | None, ...], str]:
    return {(task.id, task.about, task.visit): task.title for task in (*course.tasks, *course.alerts)}


def _visit(was: Planned | None, will: Planned | None) -> Iterator[str]:
    if will is None:
        yield f"{_named(was)}: would no longer be planned"
    elif was is None:
        yield f"{_named(will)}: would be planned"
    elif was.status != will.status:
        yield f"{_named(will)}: {was.status} now, and {will.status} then"
    elif was.window != will.window:
        yield f"{_named(will)}: the window would move"


def _named(visit: Planned | None) -> str:
    if visit is None:
        return ""
    return visit.title if visit.cycle is None else f"{visit.title}, turn {visit.cycle}"
