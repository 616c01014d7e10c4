"""A study document goes out as USDM v4 and comes back the same; what others change in the file is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.exchange import NotUsdm, export_usdm, import_usdm
from triptych.exchange.usdm_merging import merged
from triptych.exchange.usdm_timing import days_of, said, understood
from triptych.ledger.library import product_files, read_folder, shelf, study_folder, study_names
from triptych.study import flat_data

Thing = dict[str, Any]
TITLES = {form["id"]: form["title"] for form in flat_data(product_files())[0]["forms"]}
EXTENSION = "urn:triptych:usdm-extension:study-document:1"


def document(name: str) -> tuple[Thing, frozenset[str]]:
    return flat_data(read_folder(study_folder(name)), shelf(name))


def exported(name: str) -> Thing:
    return json.loads(export_usdm(*document(name), TITLES))


def edited(name: str, change: Callable[[Thing, Thing], object]) -> Thing:
    """The document after somebody changed version and design of its export."""
    file = exported(name)
    version = file["study"]["versions"][0]
    change(version, version["studyDesigns"][0])
    return dict(import_usdm(json.dumps(file).encode(), TITLES).data)


def one(things: list[Thing], name: str) -> Thing:
    return next(thing for thing in things if thing.get("name", thing.get("id")) == name)


def walk(value: object) -> list[Thing]:
    if isinstance(value, dict):
        return [value, *(found for inner in value.values() for found in walk(inner))]
    return [found for inner in value for found in walk(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", list(study_names()))
def test_a_document_comes_back_from_usdm_as_it_was(name: str) -> None:
    data, marks = document(name)
    back = import_usdm(export_usdm(data, marks, TITLES), TITLES)
    assert back.data == data
    assert back.unconfirmed == marks
    assert back.kept is None


@pytest.mark.parametrize("name", list(study_names()))
def test_the_extension_repeats_nothing_that_a_class_says(name: str) -> None:
    file, (data, _) = exported(name), document(name)
    beside = next(one for one in file["study"]["extensionAttributes"] if one["url"] == EXTENSION)
    rest = json.loads(beside["valueString"])["document"]
    assert [rest[key] for key in ("id", "title", "version", "version_date")] == [None] * 4
    visits = {visit["id"]: visit for visit in data["visits"]}
    for visit in rest["visits"]:
        assert (visit["title"], visit["phase"]) == (None, None)
        for entry, own in zip(visit.get("timing", []), visits[visit["id"]].get("timing", []), strict=True):
            assert {entry.get(key) for key in ("anchor", "target", "between", "window")} == {None}, own
    gate = next(gate for gate in rest["gates"] if gate["guards"] == "eligibility_confirmation")
    assert {condition["text"] for condition in gate["conditions"]} == {None}
    assert {part["title"] for part in [*rest["arms"], *rest["roles"], *rest["phases"]]} == {None}
    assert {dose.get("initial") for arm in rest["arms"] for dose in arm.get("doses", [])} <= {None}


def test_ids_are_unique_and_every_reference_is_to_one() -> None:
    file = exported("mapp1")
    things = [thing for thing in walk(file["study"]) if "id" in thing]
    ids = {thing["id"] for thing in things}
    assert len(ids) == len(things)
    singles = [thing[key] for thing in things for key in thing if key.endswith("Id") and thing[key]]
    several = [ref for thing in things for key in thing if key.endswith("Ids") for ref in thing[key]]
    assert {*singles, *several} <= ids


def test_a_changed_window_is_found() -> None:
    def change(_: Thing, design: Thing) -> None:
        timing = one(design["scheduleTimelines"][0]["timings"], "primary_rating")
        timing["windowLower"], timing["windowUpper"] = "P5D", "P9D"

    found = one(edited("mapp1", change)["visits"], "primary_rating")["timing"][0]
    assert found["window"] == ["-5 days", "+9 days"]
    assert found["anchor"] == one(document("mapp1")[0]["visits"], "primary_rating")["timing"][0]["anchor"]


def test_a_window_that_only_one_turn_has_is_written_for_that_turn() -> None:
    def change(_: Thing, design: Thing) -> None:
        one(design["scheduleTimelines"][0]["timings"], "integration_1.2")["value"] = "P3D"

    found = one(edited("mdma-mdd-norway", change)["visits"], "integration_1")["timing"]
    assert [(entry.get("cycle"), entry["target"]) for entry in found] == [("first", "1 day"), ("later", "3 days")]


def test_changed_encounters_criteria_arms_and_doses_are_found() -> None:
    def change(version: Thing, design: Thing) -> None:
        for encounter in design["encounters"]:
            if encounter["name"].startswith("dosing."):
                encounter["label"] = "Medicine day"
        one(version["eligibilityCriterionItems"], "adult")["text"] = "<p>21 years &amp; older</p>"
        design["arms"][0]["label"] = "Renamed arm"
        one(version["studyInterventions"], "drug.mdma")["administrations"][0]["dose"]["value"] = 75
        one(version["roles"], "therapist")["label"] = "Lead therapist"
        design["population"]["plannedEnrollmentNumber"]["value"] = 14
        version["titles"][0]["text"] = "Another title"
        one(design["epochs"], "treatment")["label"] = "Dosing and integration"
        one(design["activities"], "madrs")["label"] = "MADRS, blinded"
        version["studyIdentifiers"][1]["text"] = "2021-000000-00"

    data = edited("mdma-mdd-norway", change)
    assert one(data["visits"], "dosing")["title"] == "Medicine day"
    assert one(one(data["gates"], "confirm_eligibility")["conditions"], "adult")["text"] == "21 years & older"
    assert data["arms"][0]["title"] == "Renamed arm"
    assert data["arms"][0]["doses"][0]["initial"] == 75
    assert one(data["roles"], "therapist")["title"] == "Lead therapist"
    assert (data["planned_participants"], data["title"]) == (14, "Another title")
    assert one(data["phases"], "treatment")["title"] == "Dosing and integration"
    assert one(data["forms"], "madrs")["title"] == "MADRS, blinded"
    assert data["registrations"]["EudraCT"] == "2021-000000-00"


def test_a_new_criterion_becomes_a_condition_that_a_person_judges() -> None:
    def change(version: Thing, design: Thing) -> None:
        item = {"id": "I9", "name": "EX9", "text": "Lives abroad", "instanceType": "EligibilityCriterionItem"}
        version["eligibilityCriterionItems"].append(item)
        category = {"code": "C25370", "instanceType": "Code"}
        kind = "EligibilityCriterion"
        design["eligibilityCriteria"].append(
            {"id": "C9", "name": "EX9", "category": category, "criterionItemId": "I9", "instanceType": kind}
        )

    data = edited("mdma-mdd-norway", change)
    condition = one(one(data["gates"], "confirm_eligibility")["conditions"], "ex9")
    assert condition == {"id": "ex9", "rule": "latest(eligibility).ex9 == false", "text": "Excluded: Lives abroad"}
    assert one(one(data["forms"], "eligibility")["items"], "ex9")["type"] == "boolean"


def test_a_visit_that_was_taken_out_is_gone_and_one_more_turn_is_counted() -> None:
    def change(_: Thing, design: Thing) -> None:
        line = design["scheduleTimelines"][0]
        gone = one(line["instances"], "month_7")
        line["instances"].remove(gone)
        for number, name in enumerate(("dosing.2", "integration_1.2", "integration_2.2", "integration_3.2")):
            old, at = one(line["instances"], name), f"new{number}"
            three = {"id": at, "name": name.replace(".2", ".3"), "encounterId": f"E{at}"}
            line["instances"].append({**old, **three})
            design["encounters"].append({**one(design["encounters"], name), "id": f"E{at}", "name": three["name"]})

    data = edited("mdma-mdd-norway", change)
    assert "month_7" not in {visit["id"] for visit in data["visits"]}
    assert data["cycles"][0]["repeats"] == 3


def test_a_difference_between_turns_is_told_and_kept_in_the_file() -> None:
    file = exported("mdma-mdd-norway")
    one(file["study"]["versions"][0]["studyDesigns"][0]["encounters"], "dosing.2")["label"] = "Second dosing"
    made = import_usdm(json.dumps(file).encode(), TITLES)
    assert one(made.data["visits"], "dosing")["title"] == "Dosing"
    assert any("'dosing.1' and 'dosing.2'" in line and "title" in line for line in made.report)
    assert made.kept is not None
    assert json.loads(export_usdm(made.data, made.unconfirmed, TITLES, made.kept)) == file


def test_a_mark_on_a_form_stays_with_the_form_when_others_move() -> None:
    def change(_: Thing, design: Thing) -> None:
        instance = one(design["scheduleTimelines"][0]["instances"], "phone")
        instance["activityIds"].reverse()

    file = exported("mdma-mdd-norway")
    change({}, file["study"]["versions"][0]["studyDesigns"][0])
    made = import_usdm(json.dumps(file).encode(), TITLES)
    assert [form["form"] for form in one(made.data["visits"], "phone")["forms"]] == ["cssrs", "phone_screen"]
    assert "visits.phone.forms.0" in made.unconfirmed
    assert "visits.phone.forms.1" not in made.unconfirmed


BAD: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"{", "not JSON"),
    "not text": (b"\xff\xfe\x00", "not JSON"),
    "a list": (b"[]", "no `study`"),
    "no study": (b'{"usdmVersion": "4.0.0"}', "no `study`"),
    "an older version": (b'{"usdmVersion": "3.6.0", "study": {}}', "version '3.6.0'"),
    "no version": (b'{"study": {}}', "does not say its version"),
    "too deep": (b'{"usdmVersion": "4.0.0", "study": {"a": ' + b"[" * 90 + b"]" * 90 + b"}}", "nested more than"),
    "a bomb of brackets": (b"[" * 100_000, "not JSON"),
    "too large": (b" " * 20_000_001, "more than 20 MB"),
    "an extension of another shape": (
        json.dumps(
            {
                "usdmVersion": "4.0.0",
                "study": {"extensionAttributes": [{"url": EXTENSION, "valueString": '{"document": []}'}]},
            }
        ).encode(),
        "cannot be read",
    ),
}


@pytest.mark.parametrize("case", list(BAD))
def test_what_is_no_usdm_4_study_is_refused_with_what_would_help(case: str) -> None:
    content, said_ = BAD[case]
    with pytest.raises(NotUsdm, match=said_) as refused:
        import_usdm(content, TITLES)
    assert str(refused.value).endswith(".")


def test_instances_in_a_ring_are_read_once() -> None:
    file = exported("mdma-mdd-norway")
    line = file["study"]["versions"][0]["studyDesigns"][0]["scheduleTimelines"][0]
    line["instances"][-1]["defaultConditionId"] = line["instances"][0]["id"]
    assert len(import_usdm(json.dumps(file).encode(), TITLES).data["visits"]) == len(
        document("mdma-mdd-norway")[0]["visits"]
    )


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["P4W", "C201356", "dosing.1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_a_file_spoiled_anywhere_is_read_or_refused_and_never_lost(data: st.DataObject) -> None:
    file = exported("esketamine")
    things = [thing for thing in walk(file["study"]) if len(thing) > 2]
    for _ in range(data.draw(st.integers(1, 4))):
        thing = data.draw(st.sampled_from(things))
        thing[data.draw(st.sampled_from(sorted(thing)))] = data.draw(ANY)
    content = json.dumps(file).encode()
    try:
        made = import_usdm(content, TITLES)
    except NotUsdm:
        return
    assert json.loads(export_usdm(made.data, made.unconfirmed, TITLES, made.kept)) == json.loads(content)


DAYS = st.integers(-60, 60).map(lambda days: f"{days} days") | st.integers(0, 30).map(lambda weeks: f"{weeks} weeks")


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_a_window_says_in_iso_what_it_says_in_words(target: str, before: int, after: int) -> None:
    entry = {"target": target, "window": [f"-{before} days", f"+{after} days"]}
    fields = said(entry)
    kind = fields["type"].code
    labels = (str(fields["valueLabel"]), str(fields["windowLabel"]))
    ends = (str(fields["windowLower"]), str(fields["windowUpper"]))
    assert understood(kind, str(fields["value"]), labels, *ends) == entry
    assert [days_of(end) for end in ends] == [before, after]


@given(ANY, ANY)
def test_without_a_change_a_file_stays_as_it_is(before: object, theirs: object) -> None:
    assert merged(before, before, theirs) == theirs


def test_a_change_is_carried_over_and_the_rest_stays() -> None:
    before = {"list": [{"id": "1", "a": 1}, {"id": "2", "a": 2}], "gone": 1}
    after = {"list": [{"id": "1", "a": 5}, {"id": "3", "a": 3}]}
    theirs = {"list": [{"id": "0"}, {"id": "1", "a": 1, "b": 7}, {"id": "2", "a": 2}], "gone": 1, "own": True}
    expected = [{"id": "0"}, {"id": "1", "a": 5, "b": 7}, {"id": "3", "a": 3}]
    assert merged(before, after, theirs) == {"list": expected, "own": True}
