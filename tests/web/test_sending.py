"""Reminders leave by the console, into a folder or as e-mail, each whole or not at all."""

import io
import smtplib
from pathlib import Path

import pytest

from triptych.ledger.reminders import Letter

LETTER = Letter(
    id="0b8f2f7e-0000-4000-8000-000000000001",
    person="physician-1",
    subject="Small study: P-1: Overdue: Report",
    lines=("P-1: Overdue: Report (2026-03-03 10:00 CET)", "P-2: Alert: Fall (2026-03-03 10:05 CET)"),
)


def test_the_console_says_who_is_told_what(site: None) -> None:
    from triptych.web.sending import ConsoleSender

    stream = io.StringIO()
    ConsoleSender(stream).send(LETTER)
    assert stream.getvalue().splitlines() == [f"To physician-1: {LETTER.subject}", *(f"  {t}" for t in LETTER.lines)]


def test_a_folder_gets_one_file_a_letter_and_the_same_file_for_the_same_letter(site: None, tmp_path: Path) -> None:
    from triptych.web.sending import sender_named

    sender = sender_named(f"file:{tmp_path / 'outbox'}")
    sender.send(LETTER)
    sender.send(LETTER)
    (written,) = (tmp_path / "outbox").iterdir()
    text = written.read_text("utf-8")
    assert text.startswith(f"To: physician-1\nSubject: {LETTER.subject}\n\n")
    assert all(line in text for line in LETTER.lines)
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0


def test_mail_goes_to_the_address_of_the_account_and_can_be_known_again(site: None) -> None:
    from django.contrib.auth.models import User
    from django.core import mail
    from django.core.mail import get_connection

    from triptych.web.sending import MailSender

    User.objects.update_or_create(username="physician-1", defaults={"email": "physician@example.org"})
    mail.outbox = []
    local = MailSender(lambda: get_connection("django.core.mail.backends.locmem.EmailBackend"), "trial@example.org")
    local.send(LETTER)
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email, sent.subject) == (["physician@example.org"], "trial@example.org", LETTER.subject)
    assert sent.extra_headers["Message-ID"] == f"<{LETTER.id}@example.org>"
    assert all(line in sent.body for line in LETTER.lines)
    User.objects.filter(username="physician-1").update(email="")
    with pytest.raises(LookupError, match="No e-mail address"):
        local.send(LETTER)


def test_a_title_cannot_add_a_header_to_the_mail(site: None) -> None:
    from django.core import mail
    from django.core.mail import get_connection
    from msgspec.structs import replace

    from triptych.ledger.reminders import one_line
    from triptych.web.sending import MailSender

    mail.outbox = []
    sender = MailSender(
        lambda: get_connection("django.core.mail.backends.locmem.EmailBackend"),
        "a@example.org",
        lambda _: "b@example.org",
    )
    sender.send(replace(LETTER, subject=one_line("Fall\r\nBcc: everybody@example.org\u202e")))
    assert mail.outbox[0].message().get_all("Bcc") is None
    assert mail.outbox[0].subject == "Fall Bcc: everybody@example.org"


def test_without_a_mail_server_the_letter_counts_as_not_sent(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from triptych.web.sending import MailSender, mail_server

    monkeypatch.setenv("TRIPTYCH_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("TRIPTYCH_MAIL_PORT", "1")
    sender = MailSender(mail_server, "trial@example.org", lambda _: "b@example.org")
    with pytest.raises((OSError, smtplib.SMTPException)):
        sender.send(LETTER)


@pytest.mark.parametrize("spec", ["", "fax:1", "file:", "email:nobody", "console:x", "email:a@b\nBcc: c@d"])
def test_what_names_no_way_to_send_is_refused_in_words(site: None, spec: str) -> None:
    from triptych.web.sending import sender_named

    with pytest.raises(ValueError, match="names no way to send reminders"):
        sender_named(spec)
