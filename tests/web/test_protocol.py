"""The page to read a protocol: what stands in the document stands on the page, for every role of staff."""

import re
from collections.abc import Callable

import pytest
from tests.doors.hands import Hands
from tests.web.routes import client_of

from triptych.ledger.library import find_study, product_files
from triptych.ledger.memory import MemoryStore
from triptych.study import load_study, schedule

NAMES = ("mdma-mdd-norway", "mapp1", "mp-8", "couples-cbct", "esketamine")
STUDIES = {name: find_study(name) for name in NAMES}


@pytest.fixture(params=NAMES)
def world(request: pytest.FixtureRequest, served: Callable[[Hands], None]) -> Hands:
    hands = Hands(MemoryStore(), STUDIES[request.param])
    served(hands)
    return hands


def text_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_has_every_visit_criterion_gate_and_unconfirmed_field(world: Hands) -> None:
    import html

    shown = html.unescape(text_of(client_of("coordinator-1"), "/protocol/"))
    document = world.study.document
    for column in schedule(world.study).columns:
        assert f'id="visit-{column.id}"' in shown
    for gate in document.gates:
        assert all(condition.text in shown for condition in gate.conditions)
    for arm in document.arms:
        assert arm.title in shown
    assert all(mark.path in shown for mark in world.study.unconfirmed)
    assert world.study.digest in shown


def test_every_form_is_shown_as_it_will_appear_and_cannot_be_sent(world: Hands) -> None:
    client = client_of("coordinator-1")
    for form in world.study.document.forms:
        answer = client.get(f"/protocol/forms/{form.id}/")
        assert answer.status_code == (404 if form.group == "system" else 200)
        if form.group != "system":
            assert b"disabled" in answer.content
            assert b'<button class="primary"' not in answer.content


def test_the_document_that_is_downloaded_is_the_document_in_force(world: Hands) -> None:
    answer = client_of("coordinator-1").get("/protocol/document/")
    again = load_study({"study.yaml": answer.content.decode()}, product_files())
    assert again.digest == world.study.digest
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize(("path", "start"), [("text", b"<!doctype html>"), ("pdf", b"%PDF-")])
def test_the_protocol_is_downloaded_as_text(world: Hands, path: str, start: bytes) -> None:
    answer = client_of("coordinator-1").get(f"/protocol/{path}/")
    assert answer.content.startswith(start)
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_schedule_is_narrowed_to_a_phase_and_a_group(served: Callable[[Hands], None]) -> None:
    hands = Hands(MemoryStore(), STUDIES["mapp1"])
    served(hands)
    shown = text_of(client_of("coordinator-1"), "/protocol/?phase=Treatment&group=rating")
    assert 'id="visit-rating"' in shown
    assert 'id="visit-screening"' not in shown
    table = shown.partition('class="activities"')[2].partition("</table>")[0]
    assert "CAPS-5" in table
    assert "Vital signs" not in table
    assert "No activity fits" in text_of(client_of("coordinator-1"), "/protocol/?phase=Nothing")


def test_a_blinded_rater_reads_the_same_protocol_as_anybody(served: Callable[[Hands], None]) -> None:
    hands = Hands(MemoryStore(), STUDIES["mp-8"])
    served(hands)
    pages = [text_of(client_of(f"{role}-1"), "/protocol/").partition("<main")[2] for role in ("rater", "pharmacist")]
    assert pages[0].partition("<footer")[0] == pages[1].partition("<footer")[0]
