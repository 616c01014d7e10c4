"""`triptych account`: who can log in. What an account may do is granted in the ledger."""

import getpass
import sys
from typing import TYPE_CHECKING

import click

from triptych.cli.errors import CommandError
from triptych.cli.ledgers import data_option
from triptych.cli.serve import configure

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@click.group()
def account() -> None:
    """Make accounts. Roles are granted in the ledger, by an administrator of the study."""


@account.command()
@data_option
@click.argument("person")
def add(data: str, person: str) -> None:
    """Make an account for PERSON, the name that grants in the ledger use. The password is read from the terminal."""
    _prepare(data)
    from triptych.web import accounts

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    problems = accounts.weaknesses(password, person)
    if problems:
        raise CommandError(f"{' '.join(problems)} No account was made. [weak_password]")
    if not accounts.ensure(person, password):
        raise CommandError(f"There is an account for {person} already; it is unchanged. [account_exists]")
    click.echo(f"{person} can log in.")


@account.command()
@data_option
@click.argument("person")
def token(data: str, person: str) -> None:
    """Make a token by which a program acts for PERSON at the API. It is shown once and kept nowhere."""
    _prepare(data)
    from triptych.web import tokens
    from triptych.web.house import read_clock

    made = tokens.make_token(person, read_clock())
    if made is None:
        raise CommandError(f"There is no account for {person}. Make one with `triptych account add`. [no_account]")
    click.echo(made)


@account.command("tokens")
@data_option
@click.argument("person")
def list_tokens(data: str, person: str) -> None:
    """List the keys of PERSON's tokens, with when each was made and revoked."""
    _prepare(data)
    from triptych.web import tokens

    for one in tokens.tokens_of(person):
        state = f"revoked {one.revoked_at:%Y-%m-%d %H:%M} UTC" if one.revoked_at else "in force"
        click.echo(f"{one.key}  made {one.made_at:%Y-%m-%d %H:%M} UTC  {state}")


@account.command()
@data_option
@click.argument("person")
@click.option("--email", help="The address for links and reminders.")
@click.option("--phone", help="The number for text messages.")
def reach(data: str, person: str, email: str | None, phone: str | None) -> None:
    """Keep how PERSON is reached. Neither the ledger nor an export holds it."""
    _prepare(data)
    user = _known(person)
    from triptych.web import entering

    if email is not None:
        user.email = email
        user.save(update_fields=["email"])
    if phone is not None:
        known = entering.reached(user)
        known.phone = phone
        known.save(update_fields=["phone"])
    click.echo(f"Kept for {person}.")


@account.command()
@data_option
@click.argument("person")
@click.option("--yes", is_flag=True, help="Ask nothing: you have made sure who it is.")
def lost(data: str, person: str, *, yes: bool) -> None:
    """PERSON lost their phone: end sessions, links and passkeys, forget its number, and print a new code for links.

    Asks first, and names who it is about. The code is shown once.
    """
    _prepare(data)
    user = _known(person)
    from triptych.web import entering

    if not yes:
        last = f"last logged in {user.last_login:%Y-%m-%d %H:%M} UTC" if user.last_login else "never logged in"
        click.echo(f"{person} ({user.email or 'no e-mail address'}, {last}): whatever is open for them ends.")
        click.confirm("Have you made sure that it is they who ask, and shall it end?", abort=True)

    click.echo(f"New code: {entering.lose(user)}")


@account.command()
@data_option
@click.argument("key")
def revoke(data: str, key: str) -> None:
    """Revoke the token with KEY, the part between its two first underscores."""
    _prepare(data)
    from triptych.web import tokens
    from triptych.web.house import read_clock

    if not tokens.revoke_token(key, read_clock()):
        raise CommandError(f"No token in force has the key {key}. [no_token]")
    click.echo(f"The token {key} is revoked.")


def _known(person: str) -> "User":
    from django.contrib.auth.models import User

    user = User.objects.filter(username=person).first()
    if user is None:
        raise CommandError(f"There is no account for {person}. Make one with `triptych account add`. [no_account]")
    return user


def _prepare(data: str) -> None:
    configure(data)
    import django

    django.setup()
    from triptych.web import accounts

    accounts.prepare()
