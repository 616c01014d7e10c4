"""The physician's page of a participant's screening: one screen from the decision down to each fact and its source."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from msgspec import Struct

from triptych.course import CONFIRMATION, Course, Planned, Screened, local_day, may_file, months
from triptych.course.results import JUDGMENT
from triptych.ledger import Seen
from triptych.safety import Hazard, MedicineJudgment, Washout
from triptych.study import Form, ScreeningFact, Study
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.hand import is_right
from triptych.web.pages.entry import acted, form_of
from triptych.web.people import Asker, found, page
from triptych.web.show import show

HAZARDS: Sequence[tuple[Hazard, str]] = (
    ("toxicity", "Toxicity: MDMA together with it can harm"),
    ("heart_rhythm", "Heart rhythm"),
    ("electrolytes", "Water and salts"),
    ("loss_of_effect", "Loss of effect: the danger lies in stopping the medicine"),
    ("other", "Other"),
    ("none", "No interaction is known"),
)
FACTS_OF: dict[str, tuple[ScreeningFact, ...]] = {
    "SCR-AGE": ("birth_date",),
    "SCR-BASICS": ("sex", "height"),
    "SCR-WEIGHT": ("weight",),
    "SCR-PREGNANCY": ("childbearing_potential", "pregnancy_test", "contraception"),
    "SCR-NURSING": ("nursing",),
    "SCR-DIAGNOSES": ("diagnoses", "history_complete"),
    "SCR-FAMILY": ("family_history",),
    "SCR-SUICIDE": ("ideation", "behavior"),
    "SCR-BP": ("systolic",),
    "SCR-HEARTRATE": ("heart_rate",),
    "SCR-TEMPERATURE": ("temperature",),
    "SCR-QTCF": ("qtcf",),
    "SCR-LABS": ("sodium",),
    "SCR-SODIUM": ("sodium",),
    "SCR-SODIUM-HIGH": ("sodium",),
    "SCR-POTASSIUM": ("potassium",),
    "SCR-LIVER": ("alt",),
    "SCR-LIVER-AST": ("ast",),
    "SCR-CREATININE": ("creatinine",),
    "SCR-TSH": ("tsh",),
    "SCR-URINE": ("drug_screen",),
}
"""Which facts answer what a criterion of the profile misses."""
OF_MEDICINES = {"SCR-MEDLIST": "medicine_review", "SCR-MEDICINE": "medicine"}


class Missing(Struct, frozen=True, kw_only=True):
    """Something that is missing, the forms that answer it, and the roles that file them."""

    what: str
    forms: tuple[Form, ...]
    ask: tuple[str, ...]


class Confirmed(Struct, frozen=True, kw_only=True):
    """The newest confirmation by a physician, and whether it still is of these facts."""

    seen: Seen
    stands: bool


class Asked(Struct, frozen=True, kw_only=True):
    """What a page of the screening is asked about: the course, the session to come, the planned day, the answer."""

    course: Course
    session: Planned | None
    today: date
    planned: date
    screened: Screened


def asked_for(request: HttpRequest, asker: Asker, participant: str) -> Asked:
    """Read what is asked for; whoever may not see medicines and confirmations finds nothing."""
    course = found(asker.view.course(participant))
    if not asker.view.sight.sees_form(CONFIRMATION) or not asker.view.sight.sees_form("medicine"):
        raise Http404
    today = local_day(asker.view.now, asker.view.zone(participant))
    session = next_session(course)
    planned = planned_day(request, session, appointed(asker, participant, session, today), today)
    screened = found(asker.view.screened(participant, planned, session.cycle if session else None))
    return Asked(course=course, session=session, today=today, planned=planned, screened=screened)


@page
def screening(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the screening for a planned day; `on` in the address moves it. A physician confirms what is shown."""
    asked = asked_for(request, asker, participant)
    screened, planned, zone = asked.screened, asked.planned, asker.view.zone(participant)
    judging = asker.study.forms[JUDGMENT]
    posted = _confirming(request, asker, participant, screened)
    if posted is not None and request.method == "POST":
        if not is_right(request):
            text = "The password is not right, or there were too many wrong ones. Nothing was signed. Give it again."
            posted.problems.append(("password", text))
        elif file_posted(request, asker, posted, participant):
            return redirect(f"{reverse('screening', kwargs={'participant': participant})}?on={planned.isoformat()}")
    return show(
        request,
        asker,
        "screening.html",
        status=posted.status if posted else 200,
        participant=participant,
        today=asked.today,
        planned=planned,
        session=asked.session,
        screened=screened,
        posted=posted,
        versions={one.root: one.id for one in asker.view.records(participant) if one.current},
        confirmed=_confirmed(asker, participant),
        abnormal=[(one, Posted.fresh(judging, zone, asker.view.now)) for one in asker.view.abnormal(participant)],
        hazards=[(title, of) for code, title in HAZARDS if (of := by_hazard(screened.answer.medicines, code))],
        months=months(screened.answer.medicines, planned, asked.today),
        missing=list(_missing(asker.study, screened)),
        medicines=list(zip(screened.records, screened.answer.medicines, strict=True)),
        mine={form.id for form in asker.study.forms.values() if may_file(asker.study.roles[asker.grant.role], form)},
        call=call_at(asker, asked.course.site),
        rows=_rows(screened),
        zone=zone,
    )


