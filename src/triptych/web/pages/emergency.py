"""The emergency card of a site, its part for physicians signed by the medical lead, and the sheet for hand-over."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from msgspec import Struct, structs

from triptych.course import may_file
from triptych.ledger import Draft, Filed, Seen
from triptych.ledger.library import contacts, emergency_card
from triptych.safety import EmergencyCard
from triptych.study import Study
from triptych.web.entry import LOCAL, new_id
from triptych.web.filing import file_posted
from triptych.web.hand import is_right
from triptych.web.house import house
from triptych.web.identity.store import identity_of
from triptych.web.live.board import Dose, Place
from triptych.web.live.stream import board_for
from triptych.web.pages.entry import acted
from triptych.web.people import Asker, found, page
from triptych.web.show import show

FORM, LOOK = "emergency_card_approval", "identity_emergency"
BEFORE = timedelta(hours=24)
"""Of what was given besides, so much is told."""
LEADS = ("principal_investigator", "physician")
"""Who can be the medical lead of a site."""
WHY = "The hand-over sheet was printed from the session's screen"


class Signed(Struct, frozen=True, kw_only=True):
    """The part for physicians as it was signed: its lines, the signature, and whom to call to learn what was given."""

    lines: tuple[str, ...]
    by: Seen
    unblinding: str


def signed_card(asker: Asker, site: str | None, card: EmergencyCard) -> Signed | None:
    """The part for physicians where the newest signature at the site is to exactly this card; else none."""
    seen = asker.view.site_records(site) if site in asker.view.sites() else ()
    approvals = [one for one in seen if one.form == FORM and one.current and one.status == "filed"]
    last = max(approvals, key=lambda one: one.recorded_at, default=None)
    if last is None or last.values.get("signed") is not True or last.role not in LEADS:
        return None
    if last.values.get("card") != card.digest:
        return None
    own = tuple(line for line in str(last.values.get("lines") or "").splitlines() if line.strip())
    return Signed(lines=(*card.physician, *own), by=last, unblinding=str(last.values["unblinding"]))


def emergency(asker: Asker, site: str | None) -> dict[str, Any]:
    """The card with the number of the study's country, and the part for physicians if it is signed."""
    defaults = asker.study.document.site_defaults
    country = defaults.country if defaults else ""
    numbers = [one for one in contacts() if one.country == country and one.kind == "emergency"]
    card = emergency_card()
    return {"card": card, "numbers": numbers, "signed": signed_card(asker, site, card)}


@page
def card(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the whole card of a site to those who may sign it or see that it is signed, and take the signature."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(FORM):
        raise Http404
    form, bundled = asker.study.forms[FORM], emergency_card()
    may = may_file(asker.study.roles[asker.grant.role], form) and asker.grant.role in LEADS
    fixed = {"card": request.POST.get("v-card", bundled.digest), "signed": "yes"}
    posted = acted(request, asker, form, asker.view.zone(), fixed)
    if request.method == "POST":
        if not may:
            raise Http404
        posted.occurred_at = asker.view.now.astimezone(asker.view.zone()).strftime(LOCAL)
        if posted.typed["card"] != [bundled.digest]:
            posted.problems.append(("", "The bundled card has changed since it was shown. Read it again."))
        elif not is_right(request):
            posted.problems.append(("password", "The password is not right. Nothing was signed."))
        elif file_posted(request, asker, posted, None, site=site):
            return redirect("emergency_card", site=site)
    status = 422 if posted.problems else 200
    given = {**emergency(asker, site), "site": site, "may": may, "posted": posted, "form": form}
    return show(request, asker, "emergency_card.html", status=status, zone=asker.view.zone(), **given)


@require_POST
@page
def hand_over(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Record that the glass was broken, and show the sheet for whoever takes over; a reload records it again."""
    drawn = found(board_for(asker.view, participant))
    if request.POST.get("open") != "yes":
        raise Http404
    now = asker.view.now
    draft = Draft(
        id=new_id(now),
        form=LOOK,
        values={"why": WHY},
        occurred_at=now,
        participant=participant,
        site=asker.grant.site or drawn.board.site,
    )
    if not isinstance(house().trial.file(draft, asker.actor), Filed):
        raise Http404
    seen = [one for one in asker.view.records(participant) if one.current and one.status == "filed"]
    return show(
        request,
        asker,
        "live/hand_over.html",
        participant=participant,
        board=drawn.board,
        svg=drawn.parts["chart"],
        person=structs.asdict(identity_of(participant)),
        medicines=[one for one in seen if one.form == "medicine"],
        rescue=[one for one in seen if one.form == "rescue_medicine" and one.occurred_at > now - BEFORE],
        given=given(asker.study, drawn.board.doses, drawn.board.place, seen),
        numbers=emergency(asker, drawn.board.site),
        on_duty=on_duty(json.loads(drawn.parts["calls"]), now.timestamp() * 1000),
        now=now,
    )


def on_duty(calls: Mapping[str, Any], now: float) -> list[Mapping[str, Any]]:
    """Who covers the session and who is on call at an instant (milliseconds), each once, as the tablet calls them."""
    rota = [one for one in calls["duty"] if one["from"] <= now][-1:]
    people = [calls["cover"], *(one.get("physician") for one in rota)]
    return list({one["name"]: one for one in people if one}.values())


def given(study: Study, doses: Sequence[Dose], place: Place | None, seen: Sequence[Seen]) -> list[Mapping[str, Any]]:
    """What was given and when: known where the only arm has MDMA, else possible and the most that it can have been."""
    arms = study.document.arms
    is_known = len(arms) == 1 and "MDMA" in arms[0].drug.upper()
    cycle = place.cycle if place else None
    amounts = {one.values.get("taken_at") or one.occurred_at.isoformat(): one.values.get("amount")
               for one in seen if one.form == "dose_administration"}  # fmt: skip
    return [
        {
            "at": dose.at,
            "part": dose.part,
            "known": is_known,
            "amount": amounts.get(dose.at.isoformat()) if is_known else _most(study, dose.part, cycle),
        }
        for dose in doses
    ]


def _most(study: Study, part: str, cycle: int | None) -> float | None:
    """The largest amount that any arm has for this part of the dose."""
    doses = [dose for arm in study.document.arms for dose in arm.doses if dose.cycle == cycle or cycle is None]
    found_doses = [dose.supplemental if part == "supplemental" else dose.maximum or dose.initial for dose in doses]
    return max((one for one in found_doses if one is not None), default=None)
