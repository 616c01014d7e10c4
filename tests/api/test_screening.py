"""Screening over HTTP: the same answer as the command, for a case, a record and an EHR's hook, and nothing is filed."""

import copy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.api.program import Program, is_problem
from tests.doors.hands import Hands
from tests.exchange.records import statement, well
from tests.web.test_routes import heads

from triptych.cli import main
from triptych.exchange.cds_hooks import PLANNED, PREFETCH, SCREENING, SERVICES

CASES = Path(__file__).parents[1] / "spec" / "safety" / "cases"
ROLE = "physician-1"
KEYS = ["decision", "earliest_date", "resolved_actives", "reasons", "missing_items", "other_actions"]


@pytest.fixture
def program(norway: Hands) -> Program:
    """A program of a physician, in the days of the made-up records."""
    from datetime import UTC, datetime

    norway.later(minutes=int((datetime(2027, 3, 15, 9, tzinfo=UTC) - norway.now) / timedelta(minutes=1)))
    return Program(ROLE)


def by_command(tmp_path: Path, option: str, content: object, *words: str) -> Any:
    """What the command answers for the study that the trial runs."""
    file = tmp_path / "given.json"
    file.write_text(json.dumps(content), "utf-8")
    done = CliRunner().invoke(main, ["screen", option, str(file), "--study", "mdma-mdd-norway", "--json", *words])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize("name", ["vig-01", "vig-05"])
def test_a_case_has_the_answer_of_the_command(program: Program, norway: Hands, tmp_path: Path, name: str) -> None:
    case = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    before = heads(norway)
    told = program.post({"case": case}, "/screen").json()
    assert list(told) == KEYS
    assert told == by_command(tmp_path, "--case", case)
    moved = program.post({"case": case, "planned": "2027-06-01"}, "/screen").json()
    assert moved == by_command(tmp_path, "--case", case, "--on", "2027-06-01")
    assert heads(norway) == before


def test_a_record_has_the_answer_of_the_command(program: Program, tmp_path: Path) -> None:
    record = well("document", statement("Nardil", "m2", None))
    told = program.post({"bundle": record, "planned": "2027-03-20"}, "/screen").json()
    assert told == by_command(tmp_path, "--bundle", record, "--on", "2027-03-20")
    assert told["decision"] == "excluded"


@pytest.mark.parametrize(
    "body",
    [{}, {"case": {}, "bundle": {}}, {"bundle": {"resourceType": "Patient"}}, {"case": {}, "planned": "2027-02-30"},
     '{"case": {"planned_session_date": "2027-01-01", "planned_session_date": "2027-01-02"}}'],
)  # fmt: skip
def test_what_cannot_be_screened_is_said_to_be_so(program: Program, body: object) -> None:
    is_problem(program.post(body, "/screen"), 422, "not_screened")


def test_halves_of_characters_end_no_request(program: Program) -> None:
    body = '{"case": {"medications": [{"as_entered": "Nar\\ud800dil", "note": "\\ud800"}]}}'
    assert program.post(body, "/screen").status_code in (200, 400)


def test_an_empty_case_decides_nothing(program: Program) -> None:
    told = program.post({"case": {}}, "/screen").json()
    assert told["decision"] == "cannot_decide"
    assert len(told["missing_items"]) > 20


def searched(resources: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources if one["resourceType"] == kind]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def call(*more: dict[str, Any], drafts: list[dict[str, Any]] | None = None, selected: str = "") -> dict[str, Any]:
    """A call as an EHR makes it, with everything that the templates ask for."""
    held = [entry["resource"] for entry in well("searchset", *more)["entry"]]
    prefetch = {name: searched(held, template.partition("?")[0]) for name, template in PREFETCH.items()}
    prefetch["patient"] = next(one for one in held if one["resourceType"] == "Patient")
    context: dict[str, Any] = {"userId": "Practitioner/7", "patientId": "p1"}
    hook = "patient-view" if drafts is None else "order-select"
    if drafts is not None:
        orders = [{"resource": one} for one in drafts]
        context |= {"selections": [selected], "draftOrders": {"resourceType": "Bundle", "type": "collection",
                                                              "entry": orders}}  # fmt: skip
    return {"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "fhirServer": "https://ehr.example/r4",
            "fhirAuthorization": {"access_token": "never-kept"}, "context": context, "prefetch": prefetch,
            "extension": {PLANNED: "2027-03-20"}}  # fmt: skip


def asked(program: Program, sent: dict[str, Any]) -> Any:
    service = next(name for name, hook in SERVICES.items() if hook == sent["hook"])
    return program.post(sent, f"/cds-services/{service}")


def order(name: str, identifier: str) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "id": identifier, "status": "draft", "intent": "order",
            "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": name}}  # fmt: skip


def is_card(card: dict[str, Any]) -> None:
    """What CDS Hooks 2.0 asks of a card."""
    assert 0 < len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["label"]
    assert card["source"].get("url", "https://").startswith("https://")
    assert "null" not in json.dumps(card)
    assert all(value not in ([], {}, "") for value in card.values())


