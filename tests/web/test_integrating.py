"""Goals and worries that are the participant's to share, being ready on both sides, practices, and looking back."""

import uuid
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields

from triptych.ledger import Actor

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


def send(person: str, path: str, form: str, **typed: str) -> Any:
    """Fill in the form of a page as a browser does."""
    client = client_of(person)
    sent = {**fields(text_of(client.get(path, headers=HOST))), "form": form}
    sent = {name: value for name, value in sent.items() if not name.startswith("v-")}
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
