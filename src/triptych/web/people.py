"""From a session to a viewer: who is logged in, which roles the ledger's grants give them, and the one they act in."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from msgspec import Struct
from msgspec.structs import replace

from triptych.course import Grant
from triptych.ledger import Actor, View
from triptych.study import Study
from triptych.study.consent import MAJORITY
from triptych.web.hosts import is_participant_host
from triptych.web.house import house
from triptych.web.words import spoken_to

PARTICIPANT = "participant"
CHOSEN = "grant"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # its package has no types
    """Accounts are made by an administrator; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth calls it so
        """Nobody may."""
        return False


class Asker(Struct, frozen=True, kw_only=True):
    """Somebody logged in, with the grant they act under and everything they may choose from."""

    view: View
    actor: Actor
    grant: Grant
    grants: tuple[Grant, ...]
    about: str | None = None

    @property
    def study(self) -> Study:
        """The study document in force: for whom the page is about, else at the asker's site."""
        return self.view.study_of(self.about) if self.about else self.view.study

    @property
    def title(self) -> str:
        """The role in words."""
        role = self.study.roles.get(self.grant.role)
        return role.title if role else self.grant.role


Page = Callable[..., HttpResponseBase]
Thing = TypeVar("Thing")


def asker_of(request: HttpRequest) -> Asker | None:
    """Who asks, by the grants in force now; none if the ledger gives them nothing on this site."""
    trial = house().trial
    person = request.user.get_username()
    held = grants_of(person, participant_site=is_participant_host(request))
    if not held:
        return None
    chosen = request.session.get(CHOSEN)
    grant = next((grant for grant in held if grant.id == chosen), held[0])
    actor = Actor(person=person, role=grant.role, site=grant.site)
    return Asker(view=trial.view(actor), actor=actor, grant=grant, grants=held)


def grants_of(person: str, *, participant_site: bool) -> tuple[Grant, ...]:
    """The grants in force that a person may choose from on one of the two sites."""
    return tuple(
        grant
        for grant in house().trial.grants_of(person)
        if (grant.role == PARTICIPANT) is participant_site and (grant.role != PARTICIPANT or grant.participant)
    )


def page(function: Page) -> Page:
    """Make a page of a function that takes the request and who asks. Without a grant there is nothing to see."""

    @wraps(function)
    def shown(request: HttpRequest, **parts: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in(request)
        asker = asker_of(request)
        if asker is None:
            return render(request, "nothing.html", status=403)
        turned_away = _turned_away(request, asker)
        if turned_away is not None:
            return turned_away
        return function(request, replace(asker, about=parts.get("participant")), **parts)

    return shown


def _turned_away(request: HttpRequest, asker: Asker) -> HttpResponse | None:
    """Turn away a participant who is under age, or of whom nobody has recorded a date of birth: unknown is not yes.

    Whom to call stands on a page that needs no log-in.
    """
    own = asker.grant.participant
    may_enter = asker.view.may_take_part(own) if own else True
    if may_enter:
        return None
    rules = asker.view.study_of(own or "").document.consent
    parts = {"is_known": may_enter is not None, "majority": rules.majority if rules else MAJORITY}
    return render(request, "own/young.html", parts, status=403)


def _log_in(request: HttpRequest) -> HttpResponse:
    """Lead to the log-in and back. What was sent without a session was not filed, and the person is told so.

    What a page asks by itself (`Sec-Fetch-Mode` is not `navigate`) was never a filing, and takes no message away.
    """
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse(status=401)
    if request.method == "POST":
        messages.info(request, spoken_to(request)["logged_out_lost"])
    return redirect_to_login(request.get_full_path())


def found(thing: Thing | None) -> Thing:
    """What was found; a page about nothing is not found."""
    if thing is None:
        raise Http404
    return thing
