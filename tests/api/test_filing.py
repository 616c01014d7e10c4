"""Filing through the API: what the door answers, told in full; once for each identifier; and nothing beside it."""

import json
from typing import Any

import pytest
from tests.api.program import Program, is_problem, vitals
from tests.doors.hands import Hands
from tests.web.routes import UNKNOWN

from triptych.ledger.errors import LedgerBusy

HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE records; --",
    "{{ 7*7 }}{% raw %}${7*7}",
    "\u202etxt.exe\u2066",
    "a\r\nSet-Cookie: x=1",
    "\x00",
    "\ud800",
    "é" * 80,
    "x" * 5000,
    "9" * 5000,
    "nan",
    "",
)


def filed(hands: Hands, form: str = "vitals") -> list[Any]:
    return [one for one in hands.trial.system_view().records("P-1") if one.form == form]


def heads(hands: Hands) -> list[object]:
    with hands.store.reading() as reading:
        return list(reading.heads())


def test_a_record_is_filed_and_answered_with_when_the_system_had_it(norway: Hands) -> None:
    norway.contact()
    norway.later(minutes=3)
    answer = Program("physician-1").post(vitals())
    assert answer.status_code == 201, answer.content
    told = answer.json()
    wanted = {"outcome": "filed", "id": vitals()["id"], "repeated": False, "recorded_at": "2026-03-02T09:04:00Z"}
    assert {**told, "findings": []} == {**wanted, "findings": []}
    (one,) = filed(norway)
    assert (one.id, one.actor, one.role, one.visit) == (vitals()["id"], "physician-1", "physician", "screening")
    assert dict(one.values) == vitals()["values"]


def test_a_first_contact_makes_a_participant_known(norway: Hands) -> None:
    program = Program("coordinator-1")
    contact = vitals(form="first_contact", participant="P-7", site="site-1", values={"channel": "self"}, visit=None)
    assert program.post(contact).status_code == 201
    assert program.get("/participants/P-7").status_code == 200


def test_an_unusual_answer_is_filed_and_told_as_a_finding(norway: Hands) -> None:
    norway.contact()
    form = norway.study.forms["vitals"]
    item = next(item for item in form.items if item.expected is not None and item.expected.max is not None)
    assert item.expected is not None
    unusual = item.expected.max + 1
    values = {**vitals()["values"], item.id: int(unusual) if item.type == "integer" else unusual}
    answer = Program("physician-1").post(vitals(values=values))
    assert answer.status_code == 201
    assert [finding["item"] for finding in answer.json()["findings"]] == [item.id]


@pytest.mark.requirement("QA-07")
def test_sending_a_record_twice_files_it_once(norway: Hands) -> None:
    norway.contact()
    program = Program("physician-1")
    first = program.post(vitals())
    norway.later(hours=1)
    second = program.post(vitals())
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "repeated": True, "findings": []}
    assert len(filed(norway)) == 1


def test_other_content_under_the_same_identifier_is_a_conflict(norway: Hands) -> None:
    norway.contact()
    program = Program("physician-1")
    program.post(vitals())
    before = heads(norway)
    other = {**vitals()["values"], "systolic": 121}
    told = is_problem(program.post(vitals(values=other)), 409, "conflict")
    assert "121" not in json.dumps(told)
    is_problem(Program("therapist-1").post(vitals()), 409, "conflict")
    assert heads(norway) == before


def test_what_does_not_fit_is_held_word_for_word_with_every_reason(norway: Hands) -> None:
    norway.contact()
    program = Program("physician-1")
    wrong = vitals(values={**vitals()["values"], "systolic": "12o", "colour": "red"})
    answer = program.post(wrong)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["outcome"], told["repeated"]) == ("held", False)
    assert {reason["code"] for reason in told["reasons"]} == {"wrong_type", "no_such_item"}
    (one,) = filed(norway)
    assert (one.status, dict(one.values)) == ("held", wrong["values"])
    again = program.post(wrong)
    assert (again.status_code, again.json()["repeated"]) == (202, True)
    assert len(filed(norway)) == 1


def test_a_decision_behind_a_closed_gate_is_refused_with_each_condition_and_its_source(small: Hands) -> None:
    small.contact()
    draft = vitals(form="dose_authorization", values={"part": "initial", "amount": 30}, visit=None, cycle=1)
    draft["occurred_at"] = small.now.isoformat()
    before = heads(small)
    told = is_problem(Program("physician-1").post(draft), 422, "refused")
    assert len(told["reasons"]) > 1
    assert all(reason["text"] for reason in told["reasons"])
    assert any(reason["missing"] for reason in told["reasons"])
    assert heads(small) == before


