"""Every route by every role, made from the resolver: a new route is covered by being there, and denied by default."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.routes import CONCERN, DESCRIPTION, HELP, OFFLINE, OPEN, Route, client_of, routes, table

from triptych.course import may_file
from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore

from tests.web.conftest import SMALL  # isort: skip

STAFF = "triptych.web.urls"
OWN = "triptych.web.urls_participant"
STUDIES = ("mdma-mdd-norway", str(SMALL))
NEVER = {400, 500}
HOST = {"host": "participant.localhost"}


def populate(hands: Hands) -> None:
    """One record of many kinds about P-1, another site with a person for each role, and a participant's own access."""
    hands.contact()
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    whole = {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6}
    form = hands.study.forms["vitals"]
    values = {item.id: whole[item.id] for item in form.items if item.id in whole}
    vitals = hands.file("physician", "vitals", values, visit="screening")
    assert isinstance(vitals, Filed)
    about = {"about": vitals.record.id}
    hands.file("physician", "vitals", values | {"systolic": "12o"}, visit="screening")
    asker = "monitor" if "monitor" in hands.study.roles else "coordinator"
    hands.file(asker, "query", {**about, "item": "systolic", "text": "Right arm?"})
    hands.file("physician", "deviation", {"description": "Late", "classification": {"missing": "unknown"}})
    hands.file("physician", "entered_in_error", {**about, "why": "Another arm"})
    hands.administer("site_opening", {"title": "Site 2", "zone": "Europe/Oslo"}, site="site-2")
    for role in hands.study.document.roles:
        grant = {"person": f"{role.id}-far", "role": role.id, "site": "site-2", "blinding": "blinded"}
        assert isinstance(hands.administer("grant", grant), Filed)
    if "participant" in hands.study.roles:
        hands.born()
        grant = {"person": "pat", "role": "participant", "blinding": "blinded", "participant": "P-1"}
        assert isinstance(hands.administer("grant", grant), Filed)


@pytest.fixture(params=STUDIES, ids=["norway", "small"])
def world(request: pytest.FixtureRequest, served: Callable[[Hands], None]) -> Hands:
    """A populated trial that is being served."""
    hands = Hands(MemoryStore(), find_study(request.param))
    served(hands)
    populate(hands)
    return hands


def staff(hands: Hands) -> list[str]:
    return [role.id for role in hands.study.document.roles if role.id != "participant"]


def closed(urlconf: str = STAFF) -> list[Route]:
    """The routes that need a session and a grant; those of the API are tested in `tests/api/`."""
    return [route for route in routes(urlconf) if not route.is_open and not route.is_api]


def paths(hands: Hands, urlconf: str = STAFF) -> list[str]:
    filled = table(hands, every=False)
    return [path for route in closed(urlconf) for path in route.paths(filled)]


def heads(hands: Hands) -> list[object]:
    with hands.store.reading() as reading:
        return list(reading.heads())


def both(client: Any, path: str, **more: Any) -> list[int]:
    """What a GET and an empty POST are answered with."""
    return [client.get(path, **more).status_code, client.post(path, **more).status_code]


def test_every_route_is_known_and_only_the_log_in_is_open() -> None:
    known = routes(STAFF)
    assert len({route.template for route in known}) == len(known) > 20
    assert {route.template for route in known if route.is_open} == {
        DESCRIPTION,
        *(f"{OPEN}{name}/" for name in ("login", "logout", "inactive", "signup")),
    }
    assert {route.template for route in routes(OWN) if route.is_open} == {
        HELP,
        CONCERN,
        f"{CONCERN}answer/",
        *(f"{OPEN}{name}/" for name in ("link", "link/{}", "passkey", "passkey/enter", "reply")),
        *OFFLINE,
        *(f"{OPEN}{name}/" for name in ("login", "logout", "inactive", "signup")),
    }
    assert [route.template for route in closed(OWN)][:1] == [""]


@pytest.mark.requirement("P11-03")
def test_without_a_session_every_route_leads_to_the_log_in(world: Hands) -> None:
    from django.test import Client

    before = heads(world)
    for path in paths(world):
        for answer in (Client().get(path), Client().post(path)):
            is_denied = answer.status_code == 302 and answer["Location"].startswith("/account/login/?next=")
            assert is_denied or answer.status_code == 405, path
    assert heads(world) == before


@pytest.mark.requirement("P11-03")
def test_without_a_grant_every_route_is_forbidden(world: Hands) -> None:
    client = client_of("stranger")
    before = heads(world)
    for path in paths(world):
        assert set(both(client, path)) <= {403, 405}, path
    assert heads(world) == before


