"""Recordings: begun by leave alone, whole to the byte, gone from view at once, and looked at by name."""

import uuid
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields

from triptych.cli.agreeing import whole_consent
from triptych.course.complaints import observed
from triptych.ledger import Actor
from triptych.ledger.complaining import letters
from triptych.ledger.sampling import drawn_by, file_draw, frame_of
from triptych.web.recording.kept import damages, recordings_of
from triptych.web.recording.shelf import NotReadable, Shelf

BASE = "/participants/P-1/recordings/"
PURPOSES = ("fidelity", "recall")
BEGIN = {"kind": "audio", "how": "room", "everyone": "yes"}
RULE = {"jurisdiction": "Norway", "allowed": True, "basis": "As looked up", "checked_on": "2026-03-01"}
RULE |= {"keep_years": 15, "confirmed": True, "confirmed_by": "The sponsor's counsel"}
TEAM = ("therapist", "co_therapist")
WEBM = b"\x1a\x45\xdf\xa3"


def agree(hands: Hands, purpose: str, agreed: bool = True) -> None:
    """Agree to a purpose on paper, in the words of its text, or decline it by saying so."""
    values: dict[str, Any] = {"element": f"recording_{purpose}", "agreed": agreed, "route": "spoken"}
    if agreed:
        element = values["element"]
        values = next(one.values for one in whole_consent(hands.study) if one.values.get("element") == element)
    outcome: Any = hands.file("coordinator", "consent_element", values)
    assert not getattr(outcome, "reasons", ()), outcome


def enter(hands: Hands, role: str, form: str, **values: Any) -> None:
    outcome: Any = hands.file(role, form, values)
    assert not getattr(outcome, "reasons", ()), outcome


def gather(hands: Hands, purposes: tuple[str, ...] = PURPOSES) -> None:
    """Two therapists come in, and each agrees to be recorded, under their own log-in."""
    for role in TEAM:
        enter(hands, role, "session_presence", person=f"{role}-1", change="came")
        enter(hands, role, "recording_consent", person=f"{role}-1", purposes=list(purposes), how="own")


@pytest.fixture
def allowed(norway: Hands, tmp_path: Path, settings_at: Any) -> Hands:
    """A participant who agreed to two purposes, at a site whose rule allows it."""
    settings_at(tmp_path)
    norway.contact()
    norway.file("physician", "recording_rule", RULE, None, site="site-1")
    for purpose in PURPOSES:
        agree(norway, purpose)
    gather(norway)
    return norway


@pytest.fixture
def settings_at(site: None) -> Any:
    """Keep recordings in a folder of the test's own."""
    from django.conf import settings

    before = settings.FOLDER, settings.RECORDING_KEY

    def use(folder: Path) -> None:
        settings.FOLDER, settings.RECORDING_KEY = folder, folder / "recording.key"

    yield use
    settings.FOLDER, settings.RECORDING_KEY = before


def begin(client: Any, **more: Any) -> Any:
    return client.post(BASE, {**BEGIN, "purposes": list(PURPOSES), **more})


def send(client: Any, record: str, number: int | str, content: bytes) -> Any:
    return client.post(f"{BASE}{record}/pieces/?number={number}", content, content_type="application/octet-stream")


def recorded(client: Any, pieces: int = 3) -> tuple[str, bytes]:
    """A whole recording of some pieces, and what is in it."""
    record = begin(client).json()["id"]
    parts = [WEBM + b"first", *(b"piece %d" % number for number in range(1, pieces))]
    for number, part in enumerate(parts):
        assert send(client, record, number, part).json()["next"] == number + 1
    assert client.post(f"{BASE}{record}/stop/", {"why": "finished", "pieces": str(pieces)}).status_code == 200
    return record, b"".join(parts)


