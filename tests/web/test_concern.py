"""Complaints outside the log-in: from nobody in particular, to people outside the sites, and to nobody inside them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.doors.clocked import AtOnce, Post, Run
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of, token_of
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.ledger import Actor, Filed
from triptych.ledger.complaining import send_on

__all__ = ["run"]
HOST = {"host": "participant.localhost", "Sec-Fetch-Site": "same-origin"}
WAY = {
    "recipient": "The ombudsperson",
    "deputy": "Her deputy",
    "outside": True,
    "ethics_board": "The ethics board",
    "ethics_address": "board@example.org",
    "police": "Police 02800",
    "regulator": "The agency, 21 07 70 00",
}
MASKED = re.compile(r'(name="csrfmiddlewaretoken" value="|data-editor=")[^"]*')
SECRET = "He sat much too close to me"


@pytest.fixture
def run() -> Iterator[Run]:
    from contextlib import ExitStack

    from tests.doors.clocked import Running

    with ExitStack() as stack:

        def start(hands: Hands, post: Post) -> Running:
            running = Running(
                hands,
                post,
                AtOnce(),
                also=lambda: None if send_on(hands.trial, "test", post.send, hands.player.clock) else hands.now,
            )
            running.task.start()
            stack.callback(running.task.stop)
            running.settled()
            return running

        yield start


@pytest.fixture
def world(norway: Hands) -> Hands:
    """A trial in which a participant has an access of their own and complaints reach somebody, being served."""
    populate(norway)
    channel = norway.administer("complaint_channel", WAY)
    assert isinstance(channel, Filed)
    tested = {"recipient_received": True, "deputy_received": True, "ethics_received": True}
    norway.file("compliance", "complaint_channel_test", tested | {"about": channel.record.id}, None)
    return norway


def complain(**answers: str) -> Any:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    page = client.get("/concern/", headers=HOST)
    assert not page.cookies
    answer = client.post("/concern/", {**fields(text_of(page)), "v-text": SECRET, **answers}, headers=HOST)
    assert not answer.cookies
    return answer


@pytest.mark.requirement("CON-08")
def test_nothing_is_offered_until_a_test_message_arrived_everywhere(norway: Hands) -> None:
    from django.test import Client

    populate(norway)
    assert "not open yet" in text_of(Client().get("/concern/", headers=HOST))
    norway.administer("complaint_channel", WAY)
    assert Client().post("/concern/", {"v-text": SECRET}, headers=HOST).status_code == 403
    assert not [seen for seen in norway.trial.system_view().study_records() if seen.form == "complaint"]


@pytest.mark.requirement("CON-08")
def test_a_complaint_about_the_leader_is_in_no_byte_that_any_role_of_a_site_can_obtain(world: Hands) -> None:
    complain(**{"v-leader": "yes", "v-named": "The leader of the study"})
    views = {
        role.id: world.trial.view(
            Actor(person=f"{role.id}-1", role=role.id, site=None if role.scope == "study" else "site-1")
        )
        for role in world.study.document.roles
    }
    readers = {name for name, view in views.items() if SECRET in view.everything().decode()}
    assert readers == {"compliance", "monitor"}  # the monitor has it as an observation of the safety record
    forms = {seen.form for seen in views["monitor"].study_records() if SECRET in str(seen.values)}
    assert forms == {"conduct_observation"}
    assert client_of("principal_investigator-1").get("/complaints/").status_code == 404
    assert "Came in" in text_of(client_of("compliance-1").get("/complaints/"))


@pytest.mark.requirement("CON-08")
def test_the_leader_is_shown_the_same_by_every_door_whether_or_not_there_is_a_complaint(world: Hands) -> None:
    token = {"Authorization": f"Bearer {token_of('principal_investigator-1')}"}
    paths = ("/", "/casebook/", "/queries/", "/reviews/", "/events/", "/follow-up/", "/protocol/", "/api/study")
    post = Post()

    def doors() -> tuple[object, ...]:
        view = world.trial.view(Actor(person="principal_investigator-1", role="principal_investigator", site="site-1"))
        client = client_of("principal_investigator-1")
        pages = [(path, re.sub(MASKED, "", text_of(client.get(path, headers=token)))) for path in paths]
        return view.everything(), view.listing(), pages

    before = doors()
    complain(**{"v-leader": "yes", "v-abuse": "yes", "v-named": "The leader of the study"})
    assert send_on(world.trial, "test", post.send, world.player.clock)
    assert len({letter.person for letter in post.letters}) == 3
    assert not {letter.person for letter in post.letters} & {"principal_investigator-1"}
    assert doors() == before


@pytest.mark.requirement("CON-08")
def test_whoever_holds_a_role_of_a_site_too_is_no_recipient(world: Hands) -> None:
    complain(**{"v-leader": "yes"})
    for role in ("compliance", "monitor"):  # the monitor's safety record holds what was observed
        grant = {"person": "principal_investigator-1", "role": role, "blinding": "blinded"}
        world.administer("grant", grant)
        view = world.trial.view(Actor(person="principal_investigator-1", role=role))
        assert SECRET not in view.everything().decode()
    post = Post()
    assert send_on(world.trial, "test", post.send, world.player.clock)
    people = {letter.person for letter in post.letters}
    assert {"compliance-1", "ethics committee"} <= people
    assert "principal_investigator-1" not in people


def test_nothing_of_who_complained_is_kept_even_of_somebody_who_is_logged_in(world: Hands) -> None:
    client = client_of("pat")
    page = client.get("/concern/", headers=HOST)
    sent = {**fields(text_of(page)), "v-text": SECRET}
    answer = client.post("/concern/", sent, headers={**HOST, "User-Agent": "Telling/1.0"}, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 200
    (record,) = [seen for seen in world.trial.system_view().study_records() if seen.form == "complaint"]
    assert (record.actor, record.site, record.participant) == ("anonymous", None, None)
    from pathlib import Path

    from django.conf import settings

    kept = b"".join(one.read_bytes() for one in Path(settings.FOLDER).iterdir() if one.is_file())
    for trace in (b"203.0.113.9", b"Telling/1.0", SECRET.encode()):
        assert trace not in kept
    assert "pat" not in str(record)
    from django.test import Client

    foreign = {**HOST, "Sec-Fetch-Site": "cross-site"}
    assert Client(enforce_csrf_checks=True).post("/concern/", sent, headers=foreign).status_code == 403


@pytest.mark.requirement("CON-08")
def test_abuse_asks_at_once_for_removal_and_shows_police_committee_and_regulator(world: Hands, run: Run) -> None:
    running = run(world, Post())
    page = text_of(complain(**{"v-abuse": "yes"}))
    running.task.woken()
    for way in ("Police 02800", "board@example.org", "The agency, 21 07 70 00"):
        assert way in page
    running.settled()
    letters = {letter.person: letter for letter in running.post.letters}
    assert "removed from that participant" in letters["compliance-1"].body
    assert SECRET not in letters["compliance-1"].body
    assert (letters["ethics committee"].address, SECRET in letters["ethics committee"].body) == (
        "board@example.org",
        True,
    )
    client = client_of("compliance-1")
    (link,) = set(re.findall(r"/complaints/[0-9a-f-]{36}/", text_of(client.get("/complaints/"))))
    assert "asked for now" in text_of(client.get("/complaints/"))
    for form, values in (
        ("complaint_removal", {"v-decision": "removed", "v-done": "The sponsor told the site at noon"}),
        ("complaint_outcome", {"v-outcome": "upheld", "v-done": "Reported", "v-reply": "You were right."}),
    ):
        step = f"{link}?form={form}"
        assert client.post(step, {**fields(text_of(client.get(step))), **values}).status_code == 302
    after = text_of(client.get("/complaints/"))
    assert ("asked for now" in after, "upheld" in after) == (False, True)


@pytest.mark.requirement("CON-08")
def test_a_complaint_has_a_clock_and_whoever_has_the_code_reads_the_answer(world: Hands, run: Run) -> None:
    from django.test import Client

    running = run(world, Post())
    page = text_of(complain())
    code = re.search(r'class="code">([^<]+)<', page)
    assert code is not None

    def asked(text: str) -> str:
        return text_of(Client().post("/concern/answer/", {"code": text}, headers=HOST))

    assert "yourself: board@example.org" in page
    assert "Nothing has been answered yet" in asked(code[1].lower())
    assert "no such code" in asked("ABCDE")
    before = len(running.post.letters)
    world.later(days=3, minutes=1)
    running.task.woken()
    running.settled()
    late = [letter for letter in running.post.letters[before:] if "no first answer" in letter.body]
    assert {"compliance-1", "ethics committee"} <= {letter.person for letter in late}
    (one,) = [seen for seen in world.trial.system_view().study_records() if seen.form == "complaint"]
    world.file("compliance", "complaint_answer", {"about": one.id, "reply": "We look into it."}, None)
    assert "We look into it." in asked(code[1])
    # It named the leader and did not say so: whoever reads it does, and it stands in the safety record.
    client = client_of("compliance-1")
    step = f"/complaints/{one.root}/?form=complaint_answer"
    sent = {**fields(text_of(client.get(step))), "v-reply": "It is about the leader.", "v-leader": "yes"}
    assert client.post(step, sent).status_code == 302
    (seen,) = [two for two in world.trial.system_view().study_records() if two.form == "conduct_observation"]
    assert seen.values["text"] == SECRET
    # After the study as well, by somebody whose access has ended.
    given = next(g for g in world.trial.system_view().grants() if g.person == "pat")
    world.administer("grant_removal", {"about": given.id, "why": "The study is over"})
    world.later(days=400)
    assert complain().status_code == 200


def test_a_letter_that_cannot_be_sent_is_tried_again_and_one_that_was_is_not(world: Hands) -> None:
    complain()
    post = Post()
    post.unreachable = {"ethics committee"}
    assert not send_on(world.trial, "test", post.send, world.player.clock)
    post.unreachable = set()
    assert send_on(world.trial, "test", post.send, world.player.clock)
    assert send_on(world.trial, "test", post.send, world.player.clock)
    assert sorted(letter.person for letter in post.letters) == ["compliance-1", "compliance-far", "ethics committee"]


@pytest.mark.requirement("CON-08")
def test_a_complaint_reaches_the_committee_of_the_site_that_it_names_and_no_other(world: Hands) -> None:
    from triptych.course.complaints import complaints

    for site in ("site-1", "site-2"):
        board = {"board": f"Committee of {site}", "address": f"{site}@example.org", "phone": "22 22 22 22"}
        assert isinstance(world.administer("complaint_board", board, site), Filed)
    client = client_of("compliance-1")
    link = "/complaints/?site=site-2"
    assert "not recorded" not in text_of(client.get("/complaints/"))
    assert client.post(link, {**fields(text_of(client.get(link))), "v-received": "yes"}).status_code == 302
    assert client.get("/complaints/?site=nowhere").status_code == 404

    def addresses(**answers: str) -> set[str]:
        post = Post()
        page = text_of(complain(**answers))
        assert send_on(world.trial, "test", post.send, world.player.clock)
        assert "site-2@example.org" in page or "v-abuse" not in answers
        return {letter.address for letter in post.letters if letter.address}

    assert addresses(**{"v-site": "site-2", "v-abuse": "yes"}) == {"site-2@example.org"}
    assert addresses() == {"board@example.org"}
    # The committee of the first site has not been reached by a test, so the study's own stands for it until then.
    assert addresses(**{"v-site": "site-1"}) == {"board@example.org"}
    link = "/complaints/?site=site-1"
    client.post(link, {**fields(text_of(client.get(link))), "v-received": "yes"})
    post = Post()
    send_on(world.trial, "test", post.send, world.player.clock)
    assert {letter.address for letter in post.letters} == {"site-1@example.org"}
    records = world.trial.system_view().study_records()
    assert [one.values.get("site") for one in complaints(records)] == ["site-2", None, "site-1"]


def test_ratings_of_a_session_are_read_by_nobody_who_treats(world: Hands) -> None:
    client = client_of("pat")
    page = client.get("/experience/", headers=HOST)
    assert "cannot read this" in text_of(page)
    edits = json.dumps([{"item": "words", "was": SECRET, "is": "Nothing", "at": "2026-03-02T09:00:00Z"}])
    sent = {**fields(text_of(page)), "v-trust": "3", "v-words": "Nothing", "edits": edits}
    assert client.post("/experience/", sent, headers=HOST).status_code == 302
    readers = set()
    for role in world.study.document.roles:
        site = None if role.scope == "study" else "site-1"
        view = world.trial.view(Actor(person=f"{role.id}-1", role=role.id, site=site))
        if SECRET in view.everything().decode():
            readers.add(role.id)
    assert readers == {"monitor"}
    (rated,) = [one for one in world.trial.system_view().records("P-1") if one.form == "experience"]
    for role in ("therapist", "co_therapist", "principal_investigator"):
        treating = client_of(f"{role}-1")
        assert treating.get(f"/participants/P-1/records/{rated.id}/").status_code == 404
        token = {"Authorization": f"Bearer {token_of(f'{role}-1')}"}
        told = treating.get("/api/participants/P-1/records?form=experience", headers=token)
        assert rated.id not in text_of(told)
