"""The taper plan: written by the physician, signed by two, and only then shown and printed for the participant."""

from datetime import date
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from triptych.course import Month, Taper, local_day, may_file, months
from triptych.exchange import Paper, paper_pdf
from triptych.ledger.library import contacts
from triptych.safety import Contact
from triptych.study import Form
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.pages.entry import acted, form_of
from triptych.web.pages.helping import site_help
from triptych.web.pages.screening import Asked, asked_for, call_at
from triptych.web.papers import Call, first_words, month_name, plan_paper, rights, screening_paper, stops, told
from triptych.web.people import Asker, found, page
from triptych.web.show import show
from triptych.web.words import FIRST, Words, all_words, words_for

PLAN, AGREEMENT = "taper_plan", "prescriber_agreement"


@page
def plan(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the plan and what it lacks; write a new one, or record that the prescriber signed on paper."""
    asked = asked_for(request, asker, participant)
    taper = asker.view.taper(participant)
    role = asker.study.roles[asker.grant.role]
    may_write = may_file(role, asker.study.forms[PLAN])
    if request.method == "POST" and not may_write:
        raise Http404
    written = _form(request, asker, asked, asker.study.forms[PLAN], taper) if may_write else None
    agreed = _form(request, asker, asked, asker.study.forms[AGREEMENT], taper) if may_write and taper else None
    if request.method == "POST":
        posted = agreed if request.POST.get("form") == AGREEMENT else written
        if posted is not None and file_posted(request, asker, posted, participant):
            return redirect("taper", participant=participant)
    problems = any(one.problems or one.asked for one in (written, agreed) if one is not None)
    return show(
        request,
        asker,
        "taper.html",
        status=422 if problems else 200,
        participant=participant,
        planned=asked.planned,
        taper=taper,
        written=written,
        agreed=agreed,
        told=partial(told, say=all_words()[FIRST].say),
        call=call_at(asker, asked.course.site),
        zone=asker.view.zone(participant),
    )


def _form(request: HttpRequest, asker: Asker, asked: Asked, form: Form, taper: Taper | None) -> Posted:
    """One of the two forms: as it came back, or afresh with what the page knows."""
    zone = asker.view.zone(asked.course.participant)
    if request.method == "POST" and request.POST.get("form") == form.id:
        posted = acted(request, asker, form_of(asker, form.id), zone, {})
    else:
        posted = Posted.fresh(form_of(asker, form.id), zone, asker.view.now)
    if form.id == PLAN:
        shown = request.POST.get("v-shown") or asked.screened.medicines_shown
        posted.fix({"planned_on": asked.planned.isoformat(), "shown": shown})
    elif taper is not None:
        posted.fix({"about": taper.record})
    return posted


@page
def plan_pdf(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Give the participant's plan as a PDF, once it is in force."""
    asked = asked_for(request, asker, participant)
    taper = found(asker.view.taper(participant))
    call = found(call_at(asker, asked.course.site))
    if not taper.in_force:
        raise Http404
    words = all_words().get(request.GET.get("language", ""), all_words()[FIRST])
    return _pdf(_paper(asker, taper, call, participant, asked.today, words), "plan")


@page
def screening_pdf(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Give the physician's page as a PDF for the file."""
    asked = asked_for(request, asker, participant)
    call = found(call_at(asker, asked.course.site))
    foot = _foot(asker, participant, asked.screened.shown)
    found_months = months(asked.screened.answer.medicines, asked.planned, asked.today)
    return _pdf(screening_paper(asked.screened, found_months, call, participant, foot), "screening")


@page
def own_plan(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show participants their plan in plain words, once it is in force; otherwise what not to do, and whom to call."""
    taper, call, laid_out = _own(request, asker)
    say = words_for(request).say
    return render(
        request,
        "own/medicines.html",
        {
            "asker": asker,
            "first": first_words(call, say) if call else "",
            "call": call,
            "taper": taper if call else None,
            "months": laid_out,
            "marks": [mark for one in laid_out for week in one.weeks for cell in week for mark in cell.marks],
            "told": partial(told, say=say),
            "month_name": partial(month_name, say=say),
            "stops": stops(say),
            "rights": rights(say),
        },
    )


@page
def own_plan_pdf(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Give participants their plan as a PDF."""
    taper, call, _ = _own(request, asker)
    if taper is None or call is None:
        raise Http404
    participant = asker.grant.participant or ""
    today = local_day(asker.view.now, asker.view.zone(participant))
    return _pdf(_paper(asker, taper, call, participant, today, words_for(request)), "plan")


def _own(request: HttpRequest, asker: Asker) -> tuple[Taper | None, Call | None, tuple[Month, ...]]:
    participant = asker.grant.participant or ""
    taper = asker.view.taper(participant)
    clinician = site_help(request).clinician
    call = (str(clinician.values["who"]), str(clinician.values["phone"])) if clinician else None
    today = local_day(asker.view.now, asker.view.zone(participant))
    return taper, call, _months(taper, today) if taper else ()


def _months(taper: Taper, today: date) -> tuple[Month, ...]:
    return months(taper.judged, taper.planned, today)


def _paper(asker: Asker, taper: Taper, call: Call, participant: str, today: date, words: Words) -> Paper:
    foot = _foot(asker, participant, str(taper.values["shown"]))
    return plan_paper(taper, _months(taper, today), call, _crisis(asker), foot, words)


def _crisis(asker: Asker) -> list[Contact]:
    """Whom to call in danger, in the country of the study."""
    defaults = asker.study.document.site_defaults
    country = defaults.country if defaults else ""
    return [one for one in contacts() if one.country == country and one.kind != "referral"]


def _foot(asker: Asker, participant: str, digest: str) -> str:
    at = asker.view.now.astimezone(asker.view.zone(participant))
    study = asker.study.document
    return f"{study.title}, version {study.version}. {participant}. {at:%-d %b %Y %H:%M}. {digest[:12]}"


def _pdf(paper: Paper, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(paper_pdf(paper), content_type="application/pdf", headers=headers)
