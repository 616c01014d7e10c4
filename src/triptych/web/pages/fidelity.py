"""Fidelity: the lead draws recorded sessions and reads how raters agree; a rater sees codes and rates (CRL-15).

A rater learns neither participant nor arm nor visit, and nothing of what another rater wrote. Means by arm stand there
only for a lead whose grant is unblinded.
"""

import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import local_day
from triptych.course.fidelity import ASSIGNMENT, DRAW, RATING, draws
from triptych.evidence.fidelity import by_arm, over_time, pairs
from triptych.ledger import Filed
from triptych.ledger.sampling import drawn_by, file_draw, frame_of
from triptych.study import fit
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.people import Asker, page
from triptych.web.show import show

MADE = ("frame", "drawn")
"""What the page itself writes into the record of a draw."""


@page
def fidelity(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the lead the draws and what the ratings say, or draw; show a rater what is theirs to rate."""
    if asker.view.sight.sees_form(DRAW):
        return _lead(request, asker)
    if asker.view.sight.sees_form(ASSIGNMENT):
        return show(request, asker, "fidelity_own.html", here="fidelity", own=_own(asker), zone=asker.view.zone())
    raise Http404


def _lead(request: HttpRequest, asker: Asker) -> HttpResponse:
    zone, form = asker.view.zone(), asker.study.forms[DRAW]
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        if _draw(asker, posted):
            return redirect("fidelity")
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
        posted.typed["seed"] = [secrets.token_hex(8)]
    known = {one.id: one for one in frame_of(asker.view)}
    made = drawn_by(asker.view)
    drawn = [one for draw in made for one in draw.drawn]
    arms = {name: arm for name, one in known.items() if (arm := asker.view.arm(one.participant)) is not None}
    return show(
        request,
        asker,
        "fidelity.html",
        here="fidelity",
        status=422 if posted.problems else 200,
        posted=posted,
        made=MADE,
        draws=made,
        known=known,
        pairs=pairs(drawn),
        items={item.id: item for item in asker.study.forms[RATING].items},
        over_time=over_time(drawn, {name: one.on for name, one in known.items()}),
        arms=by_arm(drawn, arms),
        zone=zone,
    )


def _draw(asker: Asker, posted: Posted) -> bool:
    """Draw and file; false, with the reasons, where the person must look again. Sent twice, it is drawn once."""
    if any(one.id == posted.record for one in draws(asker.view.study_records())):
        return True
    values = posted.answers()
    today = local_day(asker.view.now, posted.zone)
    for misfit in fit(asker.study, posted.form, {**values, **dict.fromkeys(MADE, "-")}, today, posted.zone):
        posted.problems.append((misfit.item or "", misfit.message))
    if posted.problems:
        return False
    raters = (values["first"], values["second"])
    trial = house().trial
    outcome = file_draw(trial, asker.actor, posted.record, values["seed"], values["how"], values["count"], raters)
    if isinstance(outcome, Filed):
        return True
    posted.problems.extend(("", reason.text) for reason in outcome.reasons)
    return False


def _own(asker: Asker) -> list[tuple[str, str, bool]]:
    """What was given to the rater who asks: the assignment, its code, and whether it is rated; by code."""
    records = asker.view.study_records()
    rated = {str(one.values["about"]) for one in records if one.form == RATING and one.actor == asker.actor.person}
    own = (one for one in records if one.form == ASSIGNMENT and one.values["person"] == asker.actor.person)
    return sorted({(one.root, str(one.values["code"]), one.root in rated) for one in own}, key=lambda one: one[1])


@page
def rate(request: HttpRequest, asker: Asker, record: str) -> HttpResponse:
    """Show a rater one recording's form, or file the rating. Somebody else's recording is not found."""
    given = next((one for one in _own(asker) if one[0] == str(record)), None)
    if given is None:
        raise Http404
    if given[2]:
        return redirect("fidelity")
    zone, form = asker.view.zone(), asker.study.forms[RATING]
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        posted.fix({"about": given[0]})
        if file_posted(request, asker, posted, None):
            return redirect("fidelity")
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
        posted.fix({"about": given[0]})
    status = 422 if posted.problems else 200
    return show(
        request, asker, "fidelity_rate.html", here="fidelity", status=status, posted=posted, code=given[1], zone=zone
    )
