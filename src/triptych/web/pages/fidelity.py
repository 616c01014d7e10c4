"""Fidelity: the lead draws recorded sessions and reads how raters agree; a rater sees codes and rates (CRL-15).

A rater opens the recording that was drawn for them and no other, which is on record, and learns neither participant nor
arm nor visit, and nothing of what another rater wrote. Means by arm stand there
only for a lead whose grant is unblinded.
"""

import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from msgspec import Struct

from triptych.course import local_day
from triptych.course.fidelity import ASSIGNMENT, DRAW, RATING, draws
from triptych.evidence.fidelity import by_arm, over_time, pairs
from triptych.ledger import Draft, Filed, Seen
from triptych.ledger.complaining import tell_of_ratings
from triptych.ledger.rating import raters_of
from triptych.ledger.sampling import drawn_by, file_draw, frame_of
from triptych.study import fit
from triptych.web.entry import Posted, new_id
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.pages.recordings import shelf
from triptych.web.people import Asker, found, page
from triptych.web.recording.kept import LASTS, Recording
from triptych.web.recording.playing import played
from triptych.web.recording.rated import drawn_recordings
from triptych.web.show import show

LOOK = "fidelity_view"
MADE = ("frame", "drawn")
"""What the page itself writes into the record of a draw."""
RATERS = ("first", "second")
"""Who rates, chosen among those who can."""


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
        made=(*MADE, *RATERS),
        raters=raters_of(house().trial),
        draws=made,
        known=known,
        looked=_looked(asker),
        pairs=pairs(drawn),
        items={item.id: item for item in asker.study.forms[RATING].items},
        over_time=over_time(drawn, {name: one.on for name, one in known.items()}),
        arms=by_arm(drawn, arms),
        zone=zone,
    )


def _looked(asker: Asker) -> dict[tuple[str, str], list[Seen]]:
    """Every look of a rater at a recording, by draw and code."""
    records = asker.view.study_records()
    given = {one.root: (str(one.values["draw"]), str(one.values["code"])) for one in records if one.form == ASSIGNMENT}
    found: dict[tuple[str, str], list[Seen]] = {}
    for one in records:
        if one.form == LOOK and (of := given.get(str(one.values["about"]))):
            found.setdefault(of, []).append(one)
    return found


def _draw(asker: Asker, posted: Posted) -> bool:
    """Draw and file; false, with the reasons, where the person must look again. Sent twice, it is drawn once."""
    if any(one.id == posted.record for one in draws(asker.view.study_records())):
        return True
    values = posted.answers()
    today = local_day(asker.view.now, posted.zone)
    for misfit in fit(asker.study, posted.form, {**values, **dict.fromkeys(MADE, "-")}, today, posted.zone):
        posted.problems.append((misfit.item or "", misfit.message))
    trial = house().trial
    can = raters_of(trial)
    for name in RATERS:
        if values.get(name) is not None and values[name] not in can:
            posted.problems.append((name, f"{values[name]} is no rater of fidelity. An administrator grants the role."))
    if posted.problems:
        return False
    raters = (values["first"], values["second"])
    outcome = file_draw(trial, asker.actor, posted.record, values["seed"], values["how"], values["count"], raters)
    if isinstance(outcome, Filed):
        return True
    posted.problems.extend(("", reason.text) for reason in outcome.reasons)
    return False


class Own(Struct, frozen=True, kw_only=True):
    """What was given to a rater: the assignment, the newest version of their rating, and how often it was corrected."""

    given: Seen
    rating: Seen | None
    corrected: int

    @property
    def code(self) -> str:
        """The only name that the rater knows it by."""
        return str(self.given.values["code"])


def _own(asker: Asker) -> list[Own]:
    """What was given to the rater who asks, by code."""
    records = asker.view.study_records()
    mine = [one for one in records if one.form == RATING and one.actor == asker.actor.person]
    found = []
    for given in records:
        if given.form == ASSIGNMENT and given.current and given.values["person"] == asker.actor.person:
            about = [one for one in mine if one.values["about"] == given.root]
            rating = next((one for one in about if one.current), None)
            found.append(Own(given=given, rating=rating, corrected=sum(one.corrects is not None for one in about)))
    return sorted(found, key=lambda one: one.code)


def _given(asker: Asker, record: str) -> Own:
    """One of them. Somebody else's is not found."""
    return found(next((one for one in _own(asker) if one.given.root == str(record)), None))


@page
def rate(request: HttpRequest, asker: Asker, record: str) -> HttpResponse:
    """Show a rater one recording and its form, file the rating, or correct it with a reason; both versions are kept."""
    own = _given(asker, record)
    zone, form = asker.view.zone(), asker.study.forms[RATING]
    if request.method == "POST":
        posted = Posted.read(form, request.POST, zone)
        corrects, reason = own.rating.id if own.rating else "", posted.reason.strip()
        posted.fix({"about": own.given.root})
        posted.corrects, posted.reason = corrects, reason
        if corrects and not reason:
            posted.problems.append(("reason", "A correction says why. Give the reason for the change."))
        elif file_posted(request, asker, posted, None):
            tell_of_ratings(house().trial)
            return redirect("fidelity")
    elif own.rating:
        posted = Posted.of(form, zone, asker.view.now, own.rating.values, own.rating.occurred_at)
        posted.corrects = own.rating.id
    else:
        posted = Posted.fresh(form, zone, asker.view.now)
        posted.fix({"about": own.given.root})
    status = 422 if posted.problems else 200
    parts = _parts(own.given)
    path = {"record": own.given.root}
    return show(
        request,
        asker,
        "fidelity_rate.html",
        here="fidelity",
        status=status,
        posted=posted,
        own=own,
        code=own.code,
        is_there=bool(parts),
        sources=[(part, reverse("rate_part", kwargs={**path, "part": number})) for number, part in enumerate(parts, 1)]
        if _has_looked(asker, own)
        else [],
        zone=zone,
    )


def _parts(given: Seen) -> list[Recording]:
    """The parts of the recording that was drawn for a rater, read where nothing is hidden from whoever reads."""
    return drawn_recordings(house().trial.system_view(), house().store, given)


def _has_looked(asker: Asker, own: Own) -> bool:
    """Whether the rater said not long ago that they look at it: it is on record before anything is shown."""
    looks = (one for one in house().trial.system_view().study_records() if one.form == LOOK)
    mine = (one for one in looks if (one.actor, one.values["about"]) == (asker.actor.person, own.given.root))
    return any(asker.view.now - one.recorded_at < LASTS for one in mine)


@page
def look(request: HttpRequest, asker: Asker, record: str) -> HttpResponse:
    """Record that a rater looks at what was drawn for them, and lead to it."""
    own = _given(asker, record)
    if request.method != "POST" or not _parts(own.given):
        raise Http404
    now = asker.view.now
    draft = Draft(id=new_id(now), form=LOOK, values={"about": own.given.root}, occurred_at=now)
    if not isinstance(house().trial.file(draft, asker.actor), Filed):
        raise Http404
    return redirect("rate", record=own.given.root)


@page
def part(request: HttpRequest, asker: Asker, record: str, part: int) -> HttpResponseBase:
    """The sound and pictures of one part of what was drawn for the rater who asks, and of nothing else."""
    own = _given(asker, record)
    parts = _parts(own.given) if _has_looked(asker, own) else []
    if not 1 <= part <= len(parts):
        raise Http404
    return played(request, shelf(), parts[part - 1], lambda: bool(_parts(own.given)))
