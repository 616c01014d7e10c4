"""What a participant's phone kept while there was no network: answers with identifiers and times of their own.

Each is filed as it was written, or held where it does not fit, so that the phone forgets only what the ledger has.
What was changed on the phone before it was sent is a record beside the answers (EMA-04).
"""

import json
import uuid
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from msgspec import Struct

from triptych.ledger import Draft, Filed, Held
from triptych.study import Form
from triptych.web.entry import Posted
from triptych.web.filing import is_place
from triptych.web.house import house
from triptych.web.integrating import counts_from_now
from triptych.web.pages.concern import is_from_here
from triptych.web.pages.wrong import forgotten
from triptych.web.people import Asker, page
from triptych.web.words import asked_in

EDITS = "device_edits"
MOST = 50
LONGEST = 90_000


class Kept(Struct, frozen=True, kw_only=True):
    """Answers as the phone kept them: the fields of the page, and what was changed in them before they were sent."""

    id: str
    form: str
    fields: list[tuple[str, str]]
    edits: list[dict[str, str]] = []


class Sending(Struct, frozen=True, kw_only=True):
    """Everything that a phone sends at once."""

    answers: list[Kept]


def answerable(asker: Asker) -> dict[str, Form]:
    """The forms that a participant may answer, by id."""
    role = asker.study.roles[asker.grant.role]
    named = (form for form in asker.study.forms.values() if form.id in role.files or form.group in role.files)
    return {form.id: form for form in named if form.about == "participant" and form.kind == "fact"}


@csrf_exempt
@require_POST
def outbox(request: HttpRequest) -> HttpResponseBase:
    """Take in what was kept. A page that was kept has no good token, so the origin counts instead."""
    return _outbox(request) if is_from_here(request) else forgotten(request)


@page
def _outbox(request: HttpRequest, asker: Asker) -> HttpResponse:
    """File what was kept, and say of each what became of it."""
    try:
        sending = msgspec.json.decode(request.body, type=Sending)
    except msgspec.DecodeError:
        return HttpResponse(status=422)
    return JsonResponse({"answers": [{"id": one.id, "outcome": _taken(asker, one)} for one in sending.answers[:MOST]]})


def _taken(asker: Asker, kept: Kept) -> str:
    form = answerable(asker).get(kept.form)
    if form is None:
        return "refused"
    zone = asker.view.whereabouts(asker.grant.participant or "").at(asker.view.now)  # the page wrote times in it
    posted = Posted.read(form, _fields(kept.fields), zone)
    answers = posted.answers()
    happened = None if counts_from_now(form.id, answers) else posted.happened()
    has_place = is_place(asker.study, posted.visit, posted.cycle)
    draft = Draft(
        id=kept.id,
        form=form.id,
        values=answers,
        occurred_at=happened or asker.view.now,
        participant=asker.grant.participant,
        site=asker.grant.site,
        visit=(posted.visit or None) if has_place else None,
        cycle=int(posted.cycle) if has_place and posted.cycle.isdecimal() else None,
        origin="outbox",
        language=asked_in(asker.study, posted.language),
    )
    outcome = house().trial.file(draft, asker.actor)
    if isinstance(outcome, Filed) and not form.shared_by:  # what nobody shared has no drafts that others read
        file_edits(asker, kept.id, json.dumps(kept.edits))
    return "filed" if isinstance(outcome, Filed) else "held" if isinstance(outcome, Held) else "refused"


def _fields(pairs: list[tuple[str, str]]) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, value in pairs:
        found.appendlist(name, value)
    return found


def file_edits(asker: Asker, record: str, text: str) -> None:
    """File what was changed on a device before answers were sent; nothing where nothing was, or it cannot be read."""
    try:
        edits: Any = json.loads(text or "[]")
    except ValueError:
        return
    if EDITS not in asker.study.own_forms or not isinstance(edits, list) or not edits:
        return
    lines = [
        f"{one.get('at', '')} {one.get('item', '')}: {one.get('was', '')!r} to {one.get('is', '')!r}"
        for one in edits
        if isinstance(one, dict)
    ]
    draft = Draft(
        id=str(uuid.uuid5(uuid.UUID(record), EDITS)),
        form=EDITS,
        values={"about": record, "edits": "\n".join(lines)[:LONGEST]},
        occurred_at=asker.view.now,
        participant=asker.grant.participant,
        site=asker.grant.site,
        origin="outbox",
    )
    house().trial.file(draft, asker.actor)
