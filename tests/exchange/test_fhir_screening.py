"""A health record screened: the same decision as for a case, and none that rests on what the record does not say."""

import json
from random import Random

import pytest
from click.testing import CliRunner
from tests.exchange.records import (
    AGAINST,
    ON,
    PLANNED,
    bundle,
    condition,
    decision,
    facts,
    garbled,
    made,
    places,
    statement,
    well,
    without,
)

from triptych.cli import main
from triptych.exchange import screen_bundle
from triptych.ledger.library import knowledge

KINDS = ("collection", "document", "searchset", "transaction", "batch")
EMPTY = {
    "fullUrl", "id", "unit", "system", "gender", "start", "title", "author", "display", "date", "type", "coding",
    "code",
}  # fmt: skip
"""What a record may leave out: names, what is said twice, and of a Composition what it is called and who made it."""
SAID_TWICE = ("clinicalStatus", "verificationStatus", "type")
"""Where a system or a coding may go. Everywhere else a code without its system is none."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_record_with_nothing_in_the_way_is_eligible(kind):
    answer = screen_bundle(knowledge(), well(kind), ON, PLANNED).answer
    assert (answer.decision, answer.earliest_date, answer.missing_items) == ("eligible_on_date", PLANNED, ())
    assert "as known on 2027-03-15" in answer.other_actions[-1]


@pytest.mark.parametrize("kind", ["document", "searchset"])
def test_whatever_a_decision_rests_on_is_missed_when_it_is_absent(kind):
    record = well(kind)
    for path in places(record):
        if path and decision(without(record, path)) == "eligible_on_date":
            words = [step for step in path if isinstance(step, str)]
            assert words[-1] in EMPTY or words[-2:] == ["resource", "subject"], path
            assert words[-1] not in ("system", "code", "coding") or {*words} & {*SAID_TWICE}, path


@pytest.mark.parametrize("seed", range(12))
def test_a_record_with_something_in_the_way_does_not_become_eligible_by_leaving_out_any_of_its_entries(seed):
    rng = Random(seed)
    against = {**AGAINST[rng.randrange(len(AGAINST))](rng), "id": "x"}
    record = well(rng.choice(KINDS), against)
    assert decision(record) != "eligible_on_date"
    for number in range(len(record["entry"])):
        assert decision(without(record, ("entry", number))) != "eligible_on_date", number


@pytest.mark.parametrize("against", AGAINST)
def test_each_thing_in_the_way_is_seen(against):
    record = well("document", {**against(Random(7)), "id": "x"})
    assert decision(record) != "eligible_on_date"


def test_made_up_records_whole_and_damaged_are_decided_and_only_a_clear_one_is_eligible():
    for seed in range(80):
        record, is_clear = made(seed)
        assert (decision(record) == "eligible_on_date") == is_clear, seed
        damaged = decision(garbled(record, Random(seed)))
        assert is_clear or damaged != "eligible_on_date", seed


def test_an_open_question_stands_among_the_missing_items_and_no_date_is_given_past_it():
    resources = [condition(), statement("Prozac", before=30), *facts()]
    closed = screen_bundle(knowledge(), bundle(resources), ON, PLANNED).answer
    assert (closed.decision, str(closed.earliest_date)) == ("not_eligible_on_date", "2027-05-04")
    lost = statement("x", "m2", medicationCodeableConcept=None, medicationReference={"reference": "Medication/9"})
    opened = screen_bundle(knowledge(), bundle([*resources, lost]), ON, PLANNED).answer
    assert (opened.decision, opened.earliest_date) == ("not_eligible_on_date", None)
    assert any("the reference leads nowhere" in item for item in opened.missing_items)


def test_codes_of_a_medicine_are_kept_in_the_case():
    code = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "321988"}
    named = {"text": "Lexapro", "coding": [code]}
    record = bundle([condition(), statement("", medicationCodeableConcept=named), *facts()])
    (medicine,) = screen_bundle(knowledge(), record, ON, PLANNED).case.medications or ()
    assert [(one.system, one.code) for one in medicine.codes] == [tuple(code.values())]


def test_a_record_of_thousands_of_resources_is_decided():
    many = [statement(f"unheard-of {number % 300}", f"x{number}", number) for number in range(6000)]
    record = bundle([condition(), *many, *facts()])
    answer = screen_bundle(knowledge(), record, ON, PLANNED).answer
    assert answer.decision == "cannot_decide"


def run(*words, **more):
    return CliRunner().invoke(main, ["screen", *words], **more)


def test_halves_of_characters_and_names_that_are_none_are_told_and_end_nothing(tmp_path):
    file, case, written = (tmp_path / name for name in ("bundle.json", "case.json", "out.json"))
    odd = {**condition("Bipolar \ud800 disorder", "c\ud800\x1b[31m"), "recordedDate": "\ud800"}
    file.write_text(json.dumps(bundle([odd, statement("Nar\ud800dil", "m\ud800", None)])), "utf-8")
    named = {"as_entered": "\ud800", "dose": "\ud800 mg", "note": "\ud800", "status": "ongoing"}
    case.write_text(json.dumps({"medications": [named], "participant": {"diagnoses": ["\ud800"]}}), "utf-8")
    for words in (("--bundle", str(file)), ("--case", str(case))):
        for more in (("--json",), ("--fhir", str(written)), ()):
            done = run(*words, *more)
            assert done.exit_code == 0, done.exception
            assert "\x1b" not in done.output
    assert json.loads(written.read_text("utf-8"))["type"] == "collection"


def test_the_command_screens_a_bundle_for_a_day_as_of_its_own(tmp_path):
    file = tmp_path / "patient.fhir.json"
    file.write_text(json.dumps(well("document")), "utf-8")
    done = run("--bundle", str(file), "--on", "2027-03-20", "--json")
    assert (done.exit_code, json.loads(done.output)["decision"]) == (0, "eligible_on_date")
    late = run("--bundle", str(file), "--on", "2027-03-20", "--evaluated", "2027-03-01", "--json")
    assert json.loads(late.output)["decision"] == "cannot_decide"
    piped = run("--bundle", "-", input=json.dumps(well("document")))
    assert "planned_session_date" in piped.output
    study = run("--bundle", str(file), "--on", "2027-03-20", "--study", "mapp1", "--json")
    assert study.exit_code == 0


@pytest.mark.parametrize("words", [(), ("--case", "a", "--bundle", "b"), ("--bundle", "nowhere.json")])
def test_the_command_wants_one_file_that_is_there(words):
    done = run(*words)
    assert done.exit_code != 0
    assert "Error" in done.output or "cannot be read" in done.output or "Name one" in done.output


def test_what_is_no_bundle_is_refused_in_words(tmp_path):
    file = tmp_path / "x.json"
    file.write_text("{}", "utf-8")
    done = run("--bundle", str(file))
    assert done.exit_code != 0
    assert "no FHIR Bundle" in done.output


def test_a_decision_is_written_as_fhir_with_what_is_missing_and_the_source_of_every_row(tmp_path):
    record, written = tmp_path / "record.json", tmp_path / "decision.json"
    record.write_text(
        json.dumps(well("document", statement("Nardil", "m2", None), statement("flargle", "m3"))), "utf-8"
    )
    assert run("--bundle", str(record), "--fhir", str(written), "--pseudonym", "P-7").exit_code == 0
    held = [entry["resource"] for entry in json.loads(written.read_text("utf-8"))["entry"]]
    by_kind = {one["resourceType"]: one for one in held}
    assert by_kind["Patient"]["identifier"][0]["value"] == "P-7"
    assert "1993" not in written.read_text("utf-8")
    assert by_kind["Parameters"]["parameter"][0] == {"name": "decision", "valueCode": "excluded"}
    assert by_kind["GuidanceResponse"]["status"] == "data-requested"
    assert any("planned_session_date" in one["diagnostics"] for one in by_kind["OperationOutcome"]["issue"])
    issues = [one for one in held if one["resourceType"] == "DetectedIssue"]
    row = next(one for one in issues if one["identifier"][0]["value"] == "DDI-017")
    assert row["severity"] == "high"
    assert "phenelzine" in row["detail"]
    assert "confirmed)" in row["evidence"][0]["code"][0]["text"]
    assert len(by_kind["Provenance"]["target"]) == len(issues) + 1
