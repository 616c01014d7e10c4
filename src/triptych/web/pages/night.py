"""The night after a session: how whoever stays finds the participant, by one tap, and all that was found before."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import may_file
from triptych.ledger import Draft, Filed, Seen
from triptych.ledger.library import contacts
from triptych.study import Form
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.people import Asker, found, page
from triptych.web.show import show

STAY, CHECK, MORNING = "overnight_stay", "overnight_check", "morning_handover"
STEPS = {"physician": "Physician on call", "backup": "Backup"}
"""Of the rota, those who are called, as on the session's screen."""
ENTERED = (STAY, MORNING, "session_exit", "rescue_medicine")
"""Other forms of the night, on pages of their own."""
LASTS = timedelta(hours=36)
"""So far back the log of a night goes."""


@page
def night(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show the log of the night with whom to call, or file how the participant was found.

    Whom to call is told to whoever may stay, whether or not they see the rota: they may need it at once.
    """
    form = asker.study.forms.get(CHECK)
    if form is None or not (asker.view.sight.sees_form(CHECK) and asker.view.reaches(participant)):
        raise Http404
    if request.method == "POST":
        return _look(request, asker, participant, form)
    records = [one for one in asker.view.records(participant) if one.current and one.status == "filed"]
    recent = sorted((one for one in records if one.occurred_at > asker.view.now - LASTS), key=_when, reverse=True)
    whole = house().trial.system_view()
    now_on_call = next((people for _, people in whole.on_call_at(participant, timedelta(minutes=1))), {})
    country = asker.view.country(participant)
    return show(
        request,
        asker,
        "night.html",
        participant=participant,
        stay=next((one for one in recent if one.form == STAY), None),
        looks=[one for one in recent if one.form == CHECK],
        found={choice.code: choice.label for item in form.items if item.id == "found" for choice in item.choices},
        may_look=_may(asker, CHECK),
        forms=[asker.study.forms[name] for name in ENTERED if _may(asker, name)],
        record=new_id(asker.view.now),
        on_call=[(title, *now_on_call[step]) for step, title in STEPS.items() if step in now_on_call],
        emergency=[one for one in contacts() if (one.country, one.kind) == (country, "emergency")],
        zone=asker.view.zone(participant),
    )


def _when(one: Seen) -> tuple[object, str]:
    return one.occurred_at, one.id


def _may(asker: Asker, name: str) -> bool:
    form = asker.study.forms.get(name)
    return form is not None and may_file(asker.study.roles[asker.grant.role], form)


def _look(request: HttpRequest, asker: Asker, participant: str, form: Form) -> HttpResponse:
    """File how the participant is found now, in the asker's name; sent twice it stands once."""
    values: dict[str, object] = {"found": found(request.POST.get("found") or None)}
    if words := request.POST.get("words", "").strip():
        values["words"] = words
    now = asker.view.now
    draft = Draft(
        id=request.POST.get("record") or new_id(now),
        form=form.id,
        values=values,
        occurred_at=now,
        participant=participant,
        site=asker.grant.site,
    )
    outcome = house().trial.file(draft, asker.actor)
    if isinstance(outcome, Filed):
        messages.success(request, f"{form.title}: filed.")
    else:
        messages.warning(request, " ".join(reason.text for reason in outcome.reasons))
    return redirect("night", participant=participant)
