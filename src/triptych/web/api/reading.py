"""Reading: the study document, and what the asking role may see of participants. Every read is a viewer's read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query

from triptych.course import Course, Listed, may_file
from triptych.ledger import Seen, View
from triptych.ledger.store import UNSTORABLE
from triptych.study import Form, Item
from triptych.web.api.bearer import ACT_AS, Acting, acting, caller_of
from triptych.web.api.problems import not_here
from triptych.web.api.shapes import (
    CourseOut,
    HistoryOut,
    MeOut,
    ParticipantsOut,
    ProblemOut,
    RecordsOut,
    StudyOut,
)

router = Router()
MOST = 100
VOID = "entered_in_error"
PROBLEMS: dict[int, object] = dict.fromkeys((400, 401, 403, 404), ProblemOut)
ACTING = {
    "parameters": [
        {
            "in": "header",
            "name": ACT_AS,
            "required": False,
            "schema": {"type": "string", "format": "uuid"},
            "description": "The id of the grant to act under. Needed by those who hold several roles.",
        }
    ]
}

Operation = Callable[..., Any]


def _reads(path: str, shape: type) -> Callable[[Operation], Operation]:
    """An operation that reads in a role."""
    return router.get(path, response={200: shape, **PROBLEMS}, openapi_extra=ACTING)


@router.get("/me", response={200: MeOut, 401: ProblemOut, 403: ProblemOut})
def me(request: HttpRequest) -> dict[str, object]:
    """Tell who asks, and the roles they hold."""
    caller = caller_of(request)
    grants = [
        {
            "id": one.id,
            "role": one.role,
            "title": caller.study.roles[one.role].title,
            "site": one.site,
            "blinding": one.blinding,
            "since": one.since,
        }
        for one in caller.grants
    ]
    return {"person": caller.person, "grants": grants}


@_reads("/study", StudyOut)
def study(request: HttpRequest) -> dict[str, object]:
    """Give the study document in force, with the forms that the asking role may file or see."""
    asker = acting(request)
    view = asker.view()
    document = asker.study.document
    return {
        "id": document.id,
        "title": document.title,
        "version": document.version,
        "digest": asker.study.digest,
        "language": document.language,
        "training": view.training,
        "forms": list(_forms(asker, view)),
    }


def _forms(asker: Acting, view: View) -> Iterable[dict[str, object]]:
    role = asker.study.roles[asker.grant.role]
    for form in asker.study.forms.values():
        files, sees = may_file(role, form), view.sight.sees_form(form.id)
        if files or sees:
            items = [_item(item) for item in form.items if files or view.sight.sees_item(item)]
            yield {**_own(form), "files": files, "sees": sees, "items": items}


def _own(form: Form) -> dict[str, object]:
    names = ("id", "title", "kind", "about", "group", "log", "help", "source")
    return {name: getattr(form, name) for name in names}


def _item(item: Item) -> dict[str, object]:
    names = ("id", "label", "type", "unit", "choices", "required", "range", "expected", "missing", "max_length", "help")
    return {**{name: getattr(item, name) for name in names}, "derived": item.derived is not None}


@_reads("/participants", ParticipantsOut)
def participants(
    request: HttpRequest,
    after: str | None = Query(None, max_length=200, description="Begin behind this participant."),
    limit: int = Query(MOST, ge=1, le=MOST, description="How many to give at most."),
) -> dict[str, object]:
    """List the participants within reach, by name, a page at a time."""
    view = acting(request).view()
    names = [name for name in view.participants() if after is None or name > after]
    more = len(names) > limit
    return {
        "participants": list(map(_summary, view.listing(names[:limit]))),
        "next": names[limit - 1] if more else None,
    }


def _summary(line: Listed) -> dict[str, object]:
    names = ("participant", "site", "phase", "standing", "attempt")
    return {
        **{name: getattr(line, name) for name in names},
        "tasks": len(line.tasks),
        "alerts": len(line.alerts),
    }


@_reads("/participants/{participant}", CourseOut)
def participant(request: HttpRequest, participant: str) -> dict[str, object]:
    """Give a participant's course: phase, visits with their windows, gates, tasks and deviations."""
    view = acting(request).view()
    course = view.course(participant) if _can_be(participant) else None
    if course is None:
        raise not_here()
    return {**_members(course), "released": dict(view.released(participant))}


def _members(course: Course) -> Mapping[str, object]:
    return {name: getattr(course, name) for name in course.__struct_fields__}


@_reads("/participants/{participant}/records", RecordsOut)
def records(
    request: HttpRequest,
    participant: str,
    form: str | None = Query(None, max_length=200, description="Only records of this form."),
) -> dict[str, object]:
    """List a participant's records in their newest version, held ones included."""
    found = _records(acting(request).view(), participant)
    return {"records": [one for one in found if _is_newest(one) and form in (None, one["form"])]}


@_reads("/participants/{participant}/records/{uuid:record}", HistoryOut)
def record(request: HttpRequest, participant: str, record: UUID) -> dict[str, object]:
    """Give a record as it stands, with every version of it. The id of any version will do."""
    found = _records(acting(request).view(), participant)
    root = next((one["root"] for one in found if one["id"] == str(record)), None)
    versions = [one for one in found if one["root"] == root]
    if root is None:
        raise not_here()
    return {"current": next(filter(_is_newest, reversed(versions)), versions[-1]), "versions": versions}


def _is_newest(one: Mapping[str, Any]) -> bool:
    return bool(one["current"]) or one["status"] == "held"


def _records(view: View, participant: str) -> list[dict[str, Any]]:
    """Every version that the viewer sees; a participant out of reach, or unknown, is not there."""
    seen = view.records(participant) if _can_be(participant) else ()
    if not seen and (not _can_be(participant) or view.course(participant) is None):
        raise not_here()
    errors = {str(one.values.get("about")) for one in seen if one.form == VOID and one.status == "filed"}
    voided = {one.root for one in seen if one.id in errors}
    return [{**_shown(one), "in_error": one.root in voided} for one in seen]


def _shown(seen: Seen) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in seen.__struct_fields__}


def _can_be(participant: str) -> bool:
    """Whether a participant can have this name at all; the store takes no control characters."""
    return UNSTORABLE.search(participant) is None
