"""Senders of reminders: onto the console, into a folder, by Django's e-mail backends, by waking a device.

An address comes from the accounts; the ledger and what is filed of a letter hold none.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from triptych.ledger.clock import ClockTask, Sender
from triptych.ledger.complaining import send_on
from triptych.ledger.holding import holder_of
from triptych.ledger.reminders import Letter, one_line
from triptych.web.house import House, read_clock

SOON = timedelta(minutes=1)
PUSH = "+push"
SECONDS = 20
"""How long a mail server may take for one letter."""


def _who(letter: Letter) -> str:
    """Whom a letter is for, with the address where it brings its own."""
    return one_line(f"{letter.person} <{letter.address}>" if letter.address else letter.person)


class ConsoleSender:
    """Writes letters where the server's own messages go."""

    name = "console"

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, letter: Letter) -> None:
        """Write who is told what."""
        stream = self._stream or sys.stdout
        stream.write(f"To {_who(letter)}: {letter.subject}\n")
        stream.writelines(f"  {line}\n" for line in letter.lines)
        stream.flush()


class FileSender:
    """Puts each letter into a folder as a file of its own. The same letter again is the same file."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> None:
        """Write the file whole or not at all. Raises `OSError`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = f"To: {_who(letter)}\nSubject: {letter.subject}\n\n{letter.body}"
        unfinished = self._folder / f".{letter.id}"
        unfinished.write_text(text, "utf-8")
        unfinished.replace(self._folder / f"{letter.id}.txt")


class MailSender:
    """Sends e-mail. The message's own identifier is the letter's, so a letter sent again can be known again."""

    name = "email"

    def __init__(
        self,
        connect: Callable[[], BaseEmailBackend],
        origin: str,
        address_of: Callable[[str], str | None] | None = None,
    ) -> None:
        self._connect, self._origin, self._address_of = connect, origin, address_of or stored_address

    def send(self, letter: Letter) -> None:
        """Send one message to one person. Raises `LookupError` without an address, or what the mail server says."""
        address = letter.address or self._address_of(letter.person)
        if not address:
            raise LookupError("No e-mail address is stored for this person.")
        domain = parseaddr(self._origin)[1].rpartition("@")[2]
        message = EmailMessage(
            subject=letter.subject,
            body=letter.body,
            from_email=self._origin,
            to=[address],
            headers={"Message-ID": f"<{letter.id}@{domain}>", "Auto-Submitted": "auto-generated"},
            connection=self._connect(),
        )
        if message.send() != 1:
            raise OSError("The mail server did not take the message.")


def stored_address(person: str) -> str | None:
    """The e-mail address of an account, if it has one and may log in."""
    from django.db import connection  # noqa: PLC0415 -- closed here, since this runs on a thread of its own

    try:
        found = User.objects.filter(username=person, is_active=True).values_list("email", flat=True)
        return found.first() or None
    finally:
        connection.close()


def mail_server() -> BaseEmailBackend:
    """The mail server of `TRIPTYCH_MAIL_HOST`, by TLS unless `TRIPTYCH_MAIL_TLS` is `no`; else Django's own setting."""
    host = os.environ.get("TRIPTYCH_MAIL_HOST")
    if not host:
        backend: BaseEmailBackend = get_connection()
        return backend
    smtp: BaseEmailBackend = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=host,
        port=int(os.environ.get("TRIPTYCH_MAIL_PORT", "587")),
        username=os.environ.get("TRIPTYCH_MAIL_USER", ""),
        password=os.environ.get("TRIPTYCH_MAIL_PASSWORD", ""),
        use_tls=os.environ.get("TRIPTYCH_MAIL_TLS") != "no",
        timeout=SECONDS,
    )
    return smtp


def sender_named(spec: str) -> Sender:
    """The sender that a text names: `console`, `file:FOLDER`, `email:ADDRESS`, `push:ADDRESS` or `email:ADDRESS+push`.

    Raises `ValueError` for anything else.
    """
    kind, _, rest = spec.partition(":")
    if kind == "push" or (kind == "email" and rest.endswith(PUSH)):
        return _waking(kind, rest.removesuffix(PUSH))
    if kind == "console" and not rest:
        return ConsoleSender()
    if kind == "file" and rest:
        return FileSender(Path(rest))
    if kind == "email" and "@" in rest and one_line(rest) == rest:
        return MailSender(mail_server, rest)
    raise _no_way(spec)


def _waking(kind: str, contact: str) -> Sender:
    """Push alone, or beside e-mail; the address is the one at which a push service reaches whoever runs the site."""
    from triptych.web.pushing import Either, PushSender, read_key  # noqa: PLC0415 -- a model, once Django is set up

    if "@" not in contact or one_line(contact) != contact:
        raise _no_way(f"{kind}:{contact}")
    push = PushSender(read_key(settings.PUSH_KEY), parseaddr(contact)[1], read_clock)
    return Either(MailSender(mail_server, contact), push) if kind == "email" else push


def _no_way(spec: str) -> ValueError:
    ways = "console, file:FOLDER, email:FROM-ADDRESS, push:ADDRESS or email:FROM-ADDRESS+push"
    return ValueError(f"{spec!r} names no way to send reminders. Use {ways}.")


@contextmanager
def reminding(served: House, where: str, sender: Sender) -> Iterator[ClockTask]:
    """Run the clock task for a block; every filing through the house wakes it."""

    def also() -> datetime:
        """Send complaints on and remind participants; when to do so again."""
        from triptych.web.identity.callers import erase_expired  # noqa: PLC0415 -- the pages are loaded after this
        from triptych.web.own_reminders import remind  # noqa: PLC0415 -- likewise

        erase_expired(served.clock().date())
        is_whole = send_on(served.trial, sender.name, sender.send, served.clock)
        again = remind(served)
        return again if is_whole else served.clock() + SOON

    served.push = getattr(sender, "public", "")
    holder = holder_of(where)
    task = ClockTask(served.trial, sender, served.clock, holder=holder, changed=served.hub.told_of, also=also)
    served.trial.listeners.append(task.woken)
    task.start()
    try:
        yield task
    finally:
        task.stop()
