"""Every route of a site, read from Django's resolver, with its parameters filled in from a trial."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any, NamedTuple

from tests.doors.hands import Hands

UNKNOWN = "8a1e7bd4-0000-4000-8000-000000000000"
OPEN = "account/"
HELP = "help/"
CONCERN = "concern/"
API = "api/"
DESCRIPTION = "api/openapi.json"
OFFLINE = ("manifest.webmanifest", "worker.js")
"""Open to everybody: what stands below the first is the log-in itself, the second says whom participants call,
below the third somebody complains without saying who they are, the last two keep that on a phone and are the same for
everybody.

Below `API` a token counts and no session; `DESCRIPTION` says what is there, the same in every trial.
"""
LISTS = frozenset({"log", "queries", "casebook", "reviews"})
"""Routes that give what they show as a file too, sorted and filtered as asked."""
ASKED = ("?format=csv", "?sort=-participant&participant=P-1", "?format=csv&status=open&sort=nonsense")


class Route(NamedTuple):
    """One route: its path with `{}` for each parameter, and the parameters with the name of their converter."""

    name: str
    template: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def is_open(self) -> bool:
        """Whether it needs no session."""
        return self.template.startswith((OPEN, CONCERN)) or self.template in (HELP, DESCRIPTION, *OFFLINE)

    @property
    def is_api(self) -> bool:
        """Whether programs use it, by token."""
        return self.template.startswith(API)

    def paths(self, table: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
        """Every path of the route. A parameter that the table does not know is a `KeyError`: fill it in there."""
        choices = [table[kind, name] for name, kind in self.parameters]
        paths = ["/" + self.template.format(*values) for values in product(*choices)]
        return paths + [path + asked for path in paths if self.name in LISTS for asked in ASKED]


def routes(urlconf: str) -> list[Route]:
    """Every route of a site."""
    from django.urls import get_resolver

    return list(_below(get_resolver(urlconf), "", ()))


def _below(resolver: Any, before: str, known: tuple[tuple[str, str], ...]) -> Iterator[Route]:
    from django.urls import URLResolver

    for pattern in resolver.url_patterns:
        here = before + _template(pattern.pattern)
        parameters = (*known, *((name, _kind(converter)) for name, converter in pattern.pattern.converters.items()))
        if isinstance(pattern, URLResolver):
            yield from _below(pattern, here, parameters)
        else:
            yield Route(pattern.name or here, here, parameters)


def _template(pattern: Any) -> str:
    import re

    return re.sub(r"<[^>]+>", "{}", str(pattern))


def _kind(converter: Any) -> str:
    return type(converter).__name__.removesuffix("Converter").removesuffix("Str").lower()


def table(hands: Hands, participant: str = "P-1", *, every: bool = True) -> dict[tuple[str, str], list[str]]:
    """What to put where, from a trial: `every` record of the participant, or one of each form."""
    seen = hands.trial.system_view().records(participant)
    records = [one.id for one in seen] if every else list({one.form: one.id for one in seen}.values())
    tasks = sorted({rule.id for form in hands.study.forms.values() for rule in form.raises}) or ["nothing"]
    return {
        ("slug", "secret"): ["nothing"],
        ("slug", "digest"): ["0" * 64, "nothing"],
        ("slug", "language"): ["en", "es", "no"],
        ("slug", "topic"): ["what", "nowhere"],
        ("slug", "part"): ["risks", "nowhere"],
        ("string", "participant"): [participant],
        ("string", "service"): ["triptych-patient-view", "triptych-order-select", "nowhere"],
        ("string", "site"): ["site-1", "nowhere"],
        ("string", "scope"): ["casebook", "screening", "dosing.1", "nowhere"],
        ("slug", "form"): [*hands.study.forms, "no_such_form"] if every else ["vitals", "signature", "no_such_form"],
        ("slug", "task"): tasks if every else tasks[:1],
        ("uuid", "record"): [*records, UNKNOWN],
        ("int", "cycle"): ["1", "99999"],
        ("int", "part"): ["1", "99999"],
        ("path", "rest"): ["nowhere", f"participants/{participant}/nothing"],
        ("slug", "condition"): ["social-anxiety-autism", "ketamine-depression", "nowhere"],
        ("slug", "outcome"): ["ptsd-severity", "nothing"],
        ("uuid", "query"): [*(one.id for one in seen if one.form == "query"), UNKNOWN],
    }


def client_of(person: str) -> Any:
    """A browser in which a person is logged in; what fails on the server is an answer and not an exception."""
    from django.contrib.auth.models import User
    from django.test import Client

    user, _ = User.objects.get_or_create(username=person)
    made = Client(raise_request_exception=False)
    made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def token_of(person: str) -> str:
    """A token by which a program acts for a person, who has an account from here on."""
    from django.contrib.auth.models import User

    from triptych.web.tokens import make_token

    User.objects.get_or_create(username=person)
    made = make_token(person, datetime(2026, 3, 1, tzinfo=UTC))
    assert made is not None
    return made
