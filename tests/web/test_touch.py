"""The touch agreement on the participant's own page and on the screen: signed by their own hand, looked at, alarmed."""

from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import PASSWORD, Log, text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.ledger import Filed

CODE = "493817"
HOST = {"host": "participant.localhost"}
AGREED = {"person": "therapist-1", "kinds": ["hand"], "stop_word": "red", "care_agreed": True, "signed": "own"}
LOOK = "/participants/P-1/session/touch/"
CONFIRM = "/participants/P-1/session/confirm/"


@pytest.mark.requirement("CON-04")
def test_the_participant_signs_with_their_own_hand_what_was_shown_and_can_say_no(norway: Hands, log_in: Log) -> None:
    from django.contrib.auth.models import User

    from triptych.web.entering import set_code

    populate(norway)
    assert isinstance(norway.file("therapist", "touch_agreement", AGREED), Filed)
    pat: Any = client_of("pat")
    user = User.objects.get(username="pat")
    user.set_unusable_password()
    user.save()
    set_code(user, CODE)
    pat = client_of("pat")
    assert pat.post("/touch/", headers=HOST).status_code == 404
    page = text_of(pat.get("/touch/", headers=HOST))
    assert "Waits for your signature." in page
    staff = log_in("therapist")
    assert "waits for the participant" in staff.get(LOOK).content.decode()
    sent = fields(page) | {"answer": "yes"}
    wrong = pat.post("/touch/", sent | {"password": "not mine"}, headers=HOST)
    assert (wrong.status_code, "Nothing was signed" in text_of(wrong)) == (422, True)
    stale = pat.post("/touch/", sent | {"password": CODE, "shown": "0" * 64}, headers=HOST)
    assert "What was shown is not the agreement as it stands." in text_of(stale)
    assert pat.post("/touch/", sent | {"password": CODE}, headers=HOST).status_code == 302
    assert "Agreed and signed" in text_of(pat.get("/touch/", headers=HOST))
    assert "By the participant on their own page" in staff.get(LOOK).content.decode()
    no = fields(text_of(pat.get("/touch/", headers=HOST))) | {"answer": "no"}
    assert pat.post("/touch/", no, headers=HOST).status_code == 302
    assert norway.trial.system_view().touch("P-1").agreement.people["therapist-1"].kinds == frozenset()


@pytest.mark.requirement("CON-04")
def test_touch_outside_is_red_on_the_screen_and_whoever_is_named_cannot_acknowledge_it(
    norway: Hands, log_in: Log, log_in_by_password: Log
) -> None:
    norway.contact()
    touched = norway.file("therapist", "session_touch", {"person": "physician-1", "kind": "embrace"})
    assert isinstance(touched, Filed)
    answer = {
        "about": touched.record.id,
        "value": "touch_outside_agreement",
        "answer": "acknowledged",
        "password": PASSWORD,
    }
    named = log_in_by_password("physician").post(CONFIRM, answer | {"person": "physician-1"})
    assert (named.status_code, named.json()["problem"]) == (422, "You are named in it. Somebody else acknowledges it.")
    other = log_in_by_password("principal_investigator")
    assert "RED Touch outside the agreement" in other.get("/participants/P-1/session/").content.decode()
    assert other.post(CONFIRM, answer | {"person": "principal_investigator-1"}).status_code == 200
    assert "Red: Touch outside" not in other.get("/sessions/").content.decode()  # no session has begun
    assert "not reviewed" in other.get("/participants/P-1/session/summary/").content.decode()
    shown = other.get("/participants/P-1/session/").content.decode()
    assert "Acknowledged by principal_investigator-1" in shown
    assert (
        "Touch outside the agreement of P-1, by physician-1"
        in log_in("compliance").get("/complaints/").content.decode()
    )
