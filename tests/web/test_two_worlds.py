"""Two worlds over every route: what a blinded role can obtain by any page is the same whichever arm was given."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.doors.hands import Hands, codes
from tests.doors.test_view import whole_course
from tests.web.conftest import SMALL
from tests.web.routes import client_of, routes, table, token_of

from triptych.ledger import Actor, Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.study import next_version

ARMS = ("active", "control")
UNBLINDED = "pharmacist"
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|data-editor=")[^"]*')
NONCE = re.compile(r"'nonce-[^']*'")
"""What differs by request in an answer and its headers; identifiers of new records come from the seed."""
UNCOMPARED = {"Set-Cookie", "Expires"}
"""The cookie is that of the session, and the log-in alone says when it expires: at once, by the machine's clock."""


def lived(hands: Hands, arm: str) -> None:
    """A whole course in one arm, with everything around it through which the arm might show."""
    whole_course(hands, arm)
    seen = {one.form: one for one in hands.trial.system_view().records("P-1")}
    dose, arm_given = seen["dose_administration"], seen["randomization"]
    sight = hands.trial.view(Actor(person="pharmacist-1", role="pharmacist"))
    shown = next(one.shown for one in sight.records("P-1") if one.id == dose.id)
    told = f"Given was {arm}"
    signature = {"about": dose.root, "meaning": "review", "shown": shown}
    assert isinstance(hands.file("pharmacist", "signature", signature), Filed)
    whole = {"scope": "casebook", "meaning": "review", "shown": sight.under_review("P-1", "casebook")[0]}
    assert codes(hands.file("pharmacist", "signature", whole)) == []
    hands.file("pharmacist", "randomization", {"arm": arm, "kit": 7 if arm == "active" else 8})
    hands.file("pharmacist", "entered_in_error", {"about": arm_given.id, "why": told})
    hands.file("coordinator", "query", {"about": dose.id, "item": "taken_at", "text": "By which clock?"})
    hands.file("pharmacist", "randomization", {"arm": arm, "kit": f"KIT-{told}"})
    later = hands.now.isoformat()
    dose_again = {"part": "initial", "outcome": "taken", "amount": 80 if arm == "active" else 30, "kit": told}
    hands.file("therapist", "dose_administration", dose_again | {"taken_at": later}, corrects=dose.id, reason="Kit")
    hands.file("therapist", "dose_administration", dose_again | {"amount": told, "taken_at": later})
    if "attachment_unblinding" in hands.study.forms:
        file = {"name": f"{told}.pdf", "sha256": "0" * 64, "size": 9, "media_type": "application/pdf"}
        about = {"about": dose.root, "copy": "original"}
        hands.file("pharmacist", "attachment_unblinding", {**file, **about})
    hands.later(days=1)


def _next_of(hands: Hands) -> str:
    """A next version in which every visit is due a day later, so that the windows of whoever has any would move."""
    return re.sub(
        r'(target: "?)(\d+) day', lambda found: f"{found[1]}{int(found[2]) + 1} day", next_version(hands.study)
    )


def answers(hands: Hands, role: str) -> dict[str, tuple[Any, ...]]:
    """The answer to every GET route for a role: status, headers and body without the token of the page."""
    client = client_of(f"{role}-1")
    filled = table(hands)
    paths = [path for route in routes("triptych.web.urls") for path in route.paths(filled)]
    vitals = "/participants/P-1/file/vitals/"
    paths += [f"{vitals}?visit=dosing&cycle={cycle}" for cycle in ("1", "2", "3", "x")]
    paths += [f"/queries/?status={status}" for status in ("open", "answered", "closed", "nonsense")]
    paths += [f"/api/participants/P-1/records?form={form}" for form in hands.study.forms]
    token = {"Authorization": f"Bearer {token_of(f'{role}-1')}"}
    found = {}
    if role == "administrator":
        client.post("/protocol/write/save/", {"text": _next_of(hands), "do": "save"})
    for path in paths:
        if path == "/account/logout/":
            continue
        answer = client.get(path, headers=token)
        assert answer.status_code != 500, (role, path)
        headers = {name: NONCE.sub("", value) for name, value in answer.headers.items() if name not in UNCOMPARED}
        found[path] = (answer.status_code, headers, TOKEN.sub(rb"\1", answer.content))
    return found