def at_the_site(client: Any, log_in: Log) -> None:
    """Register the browser of a client as one that stands at the site: the coordinator does it, from there."""
    desk = log_in("coordinator")
    assert "triptych-place" not in desk.post(f"{BASE}device/", {"name": " "}).cookies
    assert "triptych-place" not in log_in("therapist").post(f"{BASE}device/", {"name": "My own"}).cookies
    client.cookies["triptych-place"] = (
        desk.post(f"{BASE}device/", {"name": "Tablet, blue room"}).cookies["triptych-place"].value
    )


def look(client: Any, record: str, purpose: str) -> Any:
    answer = client.post(f"{BASE}{record}/look/", {"purpose": purpose})
    return client.get(f"{answer['Location']}content/") if answer.status_code == 302 else answer


@pytest.mark.requirement("PRV-07")
@pytest.mark.parametrize(
    "more",
    [
        {"purposes": ["training"]},
        {"purposes": ["fidelity", "training"]},
        {"purposes": []},
        {"everyone": ""},
    ],
)
def test_nothing_is_recorded_without_the_agreement_of_everybody_to_each_purpose(
    allowed: Hands, log_in: Log, more: dict[str, Any]
) -> None:
    answer = begin(log_in("therapist"), **more)
    assert answer.status_code == 422
    assert answer.json()["problem"]


