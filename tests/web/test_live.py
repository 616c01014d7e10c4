"""The live session: what a tablet's outbox sends is filed, held or refused, and what its screen shows."""

import json
import re
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import PASSWORD, SESSION, VITALS, Log
from tests.web.test_pages import fields

from triptych.ledger import Filed
from triptych.ledger.drafts import System


def entered(hands: Hands, number: int = 1, **more: Any) -> dict[str, Any]:
    """An entry as a tablet keeps it, three minutes behind the server."""
    kept: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"entered:{number}")),
        "form": "vitals",
        "values": VITALS,
        "occurred_at": hands.now.isoformat(),
        "author": "therapist-1",
        "device": "tablet",
        "at": hands.now.replace(minute=0).isoformat(),
        "offset": 180.0,
        "document": hands.study.digest,
        "visit": "dosing",
        "cycle": 1,
    }
    return {**kept, **more}


def send(client: Any, *records: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(f"{SESSION}outbox/", json.dumps({"records": records}), content_type="application/json")
    assert answer.status_code == 200
    told: list[dict[str, Any]] = answer.json()["answers"]
    return told


def outcomes(answers: Iterable[dict[str, Any]]) -> list[str]:
    return [answer["outcome"] for answer in answers]


def test_each_entry_is_answered_for_itself_and_sending_again_is_harmless(live: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    good, odd = entered(live), entered(live, 2, values=VITALS | {"systolic": 1280})
    assert outcomes(send(client, good, odd)) == ["filed", "held"]
    assert outcomes(send(client, good, odd)) == ["filed", "held"]
    seen = live.trial.system_view().records("P-1")[-2:]
    assert [one.id for one in seen] == [good["id"], odd["id"]]
    assert [(one.actor, one.status, one.values["systolic"]) for one in seen] == [
        ("therapist-1", "filed", 128),
        ("therapist-1", "held", 1280),
    ]
    capture = seen[0].capture
    assert capture is not None
    assert (capture.device, capture.offset, capture.document) == ("tablet", 180.0, live.study.digest)


def test_what_the_ledger_cannot_take_is_refused_so_that_the_tablet_keeps_it(live: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    good = entered(live)
    assert outcomes(send(client, good)) == ["filed"]
    answers = send(
        client,
        {**good, "values": VITALS | {"systolic": 99}},
        entered(live, 3, author="physician-1"),
        entered(live, 4, form="dose_authorization", values={"part": "initial", "amount": 80}),
        entered(live, 5, occurred_at="yesterday"),
        {"id": "x"},
    )
    assert [answer["codes"] for answer in answers] == [
        ["conflict"], ["not_joined"], ["decided_here"], ["malformed"], ["malformed"],
    ]  # fmt: skip
    assert set(outcomes(answers)) == {"refused"}


def test_an_entry_for_a_form_that_the_document_no_longer_has_is_held(live: Hands, log_in: Log) -> None:
    answers = send(log_in("therapist"), entered(live, form="pulse", values={"rate": 80}))
    assert outcomes(answers) == ["held"]


def test_a_colleague_joins_with_a_password_and_enters_under_their_own_name(live: Hands, log_in: Log) -> None:
    from django.contrib.auth.models import User

    log_in("co_therapist")
    colleague = User.objects.get(username="co_therapist-1")
    colleague.set_password("long enough to be right")
    colleague.save()
    client = log_in("therapist")
    joining = {"person": "co_therapist-1", "password": "wrong", "pin": "2580"}
    assert client.post(f"{SESSION}join/", joining).status_code == 422
    joining["password"] = "long enough to be right"
    assert client.post(f"{SESSION}join/", {**joining, "pin": "1111"}).status_code == 422
    assert client.post(f"{SESSION}join/", joining).json() == {"person": "co_therapist-1", "role": "co_therapist"}
    raised = entered(live, author="co_therapist-1", values=VITALS | {"systolic": 190})
    assert outcomes(send(client, raised)) == ["filed"]
    answer = {"about": raised["id"], "value": "systolic", "answer": "acknowledged", "person": "co_therapist-1"}
    for pin, status in [("0000", 422), ("2580", 200), *[("0000", 422)] * 5, ("2580", 422)]:
        assert client.post(f"{SESSION}confirm/", {**answer, "pin": pin}).status_code == status
    last = live.trial.system_view().records("P-1")[-1]
    assert (last.actor, last.role) == ("co_therapist-1", "co_therapist")


@pytest.mark.usefixtures("live")
def test_the_modules_of_the_screen_are_asked_for_all_at_once(log_in: Log) -> None:
    page = log_in("physician").get(SESSION).content.decode()
    modules = json.loads(page.split('id="given">')[1].split("</script>")[0])["modules"]
    asked = re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)
    assert sorted(asked) == sorted(modules.values())


def test_a_role_that_sees_no_session_finds_none(live: Hands, log_in: Log) -> None:
    for role in ("rater", "night_attendant", "administrator"):
        client = log_in(role)
        assert [client.get(f"{SESSION}{path}").status_code for path in ("", "events/")] == [404, 404]
        assert client.post(f"{SESSION}outbox/", "{}", content_type="application/json").status_code == 404


def alarms(client: Any) -> str:
    """What the screen shows of alarms."""
    page: str = client.get(SESSION).content.decode()
    return page.split('data-part="alarms">')[1].split("</section>", maxsplit=1)[0]


def given(client: Any) -> dict[str, Any]:
    """What the screen's scripts are given."""
    page = client.get(SESSION).content.decode()
    found: dict[str, Any] = json.loads(page.split('id="given">')[1].split("</script>")[0])
    return found


@pytest.mark.requirement("SAF-09")
def test_a_red_alarm_says_who_was_reached_and_stands_until_a_person_closes_it(
    live: Hands, log_in: Log, log_in_by_password: Log
) -> None:
    room, physician = log_in("therapist"), log_in_by_password("physician")
    raised = entered(live, values=VITALS | {"systolic": 205})
    assert outcomes(send(room, raised)) == ["filed"]
    live.later(minutes=1)
    assert outcomes(send(room, entered(live, 2))) == ["filed"]
    assert "RED Systolic 205" in alarms(room)
    assert "NOT DELIVERED" in alarms(room)
    assert "Not acknowledged" in alarms(room)
    assert "No message sent" in alarms(room)
    told = {"notice": "n", "attempt": 1, "kind": "raised", "due": live.now.isoformat(), "role": "cover"}
    told |= {"task": "red:systolic", "record": raised["id"], "sender": "email"}
    told |= {"reached": "lead-1", "not_reached": "physician-1"}
    by = System(person="system", role="system")
    assert isinstance(live.trial.file(live.draft("reminder_sent", told, origin="system"), by), Filed)
    assert "Message to lead-1 sent" in alarms(room)
    assert "Message to physician-1 failed" in alarms(room)
    told |= {"notice": "m", "sender": "console"}
    assert isinstance(live.trial.file(live.draft("reminder_sent", told, origin="system"), by), Filed)
    assert "Message to lead-1 written on the server only" in alarms(room)
    about = {"about": raised["id"], "value": "systolic"}
    shown = entered(
        live, 3, form="session_alarm", values={**about, "answer": "shown"}, author="physician-1", visit=None
    )
    assert outcomes(send(physician, {**shown, "cycle": None})) == ["filed"]
    assert "Shown to physician-1" in alarms(room)
    sent = entered(live, 4, form="session_alarm", values={**about, "answer": "acknowledged"}, visit=None, cycle=None)
    assert send(room, sent)[0]["codes"] == ["answered_here"]
    path = "/participants/P-1/file/session_alarm/"
    by_form = {f"v-{key}": value for key, value in about.items()}
    by_form |= {**fields(physician.get(path).content.decode()), "v-answer": "acknowledged"}
    assert "This is not your PIN or password" in physician.post(path, by_form).content.decode()
    for answer in ("acknowledged", "closed"):
        confirmed = {**about, "answer": answer, "person": "physician-1"}
        for client, hand, status in [
            (physician, {}, 422),  # whoever is alone at their own device gives their hand too
            (physician, {"password": "not theirs"}, 422),
            (room, {"password": PASSWORD}, 422),
            (physician, {"password": PASSWORD}, 200),
        ]:
            assert client.post(f"{SESSION}confirm/", confirmed | hand).status_code == status
        assert ("Acknowledged by physician-1" in alarms(room)) is (answer == "acknowledged")
    assert "RED" not in alarms(room)
    # A tablet without a network decides the next reading as the server would: it knows of what was closed.
    assert [(one["record"], one["about"]) for one in given(room)["facts"]["closings"]] == [(raised["id"], "systolic")]


def test_the_tablet_is_given_whom_to_call_from_when_on_though_its_reader_sees_no_rota(live: Hands, log_in: Log) -> None:
    def cover(step: str, person: str, starts: str, ends: str) -> None:
        values = {"step": step, "person": person, "starts": starts, "ends": ends, "why": "absence"}
        assert isinstance(live.file("coordinator", "duty_cover", values, None, site="site-1"), Filed)

    day = "2026-03-02T{}:00+00:00"
    cover("physician", "physician-1", day.format("00:00"), day.format("20:00"))
    cover("physician", "principal_investigator-1", day.format("20:00"), day.format("23:00"))
    cover("backup", "therapist-1", day.format("00:00"), day.format("23:00"))
    for person, phone in (("physician-1", "old"), ("physician-1", "22 33"), ("principal_investigator-1", "44 55")):
        number = {"person": person, "phone": phone}
        assert isinstance(live.file("coordinator", "duty_phone", number, None, site="site-1"), Filed)
    live.file("physician", "physician_cover", {"where": "on_call"})
    assert log_in("therapist").get("/sites/site-1/on-call/").status_code == 404
    calls = given(log_in("therapist"))["calls"]
    assert calls["cover"] == {"name": "physician-1", "phone": "22 33"}
    named = [(one.get("physician"), one.get("backup")) for one in calls["duty"]]
    backup = {"name": "therapist-1", "phone": None}
    assert named == [
        ({"name": "physician-1", "phone": "22 33"}, backup),
        ({"name": "principal_investigator-1", "phone": "44 55"}, backup),
        (None, None),
    ]
    assert calls["emergency"] == [{"call": "113", "confirmed": True}]


def test_nothing_is_due_any_more_once_the_session_has_ended(live: Hands, log_in: Log) -> None:
    room = log_in("therapist")
    assert given(room)["facts"]["ended"] is False
    assert isinstance(live.file("therapist", "session_exit", {"kind": "transfer"}, cycle=1), Filed)
    assert given(room)["facts"]["ended"] is True


def test_amber_asks_for_a_repeat_and_nobody_in_the_room_is_red(live: Hands, log_in: Log) -> None:
    room = log_in("therapist")
    send(room, entered(live, values=VITALS | {"systolic": 165}))
    assert "AMBER Systolic 165" in alarms(room)
    assert "Repeat at" in alarms(room)
    presence = {"form": "session_presence", "visit": None, "cycle": None}
    send(room, entered(live, 2, values={"person": "therapist-1", "change": "came"}, **presence))
    assert "Nobody is in the room" not in alarms(room)
    live.later(minutes=1)
    send(room, entered(live, 3, values={"person": "therapist-1", "change": "left"}, **presence))
    assert "RED Nobody is in the room" in alarms(room)


def test_a_rule_over_signs_rings_on_the_screen_and_one_that_cannot_be_decided_asks_for_an_examination(
    live: Hands, log_in: Log
) -> None:
    room = log_in("therapist")
    signs = {"form": "session_signs", "visit": None, "cycle": None}
    send(room, entered(live, 1, values={"tremor": True}, **signs))
    assert "Cannot decide: Serotonin toxicity" in alarms(room)
    live.later(minutes=1)
    send(room, entered(live, 2, values={"hyperreflexia": True}, **signs))
    assert "RED Serotonin toxicity (Hunter criteria)</b>" in alarms(room)
    assert "Cannot decide: Serotonin" not in alarms(room)


def test_the_timeline_shows_no_digest(live: Hands, log_in: Log) -> None:
    live.file("therapist", "observation", {"text": "e3" * 32})
    live.file("therapist", "observation", {"text": "Calm"})
    page = log_in("therapist").get(SESSION).content.decode()
    assert "Calm" in page
    assert "e3e3e3" not in page


def test_the_summary_names_what_is_missing_and_the_paper_form_needs_no_reading(live: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    live.later(hours=1)
    unread = {item: {"missing": "not-performed"} for item in VITALS}
    assert isinstance(live.file("therapist", "vitals", unread, visit="dosing", cycle=1), Filed)
    live.later(hours=1)
    summary = client.get(f"{SESSION}summary/").content.decode()
    assert "Without a reading" in summary
    assert "Initial dose" in summary
    assert "No value crossed a limit" in summary
    live.file("therapist", "vitals", {**VITALS, "systolic": 190}, visit="dosing", cycle=1)
    alarmed = client.get(f"{SESSION}summary/").content.decode().split("Alarms and answers</h2>")[1].split("<h2>")[0]
    assert "Red: Systolic 190" in alarmed
    assert "No answer is recorded. Still open." in alarmed
    paper = client.get(f"{SESSION}paper/").content.decode()
    assert "a supplemental dose is withheld" in paper
    assert "128" not in paper
    assert "180 or more" in paper
    assert "0:30, 1:00, 1:30" in paper


def test_the_list_of_sessions_says_who_is_dosed_what_rings_and_nothing_to_those_who_see_no_session(
    live: Hands, log_in: Log
) -> None:
    assert "No medicine session has begun" not in log_in("physician").get("/sessions/").content.decode()
    live.contact("P-2")
    live.file("therapist", "vitals", VITALS | {"systolic": 206}, visit="dosing", cycle=1)
    shown = log_in("physician").get("/sessions/").content.decode()
    assert "Red: Systolic 206</b>, not acknowledged" in shown
    assert "206/80" in shown
    assert "<b>Session</b>" in shown
    assert "P-1" in shown
    assert "P-2" not in shown
    assert log_in("rater").get("/sessions/").status_code == 404
    live.later(days=3)
    assert "No medicine session has begun today or yesterday." in log_in("physician").get("/sessions/").content.decode()


def test_the_second_person_checks_a_dose_by_their_own_pin_and_no_tap_stands_for_it(live: Hands, log_in: Log) -> None:
    from django.contrib.auth.models import User

    log_in("co_therapist")
    colleague = User.objects.get(username="co_therapist-1")
    colleague.set_password("long enough to be right")
    colleague.save()
    client, path = log_in("therapist"), f"{SESSION}dose-check/"
    checked = {"v-part": "initial", "v-amount": "80", "v-kit": "K-001", "person": "co_therapist-1", "pin": "2580"}
    assert client.post(path, checked).status_code == 422
    joining = {"person": "co_therapist-1", "password": "long enough to be right", "pin": "2580"}
    assert client.post(f"{SESSION}join/", joining).status_code == 200
    assert client.post(path, {**checked, "pin": "0000"}).status_code == 422
    assert client.post(path, checked).status_code == 302
    last = live.trial.system_view().records("P-1")[-1]
    assert (last.form, last.actor, last.cycle) == ("dose_check", "co_therapist-1", 1)
    tapped = entered(live, 9, form="dose_check", values={"part": "initial", "amount": 80, "kit": "K-001"})
    assert [one["codes"] for one in send(client, tapped)] == [["decided_here"]]
    # What was swallowed while the server was away comes later as what happened, with its own times.
    at = live.now - timedelta(hours=30)
    given = {"part": "initial", "outcome": "taken", "amount": {"missing": "unknown"}, "taken_at": at.isoformat()}
    dose = entered(live, 10, form="dose_administration", values=given, occurred_at=at.isoformat())
    assert [one["outcome"] for one in send(client, dose)] == ["filed"]
    last = live.trial.system_view().records("P-1")[-1]
    assert (last.form, last.cycle, last.late, last.occurred_at) == ("dose_administration", 1, True, at)


def test_a_correction_stands_on_the_timeline_beside_what_it_corrects_with_its_reason(live: Hands, log_in: Log) -> None:
    filed = live.file("therapist", "session_moment", {"what": "fall"})
    assert isinstance(filed, Filed)
    again = {"corrects": filed.record.id, "reason": "It was a stumble"}
    assert isinstance(live.file("therapist", "session_moment", {"what": "unsteady"}, **again), Filed)
    page = log_in("therapist").get(SESSION).content.decode()
    assert "corrected: it was <s>Fall</s> (It was a stumble)" in page


def test_a_test_page_from_the_room_is_acknowledged_by_the_physician_and_not_by_who_sent_it(
    live: Hands, log_in: Log, log_in_by_password: Log
) -> None:
    path, button = f"{SESSION}test-page/", "Acknowledge the test page"
    therapist, physician = log_in("therapist"), log_in_by_password("physician")
    assert physician.post(path, {"what": "seen"}).status_code == 404
    assert therapist.post(path).status_code == 404
    assert therapist.post(path, {"what": "send"}).status_code == 302
    course = live.trial.system_view().course("P-1")
    assert course is not None
    assert any(task.id == "acknowledge_test_page" for task in course.alerts)
    assert button not in therapist.get(SESSION).content.decode()
    assert button in physician.get(SESSION).content.decode()
    assert physician.post(path, {"what": "seen"}).status_code == 422
    assert physician.post(path, {"what": "seen", "password": PASSWORD}).status_code == 200
    assert button not in physician.get(SESSION).content.decode()
    course = live.trial.system_view().course("P-1")
    assert course is not None
    assert not any(task.id == "acknowledge_test_page" for task in course.alerts)


def test_an_incident_is_entered_from_the_tablet_and_asks_the_investigator_to_look_at_it(
    live: Hands, log_in: Log
) -> None:
    values = {"kind": "equipment", "words": "The cuff burst"}
    assert outcomes(send(log_in("therapist"), entered(live, form="session_incident", values=values))) == ["filed"]
    course = live.player.course("P-1")
    assert course is not None
    (task,) = (one for one in course.tasks if one.id == "look_at_incident")
    assert task.roles == ("principal_investigator",)
    assert "The cuff burst" in log_in("physician").get(SESSION).content.decode()
