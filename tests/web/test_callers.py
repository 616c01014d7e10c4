"""People who wait for a call: kept with their permission until a day, sealed, and nowhere else."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

PATH = "/sites/site-1/callers/"
NAME, PHONE = "Ola Nordmann", "+47 911 22 333"


@pytest.fixture(autouse=True)
def nobody(site: None) -> Any:
    """Nobody waits before or after."""
    from triptych.web.identity.models import SealedCaller

    SealedCaller.objects.all().delete()
    yield
    SealedCaller.objects.all().delete()


def add(client: Any, **more: str) -> Any:
    given = {"do": "add", "name": NAME, "phone": PHONE, "delete_on": "2026-03-16", "agrees": "yes"}
    return client.post(PATH, {name: value for name, value in (given | more).items() if value})


@pytest.mark.requirement("CRL-07")
def test_names_and_numbers_stand_in_no_record_no_page_and_no_file_in_the_clear(norway: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    assert add(client).status_code == 302
    page = text_of(client.get(PATH))
    assert "1 person waits for a call" in page
    assert NAME not in page
    shown = client.post(PATH, {"do": "look"})
    assert NAME in text_of(shown)
    assert PHONE in text_of(shown)
    assert shown["Cache-Control"] == "no-store"
    everything = norway.trial.system_view().everything().decode()
    assert NAME not in everything
    assert PHONE not in everything
    records = norway.trial.system_view().site_records("site-1")
    assert [one.values for one in records if one.form == "callback_list"] == [
        {"what": "added", "waiting": 1},
        {"what": "looked", "waiting": 1},
    ]
    from django.conf import settings

    place = Path(settings.DATABASES["identity"]["NAME"])
    with sqlite3.connect(place) as opened:
        rows = opened.execute("select * from identity_sealedcaller").fetchall()
    assert len(rows) == 1
    assert NAME not in str(rows)
    assert b"911" not in b"".join(value for row in rows for value in row if isinstance(value, bytes))


@pytest.mark.parametrize(
    "wrong",
    [
        {"agrees": ""},
        {"name": ""},
        {"phone": ""},
        {"delete_on": ""},
        {"delete_on": "2026-03-01"},
        {"delete_on": "2026-12-01"},
    ],
    ids=["no permission", "no name", "no number", "no day", "a day that is over", "too long"],
)
def test_nobody_is_kept_without_permission_name_number_and_a_day(
    norway: Hands, log_in: Log, wrong: dict[str, str]
) -> None:
    assert add(log_in("coordinator"), **wrong).status_code == 422
    from triptych.web.identity.callers import count_callers

    assert count_callers("site-1") == 0


@pytest.mark.requirement("CRL-07")
def test_each_is_deleted_on_their_day_and_when_they_were_called(norway: Hands, log_in: Log) -> None:
    from triptych.web.identity.callers import callers_of, count_callers, erase_expired

    client = log_in("coordinator")
    add(client)
    add(client, name="Kari", delete_on="2026-03-03")
    assert count_callers("site-1") == 2
    assert erase_expired(date(2026, 3, 2)) == 0
    norway.player.clock.now += timedelta(days=1)
    assert "1 person waits" in text_of(client.get(PATH))
    ((name, _, _),) = callers_of("site-1")
    assert client.post(PATH, {"do": "remove", "caller": name}).status_code == 302
    assert count_callers("site-1") == 0


def test_only_those_who_work_with_identities_at_the_site_find_the_list(norway: Hands, log_in: Log) -> None:
    for role in ("rater", "night_attendant", "therapist", "monitor"):
        assert log_in(role).get(PATH).status_code == 404
    assert log_in("coordinator").get("/sites/nowhere/callers/").status_code == 404
    page = text_of(log_in("coordinator").get(PATH))
    assert "A caller in danger" in page
    assert "call 113" in page or "Call" in page


def test_another_key_or_another_entry_opens_nothing() -> None:
    from triptych.web.identity.sealing import Caller, NotOpened, seal_caller, unseal_caller

    key, caller = b"k" * 32, Caller(name=NAME, phone=PHONE)
    sealed = seal_caller(key, "a", caller)
    assert unseal_caller(key, "a", sealed) == caller
    for other, name, what in ((b"x" * 32, "a", sealed), (key, "b", sealed), (key, "a", sealed[:-1] + b"\0")):
        with pytest.raises(NotOpened):
            unseal_caller(other, name, what)