@pytest.fixture
def worlds(served: Callable[[Hands], None], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[dict[str, Any]]]:
    """Two trials that differ in nothing but the arm, and what each answers a role."""
    monkeypatch.setattr("triptych.web.entry.secrets.randbits", lambda bits: bits)
    made = [Hands(MemoryStore(), find_study(str(SMALL))) for _ in ARMS]
    for hands, arm in zip(made, ARMS, strict=True):
        lived(hands, arm)
    ids = [[one.id for one in hands.trial.system_view().records("P-1")] for hands in made]
    assert ids[0] == ids[1]

    def asked(role: str) -> list[dict[str, Any]]:
        both = []
        for hands in made:
            served(hands)
            both.append(answers(hands, role))
        return both

    return asked


BLINDED = ("rater", "therapist", "physician", "coordinator", "principal_investigator", "administrator", "compliance")


@pytest.mark.requirement("EMA-02")
@pytest.mark.requirement("PSY-09")
@pytest.mark.parametrize("role", BLINDED)
def test_no_route_tells_a_blinded_role_which_arm_was_given(worlds: Any, role: str) -> None:
    one, other = worlds(role)
    assert list(one) == list(other)
    assert len(one) > 100
    assert {path for path in one if one[path] != other[path]} == set()


@pytest.mark.requirement("EMA-02")
def test_the_unblinded_role_is_told(worlds: Any) -> None:
    one, other = worlds(UNBLINDED)
    assert {path for path in one if one[path] != other[path]}


def test_every_role_but_the_unblinded_one_is_compared() -> None:
    study = find_study(str(SMALL))
    assert {role.id for role in study.document.roles} == {*BLINDED, UNBLINDED}
    assert {role.id for role in study.document.roles if role.unblinded} == {UNBLINDED}


@pytest.mark.requirement("EMA-02")
def test_a_query_on_a_hidden_answer_is_as_hidden_as_the_answer(norway: Hands) -> None:
    norway.contact()
    for person, role, blinding in (("seer", "monitor", "unblinded"), ("blind", "physician", "blinded")):
        norway.administer("grant", {"person": person, "role": role, "site": "site-1", "blinding": blinding})
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": norway.now.isoformat()}
    given = norway.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    assert isinstance(given, Filed)
    told = {"amount": "Was it 80 mg?", "taken_at": "By which clock?"}
    for item, text in told.items():
        asked = norway.file(
            "monitor", "query", {"about": given.record.id, "item": item, "text": text}, person="seer", site="site-1"
        )
        assert isinstance(asked, Filed)
    path = f"/participants/P-1/records/{given.record.id}/"
    pages = {who: client_of(who).get(path).content.decode() for who in ("seer", "blind")}
    assert told["amount"] in pages["seer"]
    assert told["amount"] not in pages["blind"]
    assert told["taken_at"] in pages["blind"]
    (asked_on,) = [q for q in norway.trial.system_view().records("P-1") if q.values.get("item") == "amount"]
    assert client_of("blind").get(f"/participants/P-1/records/{asked_on.id}/").status_code == 404
    assert client_of("blind").get(f"/participants/P-1/queries/{asked_on.id}/answer/").status_code == 404
    assert client_of("blind").get(f"{path}query/?item=amount").status_code == 404


def test_a_role_that_does_not_see_a_whole_record_does_not_correct_it_and_drops_nothing(small: Hands) -> None:
    whole_course(small, "active")
    dose = next(one for one in small.trial.system_view().records("P-1") if one.form == "dose_administration")
    path = f"/participants/P-1/records/{dose.id}/"
    blinded = client_of("therapist-1")
    assert "not shown to your role" in blinded.get(path).content.decode()
    assert f"{path}correct/" not in blinded.get(path).content.decode()
    assert (blinded.get(f"{path}correct/").status_code, blinded.post(f"{path}correct/").status_code) == (404, 404)