@pytest.mark.requirement("P11-03")
def test_a_person_of_another_site_finds_no_page_of_the_participant(world: Hands) -> None:
    filled = table(world, every=False)
    before = heads(world)
    for role in staff(world):
        client = client_of(f"{role}-far")
        for route in closed():
            about_somebody = ("participant", "string") in route.parameters
            for path in route.paths(filled):
                statuses = set(both(client, path))
                assert not statuses & NEVER, (role, path)
                assert not about_somebody or statuses <= {404, 405}, (role, path, statuses)
                named = re.search(rb"(?<![A-Z])P-1\b", client.get(path).content)  # MP-1 is a published trial
                assert not named, (role, path)
    assert heads(world) == before


@pytest.mark.requirement("P11-03")
def test_no_role_meets_a_fault_and_an_unknown_participant_is_not_found(world: Hands) -> None:
    filled = table(world, every=False)
    nobody = {**filled, ("string", "participant"): ["P-99", "P\x00", "\x1b", "P" * 300, "..", "é" * 80]}
    before = heads(world)
    for role in staff(world):
        client = client_of(f"{role}-1")
        for route in closed():
            for path in route.paths(filled):
                assert not set(both(client, path)) & NEVER, (role, path)
            if ("participant", "string") in route.parameters and role in ("coordinator", "rater"):
                for path in route.paths(
                    {**nobody, ("slug", "form"): ["vitals"], ("uuid", "record"): filled["uuid", "record"][:1]}
                ):
                    statuses = set(both(client, path.replace("\x00", "%00").replace("\x1b", "%1B")))
                    assert statuses <= {404, 405}, (role, path, statuses)
    assert heads(world) == before


@pytest.mark.requirement("P11-03")
def test_a_form_is_found_by_the_roles_that_may_file_it_and_by_nobody_else(world: Hands) -> None:
    for name in staff(world):
        role = world.study.roles[name]
        client = client_of(f"{name}-1")
        reaches = world.trial.view(actor_of(name)).course("P-1") is not None
        for form in world.study.forms.values():
            wanted = 200 if may_file(role, form) and reaches else 404
            assert client.get(f"/participants/P-1/file/{form.id}/").status_code == wanted, (name, form.id)
            if wanted == 404:
                assert client.post(f"/participants/P-1/file/{form.id}/").status_code == 404, (name, form.id)
                assert client.post(f"/participants/P-1/file/{form.id}/shown/").status_code == 404, (name, form.id)


def actor_of(role: str) -> Any:
    from triptych.ledger import Actor

    return Actor(person=f"{role}-1", role=role)


@pytest.mark.requirement("PSY-09")
def test_a_role_that_does_not_see_a_record_finds_none_of_its_pages(world: Hands) -> None:
    seen = world.trial.system_view().records("P-1")
    about = [route for route in closed() if ("record", "uuid") in route.parameters]
    filled = table(world, every=False)
    for role in staff(world):
        client = client_of(f"{role}-1")
        visible = {one.id for one in world.trial.view(actor_of(role)).records("P-1")}
        for record in {one.id for one in seen} - visible:
            for route in about:
                for path in route.paths({**filled, ("uuid", "record"): [record]}):
                    missing = client.get(path.replace(record, "8a1e7bd4-0000-4000-8000-000000000000"))
                    answer = client.get(path)
                    assert (answer.status_code, answer.content) == (404, missing.content), (role, path)
                    assert client.post(path).status_code == 404, (role, path)


@pytest.mark.requirement("P11-03")
def test_no_staff_route_exists_on_the_participants_host(world: Hands) -> None:
    own = {path for route in routes(OWN) for path in route.paths(table(world, every=False))}
    client = client_of("coordinator-1")
    for path in paths(world):
        wanted = {403, 405} if path in own else {404}
        assert set(both(client, path, headers=HOST)) <= wanted, path
    if "participant" in world.study.roles:
        pat = client_of("pat")
        assert pat.get("/", headers=HOST).status_code == 200
        assert set(both(pat, "/")) == {403}
        for path in {*paths(world, OWN)}:
            assert not set(both(pat, path, headers=HOST)) & NEVER, path
        for path in {*paths(world)} - own:
            assert set(both(pat, path, headers=HOST)) == {404}, path


@pytest.mark.requirement("P11-03")
@pytest.mark.parametrize("host", ["testserver", "participant.localhost"])
def test_nothing_is_taken_without_the_token_of_the_page(norway: Hands, host: str) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    from triptych.web.words import all_words

    populate(norway)
    urlconf = STAFF if host == "testserver" else OWN
    filled = table(norway, every=False)
    every = [path for route in routes(urlconf) if not route.is_api for path in route.paths(filled)]
    before, said = heads(norway), [words.say["not_filed"] for words in all_words().values()]
    for person in ("coordinator-1", "pat", "stranger", None):
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        if person is not None:
            user, _ = User.objects.get_or_create(username=person)
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        for path in every:
            answer = client.post(path, {"v-channel": "self"}, headers={"host": host})
            assert answer.status_code == 403, (person, path)
            assert any(told in answer.content.decode() for told in said), (person, path)
    assert heads(norway) == before