def test_a_correction_names_what_it_corrects_and_why(norway: Hands) -> None:
    norway.contact()
    program = Program("physician-1")
    program.post(vitals())
    right = vitals(
        id=UNKNOWN, corrects=vitals()["id"], reason="Read again", values={**vitals()["values"], "systolic": 9}
    )
    right["values"]["systolic"] = 122
    assert program.post({**right, "reason": None}).status_code in (202, 422)
    assert program.post({**right, "id": UNKNOWN.replace("8a", "8b")}).status_code == 201
    told = program.get(f"/participants/P-1/records/{vitals()['id']}").json()
    assert told["current"]["values"]["systolic"] == 122


def test_a_role_without_the_right_is_told_so_and_learns_nothing_of_the_form(norway: Hands) -> None:
    norway.contact()
    before = heads(norway)
    wrong = vitals(values={"systolic": "12o"})
    told = is_problem(Program("monitor-1").post(wrong), 403, "not_granted")
    assert [reason["code"] for reason in told["reasons"]] == ["not_granted"]
    assert heads(norway) == before


@pytest.mark.requirement("P11-03")
def test_a_participant_out_of_reach_and_one_that_does_not_exist_are_answered_alike(norway: Hands) -> None:
    norway.contact()
    norway.administer("site_opening", {"title": "Site 2", "zone": "Europe/Oslo"}, site="site-2")
    far = {"person": "far", "role": "physician", "site": "site-2", "blinding": "blinded"}
    norway.administer("grant", far)
    before = heads(norway)
    program = Program("far")
    sent = [vitals(), vitals(participant="P-99"), vitals(site="site-1"), vitals(form="first_contact", values={})]
    answers = [program.post(draft) for draft in sent]
    for answer in answers:
        is_problem(answer, 404, "not_found")
    assert len({answer.content for answer in answers}) == 1
    assert heads(norway) == before


@pytest.mark.requirement("P11-09")
def test_a_signature_and_a_file_are_not_given_by_a_program(norway: Hands) -> None:
    norway.contact()
    program = Program("physician-1")
    program.post(vitals())
    seen = next(one for one in norway.trial.system_view().records("P-1") if one.form == "vitals")
    about = {"about": seen.id, "meaning": "review", "shown": seen.shown}
    signature = vitals(id=UNKNOWN, form="signature", visit=None, values=about)
    told = is_problem(program.post(signature), 422, "refused")
    assert [reason["code"] for reason in told["reasons"]] == ["signed_by_hand"]
    for form, values in (
        ("session_alarm", {"about": seen.id, "value": "systolic", "answer": "acknowledged"}),
        ("alarm_test_seen", {"about": seen.id}),
    ):
        told = is_problem(program.post({**signature, "form": form, "values": values}), 422, "refused")
        assert [reason["code"] for reason in told["reasons"]] == ["answered_by_hand"]
    file = {"about": seen.id, "name": "x.pdf", "sha256": "0" * 64, "size": 9, "media_type": "application/pdf"}
    for form in ("attachment", "attachment_unblinding", "site_document"):
        told = is_problem(program.post({**signature, "form": form, "values": file}), 422, "refused")
        assert [reason["code"] for reason in told["reasons"]] == ["attached_by_hand"]
    assert not filed(norway, "signature")
    assert not filed(norway, "attachment")


def test_a_role_that_may_not_know_visit_numbers_cannot_find_one_out_by_naming_it(small: Hands) -> None:
    assert small.study.roles["rater"].masks == ("visit",)
    small.contact()
    program = Program("rater-1")
    rating = vitals(form="madrs", visit=None, values={item.id: 2 for item in small.study.forms["madrs"].items})
    before = heads(small)
    for place in ({"visit": "rating"}, {"visit": "nonsense"}, {"cycle": 1}):
        told = is_problem(program.post({**rating, **place}), 422, "refused")
        assert [reason["code"] for reason in told["reasons"]] == ["masked_visit"]
    assert heads(small) == before
    answer = program.post(rating)
    assert "rating" not in answer.content.decode()


