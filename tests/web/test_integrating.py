"""Goals and worries that are the participant's to share, being ready on both sides, practices, and looking back."""

import re
import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields

from triptych.cli import integrating
from triptych.ledger import Actor, Filed, Held
from triptych.web.words import all_words

HOST = {"host": "participant.localhost"}
SECRET = "That I will never laugh again"


@pytest.fixture
def known(norway: Hands) -> Hands:
    """A participant with an access of their own."""
    norway.contact()
    born = {"birth_date": "1985-05-01", "sex": "female", "childbearing_potential": True}
    norway.file("physician", "demographics", born, visit="screening")
    grant = {"person": "pat", "role": "participant", "blinding": "blinded", "participant": "P-1"}
    norway.administer("grant", grant)
    return norway


def send(person: str, path: str, form: str, occurred_at: str = "", **typed: str) -> Any:
    """Fill in the form of a page as a browser does."""
    client = client_of(person)
    sent = {**fields(text_of(client.get(path, headers=HOST))), "form": form}
    sent = {name: value for name, value in sent.items() if not name.startswith("v-")}
    sent |= {"occurred_at": occurred_at} if occurred_at else {}
    values = {f"v-{name}": value for name, value in typed.items()}
    return client.post(path, {**sent, **values, "record": str(uuid.uuid4())}, headers=HOST)


def seen_by(hands: Hands, role: str, person: str = "") -> list[Any]:
    view = hands.trial.view(Actor(person=person or f"{role}-1", role=role))
    return [one for one in view.records("P-1") if one.form in ("goal", "goal_sharing")]


def everything(hands: Hands, role: str) -> str:
    """All that a role can obtain, and its pages about the participant."""
    client = client_of(f"{role}-1")
    pages = [client.get(f"/participants/P-1/{page}") for page in ("", "integration/")]
    whole = hands.trial.view(Actor(person=f"{role}-1", role=role)).everything()
    return whole.decode() + "".join(page.content.decode() for page in pages)


def test_a_worry_is_read_by_therapists_only_while_the_participant_shares_it(known: Hands) -> None:
    staff = [role.id for role in known.study.document.roles if role.id != "participant"]
    assert send("pat", "/goals/", "goal", kind="worry", words=SECRET).status_code == 302
    assert SECRET in text_of(client_of("pat").get("/goals/", headers=HOST))
    assert {role for role in staff if SECRET in everything(known, role)} == set()
    (goal,) = seen_by(known, "participant", "pat")
    aside = {"about": goal.root, "why": "Found by its number"}
    assert isinstance(known.file("therapist", "entered_in_error", aside), Held)
    for shared, readers in (
        ("yes", {"therapist", "co_therapist"}),
        ("no", set()),
        ("yes", {"therapist", "co_therapist"}),
    ):
        known.later(minutes=5)
        assert send("pat", "/goals/", "goal_sharing", about=goal.root, shared=shared).status_code == 302
        assert {role for role in staff if SECRET in everything(known, role)} == readers
        about = f"/participants/P-1/records/{goal.id}/"
        found = {role for role in staff if client_of(f"{role}-1").get(about).status_code == 200}
        assert found == readers


def test_a_goal_or_worry_is_taken_away_by_a_correction_and_read_by_nobody_from_then_on(known: Hands) -> None:
    send("pat", "/goals/", "goal", kind="worry", words=SECRET)
    (goal,) = seen_by(known, "participant", "pat")
    known.later(minutes=5)
    send("pat", "/goals/", "goal_sharing", about=goal.root, shared="yes")
    assert SECRET in everything(known, "therapist")
    known.later(minutes=5)
    pat = client_of("pat")
    sent = fields(text_of(pat.get("/goals/", headers=HOST)))
    assert pat.post("/goals/", sent | {"retract": str(uuid.uuid4())}, headers=HOST).status_code == 404
    assert pat.post("/goals/", sent | {"retract": goal.root}, headers=HOST).status_code == 302
    for path in ("/goals/", "/way/"):
        assert SECRET not in text_of(pat.get(path, headers=HOST)), path
    staff = [role.id for role in known.study.document.roles if role.id != "participant"]
    assert {role for role in staff if SECRET in everything(known, role)} == set()
    # It stays in the ledger, corrected and with its reason.
    newest = [one for one in known.trial.system_view().records("P-1") if one.form == "goal"][-1]
    assert (newest.corrects, newest.values["retracted"], newest.current) == (goal.id, True, True)