def test_the_rule_of_the_site_and_a_withdrawal_keep_the_button_shut(allowed: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    for more, told in (({"allowed": False}, "rule of the site"), ({"confirmed": False}, "reading of that rule")):
        rule = {name: value for name, value in {**RULE, **more}.items() if name != "confirmed_by" or "allowed" in more}
        allowed.file("physician", "recording_rule", rule, None, site="site-1")
        assert told in begin(client).json()["problem"]
    assert "Not confirmed" in text_of(client.get(BASE))
    allowed.file("physician", "recording_rule", RULE, None, site="site-1")
    assert begin(client).status_code == 200
    allowed.file("physician", "withdrawal", {"what": ["recordings"]})
    assert begin(client).status_code == 422
    assert "Nothing may be recorded" in text_of(client.get(BASE))


@pytest.mark.requirement("PRV-07")
def test_a_recording_is_encrypted_whole_and_given_back_to_whoever_said_what_for(
    allowed: Hands, log_in: Log, tmp_path: Path
) -> None:
    client = log_in("therapist")
    at_the_site(client, log_in)
    record, whole = recorded(client)
    for file in (tmp_path / "recordings").rglob("*"):
        assert not file.is_file() or b"piece" not in file.read_bytes()
    assert client.get(f"{BASE}views/{record}/content/").status_code == 404
    shown = look(client, record, "recall")
    assert b"".join(shown.streaming_content) == whole
    assert shown["Cache-Control"] == "no-store"
    assert look(client, record, "training").status_code == 404
    (view,) = [one for one in allowed.trial.system_view().records("P-1") if one.form == "recording_view"]
    assert (view.actor, view.values["purpose"], view.values["device"]) == ("therapist-1", "recall", "Tablet, blue room")
    path = f"{BASE}views/{view.id}/content/"
    for asked, part in (("bytes=0-3", whole[:4]), ("bytes=8-14", whole[8:15]), ("bytes=-5", whole[-5:])):
        cut = client.get(path, headers={"range": asked})
        assert (cut.status_code, cut.content, cut["Accept-Ranges"]) == (206, part, "bytes")
        first = whole.index(part)
        assert cut["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    assert client.get(path, headers={"range": f"bytes={len(whole)}-"})["Content-Range"] == f"bytes */{len(whole)}"
    assert b"".join(client.get(path, headers={"range": "bytes=0-1,3-4"}).streaming_content) == whole
    client.cookies.pop("triptych-place")
    assert client.get(path).status_code == look(client, record, "recall").status_code == 404
    assert len([one for one in allowed.trial.system_view().records("P-1") if one.form == "recording_view"]) == 1
    assert log_in("co_therapist").get(f"{BASE}views/{view.id}/content/").status_code == 404
    assert log_in("rater").get(BASE).status_code == 404


@pytest.mark.requirement("PRV-07")
def test_a_withdrawal_for_one_purpose_ends_its_viewing_at_once_and_no_other(allowed: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    at_the_site(client, log_in)
    record, whole = recorded(client)
    shown = look(client, record, "recall").streaming_content
    assert next(iter(shown)) == WEBM + b"first"
    agree(allowed, "recall", agreed=False)
    assert list(shown) == []
    assert look(client, record, "recall").status_code == 404
    assert b"".join(look(client, record, "fidelity").streaming_content) == whole


def test_the_page_to_look_back_leads_to_a_recording_while_that_is_agreed(allowed: Hands, log_in: Log) -> None:
    client, page = log_in("therapist"), "/participants/P-1/recall/1/"
    recorded(client)
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "kit": "K-1", "taken_at": allowed.now.isoformat()}
    allowed.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    assert "Look back at the recording" in text_of(client.get(page))
    agree(allowed, "recall", agreed=False)
    assert "Look back at the recording" not in text_of(client.get(page))


def test_a_piece_sent_twice_stands_once_and_one_too_early_is_asked_for_again(allowed: Hands, log_in: Log) -> None:
    client = log_in("therapist")
    record = begin(client).json()["id"]
    assert send(client, record, 0, b"no recording").status_code == 415
    assert send(client, record, 1, b"early").json()["next"] == 0
    for _ in range(2):
        assert send(client, record, 0, WEBM).json()["next"] == 1
    assert client.get(f"{BASE}state/").json()["next"] == 1
    client.post(f"{BASE}{record}/stop/", {"why": "person"})
    before = f"1&at={int(allowed.now.timestamp() * 1000)}"
    assert send(client, record, before, b"kept before the stop").json() == {"next": 2, "stop": True}
    agree(allowed, "fidelity", agreed=False)
    agree(allowed, "recall", agreed=False)
    assert send(client, record, 2, b"after").json()["stop"] is True


@pytest.mark.requirement("PRV-07")
def test_a_cut_or_replaced_piece_shows_and_cannot_be_played(allowed: Hands, log_in: Log, tmp_path: Path) -> None:
    record, _ = recorded(log_in("therapist"), pieces=4)
    shelf = Shelf(tmp_path / "recordings", tmp_path / "recording.key")
    (found,) = recordings_of(allowed.trial.system_view().records("P-1"))
    assert len(found.hashes) == 4
    assert list(damages(found, shelf)) == []
    places = [tmp_path / "recordings" / record / f"{number:06d}.piece" for number in range(4)]
    first, second = places[1].read_bytes(), places[2].read_bytes()
    for place, content in ((places[1], second), (places[2], first)):
        place.chmod(0o600)
        place.write_bytes(content)
    assert list(damages(found, shelf)) == [f"piece {number} is not the one that was recorded" for number in (1, 2)]
    with pytest.raises(NotReadable):
        shelf.read(record, 1)
    (tmp_path / "recordings" / "elsewhere").mkdir()
    places[3].unlink()
    assert "piece 3 is missing" in list(damages(found, shelf))


@pytest.mark.requirement("PRV-07")
def test_each_person_present_agrees_for_themselves_and_somebody_new_ends_the_recording(
    allowed: Hands, log_in: Log
) -> None:
    client = log_in("therapist")
    record = begin(client).json()["id"]
    assert "co_therapist-1, therapist-1" in text_of(client.get(BASE))
    assert send(client, record, 0, WEBM).json()["stop"] is False
    people = f"{BASE}people/"
    client.post(people, {"what": "came", "person": "Kari"})
    came = allowed.now
    told = client.get(f"{BASE}state/").json()
    assert (told["agreed"], told["why"]) == (False, "arrived")
    before, after = (f"1&at={int((came + timedelta(seconds=s)).timestamp() * 1000)}" for s in (-5, 5))
    assert send(client, record, after, b"with Kari").json()["why"] == "arrived"
    assert send(client, record, before, b"without").json()["next"] == 2
    assert client.post(f"{BASE}{record}/stop/", {"why": "arrived", "pieces": "2"}).status_code == 200
    assert begin(client).json()["problem"].endswith("agreeing to be recorded for this: Kari.")
    client.post(people, {"what": "agreed", "person": "Kari", "how": "said", "purposes": ["recall"]})
    assert begin(client).status_code == 422
    assert begin(client, purposes=["recall"]).status_code == 200
    client.post(people, {"what": "left", "person": "Kari"})
    assert begin(client).status_code == 200
    for named, status in (("therapist-1, Kari", 422), ("therapist-1", 200)):
        assert begin(client, how="uploaded", people=named).status_code == status
    # Nobody of the team agrees for another: what others file can only take away.
    enter(allowed, "physician", "session_presence", person="physician-1", change="came")
    enter(allowed, "therapist", "recording_consent", person="physician-1", purposes=list(PURPOSES), how="said")
    assert begin(client).status_code == 422
    client.post(people, {"what": "agreed", "person": "physician-1", "how": "own", "purposes": list(PURPOSES)})
    assert begin(client).status_code == 422
    told = {"form": "recording_consent", "values": {"person": "physician-1", "purposes": list(PURPOSES), "how": "own"}}
    told |= {"id": str(uuid.uuid4()), "author": "physician-1", "device": "d", "occurred_at": allowed.now.isoformat()}
    sent = {"records": [told | {"at": allowed.now.isoformat()}]}
    answer = client.post("/participants/P-1/session/outbox/", sent, content_type="application/json")
    assert answer.json()["answers"][0]["codes"] == ["decided_here"]  # a tablet speaks for nobody on this
    log_in("physician").post(people, {"what": "agreed", "person": "physician-1", "purposes": list(PURPOSES)})
    assert begin(client).status_code == 200
    enter(allowed, "co_therapist", "recording_consent", person="physician-1", purposes=[], how="said")
    assert begin(client).status_code == 422


@pytest.mark.requirement("PRV-07")
def test_a_piece_that_waited_opens_with_the_key_given_at_the_start_in_its_own_place_alone(
    allowed: Hands, log_in: Log
) -> None:
    client = log_in("therapist")
    at_the_site(client, log_in)
    begun = begin(client).json()
    record, key = begun["id"], AESGCM(b64decode(begun["key"]))

    def sealed(number: int, content: bytes) -> bytes:
        bound = f"triptych waiting 1\0{record}\0{number}".encode()
        return b"\x01" + bytes(12) + key.encrypt(bytes(12), content, bound)

    assert send(client, record, "0&sealed=1", sealed(0, WEBM)).json()["next"] == 1
    for wrong in (sealed(0, b"x"), sealed(1, b"x")[:-1], b""):
        assert send(client, record, "1&sealed=1", wrong).status_code == 409
    assert send(client, record, "1&sealed=1", sealed(1, b"!")).json()["next"] == 2
    client.post(f"{BASE}{record}/stop/", {"why": "finished", "pieces": "2"})
    assert b"".join(look(client, record, "recall").streaming_content) == WEBM + b"!"


def test_a_recording_that_was_lost_goes_on_as_a_part_of_it_and_says_what_is_missing(
    allowed: Hands, log_in: Log
) -> None:
    client = log_in("therapist")
    record = begin(client).json()["id"]
    lost = allowed.now + timedelta(minutes=2)
    assert "has not ended" in begin(client, continues=record).json()["problem"]
    allowed.later(minutes=15)
    told = {"why": "failure", "pieces": "0", "at": str(int(lost.timestamp() * 1000))}
    assert client.post(f"{BASE}{record}/stop/", told).status_code == 200
    assert begin(client, continues=record).status_code == 200
    first, second = recordings_of(allowed.trial.system_view().records("P-1"))
    assert (first.stopped_at, second.continues) == (lost.replace(microsecond=0), record)
    page = text_of(client.get(BASE))
    assert "part 2" in page
    assert second.gap.endswith("(13 min)")
    assert second.gap in text_of(client.get("/participants/P-1/session/"))


@pytest.mark.requirement("CRL-15")
@pytest.mark.requirement("CON-04")
def test_a_rater_opens_what_was_drawn_for_them_and_nothing_else_and_what_they_saw_reaches_the_compliance_role(
    allowed: Hands, log_in: Log
) -> None:
    raters = ("fidelity_rater-1", "fidelity_rater-2")
    allowed.administer("grant", {"person": raters[1], "role": "fidelity_rater", "blinding": "blinded"})
    _, whole = recorded(log_in("therapist"))
    therapy = {"minutes": 90, "first": "therapist-1", "recorded": True, "done": ["goals"]}
    allowed.file("therapist", "therapy_session", therapy, visit="preparation_1")
    allowed.later(days=7)
    allowed.file("therapist", "therapy_session", therapy, visit="preparation_2")
    lead = Actor(person="fidelity_lead-1", role="fidelity_lead")
    file_draw(allowed.trial, lead, "00000000-0000-4000-8000-000000000001", "seed", "random", 2, raters)
    rater, drawn = client_of(raters[0]), drawn_by(allowed.trial.system_view())[0].drawn
    records = allowed.trial.system_view().study_records()
    given = [one for one in records if one.form == "fidelity_assignment" and one.values["person"] == raters[0]]
    day = {one.id: one.on for one in frame_of(allowed.trial.system_view())}
    code = min(drawn, key=lambda one: day[one.session]).code
    mine, other = (next(one.id for one in given if (one.values["code"] == code) is which) for which in (True, False))
    path, played = f"/fidelity/{mine}/", f"/fidelity/{mine}/parts/1/"

    assert rater.get(played).status_code == 404  # not before the look is on record
    assert rater.post(f"/fidelity/{other}/look/").status_code == 404  # nothing was recorded on that day
    assert rater.post(f"{path}look/").status_code == 302
    page = text_of(rater.get(path))
    assert played in page
    assert "P-1" not in page
    shown = rater.get(played)
    assert b"".join(shown.streaming_content) == whole
    assert rater.get(played, headers={"range": "bytes=0-3"}).content == WEBM
    for where, who in (
        (f"{path}parts/2/", raters[0]),
        (played, raters[1]),
        (played, "fidelity_lead-1"),
        (BASE, raters[0]),
    ):
        assert client_of(who).get(where).status_code == 404
    assert raters[0] in text_of(client_of("fidelity_lead-1").get("/fidelity/"))

    answers = {f"v-{item}": "5" for item in ("adherence", "competence", "avoidance")}
    answers |= {"v-usable": "yes", "v-boundaries": "crossed", "v-knew": "nothing", "v-words": "A kiss"}
    assert rater.post(path, {**fields(page), **answers}).status_code == 302
    kept = {**fields(text_of(rater.get(path))), **answers, "v-boundaries": "doubt"}
    assert "A correction says why" in text_of(rater.post(path, {**kept, "reason": " "}))
    assert rater.post(path, {**kept, "reason": "Looked again"}).status_code == 302
    ratings = [one for one in allowed.trial.system_view().study_records() if one.form == "fidelity_rating"]
    assert [(one.values["boundaries"], one.reason) for one in ratings] == [("crossed", None), ("doubt", "Looked again")]
    compliance = client_of("compliance-1")
    assert "A rater saw boundaries crossed" in text_of(compliance.get("/complaints/"))
    (seen,) = observed(allowed.trial.system_view().study_records())
    assert (seen.code, seen.is_rating) == (code, True)
    for told in (code, "P-1", "therapist-1", "A kiss"):
        assert told in text_of(compliance.get(f"/complaints/{seen.id}/"))
    sent = [(person, letter.subject) for _, _, person, letter in letters(allowed.trial.system_view())]
    assert ("compliance-1", f"{allowed.study.document.title}: observation") in sent
    assert code not in text_of(client_of("therapist-1").get("/participants/P-1/"))

    agree(allowed, "fidelity", agreed=False)
    assert rater.get(played).status_code == 404
