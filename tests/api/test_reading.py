"""What the API gives to read: what the asking role may see, and nothing beside it."""

from typing import Any

import pytest
from tests.api.program import Program, is_problem
from tests.doors.hands import Hands
from tests.web.routes import UNKNOWN

from triptych.ledger import Filed

WHOLE = {"systolic": 120, "diastolic": 80, "heart_rate": 64, "temperature": 36.6}


@pytest.fixture
def record(norway: Hands) -> str:
    """Vital signs that were filed and corrected."""
    norway.contact()
    first = norway.file("physician", "vitals", WHOLE, visit="screening")
    assert isinstance(first, Filed)
    second = norway.file(
        "physician", "vitals", {**WHOLE, "systolic": 130}, visit="screening", corrects=first.record.id, reason="Slip"
    )
    assert isinstance(second, Filed)
    return first.record.id


def test_a_program_learns_for_whom_and_in_which_roles_it_acts(norway: Hands) -> None:
    given = {"person": "rater-9", "role": "rater", "site": "site-1", "blinding": "blinded"}
    outcome = norway.administer("grant", given)
    assert isinstance(outcome, Filed)
    told = Program("rater-9").get("/me").json()
    title = norway.study.roles["rater"].title
    grant = {"id": outcome.record.id, "role": "rater", "title": title, "site": "site-1", "blinding": "blinded"}
    assert told == {"person": "rater-9", "grants": [{**grant, "since": "2026-03-02T09:01:00Z"}]}


def test_the_document_in_force_is_told_by_version_and_digest_with_the_forms_of_the_role(norway: Hands) -> None:
    told = Program("physician-1").get("/study").json()
    assert (told["version"], told["digest"]) == (norway.study.document.version, norway.study.digest)
    forms = {form["id"]: form for form in told["forms"]}
    assert forms["vitals"]["files"]
    systolic = next(item for item in forms["vitals"]["items"] if item["id"] == "systolic")
    assert (systolic["type"], systolic["unit"]) == ("integer", "mm[Hg]")
    assert systolic["range"]["min"] < systolic["range"]["max"]


@pytest.mark.requirement("PSY-09")
def test_the_document_names_no_hidden_form_and_no_hidden_item_to_a_role_that_does_not_file_it(small: Hands) -> None:
    told: dict[str, dict[str, set[str]]] = {}
    for role in ("pharmacist", "rater", "physician"):
        forms = Program(f"{role}-1").get("/study").json()["forms"]
        told[role] = {form["id"]: {item["id"] for item in form["items"]} for form in forms}
    assert told["pharmacist"]["randomization"] == {"arm", "kit"}
    assert "randomization" not in told["rater"]
    assert "randomization" not in told["physician"]


def test_participants_come_by_name_a_page_at_a_time(norway: Hands) -> None:
    for name in ("P-2", "P-1", "P-3"):
        norway.contact(name)
    program = Program("coordinator-1")
    first = program.get("/participants?limit=2").json()
    assert [one["participant"] for one in first["participants"]] == ["P-1", "P-2"]
    assert first["next"] == "P-2"
    rest = program.get(f"/participants?limit=2&after={first['next']}").json()
    assert [one["participant"] for one in rest["participants"]] == ["P-3"]
    assert rest["next"] is None
    assert program.get("/participants?limit=3").json()["next"] is None
    (one,) = rest["participants"]
    assert (one["site"], one["attempt"], one["phase"]) == ("site-1", 1, "screening")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1.5", f"after={'x' * 201}"])
def test_a_page_that_cannot_be_asked_for_is_malformed(norway: Hands, query: str) -> None:
    told = is_problem(Program("coordinator-1").get(f"/participants?{query}"), 400, "malformed")
    assert [reason["item"] for reason in told["reasons"]] == [f"query.{query.partition('=')[0]}"]


def test_a_course_tells_visits_with_windows_gates_tasks_and_what_comes_next(norway: Hands, record: str) -> None:
    told = Program("physician-1").get("/participants/P-1").json()
    assert (told["participant"], told["site"], told["phase"]) == ("P-1", "site-1", "screening")
    visits = {visit["key"]: visit for visit in told["visits"]}
    assert visits["screening"]["actual"] == "2026-03-02"
    assert {form["form"]: form["status"] for form in visits["screening"]["forms"]}["vitals"] == "filed"
    assert any(visit["window"] for visit in told["visits"])
    assert {gate["decision"] for gate in told["gates"]} <= {"open", "closed", "undecided"}
    assert told["gates"]
    assert "position" not in str(told)


def test_records_are_listed_in_their_newest_version_and_one_with_its_history(norway: Hands, record: str) -> None:
    program = Program("physician-1")
    listed = program.get("/participants/P-1/records?form=vitals").json()["records"]
    assert [one["values"]["systolic"] for one in listed] == [130]
    told = program.get(f"/participants/P-1/records/{record}").json()
    assert [one["values"]["systolic"] for one in told["versions"]] == [120, 130]
    assert (told["current"]["root"], told["current"]["corrects"], told["current"]["reason"]) == (record, record, "Slip")
    newest = program.get(f"/participants/P-1/records/{told['current']['id']}").json()
    assert newest == told
    for hidden in ("stream", "position", "previous", "shown", "origin"):
        assert hidden not in told["current"]


def test_a_record_entered_in_error_says_so_and_stays_readable(norway: Hands, record: str) -> None:
    program = Program("physician-1")
    assert not program.get(f"/participants/P-1/records/{record}").json()["current"]["in_error"]
    norway.file("physician", "entered_in_error", {"about": record, "why": "Another person"})
    told = program.get(f"/participants/P-1/records/{record}").json()
    assert all(one["in_error"] for one in told["versions"])


def test_a_held_record_is_shown_with_what_it_was_held_for(norway: Hands) -> None:
    norway.contact()
    norway.file("physician", "vitals", {"systolic": "12o"}, visit="screening")
    (one,) = Program("physician-1").get("/participants/P-1/records?form=vitals").json()["records"]
    assert (one["status"], one["values"]) == ("held", {"systolic": "12o"})
    assert one["held"]


def test_what_does_not_exist_is_answered_alike_everywhere(norway: Hands, record: str) -> None:
    program = Program("physician-1")
    answers = [
        program.get(path)
        for path in (
            "/participants/P-99",
            "/participants/P-99/records",
            f"/participants/P-1/records/{UNKNOWN}",
            "/participants/P-1/records/nonsense",
            "/nonsense",
            "/",
            "/participants/P%00",
            "/participants/%1B/records",
        )
    ]
    for answer in answers:
        is_problem(answer, 404, "not_found")
    assert len({answer.content for answer in answers}) == 1


def test_a_method_that_is_not_there_names_those_that_are(norway: Hands) -> None:
    program = Program("physician-1")
    for method, path, allowed in (("DELETE", "/me", "GET"), ("PUT", "/records", "POST"), ("POST", "/study", "GET")):
        answer = program.send(method, path)
        is_problem(answer, 405, "method")
        assert answer["Allow"] == allowed


def test_nothing_is_kept_by_what_lies_between(norway: Hands, record: str) -> None:
    for path in ("/me", "/study", "/participants", f"/participants/P-1/records/{record}", "/nonsense"):
        answer: Any = Program("physician-1").get(path)
        assert answer["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer
        assert not answer.cookies
