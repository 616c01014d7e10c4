"""Filling in a form, and correcting a record: the same page, made from the study document."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from triptych.course import CONFIRMATION, GateState, local_day, may_file
from triptych.ledger import Seen
from triptych.study import Form, shown_items
from triptych.web.effects_said import effects_said
from triptych.web.entry import Posted
from triptych.web.filing import file_posted, is_place
from triptych.web.hand import HANDED, given_by, hand_for
from triptych.web.live.stream import sees_session
from triptych.web.people import Asker, found, page
from triptych.web.proposing import propose
from triptych.web.show import show
from triptych.web.templating import moment

SIGNED = frozenset({"signature", CONFIRMATION})
"""Forms that bind a person to what they were shown."""


def form_of(asker: Asker, name: str) -> Form:
    """A form that the asker's role may file; anything else is not there."""
    form = asker.study.forms.get(name)
    role = asker.study.roles.get(asker.grant.role)
    if form is None or role is None or not may_file(role, form):
        raise Http404
    return form


@page
def entry(request: HttpRequest, asker: Asker, participant: str, form: str) -> HttpResponse:
    """Show an empty form, or file what was filled in."""
    zone = asker.view.zone(participant)
    wanted = form_of(asker, form)
    if request.method == "POST":
        _not_signed_here(wanted)
        posted = Posted.read(wanted, request.POST, zone)
        if _is_filed(request, asker, posted, participant):
            is_session = form in HANDED and sees_session(asker.view)
            return redirect("session" if is_session else "participant", participant=participant)
    else:
        posted = Posted.fresh(wanted, zone, asker.view.now)
        posted.visit, posted.cycle = request.GET.get("visit", ""), request.GET.get("cycle", "")
        if "about" in request.GET:
            posted.typed["about"] = [request.GET["about"]]
        if not is_place(asker.study, posted.visit, posted.cycle):
            raise Http404
        propose(asker, posted, participant, int(posted.cycle) if posted.cycle.isdecimal() else None)
    course = found(asker.view.course(participant))
    gate = next((gate for gate in course.gates if gate.guards == form), None)
    return drawn(request, asker, posted, participant, gate=gate)


def _not_signed_here(form: Form) -> None:
    """What is signed is signed on a page of its own, which asks for the password again (P11-11)."""
    if form.id in SIGNED:
        raise Http404


@page
def correct(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Correct a record: its answers stand in the form, and a reason is asked for."""
    seen = found(next((s for s in asker.view.records(participant) if s.id == str(record) and s.current), None))
    zone = asker.view.zone(participant)
    wanted = form_of(asker, seen.form)
    if not sees_whole(asker, wanted):
        raise Http404
    if request.method == "POST":
        _not_signed_here(wanted)
        posted = Posted.read(wanted, request.POST, zone)
        if not posted.reason.strip():
            posted.problems.append(("reason", "A correction says why. Give the reason for the change."))
        elif _is_filed(request, asker, posted, participant):
            return redirect("record", participant=participant, record=seen.root)
    else:
        posted = Posted.of(wanted, zone, asker.view.now, seen.values, seen.occurred_at)
        posted.visit, posted.cycle = seen.visit or "", str(seen.cycle or "")
        posted.corrects = seen.id
    return drawn(request, asker, posted, participant, was=seen)


def _is_filed(request: HttpRequest, asker: Asker, posted: Posted, participant: str) -> bool:
    """File by the hand that the form asks for; false, with what is wrong, if that or the filing fails."""
    by = given_by(request, asker, posted, hand_for(request, asker, posted.form))
    return by is not None and file_posted(request, by, posted, participant)


def sees_whole(asker: Asker, form: Form) -> bool:
    """Whether no item of a form is hidden: a correction by somebody else would drop the answers they do not see."""
    return all(map(asker.view.sight.sees_item, form.items))


def drawn(
    request: HttpRequest,
    asker: Asker,
    posted: Posted,
    participant: str,
    gate: GateState | None = None,
    was: Seen | None = None,
    again: Seen | None = None,
) -> HttpResponse:
    """Draw the form as it stands, with what is wrong or asked."""
    return show(
        request,
        asker,
        "entry.html",
        status=posted.status,
        posted=posted,
        participant=participant,
        gate=gate,
        effects=effects_said(asker, posted.form, participant),
        was=was,
        again=again,
        hidden=hidden(asker, posted),
        hand=hand_for(request, asker, posted.form),
        records=named_records(asker, posted, participant),
    )


def named_records(asker: Asker, posted: Posted, participant: str) -> list[tuple[str, str]]:
    """The participant's records that a form can be about, newest first, each in words."""
    if not any(item.type == "record" for item in posted.form.items):
        return []
    forms = asker.study.forms
    seen = [one for one in asker.view.records(participant) if one.current and one.form in forms]
    seen.sort(key=lambda one: one.occurred_at, reverse=True)
    return [(one.root, f"{forms[one.form].title}, {moment(one.occurred_at, posted.zone)}{_term(one)}") for one in seen]


def _term(seen: Seen) -> str:
    """What a record is called by those who filed it: the term of an event, the name of a medicine."""
    name = seen.values.get("term") or seen.values.get("name")
    return f": {name}" if isinstance(name, str) else ""


@require_POST
@page
def shown(request: HttpRequest, asker: Asker, participant: str, form: str) -> HttpResponse:
    """Tell which items are not asked with the answers as they stand; the page asks while somebody types."""
    found(asker.view.course(participant))
    wanted = form_of(asker, form)
    posted = Posted.read(wanted, request.POST, asker.view.zone(participant))
    return JsonResponse({"hidden": sorted(hidden(asker, posted))})


def hidden(asker: Asker, posted: Posted) -> frozenset[str]:
    """The items that are not asked with the answers on the form."""
    happened = posted.happened()
    today = local_day(happened or asker.view.now, posted.zone)
    asked = shown_items(asker.study, posted.form, posted.answers(), today, posted.zone)
    return frozenset(item.id for item in posted.form.items) - asked


def act(
    request: HttpRequest,
    asker: Asker,
    participant: str,
    form: str,
    fixed: Mapping[str, str],
    *,
    to: str,
    **parts: Any,
) -> HttpResponse:
    """File one of the forms that every trial has, about something: what the page knows is fixed, the rest is asked."""
    zone = asker.view.zone(participant)
    posted = acted(request, asker, form_of(asker, form), zone, fixed)
    if request.method == "POST" and file_posted(request, asker, posted, participant):
        return redirect(to)
    common = {"participant": participant, "posted": posted, "fixed": fixed, "to": to, "zone": zone}
    common |= {"options": {}, "without": ()}
    return show(request, asker, "act.html", status=posted.status, **{**common, **parts})


def acted(request: HttpRequest, asker: Asker, form: Form, zone: ZoneInfo, fixed: Mapping[str, str]) -> Posted:
    """Such a form as it came back, or afresh."""
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
    posted.fix(fixed)
    return posted