def test_the_services_are_told_as_the_specification_asks(program: Program) -> None:
    told = program.get("/cds-services").json()
    assert list(told) == ["services"]
    for service in told["services"]:
        assert service["hook"] == SERVICES[service["id"]]
        assert service["description"]
        assert all("{{context.patientId}}" in template for template in service["prefetch"].values())
    assert {service["hook"] for service in told["services"]} == {"patient-view", "order-select"}


def test_an_open_record_gets_the_answer_of_the_command_as_a_card(
    program: Program, norway: Hands, tmp_path: Path
) -> None:
    before = heads(norway)
    sent = call(statement("Nardil", "m2", None))
    cards = asked(program, sent).json()["cards"]
    for card in cards:
        is_card(card)
    record = well("searchset", statement("Nardil", "m2", None))
    expected = by_command(tmp_path, "--bundle", record, "--on", "2027-03-20", "--evaluated", "2027-03-15")
    told = cards[0]["extension"][SCREENING]
    assert told == {key: value for key, value in expected.items() if value not in (None, [])}
    assert cards[0]["indicator"] == "critical"
    (nardil,) = [card for card in cards if card["summary"].startswith("Nardil")]
    assert "DDI-017, confirmed" in nardil["summary"] or "DDI-017, unconfirmed" in nardil["summary"]
    assert nardil["source"]["label"].endswith("confirmed)")
    assert heads(norway) == before


def test_a_whole_record_with_nothing_in_the_way_is_told_so_and_one_that_is_not_counted_is_not(program: Program) -> None:
    assert asked(program, call()).json()["cards"][0]["indicator"] == "info"
    for key in PREFETCH.keys() - {"patient"}:
        sent = call()
        del sent["prefetch"][key]["total"]
        assert asked(program, sent).json()["cards"][0]["indicator"] == "warning"
        sent["prefetch"][key] |= {"total": 1000}
        assert asked(program, sent).json()["cards"][0]["indicator"] == "warning"


def test_an_order_is_judged_before_it_is_signed_and_only_the_selected_one_is_told(program: Program) -> None:
    drafts = [order("Zoloft", "a"), order("Nardil", "b"), order("flargle [x](http://evil.example)", "c")]
    told = asked(program, call(drafts=drafts, selected="MedicationRequest/a")).json()["cards"]
    assert told[0]["extension"][SCREENING]["decision"] == "excluded"
    assert all(card["summary"].startswith("Zoloft") for card in told[1:])
    assert len(told) > 1
    unknown = asked(program, call(drafts=drafts, selected="MedicationRequest/c")).json()["cards"]
    assert "Stop and ask" in unknown[1]["summary"]
    assert "](http" not in "".join(card["detail"] for card in unknown)


@pytest.mark.parametrize("key", PREFETCH)
@pytest.mark.parametrize("put", [None, {"resourceType": "OperationOutcome"}, "gone"])
def test_a_call_without_what_the_templates_name_is_not_answered_and_nothing_is_fetched(
    program: Program, key: str, put: object
) -> None:
    sent = call()
    sent["prefetch"][key] = put
    if put == "gone":
        del sent["prefetch"][key]
    assert key in is_problem(asked(program, sent), 412, "prefetch")["text"]


def test_a_call_of_another_hook_or_about_another_patient_or_of_no_service_is_refused(program: Program) -> None:
    other = copy.deepcopy(call())
    other["context"]["patientId"] = "p2"
    is_problem(asked(program, other), 412, "prefetch")
    is_problem(program.post(call(), "/cds-services/triptych-order-select"), 422, "not_screened")
    is_problem(program.post(call(), "/cds-services/nowhere"), 404, "not_found")
    is_problem(program.post({"hook": "patient-view"}, "/cds-services/triptych-patient-view"), 400, "malformed")


def test_only_a_named_origin_may_call_from_a_browser_and_only_the_hooks(program: Program) -> None:
    from django.test import override_settings

    first = {"Origin": "https://ehr.example", "Access-Control-Request-Method": "POST"}
    path = "/cds-services/triptych-patient-view"
    assert "Access-Control-Allow-Origin" not in program.send("OPTIONS", path, headers=first)
    with override_settings(CDS_ORIGINS=("https://ehr.example",)):
        allowed = Program().send("OPTIONS", path, headers=first)
        assert (allowed.status_code, allowed["Access-Control-Allow-Origin"]) == (204, "https://ehr.example")
        assert "Access-Control-Allow-Credentials" not in allowed
        assert Program().send("GET", "/cds-services", headers=first).status_code == 401
        for origin in ("https://ehr.example.evil", "null", "https://EHR.example"):
            other = program.send("OPTIONS", path, headers={**first, "Origin": origin})
            assert "Access-Control-Allow-Origin" not in other
        assert "Access-Control-Allow-Origin" not in program.send("OPTIONS", "/screen", headers=first)
