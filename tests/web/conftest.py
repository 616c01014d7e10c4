"""The site as a person meets it: Django's client on a trial of its own, with an account for every role."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.doors.hands import Hands

from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

if TYPE_CHECKING:
    from django.test import Client

SMALL = Path(__file__).parent.parent / "studies" / "small"


@pytest.fixture(scope="session", autouse=True)
def site(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Django, set up once on an accounts file of the session's own."""
    os.environ["TRIPTYCH_DATA"] = str(tmp_path_factory.mktemp("accounts"))
    os.environ["TRIPTYCH_SECRET_KEY"] = "for tests alone"
    os.environ["DJANGO_SETTINGS_MODULE"] = "triptych.web.settings"
    import django

    django.setup()
    from django.conf import settings

    from triptych.web import accounts

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    accounts.prepare()


Log = Callable[[str], "Client"]


@pytest.fixture
def served(site: None) -> Iterator[Callable[[Hands], None]]:
    """Serve the trial of some hands for the length of a test."""
    from triptych.web.house import House, use_house

    def use(hands: Hands) -> None:
        use_house(House(hands.store, hands.player.clock, hands.trial))

    yield use
    use_house(None)


@pytest.fixture
def norway(served: Callable[[Hands], None]) -> Hands:
    """Hands on a trial of the Norway study that is being served."""
    hands = Hands(MemoryStore(), find_study("mdma-mdd-norway"))
    served(hands)
    return hands


@pytest.fixture
def small(served: Callable[[Hands], None]) -> Hands:
    """Hands on a trial of the small two-arm study that is being served."""
    hands = Hands(MemoryStore(), find_study(str(SMALL)))
    served(hands)
    return hands


@pytest.fixture
def log_in(site: None) -> Log:
    """Log in as the person of a role."""
    from django.contrib.auth.models import User
    from django.test import Client

    def client(role: str) -> "Client":
        user, _ = User.objects.get_or_create(username=f"{role}-1")
        made = Client(raise_request_exception=True)
        made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return made

    return client


PASSWORD = "long enough to be right"
VITALS = {"systolic": 128, "diastolic": 80, "heart_rate": 72, "temperature": 36.8}
SESSION = "/participants/P-1/session/"


@pytest.fixture
def log_in_by_password(log_in: Log) -> Log:
    """Log in as the person of a role, whose password is `PASSWORD`."""
    from django.contrib.auth.models import User

    def client(role: str) -> "Client":
        user, _ = User.objects.get_or_create(username=f"{role}-1")
        user.set_password(PASSWORD)
        user.save()
        return log_in(role)

    return client


def text_of(answer: Any) -> str:
    """What an answer says."""
    return answer.content.decode()


@pytest.fixture
def live(norway: Hands) -> Hands:
    """A session in which the first dose was just given."""
    norway.contact()
    norway.file("coordinator", "consent", {"version": "1", "agreed": True})
    norway.file("therapist", "vitals", VITALS, visit="dosing", cycle=1)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    assert isinstance(norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1), Filed)
    return norway
