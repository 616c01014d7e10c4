"""Who gets in: tokens and nothing else, roles by grant, every route by every role, and only on the staff host."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.program import Program, is_problem, vitals
from tests.doors.hands import Hands
from tests.web.routes import DESCRIPTION, UNKNOWN, Route, client_of, routes, table, token_of
from tests.web.test_routes import STAFF, actor_of, heads, populate, staff, world

from triptych.ledger import Filed

__all__ = ["world"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DENIED = {401, 405}


def api_routes() -> list[Route]:
    return [route for route in routes(STAFF) if route.is_api and not route.is_open]


def paths(hands: Hands) -> list[str]:
    filled = table(hands, every=False)
    return [path.removeprefix("/api") for route in api_routes() for path in route.paths(filled)]


def every_answer(program: Program, hands: Hands, **more: Any) -> Iterator[tuple[str, str, Any]]:
    """What every route answers to every method."""
    for path in paths(hands):
        for method in METHODS:
            body = vitals() if method == "POST" else ""
            sent = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
            yield method, path, program.send(method, path, **sent, **more)


def test_every_route_of_the_api_is_known_and_only_its_description_is_open() -> None:
    below = [route for route in routes(STAFF) if route.is_api]
    assert [route.template for route in below if route.is_open] == [DESCRIPTION]
    assert len({route.template for route in below}) == len(below) > 8


@pytest.mark.requirement("P11-03")
def test_without_a_token_every_route_is_denied_and_nothing_is_filed(world: Hands) -> None:
    before = heads(world)
    bodies = set()
    for method, path, answer in every_answer(Program(), world):
        assert answer.status_code in DENIED, (method, path)
        if answer.status_code == 401:
            assert answer["WWW-Authenticate"] == 'Bearer realm="Triptych"'
            is_problem(answer, 401, "unauthenticated")
            bodies.add(answer.content)
    assert len(bodies) == 1
    assert heads(world) == before


@pytest.mark.requirement("P11-03")
def test_a_session_is_no_token(world: Hands) -> None:
    client = client_of("coordinator-1")
    before = heads(world)
    for path in paths(world):
        statuses = {client.get(f"/api{path}").status_code, client.post(f"/api{path}", vitals()).status_code}
        assert statuses <= DENIED, path
    assert heads(world) == before


def tokens_that_are_none(person: str) -> dict[str, str]:
    good = token_of(person)
    _, key, secret = good.split("_", 2)
    other = token_of("somebody-else")
    return {
        "empty": "",
        "a word": "secret",
        "no secret": f"triptych_{key}",
        "an empty secret": f"triptych_{key}_",
        "another prefix": f"tryptich_{key}_{secret}",
        "another secret": f"triptych_{key}_{other.split('_', 2)[2]}",
        "a letter more": f"{good}x",
        "a letter less": good[:-1],
        "an unknown key": f"triptych_{'0' * 16}_{secret}",
        "no key": f"triptych__{secret}",
        "a pattern": f"triptych_%_{secret}",
        "other letters": f"triptych_{key}_{secret}".upper(),
        "twice": f"{good} {good}",
        "not ASCII": f"triptych_ключ_{secret}",
        "long": f"triptych_{key}_{'x' * 100_000}",
    }


@pytest.mark.requirement("P11-03")
def test_what_is_no_token_opens_nothing_and_is_answered_like_none(norway: Hands) -> None:
    without = Program().get("/me")
    for name, token in tokens_that_are_none("physician-1").items():
        answer = Program(token=token).get("/me")
        is_problem(answer, 401, "unauthenticated")
        assert (answer.content, answer.headers) == (without.content, without.headers), name


@pytest.mark.parametrize("header", ["{}", "Basic {}", "Token {}", "Bearer", "bearer:{}", "Bearer\t{}"])
def test_a_token_comes_as_a_bearers(norway: Hands, header: str) -> None:
    sent = header.format(token_of("physician-1"))
    is_problem(Program(Authorization=sent).get("/me"), 401, "unauthenticated")


def test_a_token_in_the_address_or_in_a_cookie_counts_for_nothing(norway: Hands) -> None:
    token = token_of("physician-1")
    is_problem(Program().get(f"/me?token={token}&access_token={token}"), 401, "unauthenticated")
    is_problem(Program(Cookie=f"Authorization=Bearer {token}; triptych={token}").get("/me"), 401, "unauthenticated")


@pytest.mark.requirement("P11-03")
def test_a_revoked_token_is_dead_at_once_and_the_others_of_the_person_live(norway: Hands) -> None:
    from triptych.web.tokens import revoke_token, tokens_of

    first, second = token_of("physician-1"), token_of("physician-1")
    assert Program(token=first).get("/me").status_code == 200
    key = first.split("_")[1]
    assert key in {one.key for one in tokens_of("physician-1")}
    assert revoke_token(key, norway.now)
    assert not revoke_token(key, norway.now)
    is_problem(Program(token=first).get("/me"), 401, "unauthenticated")
    assert Program(token=second).get("/me").status_code == 200


@pytest.mark.requirement("P11-03")
def test_the_token_of_a_closed_account_is_dead_and_none_is_made_for_one(norway: Hands) -> None:
    from django.contrib.auth.models import User

    from triptych.web.tokens import make_token

    token = token_of("leaver-1")
    norway.administer("grant", {"person": "leaver-1", "role": "physician", "blinding": "blinded"})
    assert Program(token=token).get("/me").status_code == 200
    User.objects.filter(username="leaver-1").update(is_active=False)
    is_problem(Program(token=token).get("/me"), 401, "unauthenticated")
    assert make_token("leaver-1", norway.now) is None
    assert make_token("nobody-at-all", norway.now) is None
    User.objects.filter(username="leaver-1").delete()


def test_the_text_of_a_token_is_kept_nowhere(norway: Hands, caplog: pytest.LogCaptureFixture) -> None:
    from django.db import connection

    token = token_of("physician-1")
    with caplog.at_level(logging.DEBUG):
        Program(token=token).get("/me")
        Program(token=f"{token}x").get("/me")
    secret = token.split("_", 2)[2]
    assert secret not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM triptych_web_token")
        assert secret not in str(cursor.fetchall())


@pytest.mark.requirement("P11-03")
def test_without_a_grant_every_route_is_forbidden(world: Hands) -> None:
    before = heads(world)
    for method, path, answer in every_answer(Program("stranger"), world):
        assert answer.status_code in (403, 405), (method, path)
        if answer.status_code == 403:
            is_problem(answer, 403, "no_role")
    assert heads(world) == before


@pytest.mark.requirement("P11-03")
def test_a_grant_that_was_removed_opens_nothing_more(norway: Hands) -> None:
    given = norway.administer("grant", {"person": "goer-1", "role": "physician", "blinding": "blinded"})
    assert isinstance(given, Filed)
    program = Program("goer-1")
    assert program.get("/participants").status_code == 200
    norway.administer("grant_removal", {"about": given.record.id, "why": "Left"})
    norway.later(minutes=1)
    is_problem(program.get("/participants"), 403, "no_role")


@pytest.mark.requirement("P11-03")
def test_a_person_of_another_site_learns_nothing_of_the_participant(world: Hands) -> None:
    before = heads(world)
    for role in staff(world):
        program = Program(f"{role}-far")
        for method, path, answer in every_answer(program, world):
            assert answer.status_code < 500, (role, method, path)
            assert b"P-1" not in answer.content, (role, method, path)
            assert "participants/" not in path or answer.status_code in (404, 405), (role, path)
        assert program.post(vitals(visit=None)).status_code == 404, role
    assert heads(world) == before


@pytest.mark.requirement("PSY-09")
def test_every_role_reads_by_the_api_what_its_view_shows_and_no_more(world: Hands) -> None:
    every = [one.id for one in world.trial.system_view().records("P-1")]
    for role in staff(world):
        program, view = Program(f"{role}-1"), world.trial.view(actor_of(role))
        visible = {one.id: one for one in view.records("P-1")}
        listed = program.get("/participants/P-1/records")
        if view.course("P-1") is None:
            is_problem(listed, 404, "not_found")
        else:
            assert {one["id"] for one in listed.json()["records"]} <= set(visible), role
        for record in every:
            answer = program.get(f"/participants/P-1/records/{record}")
            if record not in visible:
                assert answer.content == program.get(f"/participants/P-1/records/{UNKNOWN}").content, role
                is_problem(answer, 404, "not_found")
            else:
                versions = {one["id"]: one["values"] for one in answer.json()["versions"]}
                assert versions[record] == dict(visible[record].values), (role, record)
                assert set(versions) <= set(visible)


@pytest.mark.requirement("P11-03")
def test_no_route_of_the_api_exists_on_the_participants_host(world: Hands) -> None:
    for method, path, answer in every_answer(
        Program("coordinator-1"), world, headers={"host": "participant.localhost"}
    ):
        assert answer.status_code == 404, (method, path)
        assert b'"code"' not in answer.content
    described = Program().get("/openapi.json", headers={"host": "participant.localhost"})
    assert described.status_code == 404


@pytest.mark.requirement("P11-03")
def test_a_participants_own_access_opens_nothing_here(norway: Hands) -> None:
    populate(norway)
    is_problem(Program("pat").get("/me"), 403, "no_role")


def test_who_holds_several_roles_is_asked_for_one_and_acts_in_it_alone(norway: Hands) -> None:
    norway.contact()
    grants = {}
    for role in ("rater", "physician"):
        given = norway.administer("grant", {"person": "both-1", "role": role, "site": "site-1", "blinding": "blinded"})
        assert isinstance(given, Filed)
        grants[role] = given.record.id
    program = Program("both-1")
    assert {grant["id"] for grant in program.get("/me").json()["grants"]} == set(grants.values())
    told = is_problem(program.get("/participants"), 400, "which_role")
    for role, grant in grants.items():
        assert f"{grant} ({norway.study.roles[role].title}, site-1)" in told["text"]
    is_problem(program.post(vitals()), 400, "which_role")
    as_rater = program.post(vitals(), headers={"Act-As": grants["rater"]})
    is_problem(as_rater, 403, "not_granted")
    assert program.post(vitals(), headers={"Act-As": grants["physician"]}).status_code == 201
    (one,) = [one for one in norway.trial.system_view().records("P-1") if one.form == "vitals"]
    assert (one.actor, one.role) == ("both-1", "physician")


@pytest.mark.requirement("P11-03")
@pytest.mark.parametrize("wanted", ["", "physician", UNKNOWN, "x" * 5000])
def test_nobody_acts_under_a_grant_that_is_not_theirs(norway: Hands, wanted: str) -> None:
    is_problem(Program("physician-1").get("/participants", headers={"Act-As": wanted}), 403, "not_your_role")
    (other,) = Program("coordinator-1").get("/me").json()["grants"]
    answer = Program("physician-1").get("/participants", headers={"Act-As": other["id"]})
    is_problem(answer, 403, "not_your_role")