BROKEN: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"{",
    "not an object": b"[]",
    "null": b"null",
    "not UTF-8": b"\xff\xfe",
    "half a surrogate": b'{"id": "\\ud800"}',
    "no number": b'{"id": NaN}',
    "endless": b"[" * 100_000,
    "no members": {},
    "an unknown member": vitals(origin="system"),
    "an identifier in capitals": vitals(id=vitals()["id"].upper()),
    "an identifier that is none": vitals(id="1"),
    "a number for a form": vitals(form=1),
    "a form without a name": vitals(form=""),
    "answers in a list": vitals(values=[]),
    "no answers": vitals(values=None),
    "a time without offset": vitals(occurred_at="2026-03-02T10:00:00"),
    "a day": vitals(occurred_at="2026-03-02"),
    "a number for a time": vitals(occurred_at=1772442000),
    "the first year": vitals(occurred_at="0001-01-01T00:00:00+14:00"),
    "the last year": vitals(occurred_at="9999-12-31T23:59:59-12:00"),
    "a cycle in words": vitals(cycle="one"),
    "a cycle of true": vitals(cycle=True),
    "a cycle of a fraction": vitals(cycle=1.5),
    "a cycle of nought": vitals(cycle=0),
    "a control character": vitals(participant="P\x00"),
    "a long name": vitals(visit="x" * 201),
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_malformed_and_files_nothing(norway: Hands, sent: Any) -> None:
    norway.contact()
    before = heads(norway)
    is_problem(Program("physician-1").post(sent), 400, "malformed")
    assert heads(norway) == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_only_json_is_taken(norway: Hands, kind: str) -> None:
    norway.contact()
    before = heads(norway)
    is_problem(Program("physician-1").post(vitals(), content_type=kind), 415, "media_type")
    assert heads(norway) == before
    assert Program("physician-1").post(vitals(), content_type="application/json; charset=utf-8").status_code == 201


@pytest.mark.parametrize("size", [1_500_000, 2_000_001, 3_000_000])
def test_too_much_is_answered_as_too_large(norway: Hands, size: int) -> None:
    norway.contact()
    before = heads(norway)
    values = {**vitals()["values"], "note": "x" * size}
    is_problem(Program("physician-1").post(vitals(values=values)), 413, "too_large")
    assert heads(norway) == before


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_anywhere_is_answered_and_comes_back_as_it_was(norway: Hands, text: str) -> None:
    norway.contact()
    program = Program("physician-1")
    names = ("id", "form", "participant", "site", "visit", "corrects", "occurred_at", "reason")
    for sent in (*(vitals(**{name: text}) for name in names), vitals(values={text: text})):
        answer = program.post(sent)
        assert answer.status_code in (201, 200, 202, 400, 404, 409, 422), (sent, answer.content)
        assert answer["Content-Type"] == "application/json; charset=utf-8"
        assert "Set-Cookie" not in answer
    note = vitals(id=UNKNOWN, form="observation", visit=None, values={"text": text})
    answer = program.post(note)
    if answer.status_code == 201:
        (one,) = program.get("/participants/P-1/records?form=observation").json()["records"]
        assert one["values"] == {"text": text}


def test_a_ledger_that_cannot_be_used_is_said_to_be_so_and_the_record_can_be_sent_again(
    norway: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    norway.contact()
    program = Program("physician-1")

    def busy(*_: object) -> None:
        raise LedgerBusy("postgresql://somebody:secret@host is busy")

    with monkeypatch.context() as away:
        away.setattr(norway.trial, "file", busy)
        told = is_problem(program.post(vitals()), 503, "ledger_busy")
        assert "secret" not in json.dumps(told)
    assert program.post(vitals()).status_code == 201


def test_a_fault_of_the_software_tells_nothing_and_is_logged_without_the_path(
    norway: Hands, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(norway.trial, "view", fails)
    told = is_problem(Program("physician-1").get("/participants/P-1"), 500, "fault")
    assert "inside" not in json.dumps(told)
    (logged,) = [line for line in caplog.records if line.name == "triptych.api"]
    assert "P-1" not in logged.getMessage()
    assert logged.exc_info is not None


def test_a_filing_asks_the_accounts_file_once(norway: Hands) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    norway.contact()
    program = Program("physician-1")
    with CaptureQueriesContext(connection) as statements:
        assert program.post(vitals()).status_code == 201
    assert len(statements) == 1


def test_a_record_of_the_site_is_filed_by_those_who_may(norway: Hands) -> None:
    values = {"section": "approvals", "title": "Approval", "dated": "2026-01-10"}
    draft = vitals(form="site_document", participant=None, visit=None, site="site-1", values=values)
    assert Program("coordinator-1").post(draft).status_code == 201
    assert isinstance(norway.trial.system_view().site_records("site-1")[-1].values["title"], str)
