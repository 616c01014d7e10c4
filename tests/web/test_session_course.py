"""The course of a session on its screen and on its own page: phase, what a discharge waits for, exits, presence."""

import re

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.test_pages import fields

from triptych.ledger import Filed
from triptych.ledger.library import LIBRARY
from triptych.web.house import house
from triptych.web.templating import HERE

PASSWORD = "long enough to be right"
VITALS = {"systolic": 128, "diastolic": 80, "heart_rate": 72, "temperature": 36.8, "spo2": 97}
SESSION = "/participants/P-1/session/"
AT = {"visit": "dosing", "cycle": 1}


@pytest.fixture
def live(norway: Hands) -> Hands:
    """A session in which the participant chose before, and the first dose was just given."""
    norway.contact()
    norway.file("coordinator", "consent", {"version": "1", "agreed": True})
    norway.file("therapist", "supplement_choice", {"choice": "yes"}, **AT)
    norway.file("therapist", "session_team", {"first": "therapist-1", "second": "co_therapist-1"}, **AT)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    assert isinstance(norway.file("therapist", "dose_administration", dose, **AT), Filed)
    return norway


def shown(log_in: Log, role: str = "therapist", path: str = SESSION) -> str:
    answer = log_in(role).get(path)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_the_screen_says_the_phase_the_window_and_what_is_missing(live: Hands, log_in: Log) -> None:
    assert "opens at" in shown(log_in)
    live.later(minutes=95)
    live.file("therapist", "observation", {"text": "Talks"})
    text = shown(log_in)
    assert "<b>Supplemental decision</b>" in text
    assert 'data-condition="vitals_fresh_in_limits" data-state="unknown"' in text
    live.file("therapist", "vitals", VITALS, **AT)
    text = shown(log_in, "physician")
    assert 'data-condition="vitals_fresh_in_limits"' not in text
    page = shown(log_in, "physician", f"{SESSION}course/")
    assert "supplement_decision/?visit=dosing&amp;cycle=1" in page


@pytest.mark.requirement("CRL-11")
def test_each_unmet_criterion_is_listed_with_what_clears_it_and_by_whom(live: Hands, log_in: Log) -> None:
    page = shown(log_in, "physician", f"{SESSION}course/")
    assert 'data-condition="oriented" data-state="unknown"' in page
    assert "Therapist: File the check before discharge" in page
    assert "not answered: Check before discharge" in page
    assert "overnight 1 of Night attendant, Therapist" in page
    assert "they were not confirmed" in page
    override = shown(log_in, "physician", "/participants/P-1/file/discharge_override/?visit=dosing&cycle=1")
    assert "Oriented, looked at freshly (cannot decide)" in override  # nobody copies them, and none is left out


def test_no_screen_says_that_somebody_may_not_leave_and_every_exit_is_a_tap_away(live: Hands, log_in: Log) -> None:
    for path in (SESSION, f"{SESSION}course/"):
        text = shown(log_in, path=path)
        assert "not allowed" not in text.lower()
        assert "session_exit" in text
    exit_ = live.file("therapist", "session_exit", {"kind": "left", "words": "Went down the stairs"})
    assert isinstance(exit_, Filed)
    assert "<b>Left</b>" in shown(log_in)
    course = live.player.course("P-1")
    assert course is not None
    asked = {task.id for task in course.alerts}
    assert {"judge_capacity", "reach_who_left", "plan_welfare"} <= asked


def test_nobody_in_the_room_is_red_until_the_session_has_ended(live: Hands, log_in: Log) -> None:
    for person in ("therapist-1", "co_therapist-1"):
        live.file("therapist", "session_presence", {"person": person, "change": "left"})
    assert "Nobody is in the room" in shown(log_in)
    assert 'data-alarm="presence:' in shown(log_in)
    live.file("therapist", "session_exit", {"kind": "transfer"})
    assert "Nobody is in the room" not in shown(log_in)


def test_what_comes_after_the_end_is_not_asked_and_is_no_gap(live: Hands, log_in: Log) -> None:
    live.later(minutes=80)  # the questions of the first hour were put to nobody
    live.file("therapist", "session_exit", {"kind": "transfer"})
    live.later(hours=6)
    summary = shown(log_in, path=f"{SESSION}summary/")
    missing = summary.split("<h2>Not asked</h2>")[1].split("<h2>")[0]
    assert missing.count("questions on effects") == 1
    assert summary.split("Without a reading</h2>")[1].split("</p>")[0].count(" to ") == 1


def test_the_page_is_there_for_whoever_may_see_the_session_alone(live: Hands, log_in: Log) -> None:
    assert log_in("rater").get(f"{SESSION}course/").status_code == 404


