"""Accounts: who can log in. What they may do stands in the ledger, never here."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command


def prepare() -> None:
    """Make the tables of the accounts file, or bring them up to date."""
    for database in ("default", "identity"):
        call_command("migrate", database=database, verbosity=0, interactive=False)


def weaknesses(password: str, person: str) -> list[str]:
    """What is wrong with a password, in words; nothing if it will do."""
    try:
        validate_password(password, User(username=person))
    except ValidationError as error:
        return list(error.messages)
    return []


def ensure(person: str, password: str) -> bool:
    """Make an account unless it is there; whether it was made."""
    _, made = User.objects.get_or_create(username=person, defaults={"password": make_password(password)})
    return made
