"""The screen of a medicine session: one page for the room and for the physician elsewhere, pushed as it happens."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import authenticate
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from triptych.course import may_file
from triptych.course.music import stretches
from triptych.ledger import Actor, Draft, Filed
from triptych.study import Form, Item
from triptych.web import downtime
from triptych.web.devices import registered
from triptych.web.entry import new_id
from triptych.web.grouped import grouped
from triptych.web.hand import WRONG, confirmed
from triptych.web.house import house
from triptych.web.live import crew, room
from triptych.web.live.alarms import ANSWER, DO
from triptych.web.live.board import gaps
from triptych.web.live.drawing import watched
from triptych.web.live.music import panel, played
from triptych.web.live.outbox import MOST, Answer, take
from triptych.web.live.stream import Drawn, Reader, board_for, events, may_look
from triptych.web.live.summing import summed
from triptych.web.pages import session_course
from triptych.web.pages.emergency import emergency
from triptych.web.pages.paging import ANSWERED, SENT, waiting
from triptych.web.pages.touch import names
from triptych.web.people import Asker, found, grants_of, page
from triptych.web.show import show
from triptych.web.templating import HERE, asset
from triptych.web.traced import traces

DECIDING = ("session-alarms.js", "session-recognition.js", "session-due.js", "rules.js")
TELLING = (
    "session-calling.js",
    "session-sounding.js",
    "session-hand.js",
    "session-board.js",
    "session-local.js",
    "session-paging.js",
    "session-pinned.js",
    "session-push.js",
)
IN_THE_ROOM = ("session-bluetooth.js", "session-room.js", "session-touch.js", "session-signs.js", "session-course.js")
MUSIC = ("session-music.js", "session-music-kept.js")
MODULES = (
    "outbox.js",
    "session-entry.js",
    "session-screen.js",
    "recording-pieces.js",
    *IN_THE_ROOM,
    *MUSIC,
    *DECIDING,
    *TELLING,
)
MEASURED = ("session_signs", "session_sodium", "session_room")
SHOWN = (*MEASURED, "observation", "rescue_medicine", "session_incident", "session_company")
ROUTINE = ("session_signs", "observation")
"""What has a button of its own on the screen; the rest is one tap further, under "More"."""
QUICK = ("vitals", *SHOWN, "session_moment", "session_drink")
DECISIONS = ("physician_cover", "dose_authorization", "supplement_decision", "discharge")
PHYSICIANS = frozenset({"physician", "principal_investigator"})
"""Roles on whose page an alarm counts as shown to a physician."""
STYLE, SCRIPT = "session.css", "session.js"
SIGNALS = ("session-signals.css", "session-signals.js")
BESIDE = ("session-course.css", "recording.css", "session-light.js", "session-music.css")


def opened(asker: Asker, participant: str) -> Drawn:
    """The board of a participant's session for whoever asks; without one the page is not there."""
    return found(board_for(asker.view, participant))


def looked_at(asker: Asker, participant: str) -> None:
    """Whoever may not look at a participant's session finds no page; nothing is drawn for it."""
    if not may_look(asker.view, participant):
        raise Http404


