"""Reviewing a visit or a whole casebook, and signing it: bound to everything shown, fallen when any of it changes."""

from collections.abc import Iterator
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec import Struct

from triptych.course import CASEBOOK, Listed, Signature, may_file
from triptych.web.filing import file_posted
from triptych.web.hand import is_right
from triptych.web.listing import Column, Listing
from triptych.web.pages.entry import acted, form_of
from triptych.web.people import Asker, found, page
from triptych.web.show import show

FORM = "signature"
STATES = ("not reviewed", "reviewed", "fallen", "not judged")
WRONG = "The password is not right, or there were too many wrong ones. Nothing was signed. Give it again."


class Standing(Struct, frozen=True, kw_only=True):
    """A visit or a casebook, the signature that counts for it, and how it stands.

    A signature that stands counts before one that has fallen, a later one before an earlier. `not judged` is one of
    somebody who saw more than the reader does.
    """

    course: Listed
    scope: str
    title: str
    signature: Signature | None

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.signature is None:
            return "not reviewed"
        return {True: "reviewed", False: "fallen", None: "not judged"}[self.signature.stands]

    @property
    def fell_at(self) -> datetime | None:
        """When the first thing changed after the signature that has fallen."""
        return self.signature.altered[0].at if self.signature and self.signature.altered else None


def standings(course: Listed) -> Iterator[Standing]:
    """The casebook and every visit that was held, with how far each has been reviewed."""
    yield standing(course, CASEBOOK, "Casebook")
    for visit in course.visits:
        if visit.key and visit.actual is not None:
            yield standing(course, visit.key, f"{visit.title} ({visit.cycle})" if visit.cycle else visit.title)


def standing(course: Listed, scope: str, title: str) -> Standing:
    """How far one visit or the casebook has been reviewed."""
    signed = [one for one in course.signatures if one.scope == scope]
    best = max(signed, key=lambda one: ({True: 2, None: 1, False: 0}[one.stands], one.at), default=None)
    return Standing(course=course, scope=scope, title=title, signature=best)


def columns_of(asker: Asker) -> list[Column[Standing]]:
    """What the list of reviews shows and can be picked by."""
    states = tuple((name, name) for name in STATES)
    forms, roles = asker.study.forms, asker.study.roles

    def why(row: Standing) -> str | None:
        changed = row.signature.altered if row.signature else ()
        return "; ".join(f"{forms[one.form].title}: {one.what}" for one in changed if one.form in forms) or None

    def role(row: Standing) -> str | None:
        return roles[row.signature.role].title if row.signature and row.signature.role in roles else None

    return [
        Column(id="participant", title="Participant", read=lambda row: row.course.participant, pick="choice"),
        Column(id="site", title="Site", read=lambda row: row.course.site, pick="choice"),
        Column(id="scope", title="What", read=lambda row: row.title, pick="choice"),
        Column(id="state", title="Review", read=lambda row: row.state, choices=states, pick="choice"),
        Column(id="by", title="Signed by", read=lambda row: row.signature and row.signature.by, pick="choice"),
        Column(id="as", title="As", read=role),
        Column(id="at", title="Signed", read=lambda row: row.signature and row.signature.at, pick="days"),
        Column(id="fell", title="Fallen since", read=lambda row: row.fell_at),
        Column(id="why", title="Why", read=why),
    ]


@page
def reviews(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show which visits and casebooks are reviewed, which no longer and which not yet; or give it as CSV."""
    if not asker.view.sight.sees_form(FORM):
        raise Http404
    every = [row for course in asker.view.listing() for row in standings(course)]
    listing = Listing(columns_of(asker), every, request.GET, asker.view.zone())
    if request.GET.get("format") == "csv":
        return listing.csv("reviews")
    return show(request, asker, "reviews.html", here="reviews", listing=listing)


@page
def review(request: HttpRequest, asker: Asker, participant: str, scope: str) -> HttpResponse:
    """Show all that a review covers, who reviewed it and what changed since; sign it with the password again."""
    course = found(asker.view.course(participant))
    digest, records = asker.view.under_review(participant, scope)
    visit = next((one for one in course.visits if one.key == scope), None)
    if not records or (scope != CASEBOOK and visit is None) or not asker.view.sight.sees_form(FORM):
        raise Http404
    zone, form = asker.view.zone(participant), asker.study.forms[FORM]
    may_sign = may_file(asker.study.roles[asker.grant.role], form)
    title = f"{visit.title} ({visit.cycle})" if visit and visit.cycle else visit.title if visit else "Casebook"
    sent = request.POST.get("v-shown", "") if request.method == "POST" else digest
    posted = acted(request, asker, form_of(asker, FORM), zone, {"scope": scope, "shown": sent}) if may_sign else None
    if request.method == "POST":
        if posted is None:
            raise Http404
        if not is_right(request):
            posted.problems.append(("password", WRONG))
        elif file_posted(request, asker, posted, participant):
            return redirect("review", participant=participant, scope=scope)
    return show(
        request,
        asker,
        "review.html",
        status=422 if posted and posted.problems else 200,
        here="reviews",
        participant=participant,
        scope=scope,
        title=title,
        digest=digest,
        records=records,
        signatures=[one for one in reversed(course.signatures) if one.scope == scope],
        meanings={choice.code: choice.label for item in form.items for choice in item.choices},
        forms=asker.study.forms,
        posted=posted,
        zone=zone,
    )
