"""Who a participant is: sealed apart from the ledger, and never seen without a reason that was recorded first."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.test_pages import fields

SECRET = "Kari Nordmann"
PATH = "/participants/P-1/identity/"


@pytest.fixture
def known(norway: Hands) -> Hands:
    """A participant whose identity is kept."""
    from triptych.web.identity.sealing import Person
    from triptych.web.identity.store import keep_identity

    norway.contact()
    keep_identity("P-1", Person(name=SECRET, phone="+47 900 00 000", allergies="Penicillin"))
    return norway


def look(client: Any, **values: str) -> Any:
    return client.post(PATH, {**fields(text_of(client.get(PATH))), **values})


def forms(hands: Hands) -> list[str]:
    return [seen.form for seen in hands.trial.system_view().records("P-1")]


def test_nothing_is_shown_before_a_reason_is_recorded(known: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    assert SECRET not in text_of(client.get(PATH))
    without = look(client)
    assert without.status_code == 422
    assert SECRET not in text_of(without)
    assert "identity_look" not in forms(known)
    shown = look(client, **{"v-why": "contact"})
    assert SECRET in text_of(shown)
    assert shown["Cache-Control"] == "no-store"
    (record,) = [seen for seen in known.trial.system_view().records("P-1") if seen.form == "identity_look"]
    assert (record.actor, record.values) == ("coordinator-1", {"why": "contact"})


def test_in_an_emergency_every_role_may_look_and_the_investigator_is_told(known: Hands, log_in: Log) -> None:
    shown = look(log_in("night_attendant"), **{"v-why": "Seizure, ambulance called"})
    page = text_of(shown)
    assert SECRET in page
    assert "Keep the changes" not in page
    course = known.player.course("P-1")
    assert course is not None
    assert [(alert.id, alert.roles) for alert in course.alerts] == [
        ("review_emergency_look", ("principal_investigator",))
    ]


def test_a_change_is_kept_sealed_and_the_ledger_learns_only_which_parts(known: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    token = fields(text_of(look(client, **{"v-why": "update"})))
    values = {"name": SECRET, "phone": "+47 911 11 111", "allergies": "Penicillin", "address": "Storgata 1"}
    answer = client.post(f"{PATH}change/", {**token, **values, "birth_date": "", "emergency_contact": ""})
    assert answer.status_code == 302
    (record,) = [seen for seen in known.trial.system_view().records("P-1") if seen.form == "identity_change"]
    assert record.values == {"what": ["phone", "address"]}
    assert "+47 911 11 111" in text_of(look(client, **{"v-why": "contact"}))
    assert b"911 11 111" not in known.trial.system_view().everything()


def test_only_roles_that_work_with_identities_change_them(known: Hands, log_in: Log) -> None:
    answer = log_in("night_attendant").post(f"{PATH}change/", {"name": "Somebody else"})
    assert answer.status_code == 404
    assert SECRET in text_of(look(log_in("coordinator"), **{"v-why": "check"}))


def test_the_identity_of_somebody_out_of_reach_is_not_found(known: Hands, log_in: Log) -> None:
    assert log_in("coordinator").get("/participants/P-9/identity/").status_code == 404


def test_nothing_readable_stands_in_the_file(known: Hands) -> None:
    from django.conf import settings

    path = Path(settings.DATABASES["identity"]["NAME"])
    with sqlite3.connect(path) as raw:
        rows = raw.execute("SELECT participant, sealed FROM identity_sealedidentity").fetchall()
    raw.close()
    assert "P-1" in dict(rows)
    assert all(SECRET.encode() not in sealed for _, sealed in rows)
    assert SECRET.encode() not in path.read_bytes()
    assert Path(settings.IDENTITY_KEY).stat().st_mode & 0o077 == 0


def test_an_identity_is_erased_and_the_pseudonyms_records_stay(known: Hands) -> None:
    from triptych.web.identity.sealing import Person
    from triptych.web.identity.store import erase_identity, identity_of

    before = forms(known)
    assert erase_identity("P-1")
    assert not erase_identity("P-1")
    assert identity_of("P-1") == Person()
    assert forms(known) == before


@given(name=st.text(max_size=80), participant=st.text(min_size=1, max_size=20), other=st.text(min_size=1, max_size=20))
def test_what_was_sealed_for_one_opens_for_nobody_else(name: str, participant: str, other: str) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from triptych.web.identity.sealing import NotOpened, Person, seal, unseal

    try:
        name.encode(), participant.encode(), other.encode()
    except UnicodeEncodeError:
        return
    key = AESGCM.generate_key(256)
    sealed = seal(key, participant, Person(name=name))
    assert unseal(key, participant, sealed) == Person(name=name)
    wrong = [(AESGCM.generate_key(256), participant, sealed), (key, participant, sealed[:-1] + bytes([sealed[-1] ^ 1]))]
    wrong += [(key, other, sealed)] if other != participant else []
    wrong += [(key, participant, b"\x02" + sealed[1:]), (key, participant, b"")]
    for attempt in wrong:
        with pytest.raises(NotOpened, match="cannot be opened"):
            unseal(*attempt)


def test_the_page_of_a_look_names_no_answer_in_its_address(known: Hands, log_in: Log) -> None:
    page = text_of(log_in("coordinator").get(PATH))
    assert re.search(r'<form method="post" id="entry"', page)


def test_an_empty_or_partial_post_erases_nothing(known: Hands, log_in: Log) -> None:
    client = log_in("coordinator")
    before = forms(known)
    client.post(f"{PATH}change/")
    client.post(f"{PATH}change/", {"name": SECRET})
    assert forms(known) == before
    client.post(f"{PATH}change/", {"phone": "+47 911 11 111"})
    shown = text_of(look(client, **{"v-why": "contact"}))
    assert all(text in shown for text in (SECRET, "+47 911 11 111", "Penicillin"))