@page
def session(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the session as it stands; the page keeps itself current from there on."""
    drawn = opened(asker, participant)
    if is_running(drawn, asker):
        crew.stay(request)
    return show(
        request,
        asker,
        "live/session.html",
        drawn=drawn,
        participant=participant,
        given=given(request, asker, drawn),
        modules=MODULES,
        entries=[form for form in quick(asker) if form.id in SHOWN],
        routine=ROUTINE,
        decisions=decisions(asker, drawn),
        course_facts=session_course.facts(asker),
        music=panel(asker, drawn.board),
        may_measure=_may(asker, "vitals"),
        secure=is_secure(request),
        test_waits=waiting(asker, participant),
        may_test=[name for name in (SENT, ANSWERED) if _may(asker, name)],
        **emergency(asker, drawn.board.site),
    )


@page
def paper(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """The form for when nothing works: printed before the session, filled by hand, entered afterwards."""
    drawn = opened(asker, participant)
    study = asker.study
    items = [(one.label, downtime.in_short(one.unit or "")) for one in study.forms["vitals"].items]
    return show(
        request,
        asker,
        "live/paper.html",
        drawn=drawn,
        participant=participant,
        items=items,
        limits=downtime.limit_lines(study),
        actions=list(DO.values()),
        due=downtime.due_times(study),
        unconfirmed=downtime.is_unconfirmed(study),
        callers=downtime.callers(json.loads(drawn.parts["calls"])),
        **emergency(asker, drawn.board.site),
    )


@page
def summary(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """The session on two pages for the file: chart, doses, alarms and answers, presence, effects, what is missing."""
    drawn = opened(asker, participant)
    shown = [one for one in asker.view.records(participant) if asker.view.sight.sees_form(one.form)]
    study, ended_at = asker.view.study_of(participant), drawn.state.ended_at if drawn.state else None
    heard = stretches(played(drawn.board, shown))
    parts = summed(study, drawn.board, shown)
    return show(
        request,
        asker,
        "live/summary.html",
        drawn=drawn,
        participant=participant,
        gaps=gaps(drawn.board, ended_at),
        room=room.report(study, drawn.board, shown, ended_at),
        heard=heard,
        touched=asker.view.touch_alarms(participant),
        summed=parts,
        presences=grouped(parts.presence),
        rest=grouped(parts.rest),
        traces=traces(shown, drawn.board.dosed_at, ended_at),
    )


def is_running(drawn: Drawn, asker: Asker) -> bool:
    """Whether a dose was given within the day and night that a session may last."""
    dosed = drawn.board.dosed_at
    return dosed is not None and asker.view.now - dosed < timedelta(seconds=crew.LIVE)


def is_secure(request: HttpRequest) -> bool:
    """Whether the browser counts the address as secure: HTTPS, or this machine itself."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return request.is_secure() or host in ("localhost", "127.0.0.1") or host.endswith(".localhost")


def _may(asker: Asker, form: str) -> bool:
    wanted = asker.study.forms.get(form)
    return wanted is not None and may_file(asker.study.roles[asker.grant.role], wanted)


def given(request: HttpRequest, asker: Asker, drawn: Drawn) -> str:
    """What the page's scripts are given, as JSON: addresses, people, the forms of quick entries and their items."""
    participant = drawn.board.participant
    place = drawn.board.place
    names = (
        "session_events",
        "session_outbox",
        "session_join",
        "session_confirm",
        "session_test_page",
        "session",
        "touch",
    )
    return json.dumps(
        {
            "participant": participant,
            "document": asker.study.digest,
            "place": {"visit": place.visit, "cycle": place.cycle} if place else None,
            "urls": {name: reverse(name, kwargs={"participant": participant}) for name in names},
            "worker": reverse("session_worker"),
            "wake": reverse("push"),
            "modules": {name.removesuffix(".js"): asset(name) for name in MODULES},
            "crew": {
                name: {"role": actor.role, "pin": crew.has_pin(request, name)}
                for name, actor in crew.crew_of(request, asker).items()
            },
            "me": asker.actor.person,
            "forms": {form.id: described(form) for form in quick(asker)},
            "handed": session_course.handed(asker, drawn.board),
            "course": {form.id: described(form) for form in session_course.facts(asker)},
            "zone": drawn.board.zone.key,
            "devices": registered(asker.view, found(asker.view.course(participant)).site),
            **watched(asker.study),
            "shows": asker.grant.role in PHYSICIANS,
            "push": house().push if asker.grant.role in PHYSICIANS else "",
            "facts": json.loads(drawn.parts["facts"]),
            "room": in_the_room(asker, drawn),
            "calls": json.loads(drawn.parts["calls"]),
            "position": drawn.records[-1][0] if drawn.records else None,
        }
    ).replace("<", "\\u003c")


def in_the_room(asker: Asker, drawn: Drawn) -> Mapping[str, Any]:
    """What the page is given of the room: what stands, what is asked, and the forms that the asker's role may enter."""
    scripted = room.scripted(asker.study)
    forms = (name for name in (*room.FORMS, *scripted["scales"]) if _may(asker, name))
    described_forms = {name: described(asker.study.forms[name]) for name in forms}
    return {"facts": json.loads(drawn.parts["room"]), "forms": described_forms, **scripted}


def quick(asker: Asker) -> list[Form]:
    """The facts of a session that the asker's role may enter from the screen: those of its own forms and a few more."""
    return [asker.study.forms[name] for name in QUICK if _may(asker, name)]


def decisions(asker: Asker, drawn: Drawn) -> list[tuple[Form, str]]:
    """Decisions and closings of a session that are made on their own forms, with the server; each with its address."""
    place = drawn.board.place
    named = {"visit": place.visit, "cycle": place.cycle} if place else {}
    end = "?" + urlencode({key: value for key, value in named.items() if value}) if named else ""
    kwargs = {"participant": drawn.board.participant}
    return [
        (asker.study.forms[name], reverse("entry", kwargs={**kwargs, "form": name}) + end)
        for name in DECISIONS
        if _may(asker, name)
    ]


def described(form: Form) -> Mapping[str, Any]:
    """A form as the page's scripts read it."""
    return {"title": form.title, "log": form.log, "items": [_item(item) for item in form.items if item.derived is None]}


def _item(item: Item) -> Mapping[str, Any]:
    return {
        "id": item.id,
        "label": item.label,
        "type": item.type,
        "unit": item.unit,
        "min": item.range.min if item.range else None,
        "max": item.range.max if item.range else None,
        "required": item.required,
        "missing": list(item.missing),
        "choices": [{"code": choice.code, "label": choice.label} for choice in item.choices],
    }


@require_GET
@page
def stream(request: HttpRequest, asker: Asker, participant: str) -> HttpResponseBase:
    """Push what happens, from the position that the reader names, until it goes away or may not read on.

    Where the server cannot push, what is due now is sent at once and the browser asks again.
    """
    looked_at(asker, participant)
    after = request.headers.get("Last-Event-ID") or request.GET.get("after")
    reader = Reader(asker.actor, participant, after, lambda: is_logged_in(request))
    answer: HttpResponseBase
    if isinstance(request, ASGIRequest):
        answer = StreamingHttpResponse(events(reader), content_type="text/event-stream")
    else:
        answer = HttpResponse(reader.look() or "", content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


def is_logged_in(request: HttpRequest) -> bool:
    """Whether the log-in under which a stream was opened still stands."""
    key = request.session.session_key
    return key is not None and bool(request.session.exists(key))


@require_POST
@page
def outbox(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Take what a tablet kept: each entry is answered for itself, and the server's clock is told."""
    looked_at(asker, participant)
    try:
        sent = json.loads(request.body)["records"]
    except (ValueError, KeyError, TypeError, RecursionError):
        sent = None
    if not isinstance(sent, list) or len(sent) > MOST:
        return JsonResponse({"problem": f"Send a list of at most {MOST} records."}, status=422)
    people = crew.crew_of(request, asker)
    answers = [take(one, participant, people, asker.study) for one in sent]
    served = house()
    told = [_told(answer) for answer in answers]
    return JsonResponse({"now": served.clock().isoformat(), "speed": served.speed, "answers": told})


def _told(answer: Answer) -> Mapping[str, object]:
    return {"id": answer.id, "outcome": answer.outcome, "reasons": answer.reasons, "codes": answer.codes}


@require_POST
@page
def join(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Let a colleague use this tablet: their password is checked once, and they set a PIN that holds here alone."""
    looked_at(asker, participant)
    person, pin = request.POST.get("person", ""), request.POST.get("pin", "")
    if not crew.is_new_pin(pin):
        text = f"A PIN has at least {crew.PIN_DIGITS} digits that are not all the same."
        return JsonResponse({"problem": text}, status=422)
    user = authenticate(request, username=person, password=request.POST.get("password", ""))
    actor = _actor_at(person, participant) if user is not None else None
    if actor is None:
        text = "The name and password do not go together, or this person has no role here."
        return JsonResponse({"problem": text}, status=422)
    crew.join(request, actor, pin)
    return JsonResponse({"person": person, "role": actor.role})


@require_POST
@page
def confirm(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """File an answer to an alarm that asks for the hand of whoever gives it: their PIN, else their password."""
    looked_at(asker, participant)
    person, pin = request.POST.get("person", ""), request.POST.get("pin", "")
    actor = crew.crew_of(request, asker).get(person)
    if actor is None or not confirmed(request, asker, person, pin):
        return JsonResponse({"problem": WRONG}, status=422)
    now = house().clock()
    values = {key: request.POST.get(key, "") for key in ("about", "value", "answer")}
    if names(asker, participant, values["value"], values["about"], person):
        text = "You are named in it. Somebody else acknowledges it."
        return JsonResponse({"problem": text}, status=422)
    draft = Draft(id=new_id(now), form=ANSWER, values=values, occurred_at=now, participant=participant, site=actor.site)
    outcome = house().trial.file(draft, actor)
    if isinstance(outcome, Filed):
        return JsonResponse({"filed": outcome.record.id})
    return JsonResponse({"problem": " ".join(reason.text for reason in outcome.reasons)}, status=422)


def _actor_at(person: str, participant: str) -> Actor | None:
    """The first role of a person that reaches a participant's session."""
    for grant in grants_of(person, participant_site=False):
        actor = Actor(person=person, role=grant.role, site=grant.site)
        if may_look(house().trial.view(actor), participant):
            return actor
    return None


@require_GET
@page
def worker(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The script by which a session's screen opens without a network; each session registers it for itself alone."""
    if not asker.view.sight.sees_form("vitals"):
        raise Http404
    kept = [
        asset(name)
        for name in (
            STYLE,
            "session-room.css",
            SCRIPT,
            "triptych.css",
            "triptych.js",
            "mark.svg",
            *BESIDE,
            *SIGNALS,
            *MODULES,
        )
    ]
    kept.append(static("fonts/source-sans-3.woff2"))
    text = "".join((HERE / "static" / name).read_text("utf-8") for name in ("session-worker.js", "music-worker.js"))
    return HttpResponse(text.replace("[/* KEPT */]", json.dumps(kept)), content_type="text/javascript")