@pytest.mark.requirement("CON-01")
def test_a_short_gap_stands_on_the_timeline_and_in_the_printed_summary_and_is_no_deviation(
    live: Hands, log_in: Log
) -> None:
    live.file("therapist", "session_presence", {"person": "co_therapist-1", "change": "left"})
    live.file("therapist", "session_presence", {"person": "co_therapist-1", "change": "came"})
    lines = {
        SESSION: "<b>Gap in presence</b> 1 of 2 qualified people, until 10:07",
        f"{SESSION}summary/": "10:06 to 10:07</span>: 1 of 2 qualified people</li>",
    }
    for path, line in lines.items():
        text = shown(log_in, path=path)
        assert line in text
        assert not re.search("(·|,) (a )?deviation", text)
    live.later(minutes=5)
    live.file("therapist", "session_presence", {"person": "therapist-1", "change": "left"})
    live.later(minutes=4)
    assert "and it goes on · deviation" in shown(log_in)


def test_a_replay_says_on_its_page_that_it_is_one_and_of_what(
    live: Hands, log_in: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Replay" not in shown(log_in)
    monkeypatch.setattr(house(), "replays", "the medicine session of P-1")
    assert "<b>Replay</b> of the medicine session of P-1." in shown(log_in)


NEVER = re.compile(
    r"(not allowed|not permitted|forbidden) to (leave|go)|(may|must|can|could) ?not (leave|go home|walk out)"
    r"|has to stay|must stay|no (puede|debe) (irse|salir|marcharse)|prohibido (irse|salir)",
    re.IGNORECASE,
)


def test_no_word_of_any_page_form_or_script_says_that_somebody_may_not_leave() -> None:
    for file in (one for folder in (HERE, LIBRARY) for one in folder.rglob("*")):
        if file.suffix in (".html", ".js", ".yaml", ".toml", ".md", ".json"):
            for sentence in re.split(r"[.\n]", file.read_text("utf-8")):
                assert not NEVER.search(sentence) or "nothing on any screen says" in sentence.lower(), (file, sentence)


def test_what_is_decided_is_filed_by_a_hand_and_at_a_shared_tablet_by_ones_own_pin(live: Hands, log_in: Log) -> None:
    from django.contrib.auth.models import User

    log_in("co_therapist")
    for name in ("therapist-1", "co_therapist-1"):
        user = User.objects.get_or_create(username=name)[0]
        user.set_password(PASSWORD)
        user.save()
    client = log_in("therapist")
    path = "/participants/P-1/file/supplement_withheld/"
    sent = fields(text_of(client.get(path))) | {"v-why": "state", "m-words": "not-applicable"}
    for password in ("", "not the password"):
        answer = client.post(path, sent | {"password": password})
        assert (answer.status_code, "Nothing was filed" in text_of(answer)) == (422, True)
    joining = {"person": "co_therapist-1", "password": PASSWORD, "pin": "4711"}
    assert client.post(f"{SESSION}join/", joining).status_code == 200
    mine = {"person": "co_therapist-1", "password": "4712"}
    assert client.post(path, sent | mine).status_code == 422
    assert client.post(path, sent | mine | {"password": "4711"}).url == SESSION
    again = fields(text_of(client.get(path))) | {"v-why": "state", "m-words": "not-applicable"}
    assert client.post(path, again | {"person": "therapist-1", "password": PASSWORD}).url == SESSION
    filed = [one for one in live.trial.system_view().records("P-1") if one.form == "supplement_withheld"]
    assert [one.actor for one in filed] == ["co_therapist-1", "therapist-1"]
    path = "/participants/P-1/file/escort_briefing/"
    yes = dict.fromkeys(("adult", "expect", "warning_signs", "when_to_call", "stays", "sober", "confirms"), "yes")
    said = {"moment": "before", "name": "Kari", "phone": "555", **yes}
    briefing = fields(text_of(client.get(path))) | {f"v-{item}": text for item, text in said.items()}
    assert client.post(path, briefing | {"v-moment": "handover"}).status_code == 422
    early = {name: text for name, text in briefing.items() if name not in ("v-sober", "v-confirms")}
    assert client.post(path, early).status_code == 302


def test_the_form_of_a_dose_begins_with_the_part_and_amount_of_the_protocol_and_the_kit_that_was_checked(
    live: Hands, log_in: Log
) -> None:
    path = "/participants/P-1/file/dose_authorization/?cycle=1"
    begun = shown(log_in, "physician", path)
    assert re.search(r'<input[^>]*name="v-amount"[^>]*value="40"', begun)
    assert re.search(r'<input[^>]*value="supplemental"[^>]*checked', begun)
    assert re.search(r'<input[^>]*name="v-kit"[^>]*value=""', begun)
    live.file("co_therapist", "dose_check", {"part": "supplemental", "amount": 40, "kit": "K-002"}, cycle=1)
    assert re.search(r'<input[^>]*name="v-kit"[^>]*value="K-002"', shown(log_in, "physician", path))
