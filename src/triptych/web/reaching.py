"""Reaching participants: by e-mail and by text message, in words that say nothing of what the study is about.

A sender is whatever has `send(letter)`: the console, a folder, a mail server, or a program that hands a message on to a
gateway for text messages.
"""

import json
import subprocess
import uuid
from email.utils import formataddr, parseaddr

from django.contrib.auth.models import User
from msgspec import Struct

from triptych.ledger.clock import Sender
from triptych.ledger.reminders import NOTICES, Letter
from triptych.web.entering import reached
from triptych.web.sending import SECONDS, sender_named

NAME = "Today"
"""The name of whoever sends, as a locked phone shows it; it is that of the site on a phone's screen."""


class ProgramSender:
    """Hands each message as JSON to a program of the site, which knows its gateway."""

    name = "program"

    def __init__(self, program: str) -> None:
        self._program = program

    def send(self, letter: Letter) -> None:
        """Run the program once. Raises `OSError` or `subprocess.SubprocessError` unless it ends well in time."""
        told = {"id": letter.id, "to": letter.address, "text": "\n".join(letter.lines)}
        given = json.dumps(told).encode()
        subprocess.run([self._program], input=given, check=True, timeout=SECONDS, capture_output=True)  # noqa: S603 -- who runs the site named it


class Reaching(Struct, frozen=True, kw_only=True):
    """The ways to reach participants; none where there is none."""

    email: Sender | None = None
    text: Sender | None = None

    def tell(
        self, user: User, lines: tuple[str, ...], cause: str, wanted: tuple[str, ...], subject: str
    ) -> tuple[str, ...]:
        """Send the same lines by every way that is wanted and has an address; the ways that took them.

        The subject is all that a preview on a locked phone shows: it says nothing.
        """
        name = str(uuid.uuid5(NOTICES, repr((user.get_username(), cause))))
        ways = (("email", self.email, user.email), ("text", self.text, reached(user).phone))
        taken = []
        for way, sender, address in ways:
            if way in wanted and sender is not None and address:
                letter = Letter(id=name, person=user.get_username(), subject=subject, lines=lines, address=address)
                try:
                    sender.send(letter)
                except Exception:  # noqa: BLE001, S112 -- a sender may fail in any way, and its words may hold an address
                    continue
                taken.append(way)
        return tuple(taken)


def email_sender_named(spec: str) -> Sender:
    """The sender of e-mail to participants: as `sender_named`, with a name of whoever sends that says nothing."""
    kind, _, rest = spec.partition(":")
    address = parseaddr(rest)[1]
    return sender_named(f"{kind}:{formataddr((NAME, address))}" if kind == "email" and address else spec)


def text_sender_named(spec: str) -> Sender:
    """The sender of text messages that `console`, `file:FOLDER` or `program:PATH` names. Raises `ValueError`."""
    kind, _, rest = spec.partition(":")
    if kind == "program" and rest:
        return ProgramSender(rest)
    if kind == "email":
        raise ValueError(f"{spec!r} names no way to send text messages. Use console, file:FOLDER or program:PATH.")
    return sender_named(spec)
