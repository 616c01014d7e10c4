"""Reminders to participants: once a day, outside quiet hours, in words that say nothing, and ended by a reply."""

import json
import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.doors.clocked import Post
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_diary import staffed
from tests.web.test_entering import HOST, TELLING
from tests.web.test_own import dosed
from tests.web.test_pages import fields

from triptych.cli.cohort import OWN

__all__ = ["dosed"]
DIARY = 'href="/diary/">How are you today?'
ASKED = 'class="plainlist asked"'


@pytest.fixture
def ways(dosed: Hands) -> dict[str, Post]:
    """The demonstration's participant with two addresses, at noon on the day after a session, and what is sent."""
    from django.contrib.auth.models import User

    from triptych.web.entering import reached
    from triptych.web.house import house
    from triptych.web.reaching import Reaching

    staffed(dosed)
    client_of("participant-1")
    user = User.objects.get(username="participant-1")
    user.email = "somebody@example.org"
    user.save()
    known = reached(user)
    known.phone = "+47 000 00 007"
    known.save()
    zone = dosed.trial.system_view().zone(OWN)
    noon = (dosed.now.astimezone(zone) + timedelta(days=1)).replace(hour=12, minute=0)
    dosed.player.clock.now = noon
    sent = {"email": Post(), "text": Post()}
    house().reach = Reaching(**sent)
    return sent


def reminded(hands: Hands, ways: dict[str, Post]) -> list[str]:
    """What a round of reminders sends, by way."""
    from triptych.web.house import house
    from triptych.web.own_reminders import remind

    before = {way: len(post.letters) for way, post in ways.items()}
    assert remind(house()) > hands.now
    return [way for way, post in ways.items() for _ in post.letters[before[way] :]]


def test_somebody_is_reminded_once_a_day_in_words_that_say_nothing(dosed: Hands, ways: dict[str, Post]) -> None:
    assert reminded(dosed, ways) == ["email", "text"]
    assert reminded(dosed, ways) == []
    (letter,) = ways["text"].letters
    assert letter.address == "+47 000 00 007"
    assert not TELLING.search(letter.subject + letter.body)
    dosed.player.clock.now += timedelta(days=1)
    assert reminded(dosed, ways) == ["email", "text"]
    sent = [seen for seen in dosed.trial.system_view().records(OWN) if seen.form == "own_reminder_sent"]
    assert len(sent) == 2


def test_nobody_is_reminded_at_night_where_they_are(dosed: Hands, ways: dict[str, Post]) -> None:
    dosed.player.clock.now = dosed.now.replace(hour=23)
    assert reminded(dosed, ways) == []
    client = client_of("participant-1")
    page = text_of(client.get("/reminders/?language=es", headers=HOST))
    # In New York it is the afternoon.
    answers = {
        "v-email": "no",
        "v-text": "yes",
        "v-zone": "America/New_York",
        "v-quiet_from": "21",
        "v-quiet_until": "9",
    }
    assert client.post("/reminders/", {**fields(page), **answers}, headers=HOST).status_code == 302
    assert reminded(dosed, ways) == ["text"]
    # It comes in the language in which they were asked last.
    (letter,) = ways["text"].letters
    assert (letter.subject, letter.lines[0][:20]) == ("Hoy", "Hay algo para usted ")
    assert not TELLING.search(letter.body)


def test_the_diary_goes_by_the_participants_own_day(dosed: Hands, ways: dict[str, Post]) -> None:
    """In Los Angeles, nine hours behind, a day ends when the site's morning is half over."""
    days_after(dosed)
    client = client_of("zoe")
    page = fields(text_of(client.get("/reminders/", headers=HOST)))
    answers = {"v-email": "yes", "v-text": "yes", "v-quiet_from": "21", "v-quiet_until": "9"}
    slip = client.post("/reminders/", {**page, **answers, "v-zone": "Los Angeles"}, headers=HOST)
    assert "No time zone has this name" in text_of(slip)
    assert (
        client.post("/reminders/", {**page, **answers, "v-zone": "America/Los_Angeles"}, headers=HOST).status_code
        == 302
    )
    there = ZoneInfo("America/Los_Angeles")
    evening = dosed.now.astimezone(there).replace(hour=23, minute=0)
    dosed.player.clock.now = evening
    today = text_of(client.get("/", headers=HOST))
    assert (f"{evening:%-d %b %Y}" in today, DIARY in today) == (True, True)
    form = fields(text_of(client.get("/diary/", headers=HOST)))
    assert client.post("/diary/", {**form, "v-suicidal": "none", "v-mood": "6"}, headers=HOST).status_code == 302
    assert DIARY not in text_of(client.get("/", headers=HOST))
    dosed.player.clock.now = evening + timedelta(hours=2)  # the next day there, the same at the site
    assert dosed.now.astimezone(ZoneInfo("Europe/Oslo")).date() == evening.astimezone(ZoneInfo("Europe/Oslo")).date()
    assert DIARY in text_of(client.get("/", headers=HOST))