@page
def judge(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """File the judgment of one abnormal value of a result as it stands (CRL-13)."""
    asked_for(request, asker, participant)
    form = form_of(asker, JUDGMENT)
    wanted = (request.POST.get("v-about", ""), request.POST.get("v-item", ""))
    if request.method != "POST" or wanted not in [(one.record, one.item) for one in asker.view.abnormal(participant)]:
        raise Http404
    posted = Posted.read(form, request.POST, asker.view.zone(participant))
    if not file_posted(request, asker, posted, participant):
        messages.warning(request, "Not filed: " + " ".join(text for _, text in posted.problems))
    return redirect("screening", participant=participant)


@page
def case(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Give the case as `triptych screen --case` reads it."""
    asked = asked_for(request, asker, participant)
    text = json.dumps(asked.screened.case, ensure_ascii=False, indent=1)
    name = f'attachment; filename="screening-{asked.planned.isoformat()}.json"'
    return HttpResponse(text, content_type="application/json", headers={"Content-Disposition": name})


def next_session(course: Course) -> Planned | None:
    """The first visit to come in which a dose is given."""
    waiting = (visit for visit in course.visits if visit.status in ("open", "planned"))
    return next((visit for visit in waiting if any(one.form == "dose_administration" for one in visit.forms)), None)


def appointed(asker: Asker, participant: str, session: Planned | None, today: date) -> date | None:
    """The day that an appointment gives to a session; none where none is made, or it has passed."""
    if session is None or not asker.view.sight.sees_form("appointment"):
        return None
    zone = asker.view.zone(participant)
    made = [
        seen
        for seen in asker.view.records(participant)
        if seen.current and (seen.form, seen.visit, seen.cycle) == ("appointment", session.visit, session.cycle)
    ]
    newest = max(made, key=lambda seen: seen.occurred_at, default=None)
    at = newest.values.get("planned_for") if newest and newest.values["event"] in ("made", "moved") else None
    day = local_day(datetime.fromisoformat(at), zone) if isinstance(at, str) else None
    return day if day is not None and day >= today else None


def planned_day(request: HttpRequest, session: Planned | None, appointed: date | None, today: date) -> date:
    """The day asked for, else the day of the appointment, else the ideal day of the session, and never before today."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        asked = None
    if asked is not None and abs(asked - today) < timedelta(days=2 * 366):
        return asked
    window = session.window if session else None
    ideal = (window.target or window.opens) if window else today
    return appointed or max(ideal, today)


def _confirming(request: HttpRequest, asker: Asker, participant: str, screened: Screened) -> Posted | None:
    """The form of the confirmation, where the asker's role files it and there is something to confirm."""
    if not may_file(asker.study.roles[asker.grant.role], asker.study.forms[CONFIRMATION]):
        if request.method == "POST":
            raise Http404
        return None
    fixed = {"planned_on": screened.planned.isoformat(), "decision": screened.decision}
    fixed["shown"] = request.POST.get("v-shown", "") if request.method == "POST" else screened.shown
    posted = acted(request, asker, form_of(asker, CONFIRMATION), asker.view.zone(participant), fixed)
    posted.cycle = str(screened.cycle or "")
    return posted if screened.may_be_confirmed or request.method == "POST" else None


def _confirmed(asker: Asker, participant: str) -> Confirmed | None:
    """The newest confirmation; it stands while the facts of its day are what they were."""
    made = [seen for seen in asker.view.records(participant) if seen.form == CONFIRMATION and seen.current]
    filed = [seen for seen in made if seen.status == "filed"]
    if not filed:
        return None
    newest = filed[-1]
    now = asker.view.screened(participant, date.fromisoformat(str(newest.values["planned_on"])), newest.cycle)
    return Confirmed(seen=newest, stands=now is not None and now.shown == newest.values["shown"])


def by_hazard(judged: Sequence[MedicineJudgment], hazard: Hazard) -> list[Washout]:
    """What the medicines do, for one hazard; a row with several stands under each of them."""
    return [washout for one in judged for washout in one.washouts if hazard in washout.hazards]


def _missing(study: Study, screened: Screened) -> Iterator[Missing]:
    """What is missing and whom to ask, each thing once."""
    known: set[str] = set()
    for criterion in screened.answer.criteria:
        for item in dict.fromkeys(item for finding in criterion.findings for item in finding.missing):
            if item not in known:
                known.add(item)
                forms = _answering(study, criterion.id)
                yield Missing(what=item, forms=forms, ask=_askers(study, forms))
    for own in screened.criteria:
        for item in own.missing:
            if item not in known:
                known.add(item)
                form = study.forms.get(item.partition(".")[0])
                forms = (form,) if form else ()
                yield Missing(what=own.title, forms=forms, ask=_askers(study, forms))


def _answering(study: Study, criterion: str) -> tuple[Form, ...]:
    if criterion in OF_MEDICINES:
        return (study.forms[OF_MEDICINES[criterion]],)
    wanted = set(FACTS_OF.get(criterion, ()))
    return tuple(form for form in study.document.forms if any(item.fact in wanted for item in form.items if item.fact))


def _askers(study: Study, forms: Sequence[Form]) -> tuple[str, ...]:
    roles = study.document.roles
    return tuple(role.title for role in roles if any(form.group != "anyone" and may_file(role, form) for form in forms))


def call_at(asker: Asker, site: str | None) -> tuple[str, str] | None:
    """Whom a participant calls: the clinician of the site who is reached at any hour."""
    if site is None or not asker.view.sight.sees_form("site_help"):
        return None
    made = [seen for seen in asker.view.site_records(site) if seen.form == "site_help" and seen.current]
    return (str(made[-1].values["who"]), str(made[-1].values["phone"])) if made else None


def _rows(screened: Screened) -> list[Washout]:
    """The wash-outs, those that decide the day first."""
    return sorted(screened.answer.washouts, key=lambda one: (one.satisfied is True, one.satisfied_on or date.max))