def test_setting_an_answer_aside_shares_nothing_and_one_dated_back_does_not_either(known: Hands) -> None:
    send("pat", "/goals/", "goal", kind="goal", words=SECRET)
    (goal,) = seen_by(known, "participant", "pat")
    pat = Actor(person="pat", role="participant")
    about = {"about": goal.root}
    known.file("participant", "goal_sharing", {**about, "shared": True}, person="pat")
    refusal = known.file("participant", "goal_sharing", {**about, "shared": False}, person="pat")
    assert isinstance(refusal, Filed)
    aside = {"about": refusal.record.id, "why": "By mistake"}
    known.file("therapist", "entered_in_error", aside)
    early = known.now - timedelta(minutes=90)
    known.file("participant", "goal_sharing", {**about, "shared": True}, person="pat", occurred_at=early)
    assert seen_by(known, "therapist") == []
    assert len([one for one in known.trial.view(pat).records("P-1") if one.form == "goal"]) == 1


def test_drafts_of_what_was_kept_back_do_not_come_with_it(known: Hands) -> None:
    kept = {"id": str(uuid.uuid4()), "form": "goal", "fields": [["v-kind", "worry"], ["v-words", "Now"]]}
    kept["edits"] = [{"item": "words", "was": SECRET, "is": "Now", "at": "2026-03-02T09:00:00Z"}]
    sent = client_of("pat").post("/outbox/", {"answers": [kept]}, content_type="application/json", headers=HOST)
    assert sent.json()["answers"][0]["outcome"] == "filed"
    assert SECRET not in str(known.trial.system_view().records("P-1"))


def test_what_is_sent_late_happened_when_the_clock_of_the_place_said_so(known: Hands) -> None:
    wishes = {"email": True, "text": True, "quiet_from": 21, "quiet_until": 9, "zone": "America/New_York"}
    assert isinstance(known.file("participant", "reminder_wishes", wishes, person="pat"), Filed)
    known.later(minutes=5)
    at = known.now.astimezone(ZoneInfo("America/New_York")).replace(second=0, microsecond=0, tzinfo=None)
    kept = {"id": str(uuid.uuid4()), "form": "goal", "fields": [["v-kind", "goal"], ["v-words", "Rest"]]}
    kept["fields"].append(["occurred_at", at.isoformat(timespec="minutes")])
    client_of("pat").post("/outbox/", {"answers": [kept]}, content_type="application/json", headers=HOST)
    (goal,) = [one for one in known.trial.system_view().records("P-1") if one.form == "goal"]
    assert goal.occurred_at == known.now.replace(second=0, microsecond=0)


def test_a_process_note_is_read_by_therapists_alone_and_a_research_note_as_other_data(known: Hands) -> None:
    values = {"minutes": 90, "first": "therapist-1", "done": ["goals"], "note": "For the research"}
    assert isinstance(known.file("therapist", "therapy_session", values, visit="preparation_1"), Filed)
    assert isinstance(known.file("therapist", "process_note", {"words": "For us alone"}), Filed)
    staff = [role.id for role in known.study.document.roles if role.id != "participant"]
    whole = {role: everything(known, role) for role in staff}
    assert {role for role in staff if "For us alone" in whole[role]} == {"therapist", "co_therapist"}
    assert {"therapist", "physician", "monitor"} <= {role for role in staff if "For the research" in whole[role]}
    assert "For us alone" not in known.trial.view(Actor(person="pat", role="participant")).everything().decode()