def test_nobody_is_reminded_of_what_is_not_asked(dosed: Hands, ways: dict[str, Post]) -> None:
    dosed.player.clock.now += timedelta(days=60)
    assert reminded(dosed, ways) == []


@pytest.mark.requirement("CRL-05")
def test_nobody_is_asked_or_reminded_who_said_that_they_leave_or_whose_follow_up_ended(
    dosed: Hands, ways: dict[str, Post]
) -> None:
    client = client_of("participant-1")
    assert ASKED in text_of(client.get("/", headers=HOST))
    pat = {"person": "participant-1"}
    dosed.file("participant", "follow_up_wish", {"wish": "leave", "records": False}, OWN, **pat)
    assert ASKED not in text_of(client.get("/", headers=HOST))
    assert reminded(dosed, ways) == []
    dosed.file("participant", "follow_up_wish", {"wish": "as_planned"}, OWN, **pat)
    assert ASKED in text_of(client.get("/", headers=HOST))
    dosed.file("coordinator", "withdrawal", {"what": ["contact"]}, OWN)
    assert reminded(dosed, ways) == []


def test_a_reply_that_says_stop_ends_the_reminders(
    dosed: Hands, ways: dict[str, Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.test import Client

    def reply(text: str, token: str = "of the gateway") -> int:
        told = json.dumps({"from": "004700000007".lstrip("0"), "text": text})
        head = {**HOST, "Authorization": f"Bearer {token}"}
        return int(Client().post("/account/reply/", told, content_type="application/json", headers=head).status_code)

    assert reply("STOP") == 403
    monkeypatch.setenv("TRIPTYCH_REPLY_TOKEN", "of the gateway")
    assert reply("STOP", "of somebody else") == 403
    assert reply("I am not well") == 200
    assert reminded(dosed, ways) == ["email", "text"]
    assert reply(" Stop. ") == 200
    dosed.player.clock.now += timedelta(days=1)
    assert reminded(dosed, ways) == []


def days_after(dosed: Hands) -> None:
    """An access for whoever had a session last."""
    system = dosed.trial.system_view()
    held = {
        name: max(days)
        for name in system.participants()
        if (course := system.course(name))
        and (days := [visit.actual for visit in course.visits if visit.visit == "dosing" and visit.actual])
    }
    latest = max(held, key=lambda name: held[name])
    grant = {"person": "zoe", "role": "participant", "blinding": "blinded", "participant": latest}
    dosed.administer("grant", grant)


def test_what_was_missed_is_said_plainly(dosed: Hands, ways: dict[str, Post]) -> None:
    days_after(dosed)
    dosed.player.clock.now += timedelta(days=3)
    page = text_of(client_of("zoe").get("/", headers=HOST))
    assert "What has passed" in page
    assert re.search(r"No diary on \d+ \w{3} \d{4}", page)
    assert "That changes nothing for you" in page


def test_the_sender_of_an_e_mail_is_called_nothing_that_tells(dosed: Hands) -> None:
    from django.core import mail
    from django.core.mail import get_connection

    from triptych.ledger.reminders import Letter
    from triptych.web.reaching import email_sender_named
    from triptych.web.sending import MailSender

    mail.outbox = []
    made: Any = email_sender_named("email:The MDMA trial <a@example.org>")
    assert isinstance(made, MailSender)
    made._connect = lambda: get_connection("django.core.mail.backends.locmem.EmailBackend")
    made.send(Letter(id="1", person="pat", subject="Today", lines=("A",), address="pat@example.org"))
    (sent,) = mail.outbox
    assert (sent.from_email, sent.extra_headers["Message-ID"]) == ("Today <a@example.org>", "<1@example.org>")


def test_a_program_of_the_site_hands_text_messages_on(tmp_path: Any) -> None:
    from triptych.ledger.reminders import Letter
    from triptych.web.reaching import text_sender_named

    program = tmp_path / "gateway"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/told\n")
    program.chmod(0o755)
    letter = Letter(id="1", person="pat", subject="Today", lines=("A", "B"), address="+1")
    text_sender_named(f"program:{program}").send(letter)
    assert json.loads((tmp_path / "told").read_text()) == {"id": "1", "to": "+1", "text": "A\nB"}
    with pytest.raises(ValueError, match="no way to send"):
        text_sender_named("email:a@example.org")
