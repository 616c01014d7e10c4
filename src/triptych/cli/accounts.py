"""`triptych account`: who can log in. What an account may do is granted in the ledger."""

import getpass
import sys

import click

from triptych.cli.errors import CommandError
from triptych.cli.ledgers import data_option
from triptych.cli.serve import configure


@click.group()
def account() -> None:
    """Make accounts. Roles are granted in the ledger, by an administrator of the study."""


@account.command()
@data_option
@click.argument("person")
def add(data: str, person: str) -> None:
    """Make an account for PERSON, the name that grants in the ledger use. The password is read from the terminal."""
    configure(data)
    import django

    django.setup()
    from triptych.web import accounts

    accounts.prepare()
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    problems = accounts.weaknesses(password, person)
    if problems:
        raise CommandError(f"{' '.join(problems)} No account was made. [weak_password]")
    if not accounts.ensure(person, password):
        raise CommandError(f"There is an account for {person} already; it is unchanged. [account_exists]")
    click.echo(f"{person} can log in.")