@pytest.mark.requirement("CRL-15")
def test_a_session_of_therapy_says_how_long_who_and_what_was_done(known: Hands) -> None:
    values = {
        "minutes": 90,
        "first": "therapist-1",
        "done": ["told", "meaning"],
        "adherence": 4,
        "theme_body": "Warmth",
    }
    assert isinstance(known.file("therapist", "therapy_session", values, visit="preparation_1"), Filed)
    for missing in ("minutes", "first", "done"):
        less = {name: value for name, value in values.items() if name != missing}
        assert isinstance(known.file("therapist", "therapy_session", less, visit="preparation_2"), Held), missing
    page = text_of(client_of("therapist-1").get("/participants/P-1/integration/"))
    assert "90 minutes in 1 session," in page
    assert "Meaning and themes were gathered" in page


def test_a_practice_is_agreed_once_both_said_yes_and_its_days_are_kept_without_counting(known: Hands) -> None:
    therapist = client_of("therapist-1")
    known.file("therapist", "practice", {"kind": "exercise", "words": "A walk"})
    page = text_of(client_of("pat").get("/practices/", headers=HOST))
    assert "Your therapist proposes" in page
    assert "Done today" not in page
    (practice,) = [one for one in known.trial.system_view().records("P-1") if one.form == "practice"]
    assert send("pat", "/practices/", "practice_agreement", about=practice.id, agreed="yes").status_code == 302
    for words in ("", "Rain"):
        known.later(minutes=5)
        assert send("pat", "/practices/", "practice_day", about=practice.id, words=words).status_code == 302
    page = text_of(client_of("pat").get("/practices/", headers=HOST))
    assert page.count("2 Mar 2026: Exercise") == 1
    assert "Rain" in page
    assert "Rain" in text_of(therapist.get("/participants/P-1/integration/"))
    stranger = str(uuid.uuid4())
    assert send("pat", "/practices/", "practice_day", about=stranger).status_code == 404
    send("pat", "/practices/", "practice", kind="art", words="Clay")
    asked = text_of(therapist.get("/participants/P-1/integration/"))
    assert "proposed by the participant" in asked
    clay = next(one for one in known.trial.system_view().records("P-1") if one.values.get("words") == "Clay")
    known.later(minutes=5)
    sent = {**fields(asked), "about": clay.id, "agreed": "yes", "record": str(uuid.uuid4())}
    assert therapist.post("/participants/P-1/integration/", sent).status_code == 302
    assert 'Done today<span class="hide">: Clay' in text_of(client_of("pat").get("/practices/", headers=HOST))


def test_both_say_that_they_are_ready_on_their_own_sites_and_can_take_it_back(known: Hands) -> None:
    assert send("pat", "/ready/", "session_ready", ready="yes", words="Yes").status_code == 302
    page = text_of(client_of("therapist-1").get("/participants/P-1/integration/"))
    assert "The participant: <b>ready</b>" in page
    assert "A therapist: <b>has not said yet</b>" in page
    known.file("co_therapist", "session_ready", {"ready": True}, cycle=1)
    assert "Your therapist: <b>ready</b>" in text_of(client_of("pat").get("/ready/", headers=HOST))
    known.later(minutes=5)
    slow = "2026-03-01T07:00"  # a telephone whose clock is behind does not put the no before the yes
    assert send("pat", "/ready/", "session_ready", occurred_at=slow, ready="no").status_code == 302
    kept = {"id": str(uuid.uuid4()), "form": "session_ready", "fields": [["v-ready", "no"], ["occurred_at", slow]]}
    kept["fields"].append(["cycle", "1"])
    client_of("pat").post("/outbox/", {"answers": [kept]}, content_type="application/json", headers=HOST)
    said = [one for one in known.trial.system_view().records("P-1") if one.form == "session_ready"]
    assert {one.occurred_at.date() for one in said} == {known.now.date()}
    (last,) = [one for one in known.trial.system_view().records("P-1") if one.form == "session_ready"][-1:]
    assert (last.values["ready"], last.cycle, last.role) == (False, 1, "participant")
    course = known.trial.system_view().course("P-1")
    assert course is not None
    assert "not_ready" in {task.id for task in course.tasks}


