"""What a view hands out of a record, and what it leaves of a course for those who may not know visit numbers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from triptych.course import Capture, Course, Entry, Planned, Record, Sight, shown_digest


class Seen(Struct, frozen=True, kw_only=True):
    """A record as a viewer sees it. Positions and chain hashes of a stream are never shown.

    `shown` is the hash that a signature of this viewer binds to; `late` marks an entry recorded long after it happened.
    `language` is the one in which the form was asked; none: not known.
    """

    id: str
    root: str
    form: str
    participant: str | None
    site: str | None
    visit: str | None
    cycle: int | None
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime
    document: str
    values: Mapping[str, Any]
    corrects: str | None
    reason: str | None
    status: str
    held: tuple[str, ...]
    current: bool
    late: bool
    shown: str
    capture: Capture | None = None
    language: str | None = None


def seen_of(record: Record, entry: Entry | None, participant: str | None, sight: Sight, late: timedelta | None) -> Seen:
    """A record as it is handed out; one that was recorded more than `late` after it happened is a late one."""
    root, masked = entry.id if entry else record.id, sight.masks_visits
    return Seen(
        id=record.id,
        root=root,
        form=record.form,
        participant=participant,
        site=record.site,
        visit=None if masked else record.visit,
        cycle=None if masked else record.cycle,
        actor=record.actor,
        role=record.role,
        occurred_at=record.occurred_at,
        recorded_at=record.recorded_at,
        document=record.document,
        values=record.values,
        corrects=record.corrects,
        reason=record.reason,
        status=record.status,
        held=record.held,
        current=entry is not None and entry.current.id == record.id,
        late=late is not None and record.recorded_at - record.occurred_at > late,
        shown=shown_digest(root, record, sight),
        capture=record.capture,
        language=record.language,
    )


def without_visits(course: Course) -> Course:
    """A course for a viewer who may not know visit numbers: only visits with forms to fill in, unnamed."""
    return replace(
        course,
        phase="",
        visits=tuple(_mask(visit) for visit in course.visits if visit.forms),
        tasks=tuple(
            replace(task, id=task.form or "visit", visit=None, title=_untitled(task.title)) for task in course.tasks
        ),
        deviations=(),
    )


def _mask(visit: Planned) -> Planned:
    return replace(visit, key="", visit="", cycle=None, title="Assessment", label="", phase="", reasons=())


def _untitled(title: str) -> str:
    return title.partition(" of ")[0] if title.startswith("File ") else "Hold the assessment"
