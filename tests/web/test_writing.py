"""Writing the next version: who may, what is kept, what is said of it, and that nothing of it is in force."""

import html
import re
from collections.abc import Callable

import pytest
from tests.doors.hands import Hands
from tests.web.routes import client_of

from triptych.ledger import Filed
from triptych.ledger.library import find_study
from triptych.ledger.memory import MemoryStore
from triptych.study import next_version

PATH = "/protocol/write/"
LONGEST = 1_500_000
STUDY = find_study("mdma-mdd-norway")
NEXT = next_version(STUDY)


@pytest.fixture
def world(served: Callable[[Hands], None]) -> Hands:
    hands = Hands(MemoryStore(), STUDY)
    served(hands)
    from triptych.web.written import WrittenProtocol

    WrittenProtocol.objects.all().delete()  # what other tests saved under the same account
    return hands


def shown(client, path: str = PATH) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def checked(client, text: str) -> dict:
    answer = client.post(f"{PATH}check/", {"text": text})
    assert answer.status_code == 200
    return answer.json()


def test_the_document_in_force_is_the_beginning_and_nothing_stands_against_it(world: Hands) -> None:
    page = shown(client_of("administrator-1"))
    assert "Nothing stands against this text" in page
    assert 'of: "1.0"' in page
    assert "Write the next version" in shown(client_of("administrator-1"), "/protocol/")


@pytest.mark.parametrize("role", ["coordinator", "physician", "rater", "monitor"])
def test_whoever_may_not_release_a_version_writes_none(world: Hands, role: str) -> None:
    client = client_of(f"{role}-1")
    assert [client.get(path).status_code for path in (PATH, f"{PATH}document/")] == [404, 404]
    assert [client.post(f"{PATH}{path}/", {"text": "x"}).status_code for path in ("check", "save")] == [404, 404]
    assert "Write the next version" not in shown(client, "/protocol/")


def test_a_mistake_is_told_with_its_line_and_kept_when_it_is_saved(world: Hands) -> None:
    client = client_of("administrator-1")
    wrong = NEXT.replace("planned_participants: 12", "planned_participants: twelve")
    (problem,) = checked(client, wrong)["problems"]
    assert problem["line"] == NEXT.splitlines().index("planned_participants: 12") + 1
    client.post(f"{PATH}save/", {"text": wrong, "do": "save"})
    page = shown(client)
    assert "planned_participants: twelve" in page
    assert "1 problem" in page
    assert client.get(f"{PATH}document/").content.decode() == wrong


def test_what_may_not_follow_is_told_as_such(world: Hands) -> None:
    said = checked(client_of("administrator-1"), NEXT.replace('of: "1.0"', 'of: "0.9"'))
    assert [one["code"] for one in said["problems"]] == ["amends_another"]


def test_what_differs_and_the_visits_are_shown(world: Hands) -> None:
    said = checked(client_of("administrator-1"), NEXT.replace("title: MADRS rating T1", "title: First MADRS rating"))
    assert said["problems"] == []
    assert "First MADRS rating" in said["html"]


def test_a_narrower_window_is_told_for_those_whom_it_would_reach(world: Hands) -> None:
    client = client_of("administrator-1")
    client.post(f"{PATH}save/", {"text": NEXT, "do": "save"})
    assert "Nothing would change for any participant" in shown(client)
    world.contact()
    screened = {"adult": True, "lives_near": True, "interested": True}
    assert isinstance(world.file("coordinator", "phone_screen", screened, visit="phone"), Filed)
    narrower = NEXT.replace(
        '{anchor: phone, between: !unconfirmed ["0 days", "6 weeks"]}', '{anchor: phone, between: ["0 days", "1 week"]}'
    )
    assert narrower != NEXT
    client.post(f"{PATH}save/", {"text": narrower, "do": "save"})
    assert "Screening visit: the window would move</td><td>1</td>" in shown(client)


def test_what_is_discarded_is_gone_and_nothing_was_ever_in_force(world: Hands) -> None:
    client = client_of("administrator-1")
    before = world.trial.study.digest
    client.post(f"{PATH}save/", {"text": NEXT.replace("T1", "T one"), "do": "save"})
    assert "T one" in shown(client)
    client.post(f"{PATH}save/", {"do": "discard"})
    assert "T one" not in shown(client)
    assert world.trial.study.digest == before


def test_what_one_person_writes_is_not_shown_to_another(world: Hands) -> None:
    client_of("administrator-1").post(f"{PATH}save/", {"text": "id: secret-plan", "do": "save"})
    page = client_of("monitor-1").get("/protocol/").content.decode()
    assert "secret-plan" not in page


HOSTILE = {
    "nothing": "",
    "a bomb": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b]\n",
    "deep": "a: " + "[" * 500,
    "another tag": "id: !!python/object/apply:os.system [ls]",
    "markup": "id: <script>alert(1)</script>",
    "itself": "inherits: mdma-mdd-norway\nid: mdma-mdd-norway\ntitle: x\nversion: '2'\n",
    "a zero": "id: a\0b",
}


@pytest.mark.parametrize("case", list(HOSTILE))
def test_a_hostile_text_is_a_list_of_problems_and_no_fault(world: Hands, case: str) -> None:
    client = client_of("administrator-1")
    said = checked(client, HOSTILE[case])
    assert said["problems"] or case == "itself"
    assert "<script>alert" not in said["html"]
    client.post(f"{PATH}save/", {"text": HOSTILE[case], "do": "save"})
    assert client.get(PATH).status_code == 200


def test_a_text_that_is_too_long_is_refused_and_what_was_saved_stays(world: Hands) -> None:
    client = client_of("administrator-1")
    client.post(f"{PATH}save/", {"text": NEXT, "do": "save"})
    answer = client.post(f"{PATH}save/", {"text": "x" * (LONGEST + 1), "do": "save"}, follow=True)
    assert "Not saved" in answer.content.decode()
    assert client.get(f"{PATH}document/").content.decode() == NEXT
