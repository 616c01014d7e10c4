"""Getting in without a password: a link asks for a code before it shows anything, works once, and tells nothing."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from tests.api.program import Program
from tests.doors.clocked import Post
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.cli.accounts import account

HOST = {"host": "participant.localhost"}
CODE = "204913"
MOST, WRONG, LASTS = 3, 5, timedelta(minutes=15)
TELLING = re.compile(r"mdma|triptych|depres|study|estudio|clinic|clínic|moss|therap|terap", re.IGNORECASE)


@pytest.fixture
def post(norway: Hands) -> Post:
    """A trial whose participant has an access, an address and a code, and what is sent to them."""
    from django.contrib.auth.models import User

    from triptych.web.entering import Link, set_code
    from triptych.web.house import house
    from triptych.web.reaching import Reaching

    populate(norway)
    client_of("pat")
    user = User.objects.get(username="pat")
    user.email = "pat@example.org"
    user.save()
    Link.objects.all().delete()
    set_code(user, CODE)
    sent = Post()
    house().reach = Reaching(email=sent)
    return sent


def asked(person: str = "pat") -> Any:
    from django.test import Client

    client = Client()
    page = text_of(client.get("/account/link/", headers=HOST))
    return text_of(client.post("/account/link/", {**fields(page), "person": person}, headers=HOST))


def path_of(post: Post) -> str:
    found = re.search(r"/account/link/[\w-]+/", post.letters[-1].body)
    assert found is not None
    return found[0]


def test_a_link_asks_for_the_code_before_it_shows_anything_and_works_once(post: Post) -> None:
    from django.test import Client

    asked()
    path = path_of(post)
    first = Client()
    before = first.get(path, headers=HOST)
    assert "Your six-digit code" in text_of(before)
    assert "pat" not in text_of(before).replace("path", "")
    assert first.get("/", headers=HOST).status_code == 302
    assert first.post(path, {"code": "000001"}, headers=HOST).status_code == 422
    assert first.post(path, {"code": CODE}, headers=HOST).status_code == 302
    assert "What we ask of you" in text_of(first.get("/", headers=HOST))
    assert Client().get(path, headers=HOST).status_code == 404
    assert Client().post(path, {"code": CODE}, headers=HOST).status_code == 404


def test_a_link_dies_with_its_time_and_with_five_wrong_codes(post: Post, norway: Hands) -> None:
    from django.test import Client

    asked()
    for _ in range(WRONG):
        Client().post(path_of(post), {"code": "000001"}, headers=HOST)
    assert Client().post(path_of(post), {"code": CODE}, headers=HOST).status_code == 404
    asked()
    norway.player.clock.now += LASTS
    assert Client().post(path_of(post), {"code": CODE}, headers=HOST).status_code == 404


def test_a_message_says_nothing_and_the_page_tells_nobody_who_has_an_account(post: Post, norway: Hands) -> None:
    assert asked("pat") == asked("nobody")
    asked("coordinator-1")
    (letter,) = post.letters
    assert not TELLING.search(letter.subject + letter.body.replace("participant.localhost", ""))
    for _ in range(MOST + 2):
        asked()
    assert len(post.letters) == MOST
    norway.player.clock.now += timedelta(minutes=16)
    asked()
    assert len(post.letters) == MOST + 1


def test_whoever_lost_a_phone_is_out_everywhere_and_the_old_code_is_worth_nothing(post: Post) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    from triptych.web.entering import lose

    client = client_of("pat")
    assert client.get("/", headers=HOST).status_code == 200
    asked()
    code = lose(User.objects.get(username="pat"))
    assert client.get("/", headers=HOST).status_code == 302
    assert Client().post(path_of(post), {"code": CODE}, headers=HOST).status_code == 404
    asked()
    assert Client().post(path_of(post), {"code": CODE}, headers=HOST).status_code == 422
    assert Client().post(path_of(post), {"code": code}, headers=HOST).status_code == 302


def test_staff_end_what_was_on_a_lost_phone_once_they_made_sure_who_asks(post: Post, norway: Hands) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    from triptych.web.entering import Passkey, reached
    from triptych.web.house import house
    from triptych.web.reaching import Reaching

    old, path = client_of("pat"), "/participants/P-1/phone-lost/"
    user = User.objects.get(username="pat")
    texts = Post()
    house().reach = Reaching(email=post, text=texts)
    known = reached(user)
    known.phone = "+47 900 00 001"
    known.save()
    Passkey.objects.create(credential="key", user=user, public_key=b"", made_at=norway.now)
    asked()
    assert (len(post.letters), len(texts.letters)) == (1, 1)
    before, staff = path_of(post), client_of("coordinator-1")
    assert client_of("rater-1").get(path).status_code == 404
    page = fields(text_of(staff.get(path)))
    assert staff.post(path, page).status_code == 422
    assert old.get("/", headers=HOST).status_code == 200
    shown = text_of(staff.post(path, page | {"v-checked": "called_back"}))
    (code,) = re.findall(r"<strong class=\"code\">(\d{6})</strong>", shown)
    assert old.get("/", headers=HOST).status_code == 302
    assert not Passkey.objects.filter(user=user).exists()
    assert Client().post(before, {"code": CODE}, headers=HOST).status_code == 404
    asked()
    # Nothing goes to the lost phone any more; the new link takes the new code alone.
    assert (len(post.letters), len(texts.letters)) == (2, 1)
    assert Client().post(path_of(post), {"code": CODE}, headers=HOST).status_code == 422
    assert Client().post(path_of(post), {"code": code}, headers=HOST).status_code == 302
    (record,) = [one for one in norway.trial.system_view().records("P-1") if one.form == "phone_lost"]
    assert (record.actor, record.values) == ("coordinator-1", {"checked": "called_back"})
    assert code not in text_of(staff.get(path))


def test_a_lost_phone_is_over_by_whatever_door_its_record_came_in(post: Post, norway: Hands) -> None:
    from django.contrib.auth.hashers import check_password
    from django.contrib.auth.models import User
    from django.test import Client

    from triptych.web.entering import reached, set_code

    user = User.objects.get(username="pat")
    values = {"checked": "in_person"}
    sent = {"form": "phone_lost", "id": str(uuid.uuid4()), "participant": "P-1", "site": "site-1", "values": values}
    program, staff = Program("coordinator-1"), client_of("coordinator-1")
    path, again = "/participants/P-1/file/phone_lost/", sent | {"occurred_at": norway.now.isoformat()}

    def by_page() -> int:
        return int(staff.post(path, fields(text_of(staff.get(path))) | {"v-checked": "in_person"}).status_code)

    def by_program() -> int:
        return int(program.post(again).status_code)

    def by_tablet() -> int:
        now = norway.now.isoformat()
        one = {"id": str(uuid.uuid4()), "form": "phone_lost", "values": values, "occurred_at": now, "at": now}
        kept = {"records": [one | {"author": "coordinator-1", "device": "tablet"}]}
        answer = staff.post("/participants/P-1/session/outbox/", kept, content_type="application/json")
        assert [one["outcome"] for one in answer.json()["answers"]] == ["filed"]
        return int(answer.status_code)

    for door, status in ((by_page, 302), (by_program, 201), (by_tablet, 200)):
        phone, known = client_of("pat"), reached(user)
        known.phone = "+47 900 00 001"
        known.save()
        set_code(user, CODE)
        asked()
        assert phone.get("/", headers=HOST).status_code == 200
        assert door() == status
        assert phone.get("/", headers=HOST).status_code == 302
        assert not check_password(CODE, reached(user).code)
        assert reached(user).phone == ""
        assert Client().post(path_of(post), {"code": CODE}, headers=HOST).status_code == 404
    # Sent again, the record ends nothing on the phone that is new by then.
    phone = client_of("pat")
    assert program.post(again).status_code == 200
    assert phone.get("/", headers=HOST).status_code == 200


def test_the_command_names_who_lost_a_phone_and_asks_before_anything_ends(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triptych.cli.accounts._prepare", lambda _: None)
    phone = client_of("pat")
    for typed in ("", "n\n"):
        said = CliRunner().invoke(account, ["lost", "pat"], input=typed)
        assert (said.exit_code, "pat (pat@example.org" in said.output, "New code" in said.output) == (1, True, False)
    assert phone.get("/", headers=HOST).status_code == 200
    assert "New code: " in CliRunner().invoke(account, ["lost", "pat", "--yes"]).output
    assert phone.get("/", headers=HOST).status_code == 302


def test_a_participant_sets_a_code_of_their_own_that_is_not_easily_guessed(post: Post) -> None:
    client = client_of("pat")
    for poor in ("111111", "123456", "12345", "abcdef"):
        assert client.post("/entering/", {"code": poor}, headers=HOST).status_code == 422
    assert client.post("/entering/", {"code": "739104"}, headers=HOST).status_code == 302
    asked()
    from django.test import Client

    assert Client().post(path_of(post), {"code": "739104"}, headers=HOST).status_code == 302


def test_somebody_under_age_has_no_access(post: Post, norway: Hands) -> None:
    born = (norway.now - timedelta(days=17 * 365)).date().isoformat()
    values = {"birth_date": born, "sex": "female", "childbearing_potential": True}
    norway.file("coordinator", "demographics", values, visit="screening")
    answer = client_of("pat").get("/", headers=HOST)
    assert (answer.status_code, "This is for adults" in text_of(answer)) == (403, True)
    assert 'href="/help/"' in text_of(answer)


def test_nobody_has_an_access_before_their_date_of_birth_is_known(post: Post, norway: Hands) -> None:
    [born] = [one for one in norway.trial.system_view().records("P-1") if one.form == "demographics"]
    norway.file("coordinator", "entered_in_error", {"about": born.id, "why": "Of another person"})
    client = client_of("pat")
    for path in ("/", "/diary/", "/learn/en/", "/reminders/"):
        answer = client.get(path, headers=HOST)
        assert (answer.status_code, "date of birth is not in your record" in text_of(answer)) == (403, True), path
    assert 'href="tel:113"' in text_of(client.get("/help/", headers=HOST))
    norway.born("2025-03-01")
    assert "This is for adults" in text_of(client.get("/", headers=HOST))
    norway.born("1985-05-01")
    assert client.get("/", headers=HOST).status_code == 200
