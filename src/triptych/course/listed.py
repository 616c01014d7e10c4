"""A participant's line in lists across participants: what such lists show of a course, small enough to be kept."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.course import Course
from triptych.course.obligations import Query, Task
from triptych.course.schedule import Planned
from triptych.course.signing import Signature


class Listed(Struct, frozen=True, kw_only=True):
    """One participant in a list, as derived at `now`; it stays so until `next_change` if no record is filed.

    `visits` are without their forms and reasons, `deviations` is their number.
    """

    participant: str
    now: datetime
    site: str | None
    phase: str
    standing: Mapping[str, str]
    attempt: int
    visits: tuple[Planned, ...]
    tasks: tuple[Task, ...]
    alerts: tuple[Task, ...]
    queries: tuple[Query, ...]
    signatures: tuple[Signature, ...]
    deviations: int
    next_change: datetime | None


def listed(course: Course) -> Listed:
    """What lists show of a course, as whoever it was derived for sees it."""
    return Listed(
        participant=course.participant,
        now=course.now,
        site=course.site,
        phase=course.phase,
        standing=course.standing,
        attempt=course.attempt,
        visits=tuple(replace(visit, forms=(), reasons=()) for visit in course.visits),
        tasks=course.tasks,
        alerts=course.alerts,
        queries=course.queries,
        signatures=course.signatures,
        deviations=len(course.deviations),
        next_change=course.next_change,
    )
