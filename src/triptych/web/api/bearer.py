"""Who asks: the person of a token, and the one of their grants that they act under.

No session and no cookie counts here, so that no other site's page can make a browser ask for somebody.
"""

from django.http import HttpRequest
from msgspec import Struct
from ninja.security import HttpBearer

from triptych.course import Grant
from triptych.ledger import Actor, View
from triptych.study import Study
from triptych.web.api.problems import Problem
from triptych.web.house import house
from triptych.web.people import grants_of
from triptych.web.tokens import person_of

ACT_AS = "Act-As"


class Caller(Struct, frozen=True, kw_only=True):
    """A person who asks through a program, with the grants in force now. There is at least one."""

    person: str
    study: Study
    grants: tuple[Grant, ...]


class Acting(Struct, frozen=True, kw_only=True):
    """A caller in the role of one grant."""

    study: Study
    grant: Grant

    @property
    def actor(self) -> Actor:
        """Who stands before the doors."""
        return Actor(person=self.grant.person, role=self.grant.role, site=self.grant.site)

    def view(self) -> View:
        """What they may see."""
        return house().trial.view(self.actor)


class Bearer(HttpBearer):
    """A token of a person with at least one role on the staff site."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002 -- Ninja calls it so
        """Find the caller; none for a token that is not in force. Raises `Problem` for a person without a role."""
        person = person_of(token)
        if person is None:
            return None
        study = house().trial.study
        grants = grants_of(person, participant_site=False)
        if not grants:
            text = f"{person} holds no role in this trial. An administrator gives roles."
            raise Problem(403, "no_role", text)
        return Caller(person=person, study=study, grants=grants)


def caller_of(request: HttpRequest) -> Caller:
    """The caller that the token of a request stands for."""
    found = getattr(request, "auth", None)
    assert isinstance(found, Caller)
    return found


def acting(request: HttpRequest) -> Acting:
    """The caller in the role that the header `Act-As` names, or in the only one.

    Raises `Problem` if that is not clear, or not theirs.
    """
    caller = caller_of(request)
    wanted = request.headers.get(ACT_AS)
    if wanted is None and len(caller.grants) > 1:
        text = f"You hold several roles. Name the one to act in, by the id of its grant, in the header {ACT_AS}: "
        choices = (f"{one.id} ({_title(caller.study, one)})" for one in caller.grants)
        raise Problem(400, "which_role", f"{text}{'; '.join(choices)}.")
    grant = next((one for one in caller.grants if wanted in (None, one.id)), None)
    if grant is None:
        raise Problem(403, "not_your_role", f"The header {ACT_AS} names no grant of yours. See /api/me for those.")
    return Acting(study=caller.study, grant=grant)


def _title(study: Study, grant: Grant) -> str:
    title = study.roles[grant.role].title
    return f"{title}, {grant.site}" if grant.site else title
