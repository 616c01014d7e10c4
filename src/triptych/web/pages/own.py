"""What participants see and answer of their own: today, one thing a page, and the way to help always in one place."""

from collections.abc import Collection, Iterable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from msgspec import Struct

from triptych.course import Planned
from triptych.course.staying import is_asked_nothing
from triptych.study import Form
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.integrating import FORMS, standing
from triptych.web.pages.diary import (
    CHOICES,
    asked_page,
    is_asked,
    is_experience_asked,
    is_open,
    last_read,
    missed_days,
    own_today,
    own_zone,
)
from triptych.web.pages.integrating import waits_for_word
from triptych.web.pages.outbox import file_edits
from triptych.web.people import Asker, found, page
from triptych.web.words import form_for, words_for

APART = (
    "days_after",
    "education_answer",
    "experience",
    "device_edits",
    "reminder_wishes",
    "consent_element",
    "consent",
    "touch_signature",
    "permission",
    "withdrawal",
    *CHOICES,
    *FORMS,
)
"""Answered on pages of their own."""
AHEAD = 3
"""How many of the coming visits stand on the page of today."""


class Asked(Struct, frozen=True, kw_only=True):
    """A questionnaire that an open visit waits for."""

    form: Form
    visit: Planned


def own_forms(asker: Asker) -> list[Form]:
    """The forms about themselves that the document gives to participants by name; those open to all staff are not."""
    role = asker.study.roles[asker.grant.role]
    named = (form for form in asker.study.forms.values() if form.id in role.files or form.group in role.files)
    return [form for form in named if form.about == "participant" and form.kind == "fact" and form.id not in APART]


@page
def today(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show what is asked today, what comes next, and what the participant has answered."""
    participant = asker.grant.participant or ""
    course = found(asker.view.course(participant))
    zone, day = own_zone(asker), own_today(asker)
    mine = {form.id: form for form in own_forms(asker)}
    coming = [visit for visit in course.visits if visit.status in ("open", "planned") and not visit.series]
    records = asker.view.records(participant)
    answered = [seen for seen in records if seen.current and seen.form in mine]
    is_over = is_asked_nothing(standing(records), course.standing)
    return render(
        request,
        "own/today.html",
        {
            "asker": asker,
            "asked": [] if is_over else asked(course.visits, mine.values(), day),
            "coming": coming[:AHEAD],
            "answered": sorted(answered, key=lambda seen: seen.occurred_at, reverse=True),
            "forms": mine,
            "diary_asked": not is_over and is_open(asker) and is_asked(asker, course.visits, day),
            "experience_asked": not is_over and is_experience_asked(asker, course.visits, day),
            "missed": missed(course.visits, mine.values()),
            "missed_days": missed_days(asker, course.visits, day),
            "read_by": last_read(asker),
            "diary_open": is_open(asker),
            "asks_consent": asker.study.document.consent is not None,
            "now": asker.view.now,
            "words": words_for(request),
            "ready_waits": waits_for_word(asker, course.visits),
            "zone": zone,
        },
    )


def missed(visits: Iterable[Planned], forms: Collection[Form]) -> list[Planned]:
    """Visits of the participant's own answers whose window has passed without them."""
    mine = {form.id for form in forms}
    return [visit for visit in visits if visit.status == "missed" and any(one.form in mine for one in visit.forms)]


def asked(visits: Iterable[Planned], forms: Collection[Form], today: date) -> list[Asked]:
    """What open visits wait for, and all that day what a visit held today has: it may be answered more than once."""
    return [
        Asked(form=form, visit=visit)
        for visit in visits
        for form in forms
        if visit.wants(form.id) or (visit.actual == today and any(state.form == form.id for state in visit.forms))
    ]


@page
def answer(request: HttpRequest, asker: Asker, form: str) -> HttpResponse:
    """Show one questionnaire, or file the answers."""
    participant = asker.grant.participant or ""
    course = found(asker.view.course(participant))
    wanted = next((one for one in own_forms(asker) if one.id == form), None)
    if wanted is None:
        raise Http404
    zone = own_zone(asker)
    if request.method == "POST":
        posted = Posted.read(form_for(request, asker.study, wanted), request.POST, zone)
        if file_posted(request, asker, posted, participant):
            file_edits(asker, posted.record, request.POST.get("edits", ""))
            return redirect("sent")
    else:
        waiting = next(iter(asked(course.visits, [wanted], own_today(asker))), None)
        if waiting is None:
            raise Http404
        posted = Posted.fresh(form_for(request, asker.study, wanted), zone, asker.view.now)
        posted.visit, posted.cycle = waiting.visit.visit, str(waiting.visit.cycle or "")
    return asked_page(request, asker, posted)
