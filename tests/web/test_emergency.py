"""The emergency card's part for physicians, which a medical lead signs, and the sheet for whoever takes over."""

from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log
from tests.web.test_pages import fields

from triptych.ledger.library import emergency_card

CARD = "/sites/site-1/emergency-card/"
SESSION = "/participants/P-1/session/"
SHEET = f"{SESSION}hand-over/"
HIDDEN = "The part for physicians is not shown"


def sign(client: Any, lines: str = "Diazepam 10 mg", password: str = "long enough to be right") -> Any:
    from django.contrib.auth.models import User

    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.set_password("long enough to be right")
    user.save()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(CARD).content.decode()
    answers = {"v-lines": lines, "v-unblinding": "The pharmacist at 00 00", "password": password}
    return client.post(CARD, fields(page) | answers)


def test_the_part_for_physicians_is_shown_only_in_the_version_that_a_medical_lead_signed(
    live: Hands, log_in: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = emergency_card().physician[1].partition(": ")[2]
    lead = log_in("principal_investigator")
    before = log_in("therapist").get(SESSION).content.decode()
    assert HIDDEN in before
    assert line not in before
    assert sign(lead, password="wrong").status_code == 422
    assert HIDDEN in log_in("therapist").get(SESSION).content.decode()
    assert sign(lead).status_code == 302
    after = log_in("therapist").get(SESSION).content.decode()
    assert line in after
    assert "Diazepam 10 mg" in after
    assert HIDDEN not in after
    from msgspec.structs import replace

    from triptych.web.pages import emergency

    changed = replace(emergency_card(), physician=(*emergency_card().physician, "One more line"))
    monkeypatch.setattr(emergency, "emergency_card", lambda: changed)
    assert HIDDEN in log_in("therapist").get(SESSION).content.decode()


def test_nobody_but_a_physician_or_the_lead_signs_the_card(live: Hands, log_in: Log) -> None:
    assert "Sign the card" not in log_in("coordinator").get(CARD).content.decode()
    assert log_in("coordinator").post(CARD, {}).status_code == 404
    assert log_in("rater").get(CARD).status_code == 404


def test_the_sheet_is_recorded_before_it_is_shown_and_says_what_is_known(live: Hands, log_in: Log) -> None:
    from triptych.web.identity.sealing import Person
    from triptych.web.identity.store import keep_identity

    keep_identity("P-1", Person(name="Kari Nordmann", birth_date="1980-02-03", allergies="Penicillin"))
    live.file("physician", "medicine", {"name": "Sertraline", "ongoing": False, "last_taken_on": "2026-01-15"})
    therapist = log_in("therapist")
    assert therapist.get(SHEET).status_code == 405
    assert therapist.post(SHEET).status_code == 404
    sheet = therapist.post(SHEET, {"open": "yes"}).content.decode()
    for text in (
        "Kari Nordmann",
        "1980-02-03",
        "Penicillin",
        "MDMA 80 mg",
        "Sertraline",
        "15 Jan 2026",
        ">128 / 80<",
        "Nobody is",
    ):
        assert text in sheet
    last = live.trial.system_view().records("P-1")[-1]
    assert (last.form, last.actor) == ("identity_emergency", "therapist-1")
    assert "Kari" not in live.trial.system_view().everything().decode()
    course = live.trial.system_view().course("P-1")
    assert course is not None
    assert any(task.id == "review_emergency_look" for task in course.alerts)


def test_where_arms_are_blinded_the_drug_is_only_possible_and_at_most_so_much(small: Hands, log_in: Log) -> None:
    from triptych.web.live.board import Dose, Place
    from triptych.web.pages.emergency import given

    doses = (Dose("initial", small.now),)
    most = max(arm_dose.maximum or arm_dose.initial for arm in small.study.document.arms for arm_dose in arm.doses)
    assert [(one["known"], one["amount"]) for one in given(small.study, doses, Place("dosing", 1, "Dosing"), [])] == [
        (False, most)
    ]