def test_the_page_to_look_back_shows_words_pictures_and_music_and_nothing_of_doses(known: Hands) -> None:
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "kit": "K-77", "taken_at": known.now.isoformat()}
    known.file("therapist", "session_moment", {"what": "music_on", "words": "Strings, slow"})
    known.file("physician", "vitals", {"systolic": 187, "diastolic": 80, "heart_rate": 70, "temperature": 36.6})
    known.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    pat, therapist = client_of("pat"), client_of("therapist-1")
    assert send("pat", "/sessions/1/", "recall_words", words="A kitchen").status_code == 302
    for name, content, taken in (("a.png", integrating.picture(12, 8), True), ("b.pdf", b"%PDF-1.7 ", False)):
        known.later(minutes=1)
        upload = SimpleUploadedFile(name, content)
        pat.post("/sessions/1/draw/", {"file": upload}, headers=HOST)
        files = [one for one in known.trial.system_view().records("P-1") if one.form == "attachment"]
        assert (len(files) == 1) is True, taken
    draft = text_of(therapist.get("/participants/P-1/recall/1/"))
    assert "Strings, slow" in draft  # offered from what was entered in the room, until a therapist puts it on the page
    assert "Strings, slow" not in text_of(pat.get("/sessions/1/", headers=HOST))
    sent = {**fields(draft), "v-said": "Warm in here", "v-music": "Strings, slow"}
    assert therapist.post("/participants/P-1/recall/1/", sent).status_code == 302
    (file,) = files
    shown = {
        "own": text_of(pat.get("/sessions/1/", headers=HOST)),
        "staff": text_of(therapist.get("/participants/P-1/recall/1/")),
    }
    for page in shown.values():
        assert all(words in page for words in ("A kitchen", "Warm in here", "Strings, slow", f"{file.id}/"))
        assert not re.search(r"80 mg|K-77|\b187\b", page)
    assert pat.get(f"/pictures/{file.id}/", headers=HOST).content == integrating.picture(12, 8)
    assert client_of("coordinator-1").get("/participants/P-1/recall/1/").status_code == 404
    assert client_of("coordinator-1").get(f"/participants/P-1/records/{file.id}/file/").status_code == 404


def test_the_week_after_a_session_is_read_day_by_day_with_its_gaps(known: Hands) -> None:
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "kit": "K-77", "taken_at": known.now.isoformat()}
    known.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    for mood in (8, 3, None, 6):
        known.later(days=1)
        if mood is not None:
            known.file("participant", "days_after", {"mood": mood, "suicidal": "none"}, person="pat")
    page = text_of(client_of("therapist-1").get("/participants/P-1/integration/"))
    week = page.partition("After the session of 2 Mar 2026")[2].partition("</table>")[0]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in week.split("<tr>")[2:]]
    assert [(row[0], row[4] if row[4] != "not" else "not kept") for row in rows] == [
        ("1", "8"),
        ("2", "3"),
        ("3", "not kept"),
        ("4", "6"),
    ]
    assert "The days after each session" not in text_of(client_of("pat").get("/way/", headers=HOST))


def test_every_word_of_the_pages_stands_in_both_languages_and_reads_plainly(known: Hands) -> None:
    words = all_words()
    assert words["en"].say.keys() == words["es"].say.keys()
    page = text_of(client_of("pat").get("/practices/?language=es", headers=HOST))
    assert '<html lang="es"' in page
    assert "Sus prácticas" in text_of(client_of("pat").get("/practices/?language=es", headers=HOST))
