"""How errors meet the person at the terminal.

Every error of a room carries a stable `code` and a message that says what happened and what would help; it is
printed without a stack trace and the command exits with 1. Wrong usage of a command exits with 2.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from triptych.cli.scenario import ScenarioError
from triptych.ledger.errors import LedgerError
from triptych.study import StudyError


class CommandError(click.ClickException):
    """A command could not do what was asked."""

    exit_code = 1


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors of the rooms into plain messages."""
    try:
        yield
    except (LedgerError, StudyError, ScenarioError) as error:
        raise CommandError(f"{error} [{error.code}]") from error
    except BrokenPipeError:  # whoever was reading has had enough; click ends quietly
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{error} [file]") from error
